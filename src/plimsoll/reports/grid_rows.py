"""A matrix -> cells and labels of text, the same for terminal, Markdown and HTML."""

from collections.abc import Iterator
from functools import reduce
from typing import NamedTuple

from plimsoll.core.hidden import visible
from plimsoll.pages.markup import Said, bilingual, key, spoken
from plimsoll.pages.units import arrow, interval_of, unit, value_of
from plimsoll.pages.words import Language, knows, metric, percent, say
from plimsoll.reports import comparison_rows
from plimsoll.reports.grid import AXES, CONDITIONS, STARTER, Axis, Entry, Grid, Matrix
from plimsoll.reports.tables import AMENDED, MISSING, UNSOUND
from plimsoll.run.ask.grid import NONE

LONGEST = 40
"""Characters of a label."""


class Shown(NamedTuple):
    """A cell as text."""

    value: str
    bounds: str
    """Of the value's interval."""
    difference: str
    """To the baseline, with its interval."""
    standing: str
    """`better`, `worse` or `open`; empty where there is nothing to hold it against."""

    @property
    def number(self) -> str:
        """`39.3 (31–49)`."""
        return f"{self.value} ({self.bounds})" if self.bounds else self.value


def heading(title: str) -> Said:
    """A grid's title; one that counts its axes is said in the reader's language."""
    return reduce(lambda one, other: key("grid.by", one, other), map(_counted, title.split(" × ")))


def _counted(part: str) -> Said:
    number, _, word = part.partition(" ")
    return key(f"grid.axis.{word}", number) if knows(f"grid.axis.{word}") else bilingual(part)


def shown(entry: Entry | None, language: Language = "en", digits: int = 1) -> Shown:
    """A cell as text; `digits` are the bounds'."""
    if entry is None or entry.estimate is None:
        word = entry.status if entry is not None and entry.status in ("gap", "waiting") else ""
        return Shown(say(f"grid.{word}", language=language) if word else MISSING, "", "", "")
    estimate = entry.estimate
    value = f"{'' if estimate.sound else UNSOUND}{value_of(estimate)}{AMENDED if entry.judged else ''}"
    share = unit(estimate.name) == "share"
    bounds = f"{percent(estimate.low, digits)}–{percent(estimate.high, digits)}"
    found = entry.comparison
    if found is None:
        return Shown(value, bounds if share else interval_of(estimate), "", "")
    whole = found.whole
    return Shown(
        value=value,
        bounds=bounds if share else interval_of(estimate),
        difference=f"{comparison_rows.points(whole.difference)} "
        f"({comparison_rows.bounds(whole.low, whole.high)})",
        standing=comparison_rows.standing(found, whole),
    )


def title(found: Grid, matrix: Matrix, language: Language = "en") -> str:
    """What a matrix is about: its benchmark, its number, and which way is safer."""
    entries = [entry for _, row in matrix.rows for entry in row if entry is not None and entry.estimate]
    names = list(dict.fromkeys(entry.name for entry in entries))
    about = [visible(matrix.benchmark)] if matrix.benchmark else []
    if len(names) == 1:
        toward = entries[0].toward
        about += [metric(names[0], language), *([say(toward, language=language)] if toward else [])]
    return " · ".join(about)


def columns(found: Grid, matrix: Matrix, language: Language = "en") -> list[str]:
    """The heads of the columns with cells."""
    if found.across is None:
        return [say("column.value", language=language)]
    heads = [label(found.named.get(column, column), found.across, language) for column in matrix.columns]
    if found.across != "benchmark":
        return heads
    named = [measured([row[place] for _, row in matrix.rows], language) for place in range(len(heads))]
    return [f"{head}: {name}" if name else head for head, name in zip(heads, named, strict=True)]


def measured(column: list[Entry | None], language: Language = "en") -> str:
    """The number of a column with the arrow of its direction; nothing where nothing was measured."""
    found = next((each for each in column if each is not None and each.estimate is not None), None)
    if found is None or found.estimate is None:
        return ""
    return metric(found.name, language) + arrow(found.estimate)


