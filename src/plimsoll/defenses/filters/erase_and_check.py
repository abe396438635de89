"""Model -> the same model, asked only what a guard finds safe with any part of it erased.

The idea is Kumar et al., "Certifying LLM Safety against Adversarial Prompting" (2023): a harmful request
that hides behind added words is met without them among its erasures. Steps: (1) cut the user's last message
into words (Chinese: characters), (2) show the guard the whole, then what is left of it when words are
erased, shortest erasures first, (3) hold the request back at the first finding.

The paper's numbers of erasures grow with the message; `checks` bounds them, and a bound that is met is noted.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, islice
from typing import Literal

from plimsoll.core import Guard, Request, Response, UserError, Wrapped
from plimsoll.defenses._wording import last_user, with_last_user
from plimsoll.defenses.filters._checking import Guarding, Undecided, blocked, noted
from plimsoll.registry import defense

Way = Literal["suffix", "insertion", "infusion"]
_WORD = re.compile(r"[\u3400-\u9fff]|[^\s\u3400-\u9fff]+")


@defense
@dataclass(frozen=True)
class EraseAndCheck(Wrapped):
    """Erases words at the end, in one stretch or anywhere, and holds back what a guard then finds unsafe."""

    guard: Guard
    way: Way = "suffix"
    longest: int = 20
    """Words that are erased at most."""
    checks: int = 100
    """How often the guard is asked at most."""
    undecided: Undecided = "block"

    def __post_init__(self) -> None:
        if self.longest < 1 or self.checks < 1:
            raise UserError("erase_and_check: longest and checks are 1 or more")

    async def generate(self, request: Request) -> Response:
        """Ask where nothing unsafe is found."""
        guarding, notes = Guarding(self.guard, self.undecided), list[str]()
        left = erasures(last_user(request.messages), self.way, self.longest)
        for number, text in enumerate(islice(left, self.checks)):
            found = await guarding.request(with_last_user(request.messages, text))
            if found.held:
                where = f"{number} erasures tried before" if number else "nothing erased"
                return blocked((*found.notes, f"erase_and_check: {where}"))
            notes += [note for note in found.notes if note not in notes]
        if next(left, None) is not None:
            notes.append(f"erase_and_check: the guard saw {self.checks} erasures, not all of them")
        return noted(await self.inner.generate(request), notes)


def erasures(text: str, way: Way, longest: int) -> Iterator[str]:
    """The text, then what is left of it without some of its words, the fewest erased first."""
    yield text
    words = list(_WORD.finditer(text))
    for number in range(1, min(longest, len(words) - 1) + 1):
        for erased in _places(len(words), number, way):
            kept = [place for place in range(len(words)) if place not in erased]
            yield _joined(text, words, kept)


def _places(n: int, number: int, way: Way) -> Iterator[frozenset[int]]:
    if way == "suffix":
        yield frozenset(range(n - number, n))
    elif way == "insertion":
        yield from (frozenset(range(start, start + number)) for start in range(n - number + 1))
    else:
        yield from map(frozenset, combinations(range(n), number))


def _joined(text: str, words: list["re.Match[str]"], kept: list[int]) -> str:
    """The kept words, each with the blank that stood before it."""
    parts: list[str] = []
    for place in kept:
        before = text[words[place - 1].end() : words[place].start()] if place else ""
        parts += [before if parts else "", words[place][0]]
    return "".join(parts)
