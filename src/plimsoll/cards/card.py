"""A risk card: the official fields first, then what the format of 2023 lacks."""

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from msgspec import Struct

from plimsoll.taxonomies import harms

ACTORS = ("Consumer", "Reader", "Publisher", "External group", "Group", "Provider", "Developer")
KINDS = (
    *("Psychological", "Legal", "Social", "Physical", "Interpersonal", "Representational", "Reputational"),
    *("Allocative", "Societal", "Quality-of-service", "Financial", "Personal"),
)
SPELT = {
    "external": "External group",
    "external groups": "External group",
    "publishers": "Publisher",
    "consumers": "Consumer",
    "readers": "Reader",
    "groups": "Group",
    "providers": "Provider",
    "developers": "Developer",
    "inter or intra personal": "Interpersonal",
    "inter and intra personal": "Interpersonal",
    "quality of service": "Quality-of-service",
}
"""Spellings that the published cards use."""
_KIND = "|".join(re.escape(word) for word in ("Inter or Intra Personal", "Inter and Intra Personal", *KINDS))
_ACTOR = "|".join(
    sorted(map(re.escape, {*ACTORS, "External", *(f"{actor}s" for actor in ACTORS)}), key=len)[::-1]
)
HARM = re.compile(rf"\b({_ACTOR})\s*-\s*({_KIND})\b", re.IGNORECASE)

UPSETTING = frozenset({"H01", "H02", "H05", "H06", "H07", "H08", "H09", "H10", "H11"})
"""Hazards whose outputs hurt those who read many of them."""

Status = Literal["draft", "in use", "retired"]


class Illustration(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A prompt that brought the output out, and the output: an illustration, no test."""

    prompt: str
    output: str = ""


class LinkedTest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A test set that shows the card's behaviour: a benchmark, whole or by category, attacked or not."""

    benchmark: str
    category: str = ""
    attack: str = ""
    judge: str = ""


class RiskCard(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A risk card."""

    title: str
    description: str
    categorisation: tuple[str, ...] = ()
    """`W...` codes (Weidinger et al.) and `S...` codes (Shelby et al.)."""
    harm_types: tuple[str, ...] = ()
    """`Actor-Kind`, as it is written."""
    references: tuple[str, ...] = ()
    actions_required: str = ""
    """What must follow the output for the harm to happen."""
    samples: tuple[Illustration, ...] = ()
    slug: str = ""
    title_zh: str = ""
    description_zh: str = ""
    hubs: tuple[str, ...] = ()
    """Hub hazards, the primary one first; by the codes where none is given."""
    version: str = ""
    author: str = ""
    status: Status = "in use"
    languages: tuple[str, ...] = ()
    region: str = ""
    severity: int | None = None
    """0 (none) to 4 (loss of life or of many livelihoods)."""
    likelihood: str = ""
    detection: str = ""
    mitigation: str = ""
    regulations: tuple[str, ...] = ()
    """Such as `eu-ai-act:50`, a category of a taxonomy that the crosswalk has."""
    sensitive: bool = False
    """Whether its outputs are blurred where they are shown whatever its hazards, and count against limits."""
    tests: tuple[LinkedTest, ...] = ()

    @property
    def hazards(self) -> tuple[str, ...]:
        """Its hub hazards: those given, else those of its codes."""
        return self.hubs or harms.hubs_of(self.categorisation)

    @property
    def veiled(self) -> bool:
        """Whether its outputs are blurred where they are shown: by what it says, or by its hazards."""
        return self.sensitive or not UPSETTING.isdisjoint(self.hazards[:1])

    @property
    def harms(self) -> tuple["HarmType", ...]:
        """Who is harmed and how, in the closed words."""
        return tuple(harm_types(self.harm_types))


class HarmType(NamedTuple):
    """Who is harmed, and how."""

    actor: str
    kind: str

    def __str__(self) -> str:
        return f"{self.actor}-{self.kind}"


def harm_types(written: Iterable[str]) -> Iterator[HarmType]:
    """`Actor-Kind` out of texts as people write them, in the closed words; several may stand in one text."""
    for text in written:
        for found in HARM.finditer(" ".join(text.split())):
            yield HarmType(_closed(found[1], ACTORS), _closed(found[2], KINDS))


def leftover(text: str) -> str:
    """What of a written harm type names no actor and kind."""
    return " ".join(HARM.sub(" ", " ".join(text.split())).strip(" ,.;-").split())


def _closed(word: str, words: tuple[str, ...]) -> str:
    plain = " ".join(word.casefold().split())
    return next((each for each in words if each.casefold() == plain), SPELT.get(plain, word))
