# SPDX-License-Identifier: MIT
"""Thinking with images: look again, ask, keep a record that can be proved.

    import foveate

    session = foveate.Session("chart.png")
    look = session.zoom([100, 100, 500, 400])
    answer = session.ask("Which bar is the tallest?")
    print(answer.text, answer.evidence)
    session.verify()

Session   pictures that can be looked at again and asked about, one method an operation
Image     a picture: opened from a path, bytes, an array or PIL, or a look that was made
Model     what can be asked: the embedded reader, a server, a script; a function can be one too
Error     above all that is raised on purpose
ops(), schema(), profiles(), profile_for(), fit()    what there is, and what a model will see
verify(), replay(), show(), picture()                transcripts
configure()                                          limits and threads

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
    profile_for,
    profiles,
    version,
)
from foveate._record import fit, picture, replay, schema, show, verify
from foveate._session import Session
from foveate._values import Answer, Fit, Replayed, Result, Usage

__version__ = version()

__all__ = [
    "Answer",
    "ArgError",
    "CancelledError",
    "Error",
    "FileError",
    "Fit",
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
    "fit",
    "ops",
    "picture",
    "profile_for",
    "profiles",
    "replay",
    "schema",
    "show",
    "verify",
    "version",
]
