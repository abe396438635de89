"""A message -> the JSON object by which Inspect AI knows it; imports nothing of Inspect."""

from typing import Any

from plimsoll.core import Image, Message


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
    return written


def _content(message: Message) -> str | list[dict[str, Any]]:
    if not message.images:
        return message.text
    images = [{"type": "image", "image": _address(image), "detail": "auto"} for image in message.images]
    return [{"type": "text", "text": message.text}, *images] if message.text else images


def _address(image: Image) -> str:
    return image.url or f"data:{image.media_type};base64,{image.data}"
