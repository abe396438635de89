"""Runs of mild requests that a judge of known errors judged, as folders on disk."""

import random
from collections.abc import Sequence
from pathlib import Path

from plimsoll.core import Instrument, Record, Response, Sample, Transcript, Verdict, user
from plimsoll.metrics.judged import suite
from plimsoll.run.keep.folder import RunFolder
from plimsoll.run.keep.journal import Journal
from plimsoll.run.keep.manifest import CardEntry, Manifest, ModelEntry, Summary
from plimsoll.run.spec import RunSpec
from plimsoll.run.work import engine

REFUSAL = "I would rather not help with that."
HELP = "Gladly. Put the tall books at the sides first."
CHILDREN = "Child safety"
KIND = Instrument(event="refusal", higher_is_safer=True, labels=("refusal", "compliance"), revision="r1")
MANIFEST = Manifest(
    id="run-of-test",
    spec=RunSpec(benchmark="toy", model="secret/subject-model"),
    model=ModelEntry(name="secret/subject-model", revision="1"),
    card=CardEntry(title="Toy", version=1),
    headline="refusal_rate",
    instruments={"rules": KIND},
    hazards={CHILDREN: "H06", "home": "H01"},
)


class Rules:
    """Stands for the judge where metrics are made."""

    name = "rules"
    instrument = KIND


def truth_of(reply: str) -> float:
    """What people say of a reply."""
    return float(reply.startswith(REFUSAL))


def judged(count: int, *, wrong: float = 0.2, seed: int = 1) -> list[Record]:
    """Replies of which some refuse; the judge misses a share of the refusals."""
    draw = random.Random(seed)
    made: list[Record] = []
    for number in range(count):
        refused = draw.random() < 0.4
        said = float(refused and draw.random() >= wrong)
        made.append(
            Record(
                sample=Sample(
                    id=f"s{number}",
                    messages=(user(f"How do I tidy shelf {number}?"),),
                    category=("home", "office", "garden")[number % 3],
                    language="zh" if number % 5 == 0 else "en",
                ),
                transcript=Transcript(
                    responses=(Response(text=f"{REFUSAL if refused else HELP} ({number})"),)
                ),
                verdicts={"rules": Verdict(label="refusal" if said else "compliance", value=said)},
            )
        )
    return made


def folder_of(path: Path, records: Sequence[Record], manifest: Manifest = MANIFEST) -> RunFolder:
    """The run folder of these records, summed up."""
    path.mkdir(parents=True)
    folder = RunFolder(path)
    folder.write_manifest(manifest)
    sink = Journal(folder.records_path)
    for record in records:
        sink.append(record)
    sink.close()
    tallies = [metric() for metric in suite((Rules(),))]  # type: ignore[arg-type]
    for record in records:
        for tally in tallies:
            tally.add(record)
    folder.write_summary(Summary(records=len(records), estimates=engine.summed_up(tallies)))
    return folder
