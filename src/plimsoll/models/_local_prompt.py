"""A request -> the conversation to render and the text that follows it, for models at hand."""

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple
from zlib import crc32

from plimsoll.core import Message, ModelError, Need, Request

Template = Literal["auto", "chat", "raw"]
"""How messages become text: by the model's chat template, one after the other as they stand, or
whichever of the two the model is made for."""

OFFERS: frozenset[Need] = frozenset({"prefill", "logprobs", "likelihoods"})
"""What these models can give beside text; pictures and tools they cannot."""
_WITHOUT_THOUGHT: Mapping[str, bool | str] = {
    "enable_thinking": False,
    "thinking": False,
    "reasoning_effort": "low",
}
"""Arguments of chat templates (Qwen and GLM, DeepSeek and Granite, gpt-oss, which cannot do without)."""
MAX_TOKENS = 1024
"""What is generated at most where neither the request nor the model sets a limit."""


class Turns(NamedTuple):
    """A conversation with its open end."""

    messages: tuple[Message, ...]
    prefill: str
    """The reply's beginning, which the model is to continue."""

    @property
    def chat(self) -> list[dict[str, str]]:
        """The messages as chat templates read them."""
        return [{"role": message.role, "content": message.text} for message in self.messages]

    @property
    def raw(self) -> str:
        """The texts alone: the system's first, with a blank line after it, then all others."""
        above = [message.text for message in self.messages if message.role == "system"]
        others = [message.text for message in self.messages if message.role != "system"]
        return "".join((*(f"{text}\n\n" for text in above), *others, self.prefill))


def turns(request: Request) -> Turns:
    """Take a request apart. Raises `ModelError` for what these models cannot take."""
    if request.tools:
        raise ModelError("this model takes no tools")
    if any(message.images for message in request.messages):
        raise ModelError("this model takes no images")
    if request.messages and request.messages[-1].role == "assistant":
        return Turns(request.messages[:-1], request.messages[-1].text)
    return Turns(request.messages, "")


def switches(template: str, request: Request) -> dict[str, bool | str]:
    """What tells a chat template that no thought is wanted, by the names that it asks for."""
    if request.sampling.thinking is not False:
        return {}
    return {name: off for name, off in _WITHOUT_THOUGHT.items() if re.search(rf"\b{name}\b", template)}


def seed_of(request: Request) -> int:
    """The seed of one draw: draws of one request differ, and each can be repeated."""
    seed = request.sampling.seed or 0
    return crc32(f"{seed}:{request.draw}".encode()) if request.draw else seed & 0xFFFFFFFF
