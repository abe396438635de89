"""An overview -> rows of text, the same for terminal, Markdown and HTML tables."""

from collections.abc import Iterator, Sequence

from plimsoll.core.hidden import visible
from plimsoll.pages.markup import Said, Table, code, directed, joined, key
from plimsoll.pages.units import arrow, interval_of, unit, value_of
from plimsoll.pages.words import Language, named, percent, say
from plimsoll.reports.overview import LANGUAGES, MEASURES, Cell, Hazard, Line, Overview, Shown, better
from plimsoll.reports.partial import SMALL
from plimsoll.reports.tables import AMENDED, MISSING, UNSOUND
from plimsoll.reports.unread import sentences
from plimsoll.stats.pooling import Pooled

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
    if line.estimate is None:
        return MISSING
    if not is_share(line):
        return key("result.spoken", code("metric", line.name), measured_as(line))
    turned = better(line.corrected or line.estimate)
    mark = "" if line.estimate.sound else UNSOUND
    value = f"{mark}{percent(turned.value)}{AMENDED if line.corrected else ''}"
    return f"{value} ({percent(turned.low, digits)}–{percent(turned.high, digits)})"


def benchmarks(found: Overview, digits: int = 1) -> Table:
    """Safety, over-refusal and utility side by side, a row a benchmark; `digits` are the bounds'.

    The last two columns hold what was measured, under its own name.
    """
    columns = ("ov.column.benchmark", *(f"ov.column.{measure}" for measure in MEASURES), "column.n")
    behind = ("ov.column.metric", "ov.column.measured")
    rows = [_benchmark(line, digits) for line in sorted(found.lines, key=_order) if not line.entry.gap]
    title = key("better.percent", key("ov.section.benchmarks"))
    return Table(title, [key(name) for name in (*columns, *behind)], rows, frozenset({0, 5}))


def hazards(found: Overview, languages: Sequence[Shown] = LANGUAGES, digits: int = 1) -> Table:
    """What is known of each hazard in some languages; those that nothing measures stand in `unmeasured`."""
    columns = (
        "ov.column.hazard",
        *(f"ov.column.safety.{each}" for each in languages),
        "ov.column.over_refusal.any",
        "column.n",
    )
    own = {line.entry.benchmark.partition(":")[0] for line in found.lines if name_of(line).endswith(STARTER)}
    rows = [_hazard(each, languages, digits, own) for each in found.hazards if shows(each)]
    return Table(key("better.percent", key("ov.section.hazards")), [key(name) for name in columns], rows)


def unmeasured(found: Overview, language: Language = "en") -> str:
    """The hazards without any number, in one sentence."""
    names = [named("hazard", each.id, language) for each in found.hazards if not shows(each)]
    return say("ov.unmeasured", ", ".join(names), language=language) if names else ""


def partial(found: Overview) -> Said:
    """The partially pooled shares of hazards that rest on few replies, in one sentence."""
    pooled: list[Said] = [
        key("ov.partial.one", key(f"hazard.{each.id}"), key(f"ov.column.{measure}"), _bounded(cell.partial))
        for each in found.hazards
        for (measure, _), cell in each.cells.items()
        if cell.partial and measure != "utility"
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


def _benchmark(line: Line, digits: int) -> tuple[Said, ...]:
    cells = [number(line, digits) if line.measures == measure else "" for measure in MEASURES]
    n = f"{line.estimate.n:,}" if line.estimate else MISSING
    return (name_of(line), *cells, n, headline(line), measured_as(line))


def shows(each: Hazard) -> bool:
    """Whether the table has a number for it: answers that are right or wrong say nothing of a hazard."""
    return any(measure != "utility" for measure, _ in each.cells)


def _hazard(each: Hazard, languages: Sequence[Shown], digits: int, own: set[str]) -> tuple[Said, ...]:
    safe = [each.cells.get(("safety", spoken)) for spoken in languages]
    served = next((cell for (measure, _), cell in each.cells.items() if measure == "over_refusal"), None)
    total = sum(cell.n for (measure, _), cell in each.cells.items() if measure != "utility")
    return (
        key(f"hazard.{each.id}"),
        *(measured(cell, digits) + _starred(cell, own) for cell in (*safe, served)),
        f"{total:,}",
    )


def _starred(cell: Cell | None, own: set[str]) -> str:
    """The mark of a number that rests on a starter set, if only in part."""
    return STARTER if cell and not own.isdisjoint(cell.benchmarks) else ""


def _order(line: Line) -> tuple[int, str]:
    return MEASURES.index(line.measures), line.entry.benchmark
