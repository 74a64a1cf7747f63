# SPDX-License-Identifier: MIT
"""Names for the types of arguments, for type checkers; nothing imports this at run time."""
from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from foveate._foveate import Image
from foveate._values import Result


class ArrayLike(Protocol):
    """What NumPy, PIL and their kin offer."""

    @property
    def __array_interface__(self) -> Any: ...


class BufferLike(Protocol):
    """An object with the buffer protocol, as type checkers of Python 3.11 see it."""

    def __buffer__(self, flags: int, /) -> memoryview: ...


#: A path, the bytes of a file, pixels as an array, or a PIL image.
ImageLike: TypeAlias = (
    Image | str | os.PathLike[str] | bytes | bytearray | memoryview | BufferLike | ArrayLike
)
#: One of a session's images: "img_3", 3, or what a session gave.
ImageRef: TypeAlias = str | int | Image | Result
Box: TypeAlias = Sequence[float]
Point: TypeAlias = Sequence[float]
#: What a model's function returns: text, or a dict of text, calls, usage, stop.
Reply: TypeAlias = str | Mapping[str, Any]
#: A model: function(messages, tools, info).
ModelFunction: TypeAlias = Callable[
    [list[dict[str, Any]], list[dict[str, Any]], dict[str, Any]], Reply
]
