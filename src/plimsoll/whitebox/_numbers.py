"""Numbers that a user writes -> the same, or one sentence before any model is loaded."""

from plimsoll.core import UserError


def at_least(part: str, least: int, **given: int) -> None:
    """Raise `UserError` for a number below what the part can use."""
    for name, value in given.items():
        if value < least:
            raise UserError(f"{part}: {name} is {value}; it must be at least {least}")
