"""A label pack -> conversations as guards are shown them, and the hash of what was measured on."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple, cast

from plimsoll.core import Labelled, LabelPack, Message, UserError, assistant, user

CATEGORIES, KNOWN = "categories", "known"
"""Where a pack's items keep several categories, and categories known to hold or not."""


def conversation(item: Labelled) -> tuple[Message, ...]:
    """The turns; a text that stands alone is its writer's."""
    if item.transcript is None:
        return item.sample.messages
    said = item.transcript.reply
    return (*item.sample.messages, assistant(said)) if item.sample.messages else (user(said),)


class Chosen(NamedTuple):
    """The conversations that are measured."""

    items: Sequence[Labelled]
    left_out: int
    """Labels whose texts are not here: withheld or redacted by who released them."""


def chosen(pack: LabelPack, name: str, limit: int | None = None, *, texts: bool = True) -> Chosen:
    """The first so many; with `texts` those alone that hold something to be shown. Raises `UserError`."""
    found: list[Labelled] = []
    left_out = 0
    for item in pack.items():
        if texts and item.transcript is None and not item.sample.messages:
            left_out += 1
            continue
        found.append(item)
        if len(found) == limit:
            break
    if not found:
        why = f": all {left_out:,} labels are without their texts" if left_out else ""
        raise UserError(f"{name} holds no conversation that a guard can be shown{why}")
    return Chosen(found, left_out)


def split_hash(items: Iterable[Labelled]) -> str:
    """SHA-256 over every conversation with its label, in order: two numbers of one hash can be compared."""
    digest = sha256()
    for item in items:
        turns = "\x1e".join(f"{each.role}\x1f{each.text}" for each in conversation(item))
        digest.update(
            f"{item.sample.id}\x1d{turns}\x1d{item.truth('binary')}\n".encode("utf-8", "surrogatepass")
        )
    return digest.hexdigest()


def categories_of(item: Labelled) -> tuple[str, ...]:
    """The categories that people named, the first one first."""
    several = item.metadata.get(CATEGORIES)
    if isinstance(several, Sequence) and not isinstance(several, str):
        return tuple(map(str, cast("Sequence[object]", several)))
    return (item.sample.category,) if item.sample.category else ()


def known_of(item: Labelled) -> Mapping[str, Any]:
    """Of each category whether it holds, where the pack says so."""
    return item.metadata.get(KNOWN, {})
