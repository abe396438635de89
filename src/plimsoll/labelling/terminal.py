"""How far raters agree -> lines on a terminal, and plain values for programs."""

from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from plimsoll.core.hidden import visible
from plimsoll.labelling.agreement import Agreement, Between
from plimsoll.labelling.pages import WORDS
from plimsoll.labelling.sheet import Line
from plimsoll.pages.words import interval, percent


def render(lines: list[Line], found: Agreement) -> RenderableType:
    """The agreement of each two raters, and what is disputed."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("Raters", "Replies", "Same label %", "Cohen's kappa", "AC1"):
        table.add_column(name, justify="left" if name == "Raters" else "right")
    for pair in found.pairs:
        table.add_row(visible(f"{pair.first} · {pair.second}"), f"{pair.n:,}", *_numbers(pair))
    left = len(found.disputed) - found.settled
    said = f"\n{len(found.disputed)} disputed, {left} still to settle" if found.disputed else "\nno dispute"
    return Group(table, Text(said), *(Text(_dispute(lines[place], place)) for place in found.disputed))


def plain(lines: list[Line], found: Agreement) -> dict[str, Any]:
    """The same as JSON values."""
    return {
        "format": 1,
        "event": lines[0].event,
        "items": len(lines),
        "pairs": [_plain(pair) for pair in found.pairs],
        "disputed": [
            {"id": line.id, "epoch": line.epoch, "labels": line.labels, "settled": line.settled}
            for line in (lines[place] for place in found.disputed)
        ],
    }


def _numbers(pair: Between) -> tuple[str, str, str]:
    share = f"{percent(pair.same / pair.n)} ({interval(*pair.share)})" if pair.n else "–"
    bounds = f" [{pair.bounds.low:.2f}, {pair.bounds.high:.2f}]" if pair.bounds else ""
    kappa = "not defined" if pair.kappa is None else f"{pair.kappa:.2f}{bounds}"
    return share, kappa, "–" if pair.ac1 is None else f"{pair.ac1:.2f}"


def _dispute(line: Line, place: int) -> str:
    said = ", ".join(f"{who}: {WORDS.get(value, value)}" for who, value in line.labels.items())
    end = "open" if line.settled is None else f"settled: {WORDS.get(line.settled, line.settled)}"
    return visible(f"  {place + 1:>3}  {line.id}  {said}  ({end})")


def _plain(pair: Between) -> dict[str, Any]:
    return {
        "raters": [pair.first, pair.second],
        "n": pair.n,
        "same": pair.same,
        "kappa": pair.kappa,
        "kappa_interval": list(pair.bounds) if pair.bounds else None,
        "ac1": pair.ac1,
    }
