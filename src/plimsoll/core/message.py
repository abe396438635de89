"""What is said: messages with their roles, images and tool calls."""

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct

Role = Literal["system", "user", "assistant", "tool"]
UNREAD = "unread"
"""The one key under which a call's arguments stand as text where they are no JSON object."""


class Image(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A picture inside a message: by value, by address, or by digest where a run keeps the bytes."""

    media_type: str
    """MIME type such as `image/png`."""
    data: str = ""
    """The bytes in base64, or empty when `url` or `digest` is given."""
    url: str = ""
    digest: str = ""
    """SHA-256 of the bytes, in hex: the name of the blob in the run's folder."""


class ToolCall(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A model's wish to have a tool run."""

    id: str
    name: str
    arguments: Mapping[str, Any] = {}


class Tool(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A tool offered to the model; `parameters` is a JSON schema."""

    name: str
    description: str = ""
    parameters: Mapping[str, Any] = {}


class Message(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One turn of a conversation. The role comes from structure, never from the text."""

    role: Role
    text: str = ""
    images: tuple[Image, ...] = ()
    calls: tuple[ToolCall, ...] = ()
    call_id: str = ""
    """For role `tool`: the call that this text answers."""
    error: bool = False
    """For role `tool`: the call failed, and the text says how."""
    thought: str = ""
    """For role `assistant`: the reasoning before the text."""
    sealed: str = ""
    """What the endpoint needs to take the thought back: a signature, or the thought encrypted."""


def system(text: str) -> Message:
    """An instruction that stands above the conversation."""
    return Message(role="system", text=text)


def user(text: str) -> Message:
    """A turn of the person who asks."""
    return Message(role="user", text=text)


def assistant(text: str) -> Message:
    """A turn of the model; as the last message of a request it is a prefill to be continued."""
    return Message(role="assistant", text=text)
