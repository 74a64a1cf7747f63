# SPDX-License-Identifier: MIT
"""Arguments as JSON text, NumPy's numbers and arrays and a session's images among them."""
from __future__ import annotations

import json
from typing import Any

from foveate._foveate import ArgError, Image
from foveate._values import Result


def _plain(value: Any) -> Any:
    if isinstance(value, Result):
        value = value.image
    if isinstance(value, Image) and value.name is not None:
        return value.name
    if hasattr(value, "tolist"):
        return value.tolist()
    error = ArgError(f"a {type(value).__name__} cannot be written as JSON")
    error.where = "arguments"
    raise error


def dumps(value: Any) -> str:
    """One JSON text; a number that JSON cannot write is an ArgError."""
    try:
        return json.dumps(value, default=_plain, allow_nan=False, ensure_ascii=False)
    except (ValueError, RecursionError) as reason:
        if isinstance(reason, ArgError):
            raise
        error = ArgError(f"the arguments cannot be written as JSON: {reason}")
        error.where = "arguments"
        raise error from None


def loads(text: str) -> Any:
    return json.loads(text)
