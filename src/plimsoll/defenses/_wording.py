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
    return "zh" if language_of(last_user(messages)) == "zh" else "en"


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


def last_user(messages: Sequence[Message]) -> str:
    """What the user said last; nothing where no user spoke."""
    return next((message.text for message in reversed(messages) if message.role == "user"), "")


def with_last_user(messages: Sequence[Message], text: str) -> tuple[Message, ...]:
    """The conversation with another last user turn."""
    places = [place for place, message in enumerate(messages) if message.role == "user"]
    last = places[-1] if places else -1
    return tuple(
        replace(message, text=text) if place == last else message for place, message in enumerate(messages)
    )
