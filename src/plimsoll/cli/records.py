"""`plimsoll records`: what a run holds, line by line."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from plimsoll.cli import _options, _output
from plimsoll.core import Outcome, Record, UserError, did_you_mean
from plimsoll.evaluation import rows
from plimsoll.pages import lines
from plimsoll.run.keep.folder import RunFolder
from plimsoll.words import preferred

OUTCOMES = tuple(each.value for each in Outcome)


@click.command("records")
@_options.RUN
@click.option("--id", "sample_id", help="One whole record, by the id of its sample.")
@click.option("--epoch", type=click.IntRange(0), default=0, show_default=True, help="With --id: which epoch.")
@click.option("--outcome", help="Only records of this outcome.")
@click.option("--category", help="Only records of this category.")
@click.option("--full", is_flag=True, help="Whole records: sample, transcript, verdicts.")
@_options.LOG_DIR
@_output.TEXT
def command(
    *,
    run: Path | None,
    log_dir: Path,
    sample_id: str | None,
    epoch: int,
    full: bool,
    as_text: bool | None,
    **wanted: str | None,
) -> None:
    """Print the records of RUN (the newest one without it) as JSON lines: id, origin, outcome, label, value.

    They stand in the benchmark's order, not in that in which answers came.
    The label and the value are those of the judge that counts; `origin` is the question that an attacked
    sample was made out of, and the id itself where it was not.
    With --id or --full whole records, on a terminal as a conversation with its verdicts.
    """
    folder = _options.opened(run, log_dir)
    _refuse_unknown(folder, wanted)
    found = [folder.record(sample_id, epoch)] if sample_id is not None else _whole(folder, wanted)
    if sample_id is None and not full:
        _output.lines(_short(folder, wanted))
    elif _output.for_people(as_text):
        _output.texts(lines.of_record(record, language=preferred()) for record in found)
    else:
        _output.lines(found)


def _refuse_unknown(folder: RunFolder, wanted: dict[str, str | None]) -> None:
    """A misspelled filter must not look like a run that holds nothing of the kind."""
    outcome, category = wanted["outcome"], wanted["category"]
    if outcome is not None and outcome not in OUTCOMES:
        raise UserError(
            f"no outcome is called {outcome!r}{did_you_mean(outcome, OUTCOMES)} "
            f"(there are {', '.join(OUTCOMES)})"
        )
    if category is None:
        return
    known = dict.fromkeys(entry.category for entry in folder.entries())
    if category not in known:
        named = ", ".join(filter(None, known)) or "none"
        raise UserError(
            f"{folder.path.name} has no category {category!r}{did_you_mean(category, known)} (it has {named})"
        )


def _short(folder: RunFolder, wanted: dict[str, str | None]) -> Iterator[dict[str, Any]]:
    return filter(lambda row: _fits(row, wanted), map(rows.short, folder.in_order()))


def _whole(folder: RunFolder, wanted: dict[str, str | None]) -> Iterator[Record]:
    for record in folder.in_order():
        if _fits({"outcome": record.outcome, "category": record.sample.category}, wanted):
            yield record


def _fits(row: dict[str, Any], wanted: dict[str, str | None]) -> bool:
    return all(value is None or row[key] == value for key, value in wanted.items())
