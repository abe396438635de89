"""An overview -> Markdown for people's pages, JSON for programs."""

from typing import Any

import msgspec

from plimsoll.core import Measures
from plimsoll.pages.markup import spoken
from plimsoll.pages.words import Language, say
from plimsoll.reports import overview_rows as rows
from plimsoll.reports import overview_says as says
from plimsoll.reports import unread
from plimsoll.reports.markdown import escape, ruled
from plimsoll.reports.overview import Cell, Kind, Overview


def markdown(found: Overview, *, language: Language = "en") -> str:
    """The overview as Markdown."""
    parts = [
        f"## {escape(found.manifest.model)} · {escape(found.manifest.title)}",
        *(escape(warning) for warning in rows.unread(found, language)),
        *(escape(spoken(sentence, language)) for sentence in says.sentences(found)),
        escape(say("ov.judged_by", spoken(says.judging(found), language), language=language)),
        escape(spoken(says.itself(found), language)),
        escape(say("ov.covered", str(found.covered), str(len(found.hazards)), language=language)),
        ruled(rows.benchmarks(found), language),
        ruled(rows.hazards(found), language),
    ]
    notes = [say("ov.starter", language=language)] if rows.starters(found) else []
    notes += [
        *rows.unscored(found, language),
        *(spoken(each, language) for each in rows.corrected(found)),
        rows.unmeasured(found, language),
        spoken(rows.partial(found), language),
        *(spoken(each, language) for each in says.unseen(found)),
    ]
    notes += [say("result.spoken", *each, language=language) for each in rows.gaps(found)]
    parts.append("\n".join(f"- {escape(note)}" for note in notes if note))
    return "\n\n".join(part for part in parts if part) + "\n"


def json(found: Overview) -> str:
    """The overview as JSON: what was found, hazard by hazard, as it stands and turned."""
    return msgspec.json.encode(report(found)).decode() + "\n"


def report(found: Overview) -> dict[str, Any]:
    """The overview as plain values."""
    return {
        "format": 1,
        "suite": msgspec.to_builtins(found.manifest),
        "benchmarks": [
            {
                "benchmark": line.entry.benchmark,
                "run": line.entry.run,
                "source": line.entry.source,
                "gap": line.entry.gap,
                "measures": measures_of(line.kind),
                "kind": line.kind,
                "blind": msgspec.to_builtins(line.blind),
                "judging_model": line.judging,
                "judged_itself": line.itself,
                "headline": line.name,
                "judge": line.judge,
                "estimate": msgspec.to_builtins(line.estimate),
                "corrected": msgspec.to_builtins(line.corrected),
                "status": line.status,
                "notes": line.notes,
                "unread": unread.report(line.unread),
            }
            for line in found.lines
        ],
        "hazards": [
            {
                "hazard": each.id,
                "slug": each.slug,
                "measured": [
                    {"measures": measures_of(kind), "kind": kind, "language": language, **_cell(cell)}
                    for (kind, language), cell in each.cells.items()
                ],
                "empty": each.empty,
                "replies": each.replies,
            }
            for each in found.hazards
        ],
    }


def measures_of(kind: Kind) -> Measures:
    """What a benchmark says that it measures, whose numbers are of a kind."""
    return "safety" if kind in ("replies", "answers") else kind


def _cell(cell: Cell) -> dict[str, Any]:
    return {**cell._asdict(), "partial": cell.partial._asdict() if cell.partial else None}
