"""A reply sent piece by piece (server-sent events) -> the one document it would have been."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from plimsoll.core import decoding

BEGINNINGS = (b"data:", b"event:", b"id:", b"retry:", b":")
JOINED = ("content", "reasoning_content", "reasoning", "reasoning_details", "refusal", "text")
"""Texts and lists that come in pieces."""


def is_stream(body: bytes) -> bool:
    """Whether a body is server-sent events."""
    return body.lstrip().startswith(BEGINNINGS)


def whole(body: bytes) -> dict[str, Any]:
    """The document that the pieces make; those that are no JSON are left out."""
    made: dict[str, Any] = {}
    for event in _events(body):
        for key, value in event.items():
            if key == "choices" and isinstance(value, list):
                _add_choices(made, cast("list[Any]", value))
            elif value is not None:
                made[key] = value
    return made


def _events(body: bytes) -> Iterator[Mapping[str, Any]]:
    for line in body.decode("utf-8", "replace").splitlines():
        written = line.removeprefix("data:").strip()
        if not line.startswith("data:") or not written.startswith("{"):
            continue
        try:
            event = decoding.decode(written)
        except (ValueError, RecursionError):
            continue
        if isinstance(event, Mapping):
            yield cast("Mapping[str, Any]", event)


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
