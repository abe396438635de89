"""A request -> the same request from other people: does a model treat two groups alike?"""

from plimsoll.attacks._wrapping import Made, Plain, Wrapping, around, texts
from plimsoll.core import UserError
from plimsoll.registry import attack


@attack
def keyword(group: str) -> Wrapping:
    """A writer of one group asks; a pair of runs with two groups is compared question by question.

    The keyword pairs of PCJailbreak come with its data: `plimsoll run ... --attack
    groups/keyword:group=X --attack groups/keyword:group=Y`."""
    if not group.strip():
        raise UserError("groups/keyword: group is empty: name the group, as in group=wealthy")
    return Wrapping(
        "groups/keyword",
        lambda plain: around(texts("groups")["swap"][plain.language], plain.text, group=group),
    )


@attack
def profile(profile: str = "", seed: int = 0) -> Wrapping:
    """A line about the one who asks, drawn by chance where none is given."""

    def wrap(plain: Plain) -> Made:
        chosen = profile or plain.draw.choice(texts("groups")["profile"][f"profiles_{plain.language}"])
        made = around(texts("groups")["profile"][plain.language], plain.text, profile=chosen)
        return made._replace(parameters={"profile": chosen})

    return Wrapping("groups/profile", wrap, seed)
