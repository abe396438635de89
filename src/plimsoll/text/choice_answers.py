"""A reply to a multiple-choice question -> the option it plainly chooses, or none."""

from collections.abc import Sequence

from msgspec import Struct


class Choice(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was read."""

    index: int | None = None
    """The option, `None` where no single option is plainly chosen."""
    how: str = ""
    """By which sign: `letter`, `statement`, `option text` ..., or why not."""
    span: tuple[int, int] | None = None
    """Where the sign stands in the reply."""


def read_choice(reply: str, options: Sequence[str]) -> Choice:
    """Read the choice. Never an index beyond the options."""
    raise NotImplementedError
