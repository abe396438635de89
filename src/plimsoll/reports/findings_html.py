"""What analyses of weights found -> one HTML file that needs nothing else, and a section of a run's page."""

from collections.abc import Sequence

from plimsoll.core import Analysed, Finding
from plimsoll.pages.curves import SHARES, Bar, Cell, Curves, Point, Scale, scale_of
from plimsoll.pages.frame import alone, answer
from plimsoll.pages.markup import Markup, Said, bilingual, key
from plimsoll.pages.words import Language
from plimsoll.reports import findings as rows
from plimsoll.reports.findings import Group

MOST_SHOWN = 24
"""Rows of a table above which it is folded."""
BRIEF = 2
"""Drawings of an analysis in the report of a run."""


def render(found: Analysed, *, language: Language = "en") -> str:
    """The page of one analysis."""
    markup = Markup(language)
    drawn = Curves(markup)
    models = markup.facts(
        [
            *((key("finding.model", str(number)), f"{name} · {revision.partition(' ')[0]}")
              for number, (name, revision) in enumerate(found.models.items(), start=1)),
            (key("finding.spec"), found.analysis),
        ]
    )  # fmt: skip
    told = answer(rows.strongest(found)) if found.findings else ""
    asked = rows.summary(found)
    lead = markup.said(asked, "p", **{"class": "lead"}) if asked else ""
    head = (
        f'<section class="result">{markup.said(rows.title(found), "h1")}<dl>{models}</dl>{told}'
        f"{lead}</section>"
    )
    body = "".join(_group(group, markup, drawn) for group in rows.groups(found))
    notes = [*found.notes, *_files(found)]
    noted = "".join(markup.said(bilingual(note), "li") for note in notes)
    how = markup.section("notes", key("finding.notes"), f'<ul class="notes">{noted}</ul>') if noted else ""
    title = f"{found.analysis} · {', '.join(found.models)}"
    return alone(title, head + body + how, markup)


def section(kept: Sequence[Analysed], markup: Markup) -> str:
    """What was found in the weights of the model that a run asked; nothing where nothing was."""
    drawn, made = Curves(markup, start=1000), list[str]()
    for found in kept:
        held = rows.groups(found)
        if not held:
            continue
        first = "".join(_drawing(group, drawn) for group in held[:BRIEF])
        tables = "".join(markup.table(rows.table(group)) for group in held[:BRIEF])
        behind = (
            f'<details class="behind"><summary>{markup.said(key("table.show"))}</summary>{tables}</details>'
        )
        made.append(markup.said(rows.title(found), "h3") + markup.said(rows.strongest(found), "p"))
        made.append(first + behind)
    lead = markup.said(key("lead.weights"), "p", **{"class": "lead"})
    return lead + "".join(made) if made else ""


def _group(group: Group, markup: Markup, drawn: Curves) -> str:
    table = rows.table(group)
    shown = markup.folded_table(table) if len(table.rows) > MOST_SHOWN else markup.table(table)
    return markup.section("", group.heading, _drawing(group, drawn) + shown)


def _drawing(group: Group, drawn: Curves) -> str:
    match group.shape:
        case "curve":
            points = [_point(each, number) for number, each in enumerate(group.findings)]
            return drawn.curve(rows.counted(group), points, rows.axis(group), _scale(group))
        case "map":
            cells = [
                Cell(each.layer or 0, each.head or 0, each.value, _told(each)) for each in group.findings
            ]
            return drawn.heat(rows.counted(group), cells, rows.axis(group))
        case "bars":
            bars = [_bar(group, each) for each in group.findings[: rows.MOST_BARS]]
            return drawn.bars(rows.counted(group), bars, rows.unit(group.unit), _scale(group))


def _scale(group: Group) -> Scale:
    values = [end for each in group.findings for end in (each.value, each.low, each.high) if end is not None]
    whole = group.unit == "share" and min(values) >= 0 and max(values) > 0.5
    return SHARES if whole else scale_of(values)


def _point(each: Finding, number: int) -> Point:
    x = each.at if each.at is not None else float(number)
    full = each.note in ("", "after the final norm", "on the front")
    return Point(x, rows.place_of(each), each.value, each.low, each.high, _told(each), full)


def _bar(group: Group, each: Finding) -> Bar:
    return Bar(group.label(each), each.value, each.low, each.high, rows.shown(each.value, each.unit))


def _told(each: Finding) -> Said:
    number = rows.shown(each.value, each.unit)
    told = number if each.low is None else f"{number} ({rows.interval(each)})"
    return key("group.named", rows.place(each), told)


def _files(found: Analysed) -> list[str]:
    listed = found.arguments.get("files")
    if not isinstance(listed, dict):
        return []
    return [f"{name} · sha256 {str(digest)[:12]}" for name, digest in listed.items()]  # pyright: ignore
