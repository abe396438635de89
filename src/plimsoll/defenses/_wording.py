"""A conversation -> the words that a defense says in its language, and the conversation with them in it."""

from collections.abc import Callable, Sequence
from typing import Any

from plimsoll.core import Message, replace, system
from plimsoll.data import resources
from plimsoll.text.languages import language_of


def words(name: str) -> dict[str, Any]:
    """A defense's texts."""
    return dict(resources.table("defenses", "defenses.toml")[name])


def spoken(messages: Sequence[Message]) -> str:
    """The language to speak: Chinese where the last user turn is Chinese, else English."""
    asked = next((message.text for message in reversed(messages) if message.role == "user"), "")
    return "zh" if language_of(asked) == "zh" else "en"


def with_rule(messages: Sequence[Message], rule: str) -> tuple[Message, ...]:
    """The conversation with a rule at the end of its system prompt, or before it all where it has none."""
    if messages and messages[0].role == "system":
        first, *rest = messages
        return (replace(first, text=f"{first.text}\n\n{rule}"), *rest)
    return (system(rule), *messages)


def with_users(messages: Sequence[Message], change: Callable[[str], str]) -> tuple[Message, ...]:
    """The conversation with every user turn changed."""
    return tuple(
        replace(message, text=change(message.text)) if message.role == "user" else message
        for message in messages
    )
