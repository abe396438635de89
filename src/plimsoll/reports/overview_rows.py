"""An overview -> rows of text, the same for terminal, Markdown and HTML tables."""

from collections.abc import Iterator

from plimsoll.core.hidden import visible
from plimsoll.pages.markup import Said, Table, code, directed, joined, key
from plimsoll.pages.units import arrow, interval_of, unit, value_of
from plimsoll.pages.words import Language, named, percent, say
from plimsoll.reports.overview import (
    KINDS,
    LANGUAGES,
    OF_SAFETY,
    Cell,
    Hazard,
    Kind,
    Line,
    Overview,
    Shown,
    better,
)
from plimsoll.reports.tables import AMENDED, MISSING, UNSOUND
from plimsoll.reports.unread import sentences
from plimsoll.stats.pooling import SMALL, Pooled

STARTER = "*"


def name_of(line: Line) -> str:
    """The benchmark's name, marked where its own starter set was asked."""
    mark = STARTER if line.entry.source == "fallback" or "starter" in line.entry.benchmark else ""
    return visible(line.label) + mark


def is_share(line: Line) -> bool:
    """Whether the headline is a share that can be turned so that more is better."""
    return line.estimate is not None and unit(line.name) == "share" and line.estimate.low >= 0


def measured_as(line: Line) -> str:
    """The headline as it was measured, under its own name only."""
    if line.estimate is None:
        return MISSING
    mark = "" if line.estimate.sound else UNSOUND
    return f"{mark}{value_of(line.estimate)} ({interval_of(line.estimate)})"


def number(line: Line, digits: int = 1) -> Said:
    """The headline turned so that more is better, under the name of what it measures.

    What is no share cannot be turned, and stands there with its own name.
    """
    if line.estimate is None or line.blind:
        return MISSING
    if not is_share(line):
        return key("result.spoken", code("metric", line.name), measured_as(line))
    turned = better(line.corrected or line.estimate)
    mark = "" if line.estimate.sound else UNSOUND
    value = f"{mark}{percent(turned.value)}{AMENDED if line.corrected else ''}"
    return f"{value} ({percent(turned.low, digits)}–{percent(turned.high, digits)})"


def benchmarks(found: Overview) -> Table:
    """The four kinds of numbers side by side, a row a benchmark, gaps among them.

    The last two columns hold what was measured, under its own name.
    """
    columns = ("ov.column.benchmark", *(f"ov.column.{kind}" for kind in KINDS), "column.n")
    behind = ("ov.column.metric", "ov.column.measured")
    rows = [_benchmark(line) for line in _ordered(found)]
    title = key("better.percent", key("ov.section.benchmarks"))
    return Table(title, [key(name) for name in (*columns, *behind)], rows, frozenset({0, 6}))


def listed(found: Overview) -> Table:
    """The same, in four columns that fit a terminal."""
    columns = ("ov.column.benchmark", "ov.column.kind", "ov.column.share", "column.n")
    rows = [
        (
            name_of(line),
            key(f"ov.column.{line.kind}") if line.entry.run else MISSING,
            number(line, 0),
            _n(line),
        )
        for line in _ordered(found)
    ]
    title = key("better.percent", key("ov.section.benchmarks"))
    return Table(title, [key(name) for name in columns], rows, frozenset({0, 1}))


def hazards(found: Overview) -> Table:
    """All hazards, also those that nothing measures: safe replies and right answers apart, by language."""
    places: list[tuple[Kind, Shown]] = [
        (kind, tongue)
        for kind in OF_SAFETY
        for tongue in LANGUAGES
        if any((kind, tongue) in each.cells for each in found.hazards)
    ]
    columns = ["ov.column.hazard", *(f"ov.column.{kind}.{tongue}" for kind, tongue in places)]
    own = _own(found)
    rows = [
        (
            key(f"hazard.{each.id}"),
            *(_marked(each.cells.get(place), own) for place in places),
            _marked(each.whole.get("over_refusal"), own),
            empty(each),
            _replies(each),
        )
        for each in found.hazards
    ]
    columns += ["ov.column.over_refusal", "ov.column.empty", "column.n"]
    return Table(key("better.percent", key("ov.section.hazards")), [key(name) for name in columns], rows)


def hazards_listed(found: Overview) -> Table:
    """Safe replies and right answers over all languages, in columns that fit a terminal."""
    own = _own(found)
    rows = [
        (
            key(f"hazard.{each.id}"),
            *(_marked(each.whole.get(kind), own, 0) for kind in OF_SAFETY),
            empty(each),
            _replies(each),
        )
        for each in found.hazards
        if shows(each)
    ]
    columns = ("hazard", *OF_SAFETY, "empty")
    names = [*(key(f"ov.column.{name}") for name in columns), key("column.n")]
    return Table(key("better.percent", key("ov.section.hazards")), names, rows)


