"""Templates with a slot for the request -> new ones: cut, joined and stirred by rule, or written by a model.

Whatever is done to a template, the slot stands in it once: the request stays word for word what it was."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from plimsoll.attacks._inquiry import Attacker
from plimsoll.attacks._wrapping import library_of, texts
from plimsoll.core import Model
from plimsoll.data import resources

REQUEST = "{request}"
LONGEST = 12_000
"""Characters of a template beyond which it is not bred from."""
_SENTENCE = re.compile(r"[^.!?。！？\n]*(?:[.!?。！？\n]+[\"”’)」』]*\s*|$)")


class Mutant(NamedTuple):
    """A template that came out of others."""

    text: str
    operator: str
    """What made it; with a reason after a colon where nothing new was made."""


def sentences(template: str) -> list[str]:
    """The template in sentences, each with what follows it."""
    return [piece for piece in _SENTENCE.findall(template) if piece]


def with_slot_once(pieces: Sequence[str]) -> str:
    """Sentences as a template again: the first slot stays, and one is put at the end where there is none."""
    kept, seen = list[str](), False
    for piece in pieces:
        holds = REQUEST in piece
        if holds and seen:
            continue
        seen = seen or holds
        kept.append(piece)
    text = "".join(kept).strip()
    return text if seen else f"{text}\n{REQUEST}".strip()


def crossed(first: str, second: str, draw: Random) -> str:
    """The beginning of one template and the end of another."""
    ours, theirs = sentences(first), sentences(second)
    return with_slot_once([*ours[: draw.randint(1, len(ours))], *theirs[draw.randrange(len(theirs)) :]])


def shortened(first: str, _: str, draw: Random) -> str:
    """One sentence fewer."""
    ours = sentences(first)
    free = [place for place, piece in enumerate(ours) if REQUEST not in piece]
    if free:
        del ours[draw.choice(free)]
    return with_slot_once(ours)


def expanded(first: str, second: str, draw: Random) -> str:
    """A sentence of another template before it."""
    free = [piece for piece in sentences(second) if REQUEST not in piece and piece.strip()]
    lead = draw.choice(free).strip() if free else ""
    return with_slot_once([f"{lead}\n", first] if lead else [first])


def stirred(first: str, _: str, draw: Random) -> str:
    """Two neighbouring sentences in the other order."""
    ours = sentences(first)
    if len(ours) > 1:
        place = draw.randrange(len(ours) - 1)
        ours[place], ours[place + 1] = ours[place + 1], ours[place]
    return with_slot_once(ours)


RULES: Mapping[str, Callable[[str, str, Random], str]] = {
    "cross": crossed,
    "shorten": shortened,
    "expand": expanded,
    "stir": stirred,
}
"""Operators that ask no model."""


@dataclass(frozen=True)
class Mutation:
    """Makes a new template out of one, and of a second one where it takes two."""

    attacker: Model | None
    seed: int

    async def mutant(self, first: str, second: str, draw: Random, number: int) -> Mutant:
        """A new template; the old one where a model wrote none that holds the slot once, after some tries."""
        if self.attacker is None:
            name = draw.choice(sorted(RULES))
            return Mutant(RULES[name](first, second, draw)[:LONGEST], name)
        known = resources.table("attacks", "strategies.toml")["mutate"]
        name = draw.choice(sorted(known["operators"]))
        writer = Attacker(self.attacker, known["role"], self.seed)
        said = _filled(known["asked"], how=known["operators"][name], first=first, second=second)
        written, problem = await writer.prompt(said, draw=number, unlike=first)
        if written and (written.count(REQUEST) != 1 or len(written) > LONGEST):
            written, problem = "", "lost the slot of the request"
        return Mutant(written, name) if written else Mutant(first, f"{name}: the attacking model {problem}")


def _filled(template: str, **slots: str) -> str:
    """All slots at once, so that what stands in one is not taken for another."""
    return re.sub(r"<(how|first|second)>", lambda match: slots[match[1]], template).strip()


def pool_of(name: str, file: str) -> Callable[[str], tuple[str, ...]]:
    """A language -> the templates to begin with: of a file or folder of the user's, else our own frames."""
    if not file:
        return own
    bred = tuple(f"{each.before}{REQUEST}{each.after}" for each, _ in library_of(name, file).values())
    return lambda _: bred


def own(language: str) -> tuple[str, ...]:
    """Frames of ours that need nothing else: a rank, a nested task, rules of form, a purpose."""
    frames, steering = texts("roleplay"), texts("steering")
    told = [
        *(each[language] for each in frames["override"].values()),
        *(each[language] for each in frames["nested"].values()),
        *(each[language] for each in steering["suppress"].values()),
        frames["purpose"][language].replace("{purpose}", frames["purpose"][f"purposes_{language}"][0]),
        frames["role"][language].replace("{role}", frames["role"][f"roles_{language}"][0]),
    ]
    return tuple(each.strip() for each in told)
