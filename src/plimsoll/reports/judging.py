"""A run's judges -> what each of them found, and how far it can be trusted."""

from collections.abc import Iterator
from typing import NamedTuple

from plimsoll.core import Estimate, Instrument
from plimsoll.pages.markup import Said, Table, directed, key
from plimsoll.pages.units import arrow, interval_of, value_of
from plimsoll.pages.words import CORRECTED
from plimsoll.reports.tables import MISSING, UNSOUND
from plimsoll.reports.view import RunView
from plimsoll.run.keep.manifest import Manifest


class Found(NamedTuple):
    """What one judge found over the whole run."""

    judge: str
    instrument: Instrument
    raw: Estimate
    corrected: Estimate | None
    """`None` where nothing is known of the judge's errors."""


def findings(view: RunView) -> Iterator[Found]:
    """Every judge with its numbers, in the run's order; nothing for runs whose metrics name no judge.

    A judge's numbers are the rate of its own event and, where that is another, the headline as it says.
    """
    whole = {(e.judge, e.name): e for e in view.summary.estimates if e.judge and not e.group}
    for name, instrument in view.manifest.instruments.items():
        own = instrument.event if instrument.graded else f"{instrument.event}_rate"
        for number in dict.fromkeys((view.manifest.headline, own)):
            raw = whole.get((name, number))
            if raw is not None:
                yield Found(name, instrument, raw, whole.get((name, number + CORRECTED)))


def judges(view: RunView) -> Table | None:
    """The judges as a table; `None` where the run names none."""
    names = ("judge", "metric", "judged", "corrected", "labels", "judge_model", "revision")
    rows = [_row(each) for each in findings(view)]
    columns = [key(f"column.{name}") for name in names]
    return Table(key("section.judges"), columns, rows, frozenset({0, 1})) if rows else None


def _row(found: Found) -> tuple[Said, ...]:
    corrected = found.corrected
    return (
        found.judge,
        directed(found.raw.name, arrow(found.raw)),
        _number(found.raw),
        _number(corrected) if corrected else key("judges.uncorrected"),
        f"{corrected.labels:,}" if corrected else MISSING,
        found.instrument.model.partition("|")[0] or MISSING,
        found.instrument.revision,
    )


def _number(estimate: Estimate) -> str:
    mark = "" if estimate.sound else UNSOUND
    return f"{mark}{value_of(estimate)} ({interval_of(estimate)})"


def model_of(manifest: Manifest) -> str:
    """The model behind the judge that counts; nothing where rules judge."""
    first = next(iter(manifest.instruments.values()), None)
    return first.model.partition("|")[0] if first else ""


def judged_itself(manifest: Manifest) -> bool:
    """Whether a model judged its own replies, which it is kinder to than to others'."""
    subject = manifest.model
    models = (each.model.partition("|") for each in manifest.instruments.values() if each.model)
    return any(name == subject.name or revision == subject.revision != "" for name, _, revision in models)
