"""A comparison -> tables for the terminal, readable at 80 columns and without colour."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from plimsoll.comparison.nouns import Comparison, Difference, Flip, Parity
from plimsoll.pages.markup import Said, Table, bilingual, key, spoken
from plimsoll.pages.words import Language, percent
from plimsoll.reports import comparison_rows as rows
from plimsoll.reports.terminal import ruled
from plimsoll.stats.pooling import SMALL

COLUMNS = ("group", "before", "after", "difference", "holm", "flips", "n")
"""What fits; the page and the JSON have the rest."""
PARITY_COLUMNS = ("group", "before", "after", "change", "p", "n")
FLIPS_SHOWN = 6
POOLED_SHOWN = 12
TONES = {"better": "green", "worse": "red", "open": ""}


def render(comparison: Comparison, *, language: Language = "en") -> RenderableType:
    """The result, then by subset, then what it can see and which questions flipped."""
    whole = comparison.whole
    counts = (f"{whole.gained:,}", f"{whole.lost:,}")
    sentence = spoken(rows.sentence(comparison), language)
    parts: list[RenderableType] = [Text(), Text(sentence, style="bold")]
    parts.append(Text(spoken(key(_flipped(comparison), *counts), language)))
    parts.append(Text(spoken(key("cmp.metric.said", rows.metric(comparison)), language)))
    parts += [Text(spoken(each, language)) for each in rows.corrected(comparison)]
    if rows.starter(comparison):
        parts.append(Text(spoken(key("starter"), language), style="yellow"))
    parts += [
        Text(f"! {spoken(bilingual(warning), language)}", style="yellow") for warning in comparison.warnings
    ]
    parts += [_differences(comparison, language), *_pooled(comparison, language)]
    parts.append(_power(comparison, language))
    parts += [_parity(comparison, language)] if comparison.parity else []
    return Group(*parts, *_flips(comparison))


def _differences(comparison: Comparison, language: Language) -> RenderableType:
    shown = [each for each in comparison.differences if len(each.group) < 2]
    tones = [TONES[rows.standing(comparison, each)] for each in shown]
    return _table("differences", COLUMNS, [_row(each) for each in shown], language, tones)


def _pooled(comparison: Comparison, language: Language) -> list[RenderableType]:
    """Subsets of few questions; the page and the JSON have all of them."""
    found = rows.pooled(comparison)
    if found is None:
        return []
    note = Text(spoken(key("cmp.notes.pooled", str(SMALL)), language), style="dim")
    return [ruled(found._replace(rows=found.rows[:POOLED_SHOWN]), language), note]


def _row(found: Difference) -> tuple[Said, ...]:
    return (
        rows.group(dict(found.group)),
        percent(found.before),
        percent(found.after),
        f"{rows.points(found.difference)} ({rows.bounds(found.low, found.high)})",
        rows.p_value(found.p_adjusted),
        f"+{found.gained} −{found.lost}",
        f"{found.n:,}",
    )


def _power(comparison: Comparison, language: Language) -> RenderableType:
    whole = comparison.whole
    lead = spoken(key("cmp.lead.power", f"{100 * comparison.wished:g}"), language)
    table = _table("power", rows.POWER_COLUMNS, [rows.power_row(whole)], language)
    return Group(table, Text(lead, style="dim"))


def _parity(comparison: Comparison, language: Language) -> RenderableType:
    several = len({each.languages for each in comparison.parity}) > 1
    cells = [_parity_row(each, several=several) for each in comparison.parity]
    return _table("parity", PARITY_COLUMNS, cells, language)


def _parity_row(parity: Parity, *, several: bool) -> tuple[Said, ...]:
    """One subset; with the languages that are set against each other where several pairs are."""
    label, pair, *_, p, n = rows.parity_row(parity)
    label = key("cmp.pair", label, pair) if several else label
    change = f"{rows.points(parity.change)} ({rows.bounds(parity.low, parity.high)})"
    return label, rows.points(parity.before), rows.points(parity.after), change, p, n


def _flips(comparison: Comparison) -> list[RenderableType]:
    up = [flip for flip in comparison.flips if flip.after > flip.before]
    down = [flip for flip in comparison.flips if flip.after < flip.before]
    return [Text(), *(_listed(sign, found) for sign, found in (("−", down), ("+", up)) if found)]


def _listed(sign: str, found: Sequence[Flip]) -> RenderableType:
    shown = ", ".join(_flip(flip) for flip in found[:FLIPS_SHOWN])
    more = f", … ({len(found):,})" if len(found) > FLIPS_SHOWN else ""
    return Text.assemble((f"{sign} ", "bold"), spoken(shown, "en"), more)


def _flip(flip: Flip) -> str:
    epoch = f"#{flip.epoch}" if flip.epoch else ""
    return f"{flip.id}{epoch} ({flip.before_label} → {flip.after_label})"


def _flipped(comparison: Comparison) -> str:
    return "cmp.flipped" if comparison.metric.startswith("accuracy") else "cmp.flipped.other"


def _table(
    name: str,
    columns: Sequence[str],
    cells: Sequence[Sequence[Said]],
    language: Language,
    tones: Sequence[str] = (),
) -> RenderableType:
    heads = [key(f"cmp.column.{column}") for column in columns]
    return ruled(Table(key(f"cmp.section.{name}"), heads, cells), language, tones)