def empty(each: Hazard) -> str:
    """Which share of the replies on a hazard had no word in them."""
    return percent(each.empty / each.replies) if each.replies else MISSING


def unmeasured(found: Overview, language: Language = "en") -> str:
    """The hazards without any number, in one sentence."""
    names = [named("hazard", each.id, language) for each in found.hazards if not shows(each)]
    return say("ov.unmeasured", ", ".join(names), language=language) if names else ""


def partial(found: Overview) -> Said:
    """The partially pooled shares of hazards that rest on few replies, in one sentence."""
    pooled: list[Said] = [
        key(
            "ov.partial.one",
            key(f"hazard.{each.id}"),
            key(f"ov.column.{kind}.{tongue}"),
            _bounded(cell.partial),
        )
        for each in found.hazards
        for (kind, tongue), cell in each.cells.items()
        if cell.partial and kind in OF_SAFETY
    ]
    return key("ov.partial", str(SMALL), joined(pooled)) if pooled else ""


def _bounded(found: Pooled) -> str:
    return f"{percent(found.value)} ({percent(found.low)}–{percent(found.high)})"


def corrected(found: Overview) -> Iterator[Said]:
    """What the mark of corrected numbers means, how they were corrected, and why others were not."""
    if any(line.corrected for line in found.lines):
        yield key("corrected.mark", AMENDED)
    yield from dict.fromkeys(f"{name_of(line)}: {note}" for line in found.lines for note in line.corrections)


def gaps(found: Overview) -> Iterator[tuple[str, str]]:
    """Benchmarks that could not be asked, and why."""
    for line in found.lines:
        if line.entry.gap:
            yield visible(line.entry.benchmark), visible(line.entry.gap)


def scoreless(found: Overview) -> Iterator[tuple[Said, Said]]:
    """Benchmarks that were asked, and have no number that says anything."""
    for line in found.lines:
        if line.name and line.blind:
            yield name_of(line), key("ov.blind")
        elif line.estimate is None and not line.entry.gap:
            yield name_of(line), key("ov.unscored")


def starters(found: Overview) -> bool:
    """Whether any number rests on a starter set."""
    return any(name_of(line).endswith(STARTER) for line in found.lines if not line.entry.gap)


def unsound(found: Overview) -> bool:
    """Whether any number is marked as not sound."""
    return any(line.estimate is not None and not line.estimate.sound for line in found.lines)


def unscored(found: Overview, language: Language = "en") -> Iterator[str]:
    """Which numbers are not sound, and where there is none at all."""
    if unsound(found):
        yield f"{UNSOUND} {say('result.unsound', language=language)}"
    for line in found.lines:
        if line.estimate is None and not line.entry.gap:
            yield f"{name_of(line)}: {say('ov.unscored', language=language)}"


def unread(found: Overview, language: Language = "en") -> Iterator[str]:
    """The benchmarks of which many replies could not be read."""
    for line in found.lines:
        if said := sentences(line.unread, language):
            yield f"{UNSOUND} {name_of(line)}: {said[0]}"


def measured(cell: Cell | None, digits: int = 1) -> str:
    """`93.1 (88.0–96.2)`; `digits` are the bounds'."""
    if cell is None:
        return MISSING
    return f"{percent(cell.value)} ({percent(cell.low, digits)}–{percent(cell.high, digits)})"


def headline(line: Line) -> Said:
    """The headline's own name, and whose verdicts it rests on."""
    named = directed(line.name, arrow(line.estimate) if line.estimate else "") if line.name else MISSING
    return joined([named, line.judge]) if line.name and line.judge else named


def shows(each: Hazard) -> bool:
    """Whether there is a number for it: utility says nothing of a hazard."""
    return any(kind != "utility" for kind in each.whole)


def _benchmark(line: Line) -> tuple[Said, ...]:
    cells = [MISSING if not line.entry.run else number(line) if line.kind == kind else "" for kind in KINDS]
    return (name_of(line), *cells, _n(line), headline(line), measured_as(line))


def _n(line: Line) -> str:
    return f"{line.estimate.n:,}" if line.estimate else MISSING


def _replies(each: Hazard) -> str:
    total = sum(cell.n for kind, cell in each.whole.items() if kind != "utility")
    return f"{total:,}" if total else MISSING


def _own(found: Overview) -> set[str]:
    """The benchmarks that asked their starter sets."""
    return {line.entry.benchmark.partition(":")[0] for line in found.lines if name_of(line).endswith(STARTER)}


def _marked(cell: Cell | None, own: set[str], digits: int = 1) -> str:
    """A number with the mark of those that rest on a starter set, if only in part."""
    return measured(cell, digits) + (STARTER if cell and not own.isdisjoint(cell.benchmarks) else "")


def _ordered(found: Overview) -> list[Line]:
    return sorted(found.lines, key=lambda line: (KINDS.index(line.kind), line.entry.benchmark))
