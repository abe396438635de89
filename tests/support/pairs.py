"""Two runs with known answers, as folders on disk."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from plimsoll.core import Estimate, Outcome, Record, Response, Sample, Transcript, Verdict, user
from plimsoll.run.keep import journal
from plimsoll.run.keep.folder import RunFolder
from plimsoll.run.keep.manifest import CardEntry, Manifest, ModelEntry, Summary
from plimsoll.run.spec import RunSpec


class Asked(NamedTuple):
    """One question and how it went: 1, 0, a share, or `None` for unscored."""

    id: str
    value: float | None
    category: str = "c"
    language: str = "en"
    pair: str = ""
    epoch: int = 0
    template: str = ""
    prompt: str = ""


def answers(values: Sequence[float | None], **more: Any) -> list[Asked]:
    """One question for each value."""
    return [Asked(str(number), value, **more) for number, value in enumerate(values)]


def record_of(asked: Asked) -> Record:
    """The record of a question."""
    sample = Sample(
        id=asked.id,
        messages=(user(asked.prompt or f"question {asked.id} in {asked.language}"),),
        target="A",
        category=asked.category,
        language=asked.language,
        pair=asked.pair,
        metadata={"template": asked.template} if asked.template else {},
    )
    outcome = Outcome.JUDGE_ERROR if asked.value is None else Outcome.ANSWERED
    label = "error" if asked.value is None else "A" if asked.value == 1 else "B"
    verdict = Verdict(label=label, value=asked.value, outcome=outcome)
    transcript = Transcript(responses=(Response(text=f"({label})"),))
    return Record(sample=sample, transcript=transcript, verdicts={"strict": verdict}, epoch=asked.epoch)


def run_of(
    path: Path,
    asked: Sequence[Asked],
    *,
    higher_is_safer: bool = True,
    status: str = "finished",
    **given: Any,
) -> RunFolder:
    """A run folder that holds the answers."""
    path.mkdir(parents=True)
    sink = journal.Journal(path / "records.jsonl")
    for each in asked:
        sink.append(record_of(each))
    sink.close()
    run = RunFolder(path)
    manifest: dict[str, Any] = {
        "id": path.name,
        "model": ModelEntry(name=f"toy/{path.name}", revision="1"),
        "card": CardEntry(title="Toy", version=1),
        "total": len(asked),
    }
    spec = {"benchmark": "toy", "model": f"toy/{path.name}"}
    spec |= {name: given.pop(name) for name in RunSpec.__struct_fields__ if name in given and name != "model"}
    run.write_manifest(Manifest(spec=RunSpec(**spec), **(manifest | given)))
    scored = [each.value for each in asked if each.value is not None]
    share = sum(scored) / len(scored) if scored else 0.0
    estimate = Estimate(
        name="accuracy" if higher_is_safer else "attack_success_rate",
        value=share, low=share, high=share, n=len(scored), higher_is_safer=higher_is_safer,
    )  # fmt: skip
    means: Mapping[str, int] = {"generation": len(asked)}
    run.write_summary(Summary(status=status, records=len(asked), estimates=(estimate,), means=means))
    return run


def two_runs(tmp_path: Path, before: Sequence[Asked], after: Sequence[Asked], **more: Any) -> list[RunFolder]:
    """A baseline and a run."""
    return [run_of(tmp_path / "before", before, **more), run_of(tmp_path / "after", after, **more)]
