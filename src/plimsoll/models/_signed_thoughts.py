"""The thinking blocks of a reply <-> a thought and its seal, so that Anthropic takes them back unchanged.

One block is sealed by its signature as it stands, or, where it is redacted, by the encrypted thought.
Several are sealed by a JSON list that says how much of the thought belongs to each.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from plimsoll.core import decoding


class Thinking(Struct, frozen=True):
    """A thought as the API gives it: `thinking` with its signature, or `redacted_thinking`, encrypted."""

    type: str
    thinking: str = ""
    signature: str = ""
    data: str = ""


class _Seal(Struct, frozen=True, omit_defaults=True):
    length: int = 0
    """Characters of the thought that the signature stands for."""
    signature: str = ""
    data: str = ""


_SEALS = decoding.Decoder(list[_Seal])


def sealed(blocks: Sequence[Thinking]) -> str:
    """What the API needs to take the thoughts of a reply back; empty where it has not signed them."""
    thoughts = [block for block in blocks if block.type in ("thinking", "redacted_thinking")]
    seals = [_Seal(length=len(b.thinking), signature=b.signature, data=b.data) for b in thoughts]
    if not any(seal.signature or seal.data for seal in seals):
        return ""
    if len(seals) == 1 and (seals[0].length or seals[0].data):
        return seals[0].signature or seals[0].data
    return msgspec.json.encode(seals).decode()


def thinking_blocks(thought: str, seal: str) -> list[dict[str, Any]]:
    """The blocks that a thought and its seal came from; none for a thought that Anthropic has not signed."""
    if not seal or seal.startswith("{"):
        return []
    if not seal.startswith("["):
        return [_block(thought, _Seal(signature=seal) if thought else _Seal(data=seal))]
    blocks: list[dict[str, Any]] = []
    for each in _SEALS.decode(seal):
        blocks.append(_block(thought[: each.length], each))
        thought = thought[each.length :]
    return blocks


def _block(thought: str, seal: _Seal) -> dict[str, Any]:
    if seal.data:
        return {"type": "redacted_thinking", "data": seal.data}
    return {"type": "thinking", "thinking": thought, "signature": seal.signature}
