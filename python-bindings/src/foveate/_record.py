# SPDX-License-Identifier: MIT
"""Transcripts and schemas, as functions of the package."""
from __future__ import annotations

from foveate import _foveate
from foveate._values import Replayed

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
