"""Comparisons -> one HTML file that needs nothing else: no network, no foreign code, hostile text inert."""

import json
import re
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from urllib.parse import quote

from plimsoll import __version__
from plimsoll.comparison.nouns import Comparison, Difference
from plimsoll.pages.files import ICON, LOGO, fill, hashed, inert, resource, unbroken
from plimsoll.pages.markup import Key, Markup, Said, escape, key, spoken
from plimsoll.pages.words import Language, words
from plimsoll.reports import comparison_rows as rows
from plimsoll.reports.comparison_flips import Flips, embed, encode
from plimsoll.reports.comparison_plots import Dot, plot


def render(found: Sequence[Comparison], *, language: Language = "en") -> str:
    """The page of one or more comparisons."""
    markup = Markup(language)
    flips = embed(found)
    style = resource("static/page.css") + "\n" + resource("static/comparison.css")
    script = resource("static/comparison.js")
    said = markup.said
    numbers = count()
    return fill(
        resource("comparison.html"),
        language="zh-Hans" if language == "zh" else "en",
        style_hash=hashed(style),
        script_hash=hashed(script),
        title=escape(f"{' · '.join(_title(found))} · Plimsoll"),
        icon=f"data:image/svg+xml,{quote(ICON)}",
        style=style,
        script=script,
        logo=LOGO,
        skip=said(key("cmp.skip")),
        language_name=said(key("language")),
        language_label=markup.label(key("language.switch")),
        theme_label=markup.label(key("theme")),
        body="".join(_comparison(one, markup, numbers) for one in found),
        flips_title=said(key("cmp.section.flips")),
        flips=_browser(flips, markup),
        foot=said(key("foot", __version__)),
        words=inert(json.dumps({"en": words("en"), "zh": words("zh")}, ensure_ascii=False)),
        data=inert(encode(flips)),
    )


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
        ("cmp.shared", f"{one.shared:,}"),
    ]
    listed = "".join(f"<div><dt>{said(key(name))}</dt>{said(value, 'dd')}</div>" for name, value in facts)
    flipped = "cmp.flipped" if one.metric.startswith("accuracy") else "cmp.flipped.other"
    counts = key(flipped, f"{one.whole.gained:,}", f"{one.whole.lost:,}")
    warnings = "".join(f'<p class="warn">{said(warning)}</p>' for warning in one.warnings)
    lower = "" if one.higher_is_safer else f'<p class="warn">{said(key("cmp.lower"))}</p>'
    return (
        f'<section class="result"><h1>{said(names[1])} <span class="against">−</span> {said(names[0])}</h1>'
        f"<dl>{listed}</dl>{_answer(rows.sentence(one))}"
        f'<p class="asides">{said(counts)}</p>{lower}{warnings}</section>'
    )


def _answer(sentence: Key) -> str:
    english, chinese = (_whole(unbroken(spoken(sentence, language))) for language in ("en", "zh"))
    return (
        f'<p class="answer"><span class="only-en" lang="en">{english}</span>'
        f'<span class="only-zh" lang="zh-Hans">{chinese}</span></p>'
    )


def _whole(markup: str) -> str:
    """Intervals on one line."""
    return re.sub(r"[−+]?[\d.]+…[−+]?[\d.]+", r'<span class="nb">\g<0></span>', markup)


def _differences(one: Comparison, markup: Markup, number: int) -> str:
    shown = [each for each in one.differences if len(each.group) < 2]
    title = key("cmp.section.differences")
    drawing = plot(markup, title, [_dot(one, each) for each in shown], number)
    heads = [key(f"cmp.column.{name}") for name in rows.DIFFERENCE_COLUMNS]
    cells = [rows.difference_row(each) for each in one.differences]
    table = markup.folded_table(title, heads, cells)
    return _section(markup, "differences", _legend(markup) + drawing + table)


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
    items = "".join(
        f'<li><i class="swatch point {name}" aria-hidden="true"></i>'
        f"{markup.said(key(f'cmp.legend.{name}'))}</li>"
        for name in ("better", "worse", "open")
    )
    return f'<ul class="legend">{items}</ul>'


def _parity(one: Comparison, markup: Markup) -> str:
    if not one.parity:
        return ""
    heads = [key(f"cmp.column.{name}") for name in rows.PARITY_COLUMNS]
    cells = [rows.parity_row(each) for each in one.parity]
    return _section(markup, "parity", markup.table(key("cmp.section.parity"), heads, cells, words=2))


def _power(one: Comparison, markup: Markup) -> str:
    heads = [key(f"cmp.column.{name}") for name in rows.POWER_COLUMNS]
    cells = [rows.power_row(each) for each in one.differences if len(each.group) < 2]
    table = markup.table(key("cmp.section.power"), heads, cells)
    return _section(markup, "power", table, f"{100 * one.wished:g}")


def _how(one: Comparison, markup: Markup) -> str:
    lines = "".join(markup.said(sentence, "li") for sentence in rows.methods(one))
    return f'<section><h2>{markup.said(key("cmp.section.how"))}</h2><ul class="notes">{lines}</ul></section>'


def _section(markup: Markup, name: str, body: str, *given: str) -> str:
    lead = markup.said(key(f"cmp.lead.{name}", *given), "p", **{"class": "lead"})
    return f"<section><h2>{markup.said(key(f'cmp.section.{name}'))}</h2>{lead}{body}</section>"


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
