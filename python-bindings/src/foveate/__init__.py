# SPDX-License-Identifier: MIT
"""Thinking with images: look again, ask, keep a record that can be proved.

    import foveate

    session = foveate.Session("chart.png")
    look = session.zoom([100, 100, 500, 400])
    answer = session.ask("Which bar is the tallest?")
    print(answer.text, answer.evidence)
    session.verify()

Coordinates of the methods are pixels of the image they name, x to the right, y down; boxes are
[x1, y1, x2, y2), half open. Everything may be used from several threads; every operation, request
and wait runs without the GIL.
"""
from __future__ import annotations

from foveate._foveate import (
    ArgError,
    CancelledError,
    Error,
    FileError,
    Image,
    ImageError,
    InternalError,
    LimitError,
    MismatchError,
    Model,
    NetError,
    OutOfMemoryError,
    ProviderError,
    StateError,
    UnsupportedError,
    configure,
    encoder,
    ops,
    profiles,
    version,
)
from foveate._record import picture, replay, schema, show, verify
from foveate._session import Session
from foveate._values import Answer, Replayed, Result, Usage

__version__ = version()

__all__ = [
    "Answer",
    "ArgError",
    "CancelledError",
    "Error",
    "FileError",
    "Image",
    "ImageError",
    "InternalError",
    "LimitError",
    "MismatchError",
    "Model",
    "NetError",
    "OutOfMemoryError",
    "ProviderError",
    "Replayed",
    "Result",
    "Session",
    "StateError",
    "UnsupportedError",
    "Usage",
    "__version__",
    "configure",
    "encoder",
    "ops",
    "picture",
    "profiles",
    "replay",
    "schema",
    "show",
    "verify",
    "version",
]
