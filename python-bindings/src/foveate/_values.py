# SPDX-License-Identifier: MIT
"""What is handed out: plain values that do not change."""
from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from foveate._foveate import Image


class _Value:
    __slots__: tuple[str, ...] = ()

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__slots__)
        return f"{type(self).__name__}({shown})"

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.__slots__)

    __hash__ = None  # type: ignore[assignment]


class Result(_Value):
    """What an operation gave.

    text is what a model reads: one line about each image, and a fact's JSON. image is the picture
    made (the first, where images holds several; None for facts), facts the parsed answer of an
    operation that answers (None for images; its "id" is what later calls name it by), error the
    refusal of a call as a dict with code, field, got, allowed and hint (only Session.call() returns
    one; methods raise). is_same tells that the same call was made before.
    """

    __slots__ = ("text", "image", "facts", "error", "is_same", "images")

    def __init__(
        self,
        text: str,
        image: Image | None = None,
        facts: dict[str, Any] | None = None,
        error: dict[str, Any] | None = None,
        is_same: bool = False,
        images: tuple[Image, ...] | None = None,
    ) -> None:
        self.text = text
        self.image = image
        self.facts = facts
        self.error = error
        self.is_same = is_same
        self.images = images if images is not None else () if image is None else (image,)

    def _repr_png_(self) -> bytes | None:
        return self.image._repr_png_() if self.image is not None else None


class Usage(_Value):
    """Tokens and requests of one question; None where the server did not say."""

    __slots__ = (
        "input_tokens",
        "output_tokens",
        "cached_tokens",
        "reasoning_tokens",
        "image_tokens",
        "requests",
    )

    def __init__(
        self,
        input_tokens: int | None = None,
        output_tokens: int | None = None,
        cached_tokens: int | None = None,
        reasoning_tokens: int | None = None,
        image_tokens: int | None = None,
        requests: int = 0,
    ) -> None:
        self.input_tokens = input_tokens
        self.output_tokens = output_tokens
        self.cached_tokens = cached_tokens
        self.reasoning_tokens = reasoning_tokens
        self.image_tokens = image_tokens
        self.requests = requests


class Answer(_Value):
    """The answer to a question.

    text is None when there is none: the model said that it cannot tell (unsure is True, reason says
    why), or a budget ended the question (unsure is False). evidence names the images it was read
    from; rounds, calls and images are what it took.
    """

    __slots__ = ("text", "reason", "evidence", "unsure", "usage", "rounds", "calls", "images")

    def __init__(
        self,
        text: str | None,
        reason: str | None,
        evidence: tuple[str, ...],
        unsure: bool,
        usage: Usage,
        rounds: int,
        calls: int,
        images: int,
    ) -> None:
        self.text = text
        self.reason = reason
        self.evidence = evidence
        self.unsure = unsure
        self.usage = usage
        self.rounds = rounds
        self.calls = calls
        self.images = images

    def __str__(self) -> str:
        return self.text if self.text is not None else f"(no answer: {self.reason})"


class Fit(_Value):
    """The size in which a model sees a view.

    width and height are the pixels to send, tokens their price (None where no formula is known), sx
    and sy the pixels of the view for each of them, below 1 where it is enlarged. is_thin tells that
    a side is too short to make out, ratio_max how long a zoom may be for a short side of 1.
    """

    __slots__ = ("width", "height", "tokens", "sx", "sy", "is_thin", "ratio_max")

    def __init__(
        self,
        width: int,
        height: int,
        tokens: int,
        sx: float,
        sy: float,
        is_thin: bool,
        ratio_max: float,
    ) -> None:
        self.width = width
        self.height = height
        self.tokens = tokens if tokens >= 0 else None
        self.sx = sx
        self.sy = sy
        self.is_thin = is_thin
        self.ratio_max = ratio_max


class Replayed(_Value):
    """What was re-made from a transcript, and its digest.

    The digest leaves out times and where the blobs lie, so equal sessions have equal ones.
    skipped counts what cannot be compared here, because another encoder or OCR engine made it;
    cut_lines is 1 when a crash cut the last line.
    """

    __slots__ = (
        "sources",
        "images",
        "facts",
        "deliveries",
        "skipped",
        "differing",
        "cut_lines",
        "digest",
    )

    def __init__(
        self,
        sources: int,
        images: int,
        facts: int,
        deliveries: int,
        skipped: int,
        differing: int,
        cut_lines: int,
        digest: str,
    ) -> None:
        self.sources = sources
        self.images = images
        self.facts = facts
        self.deliveries = deliveries
        self.skipped = skipped
        self.differing = differing
        self.cut_lines = cut_lines
        self.digest = digest
