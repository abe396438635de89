"""A thought in a chat reply <-> its seal: in which field it came, and is handed back.

DeepSeek and vLLM give `reasoning_content`, others `reasoning`, OpenRouter signed `reasoning_details`
beside it, Mistral parts of the content. A thought that stood in the text, in tags, has no field: chat
templates leave such thoughts out of the history themselves.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from plimsoll.core import decoding

FIELDS = ("reasoning_content", "reasoning")
"""Fields of a message that hold the thought as text."""
GIVEN = (*FIELDS, "reasoning_details")
THINKING = ("thinking", "redacted_thinking")
"""Types of parts of the content that hold a thought."""
PARTS = "content"
"""Stands for a thought among the parts of the content."""


class _Seal(Struct, frozen=True, omit_defaults=True):
    field: str = ""
    details: list[dict[str, Any]] = []


_SEAL = decoding.Decoder(_Seal)


def sealed(field: str, details: list[dict[str, Any]] | None) -> str:
    """What the endpoint needs to take a thought back; empty for a thought without a field."""
    seal = _Seal(field=field, details=details or [])
    return msgspec.json.encode(seal).decode() if seal.field or seal.details else ""


def hand_back(turn: dict[str, Any], thought: str, seal: str) -> None:
    """Put a thought into a message of the conversation, where the endpoint gave it."""
    if not seal.startswith("{"):
        return
    kept = _SEAL.decode(seal)
    if kept.details:
        turn["reasoning_details"] = kept.details
    if kept.field in FIELDS:
        turn[kept.field] = thought
    elif kept.field == PARTS:
        text = [{"type": "text", "text": turn["content"]}] if turn["content"] else []
        turn["content"] = [{"type": "thinking", "thinking": [{"type": "text", "text": thought}]}, *text]


def holds_thought(turn: Mapping[str, Any]) -> bool:
    """Whether a message of a request hands a thought back."""
    return turn.keys() != without_thought(turn).keys() or len(_parts(turn)) > len(_spoken(turn))


def without_thought(turn: Mapping[str, Any]) -> dict[str, Any]:
    """The message without its thought, for endpoints that give thoughts and refuse to take them back."""
    kept = {field: value for field, value in turn.items() if field not in GIVEN}
    return kept | ({"content": _spoken(turn)} if _parts(turn) else {})


def _parts(turn: Mapping[str, Any]) -> list[dict[str, Any]]:
    content: str | list[dict[str, Any]] | None = turn["content"]
    return content if isinstance(content, list) else []


def _spoken(turn: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [part for part in _parts(turn) if part["type"] not in THINKING]
