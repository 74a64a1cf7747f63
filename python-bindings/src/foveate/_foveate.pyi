# SPDX-License-Identifier: MIT
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypedDict, final, type_check_only

from foveate._types import ImageLike

@type_check_only
class _Param(TypedDict):
    name: str
    type: str
    alias: str | None
    doc: str
    unit: str
    choices: list[str]
    min: float
    max: float
    default: bool | int | float | str | None
    is_required: bool
    is_hidden: bool
    is_auto: bool

@type_check_only
class _Op(TypedDict):
    name: str
    summary: str
    when: str
    since: str
    kind: str
    inputs_min: int
    inputs_max: int
    aliases: list[str]
    examples: list[str]
    params: list[_Param]
    inputs: list[str]
    presets: list[str]

@type_check_only
class _Profile(TypedDict):
    name: str
    summary: str
    as_of: str
    source: str
    space: str
    frame: str

@type_check_only
class _Info(TypedDict):
    format: str
    width: int
    height: int
    orientation: int
    bits: int
    channels: int
    has_alpha: bool
    has_icc: bool
    is_progressive: bool
    is_damaged: bool

class Error(Exception):
    status: str
    where: str
    detail: int

class ArgError(Error, ValueError): ...
class OutOfMemoryError(Error, MemoryError): ...
class LimitError(Error): ...
class ImageError(Error): ...
class FileError(Error, OSError): ...
class NetError(Error, ConnectionError): ...
class ProviderError(Error): ...
class CancelledError(Error): ...
class StateError(Error, RuntimeError): ...
class UnsupportedError(Error, NotImplementedError): ...
class MismatchError(Error): ...
class InternalError(Error): ...

@final
class Image:
    def __new__(cls, source: ImageLike, *, lenient: bool = False) -> Image: ...
    def __buffer__(self, flags: int, /) -> memoryview: ...
    @property
    def size(self) -> tuple[int, int]: ...
    @property
    def info(self) -> _Info: ...
    @property
    def sha256(self) -> str: ...
    @property
    def name(self) -> str | None: ...
    @property
    def mime(self) -> str: ...
    @property
    def __array_interface__(self) -> dict[str, Any]: ...
    def png(self, *, max_edge: int = 0) -> bytes: ...
    def jpeg(self, *, quality: int = 0, max_edge: int = 0) -> bytes: ...
    def file(self) -> bytes: ...
    def data_url(self) -> str: ...
    def tobytes(self) -> bytes: ...
    def pil(self) -> Any: ...
    def _repr_png_(self) -> bytes: ...

@final
class Model:
    @classmethod
    def reader(cls, *, no_looks: bool = False) -> Model: ...
    @classmethod
    def server(
        cls,
        name: str,
        *,
        provider: str | None = None,
        base_url: str | None = None,
        api_key: str | None = None,
        detail: str | None = None,
        extra: str | None = None,
        replay: str | None = None,
        record: str | None = None,
        timeout_ms: int = 0,
        retries: int = -1,
        tool_images: str | None = None,
        allow_plain_key: bool = False,
    ) -> Model: ...
    @classmethod
    def script(cls, json: str, /) -> Model: ...
    def __call__(
        self,
        messages: Sequence[Mapping[str, Any]],
        tools: Sequence[Mapping[str, Any]] | None = None,
        info: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]: ...
    def _generate(
        self,
        messages: list[tuple[int, str | None, list[tuple[Any, ...]]]],
        tools: list[tuple[str, str, str, bool]],
        round: int,
        rounds_left: int,
        max_output_tokens: int,
        timeout_ms: int,
        /,
    ) -> tuple[
        list[str], list[tuple[str, str, str]], tuple[int, ...], str | None, str | None
    ]: ...
    @property
    def name(self) -> str: ...
    @property
    def profile(self) -> str: ...

@final
class Core:
    def __new__(
        cls,
        images: list[Image],
        model: Model | str | None,
        profile: str | None,
        preset: str | None,
        out: str | bytes | os.PathLike[str],
        system: str | None,
        calls: int,
        rounds: int,
        looks: int,
        time_ms: int,
        tokens: int,
        strict: bool,
        evict: bool,
    ) -> Core: ...
    @property
    def closed(self) -> bool: ...
    @property
    def counts(self) -> tuple[int, int]: ...
    def add_image(self, image: Image, /) -> int: ...
    def apply(self, op: str, arguments: str, /) -> tuple[int, int, int, str, bool]: ...
    def ask(
        self,
        question: str,
        adapter: Callable[..., object],
        function: Callable[..., object] | None,
        on_event: Callable[[dict[str, Any]], object] | None,
        /,
    ) -> tuple[
        str, str | None, str | None, tuple[str, ...], int, int, int, tuple[int, ...]
    ]: ...
    def call(
        self, name: str, arguments: str, /
    ) -> tuple[bool, bool, int, int, str, list[Image]]: ...
    def cancel(self) -> None: ...
    def close(self) -> None: ...
    def describe(self, image: int, /) -> str: ...
    def fact(self, fact: int, /) -> str: ...
    def from_source(
        self, image: int, source: int, x: float, y: float, /
    ) -> tuple[float, float]: ...
    def look(self, image: int, /) -> Image: ...
    def owns(self, image: Image, /) -> bool: ...
    def recipe(self, image: int, /) -> str: ...
    def to_source(self, image: int, x: float, y: float, /) -> tuple[int, float, float]: ...
    def tools(self, dialect: str | None, /) -> str: ...

def configure(
    *,
    module_path: str | os.PathLike[str] | None = None,
    threads: int = 0,
    input_bytes: int = 0,
    pixels: int = 0,
    edge: int = 0,
    output_edge: int = 0,
    nodes: int = 0,
    json_depth: int = 0,
    json_bytes: int = 0,
    reply_bytes: int = 0,
    cache_bytes: int = 0,
    memory_bytes: int = 0,
    operation_ms: int = 0,
) -> None: ...
def encoder() -> str: ...
def fit(
    profile: str,
    width: int,
    height: int,
    may_enlarge: bool,
    many_images: bool,
    edge_max: int,
    /,
) -> tuple[int, int, int, float, float, bool, float]: ...
def key_variable(provider: str | None, /) -> str | None: ...
def ops() -> list[_Op]: ...
def picture(path: str | os.PathLike[str], width: int, /) -> Image: ...
def profile_for(model: str, /) -> str: ...
def profiles() -> list[_Profile]: ...
def replay(
    path: str | os.PathLike[str],
    out: str | os.PathLike[str],
    report: Callable[[str], object] | None,
    /,
) -> tuple[int, int, int, int, int, int, int, str]: ...
def schema(op: str, dialect: str, space: str, /) -> str: ...
def show(path: str | os.PathLike[str], form: str, /) -> str: ...
def verify(
    path: str | os.PathLike[str], report: Callable[[str], object] | None, /
) -> tuple[int, int, int, int, int, int, int, str]: ...
def version() -> str: ...
