"""A message -> the JSON object by which Inspect AI knows it; imports nothing of Inspect."""

from collections.abc import Mapping
from typing import Any

from plimsoll.core import Image, Message
from plimsoll.models._signed_thoughts import thinking_blocks


def as_inspect(message: Message) -> dict[str, Any]:
    """A message in Inspect's JSON form."""
    written: dict[str, Any] = {"role": message.role, "content": _content(message)}
    if message.calls:
        written["tool_calls"] = [
            {"id": call.id, "function": call.name, "arguments": dict(call.arguments), "type": "function"}
            for call in message.calls
        ]
    if message.call_id:
        written["tool_call_id"] = message.call_id
    if message.error:
        written["error"] = {"type": "unknown", "message": message.text}
    return written


def _content(message: Message) -> str | list[dict[str, Any]]:
    thoughts = [_reasoning(block) for block in _thoughts(message)]
    if not message.images and not thoughts:
        return message.text
    images = [{"type": "image", "image": _address(image), "detail": "auto"} for image in message.images]
    text = [{"type": "text", "text": message.text}] if message.text else []
    return [*thoughts, *text, *images]


def _thoughts(message: Message) -> list[dict[str, Any]]:
    unsigned = [{"thinking": message.thought}] if message.thought else []
    return thinking_blocks(message.thought, message.sealed) or unsigned


def _reasoning(block: Mapping[str, Any]) -> dict[str, Any]:
    if "data" in block:
        return {"type": "reasoning", "reasoning": block["data"], "redacted": True}
    return {"type": "reasoning", "reasoning": block["thinking"], "signature": block.get("signature")}


def _address(image: Image) -> str:
    return image.url or f"data:{image.media_type};base64,{image.data}"