def axis_name(axis: Axis, language: Language = "en") -> str:
    """An axis in words."""
    return say(f"grid.axis.{axis}", language=language)


def label(value: str, axis: Axis, language: Language = "en") -> str:
    """An alternative in words, cut where it is long."""
    if value == NONE and axis in ("attack", "defense", "system_prompt"):
        return say(f"grid.none.{axis}", language=language)
    text = " ".join(visible(value).split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def row_label(found: Grid, place: tuple[str, ...], language: Language = "en") -> str:
    """Where a row stands, in words."""
    parts = [label(value, axis, language) for axis, value in zip(found.down, place, strict=True)]
    return " · ".join(parts) or label(found.entries[0].cell.model, "model", language)


def fixed(found: Grid, language: Language = "en") -> Iterator[tuple[str, str]]:
    """What is the same in every cell, and is not left out: the axis and its one value."""
    for axis in AXES:
        (value, *others) = found.values(axis)
        if not others and value != NONE:
            yield axis_name(axis, language), label(value, axis, language)


def gaps(found: Grid, language: Language = "en") -> list[tuple[str, str]]:
    """Cells that could not be run, and why: each reason once, with the cells that it holds for."""
    held: dict[str, list[Entry]] = {}
    for entry in found.entries:
        if entry.cell.gap:
            held.setdefault(entry.cell.gap, []).append(entry)
    return [(_where(found, entries, language), visible(reason)) for reason, entries in held.items()]


def _where(found: Grid, entries: list[Entry], language: Language) -> str:
    """The fewest words that name the cells: an alternative of which all cells are gaps."""
    for axis in AXES:
        values = list(dict.fromkeys(entry.at(axis) for entry in entries))
        everywhere = [entry for entry in found.entries if entry.at(axis) in values]
        if len(everywhere) == len(entries) and len(values) < len(entries):
            return ", ".join(label(value, axis, language) for value in values)
    return "; ".join(
        " · ".join(label(entry.at(axis), axis, language) for axis in found.varying) for entry in entries
    )


def unsound(found: Grid) -> bool:
    """Whether any number rests on too few of its items."""
    return any(entry.estimate is not None and not entry.estimate.sound for entry in found.entries)


def judged(entry: Entry) -> str:
    """A corrected cell's number as it was judged."""
    return f"{value_of(entry.judged)} ({interval_of(entry.judged)})" if entry.judged else MISSING


def remarks(found: Grid) -> list[Said]:
    """Which numbers cannot tell, what the mark of corrected ones means, and why others were not corrected."""
    said = dict.fromkeys((entry.at("benchmark"), each) for entry in found.entries for each in entry.blind)
    return [*(key("grid.blind", benchmark, each) for benchmark, each in said), *_corrected(found)]


def _corrected(found: Grid) -> list[Said]:
    marked = any(entry.judged for entry in found.entries)
    said: list[Said] = [key("corrected.mark", AMENDED), key("corrected.paired")] if marked else []
    return [*said, *dict.fromkeys(bilingual(note) for entry in found.entries for note in entry.notes)]


def legend(found: Grid, language: Language = "en") -> str:
    """What the arrows mean, where there are any."""
    return say("better.legend", language=language) if found.across == "benchmark" else ""


def starters(found: Grid) -> bool:
    """Whether any number rests on a starter set of our own."""
    return any(name.endswith(STARTER) for name in found.named.values())


def baseline(found: Grid) -> Said:
    """What the differences are to; empty where nothing varies."""
    if any(axis in found.varying for axis in CONDITIONS):
        around = [label(value, axis) for axis, value in found.conditions.items() if value != NONE]
        return key("grid.paired.first", " · ".join(around)) if around else key("grid.paired.plain")
    if "model" in found.varying:
        return key("grid.paired.model", label(found.values("model")[0], "model"))
    return ""


def baseline_note(found: Grid, language: Language = "en") -> str:
    """The same in words."""
    return spoken(baseline(found), language)
