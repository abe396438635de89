"""Comparisons -> one HTML file that needs nothing else: no network, no foreign code, hostile text inert."""

from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

from plimsoll.comparison.nouns import Comparison, Difference
from plimsoll.pages.frame import STARTER, alone, answer
from plimsoll.pages.markup import Markup, Said, Table, bilingual, key
from plimsoll.pages.words import Language
from plimsoll.reports import comparison_rows as rows
from plimsoll.reports.comparison_flips import Flips, embed, encoded
from plimsoll.reports.comparison_plots import Dot, plot
from plimsoll.stats.pooling import SMALL

MOST_SHOWN = 24
"""Rows of a table above which it is folded."""


def render(found: Sequence[Comparison], *, language: Language = "en") -> str:
    """The page of one or more comparisons."""
    markup, flips, numbers = Markup(language), embed(found), count()
    body = "".join(_comparison(one, markup, numbers) for one in found)
    body += markup.section("items", key("cmp.section.flips"), _browser(flips, markup))
    banner = STARTER if any(map(rows.starter, found)) else ""
    categories = list(dict.fromkeys(each.c for each in flips.items))
    title = " · ".join(_title(found))
    return alone(title, body, markup, data=encoded(flips), categories=categories, banner=banner)


def _title(found: Sequence[Comparison]) -> Iterator[str]:
    for one in found[:3]:
        before, after = rows.names(one)
        yield f"{after} − {before}"


def _comparison(one: Comparison, markup: Markup, numbers: "count[int]") -> str:
    sections = [
        _head(one, markup),
        _differences(one, markup, next(numbers)),
        _parity(one, markup),
        _power(one, markup),
        _how(one, markup),
    ]
    return "".join(sections)


def _head(one: Comparison, markup: Markup) -> str:
    said, names = markup.said, rows.names(one)
    facts: list[tuple[str, Said]] = [
        ("cmp.before", f"{names[0]} · {Path(one.before.path).name}"),
        ("cmp.after", f"{names[1]} · {Path(one.after.path).name}"),
        ("head.benchmark", one.after.benchmark),
        ("cmp.metric", rows.metric(one)),
        ("cmp.shared", f"{one.shared:,}"),
    ]
    listed = markup.facts([(key(name), value) for name, value in facts])
    flipped = "cmp.flipped" if one.metric.startswith("accuracy") else "cmp.flipped.other"
    counts = key(flipped, f"{one.whole.gained:,}", f"{one.whole.lost:,}")
    corrected = "".join(said(each, "p", **{"class": "lead"}) for each in rows.corrected(one))
    warnings = "".join(f'<p class="warn">{said(bilingual(warning))}</p>' for warning in one.warnings)
    return (
        f'<section class="result"><h1>{said(names[1])} <span class="against">−</span> {said(names[0])}</h1>'
        f"<dl>{listed}</dl>{answer(rows.sentence(one))}"
        f'<p class="asides">{said(counts)}</p>{corrected}{warnings}</section>'
    )


def _differences(one: Comparison, markup: Markup, number: int) -> str:
    shown = [each for each in one.differences if len(each.group) < 2]
    title = key("cmp.section.differences")
    drawing = plot(markup, title, [_dot(one, each) for each in shown], number, rows.metric(one))
    heads = [key(f"cmp.column.{name}") for name in rows.DIFFERENCE_COLUMNS]
    cells = [rows.difference_row(each) for each in one.differences]
    table = markup.folded_table(Table(rows.metric(one), heads, cells))
    return _section(markup, "differences", _legend(markup) + drawing + table + _pooled(one, markup))


def _pooled(one: Comparison, markup: Markup) -> str:
    table = rows.pooled(one)
    if table is None:
        return ""
    note = markup.said(key("cmp.notes.pooled", str(SMALL)), "p", **{"class": "lead"})
    drawn = markup.folded_table(table) if len(table.rows) > MOST_SHOWN else markup.table(table)
    return note + drawn


def _dot(one: Comparison, found: Difference) -> Dot:
    note = f"{rows.points(found.difference)} · +{found.gained} −{found.lost}"
    return Dot(
        rows.group(dict(found.group)),
        found.difference,
        found.low,
        found.high,
        rows.standing(one, found),
        note,
    )


def _legend(markup: Markup) -> str:
    names = ("better", "worse", "open")
    return markup.legend(*((f"point {name}", key(f"cmp.legend.{name}")) for name in names))


def _parity(one: Comparison, markup: Markup) -> str:
    if not one.parity:
        return ""
    heads = [key(f"cmp.column.{name}") for name in rows.PARITY_COLUMNS]
    cells = [rows.parity_row(each) for each in one.parity]
    return _section(
        markup, "parity", markup.table(Table(key("cmp.section.parity"), heads, cells, frozenset({0, 1})))
    )


def _power(one: Comparison, markup: Markup) -> str:
    heads = [key(f"cmp.column.{name}") for name in rows.POWER_COLUMNS]
    cells = [rows.power_row(each) for each in one.differences if len(each.group) < 2]
    table = markup.table(Table(key("cmp.section.power"), heads, cells))
    return _section(markup, "power", table, f"{100 * one.wished:g}")


def _how(one: Comparison, markup: Markup) -> str:
    lines = "".join(markup.said(sentence, "li") for sentence in rows.methods(one))
    return markup.section("", key("cmp.section.how"), f'<ul class="notes">{lines}</ul>')


def _section(markup: Markup, name: str, body: str, *given: str) -> str:
    lead = markup.said(key(f"cmp.lead.{name}", *given), "p", **{"class": "lead"})
    return markup.section("", key(f"cmp.section.{name}"), lead + body)


def _browser(flips: Flips, markup: Markup) -> str:
    said = markup.said
    if not flips.total:
        return said(key("cmp.flips.none"), "p", **{"class": "lead"})
    lead = said(key("cmp.lead.flips"), "p", **{"class": "lead"})
    if len(flips.items) < flips.total:
        lead += said(
            key("cmp.flips.part", f"{len(flips.items):,}", f"{flips.total:,}"), "p", **{"class": "warn"}
        )
    noscript = f"<noscript>{said(key('cmp.flips.noscript'), 'p')}</noscript>"
    return f'{lead}{noscript}<div id="browser" hidden></div>'
