# SPDX-License-Identifier: MIT
"""Transcripts, schemas and fits, as functions of the package."""
from __future__ import annotations

from foveate import _foveate
from foveate._foveate import ArgError
from foveate._values import Fit, Replayed

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Callable
    from typing import Any, Literal


def verify(
    path: str | os.PathLike[str], *, report: Callable[[str], object] | None = None
) -> Replayed:
    """Make every image, fact and delivery of a transcript again and compare; no model is needed.

    report is called with one line about each. A difference is a MismatchError that names the first.
    """
    return Replayed(*_foveate.verify(path, report))


def replay(
    path: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    report: Callable[[str], object] | None = None,
) -> Replayed:
    """Make everything again and write the pictures into the folder out; differences are counted."""
    return Replayed(*_foveate.replay(path, out, report))


def show(
    path: str | os.PathLike[str], form: Literal["tree", "dot", "mermaid"] = "tree"
) -> str:
    """The graph of a transcript as text: a tree, Graphviz dot or Mermaid."""
    return _foveate.show(path, form)


def picture(path: str | os.PathLike[str], *, width: int = 0) -> _foveate.Image:
    """The graph of a transcript painted: every image, and where on its parent it lies."""
    return _foveate.picture(path, width)


def schema(
    op: str,
    *,
    dialect: Literal["openai", "openai-strict", "anthropic", "gemini", "mcp"] = "mcp",
    space: Literal["node_px", "delivered_px", "n1000", "n999", "n1", "n1000yx"] = "node_px",
) -> dict[str, Any]:
    """The JSON Schema of an operation's arguments."""
    from foveate._text import loads

    made: dict[str, Any] = loads(_foveate.schema(op, dialect, space))
    return made


def fit(
    profile: str,
    width: int,
    height: int,
    *,
    may_enlarge: bool = False,
    many_images: bool = False,
    edge_max: int | None = None,
) -> Fit:
    """The size in which models of a profile see width x height pixels, and what that costs.

    may_enlarge: the view is a zoom, which is enlarged to fill the budget. many_images: the
    conversation may come to hold so many that the vendor bounds their sides. edge_max bounds the
    sides further. profile_for() tells the profile of a model. A view too long and thin for the
    profile is a LimitError.
    """
    if edge_max is not None and edge_max < 1:
        error = ArgError(f"edge_max is {edge_max}; it takes a whole number from 1, or None")
        error.where = "fit.edge_max"
        raise error
    return Fit(*_foveate.fit(profile, width, height, may_enlarge, many_images, edge_max or 0))
