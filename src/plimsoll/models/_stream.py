"""A reply sent piece by piece (server-sent events) -> the one document it would have been."""

import codecs
import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from plimsoll.core import decoding

DONE = b"[DONE]"
BEGINNINGS = (b"data:", b"event:", b"id:", b"retry:", b":")
LINE_ENDS = re.compile(r"\r\n|\n|\r")
FAILED = re.compile(r"\s*error\b", re.IGNORECASE)
TAIL = 256
"""Bytes at the end of a stream among which its end mark stands."""
JOINED = ("content", "reasoning_content", "reasoning", "reasoning_details", "refusal", "text")
"""Texts and lists that come in pieces."""


def is_stream(body: bytes) -> bool:
    """Whether a body is server-sent events."""
    return body.removeprefix(codecs.BOM_UTF8).lstrip().startswith(BEGINNINGS)


def whole(body: bytes) -> dict[str, Any]:
    """The document that the pieces make; those that are no JSON are left out.

    An error before the reply came to its end leaves no reply, nor does a stream that just stops: half of
    one is none."""
    made: dict[str, Any] = {}
    for event in _events(body):
        if (error := _error(event)) is not None:
            if not _has_ended(made):
                return {"choices": None, "error": error}
            continue
        for key, value in event.items():
            if key == "choices" and isinstance(value, list):
                _add_choices(made, cast("list[Any]", value))
            elif value is not None:
                made[key] = value
    if made.get("choices") and not (_has_ended(made) or made.get("usage") or DONE in body[-TAIL:]):
        return {"choices": None, "error": {"message": "the stream stopped before its end", "code": 502}}
    return made


def _events(body: bytes) -> Iterator[Mapping[str, Any]]:
    name, begun = "", ""
    for line in LINE_ENDS.split(body.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace")):
        kind, _, written = line.partition(":")
        if not line:
            name, begun = "", ""
        elif kind == "event":
            name = written.strip()
        elif kind == "data":
            event = _document(written) or _document(begun + written)
            begun = "" if event else begun + written
            if event is not None:
                yield event if name != "error" or "error" in event else {"error": event}
            elif (name == "error" or FAILED.match(written)) and "{" not in written:
                yield {"error": written.strip()}


def _document(written: str) -> Mapping[str, Any] | None:
    if not written.lstrip().startswith("{"):
        return None
    try:
        event = decoding.loosely(written, constant=lambda _: None)
    except ValueError:
        return None
    return cast("Mapping[str, Any]", event) if isinstance(event, Mapping) else None


def _error(event: Mapping[str, Any]) -> Mapping[str, Any] | str | None:
    """What went wrong, where an event says so: some send an empty error beside every piece."""
    if event.get("object") == "error":
        return event
    told = event.get("error")
    if isinstance(told, Mapping):
        named = cast("Mapping[str, Any]", told)
        return named if named.get("message") or named.get("code") else None
    return told if isinstance(told, str) and told else None


def _has_ended(made: Mapping[str, Any]) -> bool:
    return any(choice.get("finish_reason") for choice in made.get("choices", ()))


def _add_choices(made: dict[str, Any], pieces: list[Any]) -> None:
    choices: list[dict[str, Any]] = made.setdefault("choices", [])
    for piece in pieces:
        place = piece.get("index") if isinstance(piece, Mapping) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
        # One reply is asked for: what belongs to another is not ours.
        if isinstance(piece, Mapping) and not place:
            if not choices:
                choices.append({"index": 0})
            _add(choices[0], cast("Mapping[str, Any]", piece))


def _add(choice: dict[str, Any], piece: Mapping[str, Any]) -> None:
    for key, value in piece.items():
        if value is None or key == "index":
            continue
        if key in ("delta", "message") and isinstance(value, Mapping):
            _add_turn(choice.setdefault("message", {}), cast("Mapping[str, Any]", value))
        elif key == "logprobs" and isinstance(value, Mapping):
            _add_logprobs(choice, cast("Mapping[str, Any]", value))
        elif key == "text" and isinstance(value, str):
            choice["text"] = choice.get("text", "") + value
        else:
            choice[key] = value


def _add_turn(turn: dict[str, Any], delta: Mapping[str, Any]) -> None:
    for key, value in delta.items():
        if key in JOINED and isinstance(value, str) and isinstance(turn.get(key, ""), str):
            turn[key] = turn.get(key, "") + value
        elif key in JOINED and isinstance(value, list):
            turn[key] = [*(turn.get(key) or []), *cast("list[Any]", value)]
        elif key == "tool_calls" and isinstance(value, list):
            _add_calls(turn.setdefault("tool_calls", []), cast("list[Any]", value))
        elif value is not None:
            turn[key] = value


def _add_calls(calls: list[dict[str, Any]], pieces: list[Any]) -> None:
    for piece in pieces:
        if not isinstance(piece, Mapping):
            continue
        given = cast("Mapping[str, Any]", piece)
        place = given.get("index")
        place = place if isinstance(place, int) and 0 <= place <= len(calls) else len(calls)
        if place == len(calls):
            calls.append({"function": {"name": "", "arguments": ""}})
        call, function = calls[place], given.get("function")
        if given.get("id"):
            call["id"] = given["id"]
        for key in ("name", "arguments"):
            said = cast("Mapping[str, Any]", function).get(key) if isinstance(function, Mapping) else None
            if isinstance(said, str):
                call["function"][key] += said


def _add_logprobs(choice: dict[str, Any], piece: Mapping[str, Any]) -> None:
    found = choice.setdefault("logprobs", {})
    for key, value in piece.items():
        if isinstance(value, list):
            found[key] = [*(found.get(key) or []), *cast("list[Any]", value)]
