"""Messages -> one text: the key under which stored and scripted replies are found."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from plimsoll.core import Message, Request

T = TypeVar("T")


def prompt_text(messages: Sequence[Message]) -> str:
    """The whole conversation as one text: the messages' texts, a blank line between them."""
    if len(messages) == 1:
        return messages[0].text
    return "\n\n".join(message.text for message in messages)


def last_user_text(messages: Sequence[Message]) -> str:
    """What the user said last."""
    return next((message.text for message in reversed(messages) if message.role == "user"), "")


def looked_up(table: Mapping[str, T], request: Request) -> T | None:
    """The entry for the whole conversation, else the one for the user's last message."""
    found = table.get(prompt_text(request.messages))
    return table.get(last_user_text(request.messages)) if found is None else found


def excerpt(text: str, length: int = 120) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 3]}..."
