# SPDX-License-Identifier: MIT
"""A callable as a model, and a model as a callable: what is given, and what is returned.

Imported when one is asked.
"""
from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from foveate._foveate import ArgError, Image, Model
from foveate._text import dumps

_COUNTS = ("input_tokens", "output_tokens", "cached_tokens", "reasoning_tokens", "image_tokens")
_MEMBERS = ("text", "calls", "usage", "stop", "raw")
_ROLES = ("system", "user", "assistant", "tool")
_KINDS = ("text", "image", "call", "result")
_INFO = ("round", "rounds_left", "max_output_tokens", "timeout_ms")

_Call: TypeAlias = tuple[str | None, str, str]


def _fail(where: str, message: str) -> ArgError:
    error = ArgError(message)
    error.where = where
    return error


def _call(call: Any, index: int) -> _Call:
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
    tools: list[tuple[str, str, str, bool]],
    info: dict[str, Any],
) -> tuple[str | None, list[_Call], tuple[int, ...], str | None, str | None]:
    """Call the function; its text, calls, usage, stop and raw in the one form that C fills in."""
    declared = [
        {
            "name": name,
            "description": description,
            "parameters": json.loads(parameters),
            **({"strict": True} if is_strict else {}),
        }
        for name, description, parameters, is_strict in tools
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
    raw = reply.get("raw")
    if raw is not None and not isinstance(raw, str):
        raise _fail("raw", f"the reply's raw must be a str of JSON, it is a {type(raw).__name__}")
    return text, calls, _usage(reply.get("usage") or {}), reply.get("stop"), raw


# ---- a model as a callable -------------------------------------------------------------------


def _index(where: str, word: Any, words: Sequence[str]) -> int:
    if word not in words:
        raise _fail(where, f"{where} is {word!r:.60}; it takes {', '.join(words)}")
    return words.index(word)


def _words(where: str, part: Mapping[str, Any], *names: str) -> list[str | None]:
    """The named members of a part, which are text or missing."""
    found = [part.get(name) for name in names]
    for name, value in zip(names, found, strict=True):
        if value is not None and not isinstance(value, str):
            raise _fail(where, f"{where}.{name} is a {type(value).__name__} and must be a str")
    return found


def _part(part: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(part, Mapping):
        raise _fail(where, f"{where} is {part!r:.60}; it must be a dict")
    kind = _index(f"{where}.type", part.get("type"), _KINDS)
    text, identity, name, arguments = _words(where, part, "text", "id", "name", "arguments")
    image = part.get("image")
    if kind != _KINDS.index("image"):
        is_error = bool(part.get("is_error", False))
        return kind, text, identity, name, arguments, is_error, None, None
    if not isinstance(image, (Image, bytes)):
        raise _fail(where, f"{where}.image must be an Image or the bytes of a PNG or JPEG")
    shown = image.file() if isinstance(image, Image) else image
    identity = identity or (image.name if isinstance(image, Image) else None) or "img_0"
    return kind, None, None, None, None, False, identity, shown


def _message(message: Any, index: int) -> tuple[int, str | None, list[tuple[Any, ...]]]:
    where = f"messages[{index}]"
    if not isinstance(message, Mapping):
        raise _fail(where, f"{where} is {message!r:.60}; it must be a dict of role and content")
    content = message.get("content")
    if isinstance(content, str):
        content = [{"type": "text", "text": content}]
    if not isinstance(content, Sequence):
        raise _fail(where, f"{where}.content must be a str or a list of parts")
    parts = [_part(part, f"{where}.content[{i}]") for i, part in enumerate(content)]
    (raw,) = _words(where, message, "raw")
    return _index(f"{where}.role", message.get("role"), _ROLES), raw, parts


def _tool(tool: Any, index: int) -> tuple[str, str, str, bool]:
    where = f"tools[{index}]"
    if not isinstance(tool, Mapping) or not isinstance(tool.get("name"), str):
        raise _fail(where, f"{where} must be a dict of name, description and parameters")
    parameters = dumps(tool.get("parameters") or {"type": "object", "properties": {}})
    return tool["name"], str(tool.get("description", "")), parameters, bool(tool.get("strict"))


def ask(
    model: Model,
    messages: Sequence[Mapping[str, Any]],
    tools: Sequence[Mapping[str, Any]] | None,
    info: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """What a model of the library says, as a function that is a model would return it."""
    if isinstance(messages, str) or not isinstance(messages, Sequence):
        raise _fail("messages", "messages must be a list of dicts of role and content")
    given = [_message(message, index) for index, message in enumerate(messages)]
    declared = [_tool(tool, index) for index, tool in enumerate(tools or ())]
    unknown = set(info or ()) - set(_INFO)
    if unknown:
        raise _fail("info", f"info has {min(unknown)}; it takes {', '.join(_INFO)}")
    counts = [int((info or {}).get(name, 1 if name == "round" else 0)) for name in _INFO]
    if not all(0 <= count < 2**32 for count in counts):
        raise _fail("info", f"the members of info are whole numbers from 0, they are {counts}")
    texts, calls, usage, stop, raw = model._generate(given, declared, *counts)
    reply: dict[str, Any] = {"text": "".join(texts) if texts else None}
    reply["calls"] = [{"id": i, "name": name, "arguments": text} for i, name, text in calls]
    reply["usage"] = {name: count for name, count in zip(_COUNTS, usage, strict=True) if count >= 0}
    reply["stop"] = stop
    if raw is not None:
        reply["raw"] = raw
    return reply
