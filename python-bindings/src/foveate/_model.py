# SPDX-License-Identifier: MIT
"""A callable as a model: what it is given, and what it may return; imported when one is asked."""
from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from foveate._foveate import ArgError
from foveate._text import dumps

_COUNTS = ("input_tokens", "output_tokens", "cached_tokens", "reasoning_tokens", "image_tokens")
_MEMBERS = ("text", "calls", "usage", "stop")


def _fail(where: str, message: str) -> ArgError:
    error = ArgError(message)
    error.where = where
    return error


def _call(call: Any, index: int) -> tuple[str | None, str, str]:
    where = f"calls[{index}]"
    if not isinstance(call, Mapping) or not isinstance(call.get("name"), str):
        raise _fail(where, f"{where} must be a dict with a name, it is {call!r:.80}")
    unknown = set(call) - {"id", "name", "arguments"}
    if unknown:
        raise _fail(where, f"{where} has {min(unknown)}; it takes id, name and arguments")
    arguments = call.get("arguments", {})
    return call.get("id"), call["name"], arguments if isinstance(arguments, str) else dumps(
        arguments
    )


def _usage(given: Any) -> tuple[int, ...]:
    if not isinstance(given, Mapping) or set(given) - set(_COUNTS):
        raise _fail("usage", f"usage must be a dict of {', '.join(_COUNTS)}")
    return (*(int(given.get(name, -1)) for name in _COUNTS), 1)


def answer(
    function: Any,
    messages: list[dict[str, Any]],
    tools: list[tuple[str, str, str]],
    info: dict[str, Any],
) -> tuple[str | None, list[tuple[str | None, str, str]], tuple[int, ...], str | None]:
    """Call the function; its text, calls, usage and stop in the one form that C fills in."""
    declared = [
        {"name": name, "description": description, "parameters": json.loads(parameters)}
        for name, description, parameters in tools
    ]
    reply = function(messages, declared, info)
    if isinstance(reply, str):
        reply = {"text": reply}
    if not isinstance(reply, Mapping):
        raise _fail(
            "reply",
            f"the model's function returned a {type(reply).__name__}; it returns a str or a dict",
        )
    unknown = set(reply) - set(_MEMBERS)
    if unknown:
        raise _fail("reply", f"the reply has {min(unknown)}; it takes {', '.join(_MEMBERS)}")
    text = reply.get("text")
    if text is not None and not isinstance(text, str):
        raise _fail("text", f"the reply's text must be a str, it is a {type(text).__name__}")
    calls = [_call(call, index) for index, call in enumerate(reply.get("calls") or ())]
    return text, calls, _usage(reply.get("usage") or {}), reply.get("stop")
