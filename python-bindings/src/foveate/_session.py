# SPDX-License-Identifier: MIT
"""Session: pictures, the looks at them, questions about them, and the record of it all."""
from __future__ import annotations

import os
from _thread import allocate_lock

from foveate._foveate import ArgError, Core, Image, Model, StateError, key_variable
from foveate._ops import Operations
from foveate._record import verify
from foveate._values import Answer, Result, Usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType
    from typing import Any, Literal, TypeAlias

    from foveate._types import ImageLike, ImageRef, ModelFunction
    from foveate._values import Replayed

    #: A Model, or a function, and what tells it from others.
    _Chosen: TypeAlias = tuple[Model | ModelFunction, tuple[object, ...]]


def _fail(where: str, message: str) -> ArgError:
    error = ArgError(message)
    error.where = where
    return error


def _state(message: str) -> StateError:
    error = StateError(message)
    error.where = "session"
    return error


def _count(name: str, value: int | None) -> int:
    """0 stands for the library's default, so it cannot be what a caller asks for."""
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value < 2**32:
        raise _fail(name, f"{name} is {value!r}; it takes a whole number from 1, or None")
    return value


def _named(value: object) -> object:
    """What answered a fact stands for its name: read(points=…, calibration=[session.calibrate(…)])."""
    if isinstance(value, Result) and value.facts is not None:
        return value.facts["id"]
    if isinstance(value, (list, tuple)):
        return [_named(one) for one in value]
    return value


def _remove(folder: str, pid: int) -> None:
    # A forked child ends with copies of its parent's objects, whose files are not its own.
    if pid == os.getpid():
        import shutil

        shutil.rmtree(folder, ignore_errors=True)


def _choose(
    model: Model | ModelFunction | str | None,
    base_url: str | None,
    api_key: str | None,
    provider: str | None,
) -> _Chosen | None:
    is_server = isinstance(model, str) and model != "reader"
    given = {"base_url": base_url, "api_key": api_key, "provider": provider}
    for name, value in given.items():
        if value is not None and not is_server:
            raise _fail(name, f"{name} belongs to a server's model; model is {model!r:.60}")
    if model is None:
        return None
    if isinstance(model, Model):
        return model, ("model", id(model))
    if model == "reader":
        return Model.reader(), ("reader",)
    if isinstance(model, str):
        variable = key_variable(provider)
        api_key = api_key or (os.environ.get(variable) if variable else None)
        base_url = base_url or os.environ.get("OPENAI_BASE_URL")
        made = Model.server(model, base_url=base_url, api_key=api_key, provider=provider)
        return made, ("server", model, base_url, api_key, provider)
    if callable(model):
        return model, ("function",)
    raise _fail(
        "model",
        f"model is a {type(model).__name__}; it takes \"reader\", a server's model by name, a "
        "Model, or a function",
    )


