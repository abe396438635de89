"""The 21 ethical and social risks of language models -> how each arises, whom it harms, what a test sees."""

from functools import cache
from importlib.resources import files
from typing import Literal

from msgspec import Struct

from plimsoll.core import UserError, decoding, did_you_mean
from plimsoll.taxonomies import crosswalk

TAXONOMY = "deepmind-21"

Mechanism = Literal[
    "training data", "likelihood training", "user intent", "interaction design", "deployment economics"
]
Harmed = Literal["user", "third party", "group", "society", "worker", "environment"]
Origin = Literal["data", "model", "application", "use"]
Measurability = Literal["direct", "proxy", "no"]
"""By questions to a model: as such, by something that goes with it, or not at all."""
Status = Literal["tested", "proxy", "documented", "gap"]


class Area(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of the six areas."""

    code: str
    en: str
    zh: str


class Risk(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of the 21 risks."""

    code: str
    en: str
    zh: str
    definition_en: str
    definition_zh: str
    mechanism: Mechanism
    harmed: tuple[Harmed, ...]
    origin: tuple[Origin, ...]
    evidence: Literal["observed", "anticipated"]
    evidence_date: str
    evidence_source: str
    measurability: Measurability
    mitigations: str

    @property
    def area(self) -> str:
        """The code of its area."""
        return self.code.partition(".")[0]

    @property
    def hubs(self) -> tuple[str, ...]:
        """Its hub hazards by the crosswalk, the primary one first."""
        return tuple(
            link.hub for link in crosswalk.links() if (link.taxonomy, link.code) == (TAXONOMY, self.code)
        )

    def status(self, measured: frozenset[str], documented: frozenset[str] = frozenset()) -> Status:
        """What a set of measured hub hazards, and of risks that a document speaks of, makes of it.

        A risk that no questions can show is never tested by them, whatever its hazards are.
        """
        reached = self.hubs[0] in measured
        if reached and self.measurability == "direct":
            return "tested"
        if reached and self.measurability == "proxy":
            return "proxy"
        return "documented" if self.code in documented else "gap"


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    area: tuple[Area, ...]
    risk: tuple[Risk, ...]


@cache
def _file() -> _File:
    text = (files("plimsoll.taxonomies") / "ethical_social_risks.toml").read_text(encoding="utf-8")
    return decoding.toml(text, _File)


def areas() -> tuple[Area, ...]:
    """The six areas."""
    return _file().area


def risks() -> tuple[Risk, ...]:
    """The 21 risks, in order."""
    return _file().risk


def risk(code: str) -> Risk:
    """The risk of a code, such as `W3.2`. Raises `UserError`."""
    for each in risks():
        if each.code.casefold() == code.strip().casefold():
            return each
    raise UserError(f"there is no risk {code!r}{did_you_mean(code, [each.code for each in risks()])}")
