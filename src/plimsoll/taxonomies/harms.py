"""The codes that risk cards are filed under (`W...` risks, `S...` harms) -> their names and hub hazards."""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from msgspec import Struct

from plimsoll.core import decoding
from plimsoll.taxonomies import risks

NONE = ("W0.0", "S0.0")
"""Codes that say: none fits."""


class Harm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A class of harm after Shelby et al."""

    code: str
    en: str
    zh: str
    hubs: tuple[str, ...]


class Code(NamedTuple):
    """A code with what it stands for."""

    code: str
    en: str
    zh: str
    hubs: tuple[str, ...]


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    harm: tuple[Harm, ...]


@cache
def codes() -> Mapping[str, Code]:
    """Every code that a card may have."""
    text = (files("plimsoll.taxonomies") / "shelby.toml").read_text(encoding="utf-8")
    harms = decoding.toml(text, _File).harm
    found = [Code(each.code, each.en, each.zh, each.hubs) for each in risks.risks()]
    found += [Code(each.code, each.en, each.zh, each.hubs) for each in harms]
    return {each.code: each for each in found}


def hubs_of(given: Iterable[str]) -> tuple[str, ...]:
    """The hub hazards of codes, the primary ones of risks first; unknown codes have none."""
    known = [codes()[code] for code in given if code in codes()]
    known.sort(key=lambda each: not each.code.startswith("W"))
    first = [each.hubs[0] for each in known]
    return tuple(dict.fromkeys([*first, *(hub for each in known for hub in each.hubs)]))