class Session(Operations):
    """Pictures that can be looked at again and asked about.

    image is one picture or a list of them: a path, a file's bytes, pixels as an array, a PIL image,
    an Image. The first is "img_0"; every look adds one.

    A session has one model: the one given here, or the one of the first question, or, when a look
    comes before any question, the embedded reader. Functions may be exchanged for one another.
    From the model follows the profile (what it sees, in which coordinates it speaks) unless one is
    named; foveate.profiles() lists them. preset is the set of tools it is offered.

    out is a new folder for the transcript. None keeps it in a temporary folder, which goes with the
    session (transcript() copies it); False keeps none.

    calls (15), rounds (12), images (12) and seconds (600) bound each question. evict_dropped takes
    images that the model dropped out of what it is sent with the next question.

    Threads take turns; reading looks and mappings does not wait. After fork() a session of the
    parent is refused with a StateError.
    """

    def __init__(
        self,
        image: ImageLike | Sequence[ImageLike],
        *,
        model: Model | ModelFunction | str | None = None,
        base_url: str | None = None,
        api_key: str | None = None,
        provider: str | None = None,
        profile: str | None = None,
        preset: Literal["zoom", "document", "chart", "diagram", "photo", "all"] = "photo",
        out: str | os.PathLike[str] | Literal[False] | None = None,
        system: str | None = None,
        calls: int | None = None,
        rounds: int | None = None,
        images: int | None = None,
        seconds: float | None = None,
        max_output_tokens: int | None = None,
        strict: bool = False,
        evict_dropped: bool = False,
    ) -> None:
        given: Sequence[Any] = image if isinstance(image, (list, tuple)) else [image]
        self._core: Core | None = None
        self._lock = allocate_lock()
        self._pid = os.getpid()
        self._sources: list[tuple[Image, int]] = []
        self._first = [one if isinstance(one, Image) else Image(one) for one in given]
        self._model = _choose(model, base_url, api_key, provider)
        self._profile = profile
        self._out = out
        self._folder: str | None = None
        if seconds is not None and not 0.001 <= seconds < 4e6:
            raise _fail("seconds", f"seconds is {seconds!r}; it takes 0.001 to 4000000, or None")
        self._budget = (
            _count("calls", calls),
            _count("rounds", rounds),
            _count("images", images),
            0 if seconds is None else int(seconds * 1000),
            _count("max_output_tokens", max_output_tokens),
            strict,
            evict_dropped,
        )
        self._words = (preset, system)
        # What is wrong with the names is heard now, not when the first look begins the session.
        Core([], None, profile or "generic", preset, b"", system, *self._budget).close()

    # ---- beginning ---------------------------------------------------------------------------

    @property
    def profile(self) -> str:
        """The profile in force, or the one that would be if the session began now."""
        if self._profile is not None:
            return self._profile
        if self._model is None:
            return "reader"
        model = self._model[0]
        return model.profile if isinstance(model, Model) else "generic"

    def _place(self) -> str | os.PathLike[str] | bytes:
        if self._out is False:
            return b""
        if self._out is not None:
            self._folder = os.path.abspath(os.fspath(self._out))
            return self._folder
        import tempfile
        import weakref

        self._folder = tempfile.mkdtemp(prefix="foveate-")
        weakref.finalize(self, _remove, self._folder, self._pid)
        return self._folder

    def _begin(self, chosen: _Chosen | None = None) -> Core:
        if self._pid != os.getpid():
            raise _state(
                f"the session was made in process {self._pid}, and this is process {os.getpid()}, "
                "forked from it; make sessions anew after fork()"
            )
        with self._lock:
            if self._core is not None:
                return self._core
            chosen = chosen or self._model or (Model.reader(), ("reader",))
            model = chosen[0]
            self._model = chosen
            preset, system = self._words
            core = Core(
                [],
                model if isinstance(model, Model) else _name(model),
                self.profile,
                preset,
                self._place(),
                system,
                *self._budget,
            )
            for image in self._first:
                self._sources.append((image, core.add_image(image)))
            self._core = core
            return core

    def add(self, image: ImageLike) -> str:
        """Add a picture; a model is shown it with the next question. Its name: "img_4"."""
        opened = image if isinstance(image, Image) else Image(image)
        number = self._begin().add_image(opened)
        self._sources.append((opened, number))
        return f"img_{number}"

    # ---- operations --------------------------------------------------------------------------

    def tools(
        self,
        dialect: Literal["openai", "openai-strict", "anthropic", "gemini", "mcp"] | None = None,
    ) -> list[dict[str, Any]]:
        """The tools as a request to a server declares them; None: as the profile's family does."""
        from foveate._text import loads

        made: list[dict[str, Any]] = loads(self._begin().tools(dialect))
        return made

    def call(self, name: str, arguments: Mapping[str, Any] | str | None = None) -> Result:
        """Make one call as a model would, for agents of your own.

        Arguments are those that tools() declares, in the profile's coordinates, as a dict or as the
        text that a model wrote. The image is the picture as that model would be shown it. A call
        that is refused raises nothing: error says what was wrong and what would be right.
        """
        from foveate._text import dumps, loads

        text = arguments if isinstance(arguments, str) else dumps(arguments or {})
        is_error, is_same, image, fact, words, pictures = self._begin().call(name, text)
        if is_error:
            return Result(words, error=loads(words))
        # A fact is the last line, below those of its images; an answer about the session is JSON.
        is_fact = fact >= 0 or (image < 0 and words.startswith("{"))
        facts = loads(words.rsplit("\n", 1)[-1]) if is_fact else None
        picture = pictures[0] if pictures else None
        return Result(words, picture, facts, None, is_same, tuple(pictures))

    def _apply(
        self, op: str, arguments: dict[str, object], images: tuple[str, ...] = ("image",)
    ) -> Result:
        from foveate._text import dumps, loads

        given = {key: _named(value) for key, value in arguments.items() if value is not None}
        for name in images:
            if name in given:
                given[name] = f"img_{self._number(arguments[name])}"
        core = self._begin()
        image, count, fact, note, is_same = core.apply(op, dumps(given))
        facts = {"id": f"fact_{fact}", **loads(core.fact(fact))} if fact >= 0 else None
        text = None if facts is None else dumps(facts)
        if image < 0:
            return Result(text or "", None, facts, None, is_same)
        looks = tuple(core.look(number) for number in range(image, image + count))
        parents = ", ".join(loads(core.describe(image))["parents"])
        lines = [
            f"{one.name}: {op} of {parents}, {one.size[0]} x {one.size[1]} pixels" for one in looks
        ]
        lines[0] += f"; {note}" if note else ""
        lines += [] if text is None else [text]
        return Result("\n".join(lines), looks[0], facts, None, is_same, looks)

    def _tell(self, op: str, image: ImageRef | None = None) -> Result:
        if op == "list_images":
            # The graph knows it all, also where the preset does not offer the tool to a model.
            from foveate._text import dumps

            listed = [self.describe(number) for number in range(self._begin().counts[0])]
            return Result(dumps({"images": listed}), facts={"images": listed})
        given = None if image is None else {"image": f"img_{self._number(image)}"}
        result = self.call(op, given)
        if result.error is not None:
            raise _fail(op, str(result.error.get("hint") or result.text))
        return result

    # ---- reading -----------------------------------------------------------------------------

    def _number(self, image: object) -> int:
        """The number of an image by name, number, or what a session gave."""
        if isinstance(image, Result):
            image = image.image
        if isinstance(image, Image):
            for source, number in self._sources or [(one, i) for i, one in enumerate(self._first)]:
                if source is image:
                    return number
            if image.name is None or not self._begin().owns(image):
                raise _fail("image", f"{image!r} is no image of this session")
            image = image.name
        if isinstance(image, int) and not isinstance(image, bool) and image >= 0:
            return image
        if image == "original":
            return 0
        if isinstance(image, str) and image[:4] == "img_" and image[4:].isdecimal():
            return int(image[4:])
        raise _fail("image", f"{image!r:.60} names no image; names are img_0, img_1 and so on")

    def image(self, image: ImageRef) -> Image:
        """An image of the session at its own size, with its marks."""
        return self._begin().look(self._number(image))

    @property
    def images(self) -> list[Image]:
        """All images so far, originals and looks, in the order of their names."""
        core = self._begin()
        return [core.look(number) for number in range(core.counts[0])]

    def describe(self, image: ImageRef) -> dict[str, Any]:
        """How an image was made: op, arguments, parents, size, its source and the box there."""
        from foveate._text import loads

        made: dict[str, Any] = loads(self._begin().describe(self._number(image)))
        return made

    def recipe_sha256(self, image: ImageRef) -> str:
        """SHA-256 of an image's recipe, down to its sources; equal recipes make equal pixels."""
        return self._begin().recipe(self._number(image))

    def to_source(self, image: ImageRef, x: float, y: float) -> tuple[str, float, float]:
        """A point of an image in its source: the source's name, x and y. Exact to 1e-6 pixels."""
        source, to_x, to_y = self._begin().to_source(self._number(image), x, y)
        return f"img_{source}", to_x, to_y

    def from_source(
        self, image: ImageRef, x: float, y: float, *, source: ImageRef = 0
    ) -> tuple[float, float]:
        """A point of a source in an image that was made from it."""
        return self._begin().from_source(self._number(image), self._number(source), x, y)

    # ---- asking ------------------------------------------------------------------------------

    def ask(
        self,
        question: str,
        *,
        model: Model | ModelFunction | str | None = None,
        base_url: str | None = None,
        api_key: str | None = None,
        provider: str | None = None,
        on_event: Callable[[dict[str, Any]], object] | None = None,
    ) -> Answer:
        """Ask the model, which may look again, until it answers or a budget ends the question.

        model is "reader" (embedded, offline), a server's model by name (with base_url, api_key and
        provider; the key else comes from the environment, OPENAI_API_KEY, and so does the address,
        OPENAI_BASE_URL), a Model, or a function. A function gets (messages, tools, info) and
        returns text, or {"text": …, "calls": [{"name": …, "arguments": {…}}]}; it ends by a text
        with a line ANSWER: or CANNOT TELL:. Its exceptions pass through.

        on_event is called for each look, fact, refused call and round with a dict of kind, round,
        image, text, tool and arguments; for models other than functions on a thread of its own.

        Ctrl-C ends the question; what was looked at is kept.
        """
        from foveate import _model

        chosen = _choose(model, base_url, api_key, provider)
        core = self._begin(chosen)
        begun = self._model
        if begun is None:
            raise _state("the session has not begun")
        if chosen is None:
            chosen = begun
        if chosen[1] != begun[1]:
            raise _state(
                f"the session has one model, {_shown(begun[0])}, which its first look or "
                f"question settled; make another session to ask {_shown(chosen[0])}"
            )
        function = None if isinstance(chosen[0], Model) else chosen[0]
        status, text, reason, evidence, rounds, calls, images, usage = core.ask(
            question, _model.answer, function, on_event
        )
        counts = [None if count < 0 else count for count in usage[:5]]
        spent = Usage(counts[0], counts[1], counts[2], counts[3], counts[4], usage[5])
        return Answer(
            text, reason, evidence, status == "FOV_NOTE_UNSURE", spent, rounds, calls, images
        )

    def cancel(self) -> None:
        """End the question that is running, from another thread: it raises CancelledError."""
        if self._core is not None:
            self._core.cancel()

    # ---- the record --------------------------------------------------------------------------

    def transcript(self, path: str | os.PathLike[str] | None = None) -> str:
        """The folder of the transcript; with a path, a copy of it made there.

        It holds transcript.jsonl, one JSON object a line, and blobs/, named by SHA-256.
        """
        self._begin()
        if self._folder is None:
            raise _state("the session keeps no transcript: it was made with out=False")
        if path is None:
            return self._folder
        import shutil

        to = os.path.abspath(os.fspath(path))
        if os.path.exists(os.path.join(to, "transcript.jsonl")):
            raise _state(f"{to} holds a transcript already")
        # The lines first: what they name lies in blobs before they are written.
        os.makedirs(to, exist_ok=True)
        shutil.copy2(os.path.join(self._folder, "transcript.jsonl"), to)
        shutil.copytree(
            os.path.join(self._folder, "blobs"), os.path.join(to, "blobs"), dirs_exist_ok=True
        )
        return to

    def verify(self, *, report: Callable[[str], object] | None = None) -> Replayed:
        """Make everything again from the sources and compare it with the transcript."""
        return verify(self.transcript(), report=report)

    def close(self) -> None:
        """Finish the transcript; further looks and questions are errors. Twice is fine."""
        self._begin().close()

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<foveate.Session of {len(self._first)}, profile {self.profile}>"


def _name(model: ModelFunction) -> str:
    return "python:" + str(getattr(model, "__name__", type(model).__name__))


def _shown(model: Model | ModelFunction) -> str:
    return model.name if isinstance(model, Model) else f"the function {_name(model)[7:]}"
