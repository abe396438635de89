"""A run folder that was begun -> what it holds already, counted once and kept small."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from plimsoll.core import Outcome, Record, Usage, replace
from plimsoll.run.keep import journal
from plimsoll.run.keep.blobs import Blobs
from plimsoll.run.keep.digests import Digests
from plimsoll.run.keep.folder import RunFolder
from plimsoll.run.work.engine import Count

ASIDE = "failed.jsonl"
"""Records that did not come to an end, set aside."""


@dataclass
class Taken:
    """What an earlier part of a run holds."""

    run: Path
    done: Digests = field(default_factory=Digests)
    usage: Usage = field(default_factory=Usage)
    aside: int = 0
    """Bytes of what was set aside before this time."""
    unjudged_answers: int = 0

    def unjudged(self) -> Iterator[Record]:
        """Answers that a judge failed on: these are judged again, and the model is not asked again."""
        if not self.unjudged_answers:
            return
        blobs = Blobs(self.run)
        for record in journal.read(self.run / ASIDE, self.aside):
            if record.transcript is not None:
                yield blobs.brought_back(record)


def take_up(run: RunFolder, count: Count) -> Taken:
    """Count what an earlier part of the run holds; what failed is set aside and done again."""
    path = run.path / ASIDE
    taken = Taken(run.path, aside=path.stat().st_size if path.exists() else 0)
    aside: journal.Journal | None = None
    for record in run.records():
        if record.transcript is not None:
            taken.done.add(record.sample.id, record.epoch)
            for response in record.transcript.responses:
                taken.usage = added(taken.usage, response.usage)
        if _is_whole(record):
            count.add(record)
            continue
        aside = aside or journal.Journal(path)
        aside.append(record)
        taken.unjudged_answers += record.transcript is not None
    if aside is not None:
        aside.close()
        journal.rewrite(run.records_path, filter(_is_whole, run.records()))
    taken.usage = replace(taken.usage, seconds=0.0)
    return taken


def added(a: Usage, b: Usage) -> Usage:
    """The sum of two usages."""
    return Usage(
        input_tokens=a.input_tokens + b.input_tokens,
        cached_tokens=a.cached_tokens + b.cached_tokens,
        output_tokens=a.output_tokens + b.output_tokens,
        seconds=a.seconds + b.seconds,
    )


def _is_whole(record: Record) -> bool:
    """Whether it holds an answer, and no judge failed on it."""
    failed = any(verdict.outcome is Outcome.JUDGE_ERROR for verdict in record.verdicts.values())
    return record.transcript is not None and not failed
