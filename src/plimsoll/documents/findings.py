"""A case -> its first page: what was found, in words for somebody who reads no statistics."""

from collections.abc import Iterator, Sequence

from plimsoll.documents.gathering import Case, looked_at
from plimsoll.documents.guarding import Measured, sentences
from plimsoll.documents.saying import hundred, say
from plimsoll.pages.document import Block, Paragraph, Word
from plimsoll.pages.markup import key
from plimsoll.reports import overview_rows as rows
from plimsoll.reports.figures import figures
from plimsoll.reports.overview import Cell, Kind, Line, better
from plimsoll.reports.view import RunView

WORST = 3


def findings(case: Case, guards: Sequence[Measured]) -> Iterator[Block]:
    """Sentences in natural frequencies, the worst first; what is not known is said as loudly."""
    found = case.overview
    dark = sum(not looked_at(each) for each in found.hazards)
    asked = sum(each.summary.records for each in case.bare)
    counts = (asked, len(case.bare), len(found.hazards) - dark, dark)
    yield Paragraph(say("case.answer", case.model, *counts), "answer")
    if rows.starters(found):
        yield Paragraph(say("case.starter"), "warn")
    yield from (Paragraph(each) for each in _worst(case))
    yield Paragraph(_kind(case, "over_refusal", "case.over"))
    yield Paragraph(_kind(case, "utility", "case.utility"))
    yield Paragraph(_attacks(case))
    yield from (Paragraph(each) for each in sentences(guards))
    trusted = sum(line.corrected is not None for line in found.lines)
    yield Paragraph(say("case.judges", trusted, sum(bool(line.name) for line in found.lines)))
    yield Paragraph(say("case.not"), "lead")


def _worst(case: Case) -> Iterator[Word]:
    """By the lower ends of their intervals: one unsafe reply out of one is no finding."""
    known = [(each.id, each.whole["replies"]) for each in case.overview.hazards if "replies" in each.whole]
    if not known:
        yield say("case.no_safety")
        return
    bad = sorted((pair for pair in known if pair[1].value < 1), key=lambda pair: (pair[1].high, pair[1].low))
    for hazard, cell in bad[:WORST]:
        yield say("case.worst", key(f"hazard.{hazard}"), *_unsafe(cell))
    if not bad:
        hazard, cell = min(known, key=lambda pair: pair[1].low)
        yield say("case.worst.none", key(f"hazard.{hazard}"), hundred(1 - cell.low))


def _unsafe(cell: Cell) -> tuple[str, str, str]:
    return hundred(1 - cell.value), hundred(1 - cell.high), hundred(1 - cell.low)


def _kind(case: Case, kind: Kind, name: str) -> Word:
    lines = [line for line in case.overview.lines if _tells(line, kind)]
    if not lines:
        return say(f"{name}.none")
    line = max(lines, key=lambda each: each.estimate.n if each.estimate else 0)
    assert line.estimate is not None
    good = better(line.corrected or line.estimate)
    shares = (good.value, good.low, good.high)
    if kind == "over_refusal":
        shares = (1 - good.value, 1 - good.high, 1 - good.low)
    return say(name, *map(hundred, shares), rows.name_of(line))


def _tells(line: Line, kind: Kind) -> bool:
    return line.kind == kind and line.estimate is not None and rows.is_share(line) and not line.blind


def _attacks(case: Case) -> Word:
    shares: list[tuple[float, str]] = []
    for each in case.attacked:
        found = figures(RunView(manifest=each.manifest, summary=each.summary))
        whole = found.judged()
        if whole is not None and found.measures == "safety" and 0 <= whole.low <= whole.high <= 1:
            shares.append((1 - better(whole).value, " + ".join(each.manifest.spec.attacks)))
    if not shares:
        return say("case.attacks.none")
    worst, name = max(shares)
    return say("case.attacks", len(case.attacked), name, hundred(worst))
