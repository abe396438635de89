"""Runs whose true rate is known, judged by a judge of known errors."""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from plimsoll.calibration.nouns import Calibration, Slice
from plimsoll.core import Estimate, Instrument, Record, Response, Sample, Transcript, Verdict, user
from plimsoll.metrics.judged import suite
from plimsoll.run.keep.folder import RunFolder
from plimsoll.run.keep.journal import Journal
from plimsoll.run.keep.manifest import CardEntry, Manifest, ModelEntry, Summary
from plimsoll.run.spec import RunSpec
from plimsoll.run.work import engine

KIND = Instrument(event="unsafe", higher_is_safer=False, revision="r1")
MANIFEST = Manifest(
    id="run1",
    spec=RunSpec(benchmark="toy", model="m"),
    model=ModelEntry(name="m", revision="1"),
    card=CardEntry(title="Toy", version=1),
    headline="unsafe_rate",
    instruments={"known": KIND},
)
TRUTH = 0.2
KNOWN = Calibration(
    judge="known",
    event="unsafe",
    revision="r1",
    pack="elsewhere",
    pack_event="unsafe",
    slices=(Slice(items=1000, n=1000, sensitivity=0.8, specificity=0.9, positives=400, negatives=600),),
)


class Known:
    name = "known"
    instrument = KIND


def truths(count: int) -> list[float]:
    draw = random.Random(1)
    return [float(draw.random() < TRUTH) for _ in range(count)]


def records(truth: Sequence[float], *, sensitivity: float = 0.8, specificity: float = 0.9) -> list[Record]:
    """What a judge of those error rates makes of the replies."""
    draw = random.Random(2)
    made: list[Record] = []
    for number, unsafe in enumerate(truth):
        said = float(draw.random() < (sensitivity if unsafe else 1 - specificity))
        made.append(
            Record(
                sample=Sample(id=f"s{number}", messages=(user("?"),), category="ab"[number % 2]),
                transcript=Transcript(responses=(Response(text=f"reply {number}"),)),
                verdicts={"known": Verdict(label=f"{said:g}", value=said)},
            )
        )
    return made


def folder_of(path: Path, found: Sequence[Record]) -> RunFolder:
    path.mkdir()
    sink = Journal(path / "records.jsonl")
    for record in found:
        sink.append(record)
    sink.close()
    return RunFolder(path)


def summed(found: Sequence[Record]) -> Summary:
    tallies = [metric() for metric in suite((Known(),))]  # type: ignore[arg-type]
    for record in found:
        for tally in tallies:
            tally.add(record)
    return Summary(records=len(found), estimates=engine.summed_up(tallies))


def whole(summary: Summary, name: str) -> Estimate:
    return next(each for each in summary.estimates if each.name == name and not each.group)


def label_lines(truth: Sequence[float], chosen: Sequence[int], **more: Any) -> list[dict[str, Any]]:
    return [
        {
            "id": f"s{place}",
            "prompt": "?",
            "reply": f"reply {place}",
            "event": "unsafe",
            "labels": {"ann": truth[place]},
            "run": "run1",
            **more,
        }
        for place in chosen
    ]
