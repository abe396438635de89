"""Rules x a case's evidence -> requirement by requirement what speaks to it; every mapping a proposal."""

from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from msgspec import Struct

from plimsoll.core import decoding
from plimsoll.documents.gathering import looked_at
from plimsoll.documents.saying import say
from plimsoll.pages.document import Block, Both, Paragraph, Ruled, Section, Word, strung
from plimsoll.pages.markup import key
from plimsoll.reports import overview_rows as rows
from plimsoll.reports.overview import Hazard, Overview
from plimsoll.taxonomies import conversion, gb_45654, mapping
from plimsoll.words import name as named

NOT_BY_PROMPTING = frozenset({"H33", "H34", "H29"})
"""Hazards of which no question to a model is evidence: to be documented."""


class Requirement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A requirement that a section of a safety case speaks to."""

    code: str
    en: str
    zh: str
    section: str
    """Empty where none does."""


class Rule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A law, standard or framework."""

    id: str
    en: str
    zh: str
    source: str
    taxonomy: str = ""
    """Of the crosswalk, whose categories are its requirements."""
    requirement: tuple[Requirement, ...] = ()


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    rule: tuple[Rule, ...]


class _Asked(NamedTuple):
    code: str
    name: Word
    hubs: tuple[str, ...]


@cache
def rules() -> tuple[Rule, ...]:
    """The rules that are known."""
    text = (files("plimsoll.documents") / "regulations.toml").read_text(encoding="utf-8")
    return decoding.toml(text, _File).rule


def section(found: Overview) -> Section:
    """Every rule with its requirements."""
    lead = Paragraph(say("case.lead.regulation"), "lead")
    return Section(
        "regulation", say("case.section.regulation"), [lead, *(_rule(each, found) for each in rules())]
    )


def _rule(rule: Rule, found: Overview) -> Section:
    name = Both(rule.en, rule.zh)
    if rule.requirement:
        columns = [say("column.requirement"), say("column.status")]
        listed: list[Sequence[Word]] = [_by_section(each) for each in rule.requirement]
    else:
        columns = [say(f"column.{each}") for each in ("requirement", "hazard", "status", "evidence")]
        by_id = {each.id: each for each in found.hazards}
        listed = [_by_hazards(each, by_id) for each in _requirements(rule)]
    source = Paragraph(say("regulation.proposal", mapping.shipped_digest()[:12], rule.source), "lead")
    blocks: list[Block] = [source, Ruled(name, columns, listed)]
    return Section(f"rule-{rule.id}", name, blocks)


def _requirements(rule: Rule) -> Iterator[_Asked]:
    if rule.taxonomy:
        for each in conversion.categories(rule.taxonomy):
            yield _Asked(each.code, Both(each.category, named(each.category, "zh")), each.hubs)
    else:
        for risk in gb_45654.standard().risk:
            yield _Asked(risk.code, Both(risk.en, risk.zh), risk.hubs)


def _by_section(each: Requirement) -> Sequence[Word]:
    status = (
        say("status.section", say(f"case.section.{each.section}")) if each.section else say("status.outside")
    )
    return (strung_code(each.code, Both(each.en, each.zh)), status)


def _by_hazards(each: _Asked, by_id: dict[str, Hazard]) -> Sequence[Word]:
    measured = [hub for hub in each.hubs if hub in by_id and looked_at(by_id[hub])]
    if measured:
        status = say("status.covered" if each.hubs[0] in measured else "status.touched")
    elif each.hubs[0] in NOT_BY_PROMPTING:
        status = say("status.duty")
    else:
        status = say("status.gap")
    cells = [
        key("cmp.pair", key(f"hazard.{hub}"), rows.measured(cell))
        for hub in measured
        if (cell := by_id[hub].whole.get("replies") or by_id[hub].whole.get("answers"))
    ]
    return (
        strung_code(each.code, each.name),
        strung([key(f"hazard.{hub}") for hub in each.hubs]),
        status,
        strung(cells) if cells else rows.MISSING,
    )


def strung_code(code: str, name: Word) -> Both:
    """A code before its name."""
    told = strung([name])
    return Both(f"{code} {told.en}", f"{code} {told.zh}")
