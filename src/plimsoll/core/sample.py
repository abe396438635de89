"""The question: what a benchmark or generator puts to a model."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from plimsoll.core.message import Message


class Sample(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One question with what is needed to ask and to judge it. Never changed, only replaced."""

    id: str
    """Unique within the benchmark."""
    messages: tuple[Message, ...]
    """The exact conversation to send."""
    choices: tuple[str, ...] = ()
    """The option texts of a multiple-choice question, in the order shown (A, B, C, D)."""
    target: str | None = None
    """The right answer; a letter for multiple choice."""
    request: str = ""
    """The plain request, kept when an attack rewrites the prompt: judges see this."""
    turns: tuple[str, ...] = ()
    """Later user turns of a dialogue."""
    category: str = ""
    language: str = "en"
    trail: tuple[str, ...] = ()
    """The parts that made this sample out of an earlier one, oldest first."""
    pair: str = ""
    """The same key marks the same question in another language, condition or order."""
    metadata: Mapping[str, Any] = {}
