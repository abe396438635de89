"""A chain `a+b` -> the specs of its parts, refused where a plus was to stand within one of them."""

import typing
from itertools import pairwise

from plimsoll.core import UserError
from plimsoll.registry.parts import Argument, find
from plimsoll.registry.rooms import Room
from plimsoll.registry.spec import parse, pieces


def links(room: Room, text: str) -> tuple[str, ...]:
    """The parts of a chain, the first one first.

    Raises `UserError` where a plus outside of parentheses cuts a part's argument in two."""
    found = tuple(pieces(text, "+"))
    for before, after in pairwise(found):
        _refuse_torn(room, before, after)
    return found


def _refuse_torn(room: Room, before: str, after: str) -> None:
    """Refuse what was cut within an argument that is the last of its part, as it was written."""
    *_, last = "", *pieces(before.partition(":")[2])
    key, _, value = last.partition("=")
    if not value or value[0] in "(\"'":
        return
    name, _, rest = after.partition(":")[0].partition(",")
    argument = _argument(room, before, key.strip())
    several = argument is not None and typing.get_origin(argument.type) is tuple
    if rest or "=" in name or several:
        raise UserError(
            f"{before!r} ends at a plus, which joins parts to a chain: several values of {key} stand in "
            f"parentheses, {key}=({value}+{name}), and one does where the chain goes on, {key}=({value})"
        )
    if argument is not None and argument.type is str:
        try:
            find(room, name)
        except UserError as error:
            raise UserError(
                f"{error}; a plus within {key} stands in parentheses: {key}=({value}+{name})"
            ) from None


def _argument(room: Room, text: str, key: str) -> Argument | None:
    """What is known of a part's argument; nothing where part or argument are not known."""
    try:
        part = find(room, parse(text).name)
    except UserError:  # said where the part is built
        return None
    return next((each for each in part.options if each.name == key.replace("-", "_")), None)
