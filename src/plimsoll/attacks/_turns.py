"""A conversation -> what stands before, at and after its last user turn: where attacks work."""

from typing import NamedTuple

from plimsoll.core import Message, UserError


class Turns(NamedTuple):
    """A conversation in three pieces."""

    before: tuple[Message, ...]
    last: Message
    """The last turn of the user."""
    after: tuple[Message, ...]
    """A reply that is begun for the model, where there is one."""


def turns_of(messages: tuple[Message, ...]) -> Turns:
    """The conversation around its last user turn. Raises `UserError` where there is none."""
    if messages and messages[-1].role == "user":
        return Turns._make((messages[:-1], messages[-1], ()))
    for place in range(len(messages) - 1, -1, -1):
        if messages[place].role == "user":
            return Turns(messages[:place], messages[place], messages[place + 1 :])
    raise UserError("an attack needs a user turn, and the sample has none")


def spoken(language: str) -> str:
    """The language that a wrapper speaks to a sample: Chinese to Chinese, else English."""
    return "zh" if language.startswith("zh") else "en"
