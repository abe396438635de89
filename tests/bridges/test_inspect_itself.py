"""Inspect itself reads our logs and runs our benchmarks; what its own libraries warn of is left aside."""

import asyncio
import json
import math
import os
import struct
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as changed
from pathlib import Path
from typing import Any, Literal

import pytest

from plimsoll.bridges.inspect import as_task, export, import_log
from plimsoll.core import (
    Benchmark,
    DataError,
    Estimate,
    Instrument,
    Model,
    Outcome,
    Record,
    Request,
    Response,
    Sample,
    Transcript,
    Verdict,
)
from tests.support.inspect_logs import MANIFEST, SUMMARY, foreign, records, sample, zipped
from tests.support.toy import CARD


def peer(test: Any) -> Any:
    return pytest.mark.peer(pytest.mark.filterwarnings("ignore")(test))


@pytest.fixture
def inspect_ai(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    monkeypatch.setenv("INSPECT_DISPLAY", "none")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return pytest.importorskip("inspect_ai", reason="inspect_ai is not installed")


@peer
@pytest.mark.parametrize("form", ["json", "eval"])
def test_inspect_reads_an_exported_run_with_equal_metrics(
    inspect_ai: Any, tmp_path: Path, form: Literal["json", "eval"]
) -> None:
    from inspect_ai.log import list_eval_logs, read_eval_log, read_eval_log_sample_summaries

    path = export(MANIFEST, SUMMARY, records(), tmp_path, form=form)
    log = read_eval_log(str(path))
    header = read_eval_log(str(path), header_only=True)

    assert (log.status, log.version, log.eval.task) == ("success", 2, "plimsoll/colours")
    assert header.results == log.results
    samples: dict[Any, Any] = {(found.id, found.epoch): found for found in log.samples or ()}
    assert set(samples) == {(record.sample.id, record.epoch + 1) for record in records()}
    assert samples["q/0", 1].scores["strict"].value == 1.0
    assert math.isnan(samples["q/1", 1].scores["strict"].value)
    assert samples["q/2", 1].error.message == "elicit: ModelError: no <b>luck</b>"
    strict = log.results.scores[0]  # type: ignore[union-attr]
    assert {name: metric.value for name, metric in strict.metrics.items()} == {
        "accuracy": 0.5,
        "accuracy(category=sky)": 1.0,
    }
    assert len(read_eval_log_sample_summaries(str(path))) == 5
    assert [Path(info.name).name for info in list_eval_logs(str(tmp_path))] == [path.name]


@dataclass(frozen=True)
class Ask:
    async def elicit(self, sample: Sample, model: Model) -> Transcript:
        return Transcript(responses=(await model.generate(Request(messages=sample.messages)),))


@dataclass(frozen=True)
class Letter:
    name: str = "strict"

    async def judge(self, sample: Sample, transcript: Transcript) -> Verdict:
        label = transcript.reply[1:2]
        if not label:
            return Verdict(label="empty", value=None, outcome=Outcome.EMPTY)
        return Verdict(
            label=label, value=float(label == sample.target), detail={"length": len(transcript.reply)}
        )


@dataclass
class Shares:
    values: dict[str, list[float]] = field(default_factory=dict[str, list[float]])

    def add(self, record: Record) -> None:
        value = next(iter(record.verdicts.values())).value
        if value is not None:
            for group in ("", record.sample.category):
                self.values.setdefault(group, []).append(value)

    def merge(self, other: "Shares") -> None:
        for group, values in other.values.items():
            self.values.setdefault(group, []).extend(values)

    def estimates(self) -> Iterator[Estimate]:
        for group, values in self.values.items():
            share = sum(values) / len(values)
            subset = {"category": group} if group else {}
            yield Estimate(name="accuracy", value=share, low=share, high=share, n=len(values), group=subset)


class Broken:
    name = "broken"
    instrument = Instrument(event="right", higher_is_safer=True)

    async def judge(self, sample: Sample, transcript: Transcript) -> Verdict:
        raise ValueError("no verdict")


def colours() -> Benchmark:
    return Benchmark(
        card=CARD,
        samples=lambda: [sample(number) for number in range(6)],
        elicitation=Ask(),
        judges=(Letter(), Letter(name="compat"), Broken()),
        metrics=(Shares,),
    )


def scripted(replies: Sequence[str]) -> Any:
    from inspect_ai.model import ModelOutput, ModelUsage, get_model

    def answer(messages: Any, tools: Any, choice: Any, config: Any) -> Any:
        made = ModelOutput.from_content("mock", replies[int(messages[-1].text.split()[1].rstrip("?"))])
        # Without a usage the mock counts tokens with a vocabulary that it fetches from the network.
        made.usage = ModelUsage(input_tokens=4, output_tokens=2, total_tokens=6)
        return made

    return get_model("mockllm/model", custom_outputs=answer)


REPLIES = ("(A)", "(A)", "(B)", "(B)", "(A)", "")


def ours() -> dict[str, float]:
    """The same replies through our own parts."""
    tally = Shares()
    for question, reply in zip(colours().samples(), REPLIES, strict=True):
        transcript = Transcript(responses=(Response(text=reply),))
        verdict = asyncio.run(Letter().judge(question, transcript))
        tally.add(Record(sample=question, transcript=transcript, verdicts={"strict": verdict}))
    return {"".join(estimate.group.values()): estimate.value for estimate in tally.estimates()}


def evaluated(inspect_ai: Any, folder: Path, form: str, epochs: int = 1) -> Any:
    (log,) = inspect_ai.eval(
        as_task(colours(), name="colours", epochs=epochs),
        model=scripted(REPLIES),
        log_dir=str(folder),
        log_format=form,
        display="none",
    )
    return log


@peer
@pytest.mark.parametrize("form", ["json", "eval"])
def test_inspect_runs_our_benchmark_to_the_same_numbers(inspect_ai: Any, tmp_path: Path, form: str) -> None:
    log = evaluated(inspect_ai, tmp_path, form, epochs=2)
    assert log.status == "success", log.error
    scores = {score.name: score for score in log.results.scores}
    assert list(scores) == ["outcome", "strict", "compat", "broken"]
    assert {name: metric.value for name, metric in scores["outcome"].metrics.items()} == {
        "accuracy": ours()[""],
        "accuracy(category=sky)": ours()["sky"],
        "accuracy(category=sea)": ours()["sea"],
    }
    assert scores["strict"].unscored_samples == 1
    assert scores["strict"].metrics["mean"].value == ours()[""]
    assert scores["outcome"].scored_samples == 12
    assert scores["broken"].scored_samples == 0

    imported = list(import_log(Path(log.location)).records())
    assert sorted((r.sample.id, r.epoch) for r in imported) == [
        (f"q/{n}", e) for n in range(6) for e in (0, 1)
    ]
    first = next(record for record in imported if record.sample.id == "q/0")
    assert first.sample == sample(0)
    assert first.transcript is not None
    assert first.transcript.reply == "(A)"
    assert first.transcript.responses[0].usage.input_tokens == 4
    assert list(first.verdicts) == ["strict", "compat"]
    assert first.verdicts["strict"] == Verdict(label="A", value=1.0, detail={"length": 3})
    assert [failure.stage for failure in first.failures] == ["judge broken"]


@peer
def test_inspect_scores_a_log_of_ours_again(inspect_ai: Any, tmp_path: Path) -> None:
    log = evaluated(inspect_ai, tmp_path, "json")
    task = as_task(colours())
    again = inspect_ai.score(log, task.scorer, action="overwrite", display="none")
    assert again.results.scores[0].metrics["accuracy"].value == ours()[""]


@peer
def test_what_the_user_asks_of_inspect_wins(inspect_ai: Any, tmp_path: Path) -> None:
    benchmark = changed(colours(), samples=lambda: [sample(0)])
    (log,) = inspect_ai.eval(
        as_task(benchmark),
        model=scripted(REPLIES),
        log_dir=str(tmp_path),
        display="none",
        temperature=0.75,
        max_tokens=11,
    )
    (event,) = [event for event in log.samples[0].events if event.event == "model"]
    assert (event.config.temperature, event.config.max_tokens) == (0.75, 11)


@peer
def test_logs_compressed_with_zstd_are_read_and_their_bombs_refused(inspect_ai: Any, tmp_path: Path) -> None:
    import inspect_ai._util.zipfile  # noqa: F401 - teaches the standard library to write zstd

    path = zipped(tmp_path, "samples/7_epoch_2.json", json.dumps(foreign()).encode(), 93)
    assert [record.sample.id for record in import_log(path).records()] == ["7"]
    path.write_bytes(path.read_bytes().replace(b"\x28\xb5\x2f\xfd", b"\x28\xb5\x2f\xfe", 1))
    with pytest.raises(DataError, match=r"7_epoch_2\.json: cannot be unpacked"):
        list(import_log(path).records())

    path = zipped(tmp_path, "samples/1_epoch_1.json", b" " * 3_000_000, 93)
    true, false = struct.pack("<L", 3_000_000), struct.pack("<L", 1000)
    path.write_bytes(path.read_bytes().replace(true, false))
    with pytest.raises(DataError, match="more than 1000000"):
        list(import_log(path, limit=1_000_000).records())


@peer
@pytest.mark.slow
def test_inspect_finds_our_benchmarks_and_models_by_the_entry_point(inspect_ai: Any, tmp_path: Path) -> None:
    installed = tmp_path / "site" / "colours-0.dist-info"
    installed.mkdir(parents=True)
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: colours\nVersion: 0\n")
    (installed / "entry_points.txt").write_text(
        "[inspect_ai]\nplimsoll = plimsoll.bridges._inspect_registry\n"
    )
    arguments = [
        "eval",
        "plimsoll/safetybench",
        "-T",
        "language=en",
        "-T",
        "split=starter",
        "--limit",
        "20",
        "--log-format",
        "json",
    ]
    model = [
        "--model",
        "plimsoll/scripted/letter-B",
        "--log-dir",
        str(tmp_path / "logs"),
        "--display",
        "none",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "inspect_ai", *arguments, *model],
        env=os.environ | {"PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = (tmp_path / "logs").glob("*.json")
    imported = import_log(path)
    found = list(imported.records())
    assert imported.manifest.spec.benchmark == "safetybench:language=en,split=starter"
    assert imported.manifest.model.name == "scripted/letter-B"
    assert len(found) == 20
    right = sum(record.verdicts["compat"].value or 0.0 for record in found)
    assert right == sum(record.sample.target == "B" for record in found)
