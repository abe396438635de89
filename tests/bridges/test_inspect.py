"""Our runs as Inspect's logs and back, and our benchmarks as its tasks."""

import asyncio
import json
import math
import os
import struct
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as changed
from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest

from plimsoll.bridges.inspect import as_task, export, import_log
from plimsoll.core import (
    Benchmark,
    DataError,
    Estimate,
    Failure,
    Image,
    Message,
    Model,
    Outcome,
    Record,
    Request,
    Response,
    Sample,
    Tally,
    Transcript,
    Usage,
    Verdict,
    assistant,
    system,
    user,
)
from plimsoll.run.manifest import CardEntry, Manifest, ModelEntry, Summary
from tests.support.toy import CARD

MANIFEST = Manifest(
    id="0f3a5b",
    benchmark="colours:language=en",
    model=ModelEntry(name="scripted/table", revision="1", options={"seed": "1"}),
    sampling={"temperature": 0.5},
    epochs=2,
    total=6,
    card=CardEntry(title="Colours", version=3),
    created="2026-11-21T07:00:00+00:00",
    plimsoll="0.1.0",
)
ESTIMATES = (
    Estimate(name="accuracy", value=0.5, low=0.1, high=0.9, n=2, unscored=1),
    Estimate(name="accuracy", value=1.0, low=0.2, high=1.0, n=1, group={"category": "sky"}),
)
SUMMARY = Summary(
    records=6, estimates=ESTIMATES, usage=Usage(input_tokens=20, cached_tokens=5, output_tokens=9)
)


def sample(number: int, **fields: Any) -> Sample:
    given: dict[str, Any] = {
        "id": f"q/{number}",
        "messages": (system("Choose."), user(f"Question {number}?\n(A) red\n(B) blue")),
        "choices": ("red", "blue"),
        "target": "AB"[number % 2],
        "category": ("sky", "sea")[number % 2],
        "language": "zh",
        "pair": f"p{number}",
        "metadata": {"row": number, "tags": ["x"]},
    }
    return Sample(**(given | fields))


def records() -> list[Record]:
    picture = Image(media_type="image/png", data="AAAA")
    usage = Usage(input_tokens=9, cached_tokens=2, output_tokens=3, seconds=0.5)
    return [
        Record(
            sample=sample(0),
            transcript=Transcript(
                responses=(Response(text="(A)", thought="hm", means="generation", usage=usage),),
            ),
            verdicts={
                "strict": Verdict(label="A", value=1.0, reason="plain", confidence=0.9, detail={"how": "x"}),
                "compat": Verdict(label="A", value=1.0),
            },
        ),
        Record(
            sample=sample(0),
            transcript=Transcript(responses=(Response(text="I cannot help.", finish="blocked"),)),
            verdicts={"strict": Verdict(label="refused", value=0.0, outcome=Outcome.REFUSED)},
            epoch=1,
        ),
        Record(
            sample=sample(1, messages=(Message(role="user", text="See", images=(picture,)),), target=None),
            transcript=Transcript(
                responses=(Response(text="uryyb"),),
                messages=(user("go on"), assistant("hello")),
                state={"n": 1},
            ),
            verdicts={"strict": Verdict(label="", value=None, outcome=Outcome.JUDGE_UNPARSED)},
        ),
        Record(
            sample=sample(2, trail=("encoding/rot13",), request="plain", turns=("and?",)),
            failures=(Failure(stage="elicit", error="ModelError", message="no <b>luck</b>"),),
        ),
        Record(
            sample=sample(3),
            transcript=Transcript(responses=(Response(text="(B)", loglikelihoods=(-2.0, -0.1)),)),
            failures=(Failure(stage="judge strict", error="ValueError", message="broke"),),
        ),
    ]


@pytest.mark.parametrize("form", ["json", "eval"])
def test_a_run_that_goes_through_a_log_comes_back_whole(
    tmp_path: Path, form: Literal["json", "eval"]
) -> None:
    path = export(MANIFEST, SUMMARY, records(), tmp_path, form=form)
    imported = import_log(path)
    assert imported.manifest == MANIFEST
    assert list(imported.records()) == records()


def test_the_file_is_named_by_time_task_and_id(tmp_path: Path) -> None:
    path = export(MANIFEST, SUMMARY, records(), tmp_path)
    assert path.name == "2026-11-21T07-00-00-00-00_colours_0f3a5b.json"
    assert list(tmp_path.iterdir()) == [path]


def test_an_interrupted_run_is_said_to_be_cancelled(tmp_path: Path) -> None:
    path = export(MANIFEST, None, records(), tmp_path)
    assert json.loads(path.read_text())["status"] == "cancelled"


def foreign(**fields: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "id": 7,
        "epoch": 2,
        "input": "What is the sky?",
        "choices": ["red", "blue"],
        "target": ["B"],
        "messages": [
            {
                "role": "user",
                "content": "Answer with a letter. What is the sky? A) red B) blue",
                "source": "input",
            },
            {"role": "assistant", "content": "attachment://aa", "source": "generate"},
        ],
        "output": {
            "model": "m",
            "choices": [
                {"message": {"role": "assistant", "content": "attachment://aa"}, "stop_reason": "max_tokens"}
            ],
            "usage": {"input_tokens": 5, "output_tokens": 2, "total_tokens": 9, "input_tokens_cache_read": 2},
            "time": 0.25,
        },
        "scores": {
            "choice": {"value": "C", "answer": "B", "explanation": "said B"},
            "judge": {"value": math.nan, "reason": "grader_failed"},
            "many": {"value": {"a": 1, "b": 0}},
        },
        "metadata": {"category": "sky"},
        "attachments": {"aa": "ANSWER: B"},
    }
    return given | fields


def foreign_log(*samples: dict[str, Any]) -> dict[str, Any]:
    spec = {
        "run_id": "r",
        "task_id": "t",
        "created": "2026-01-01T00:00:00+00:00",
        "task": "inspect_evals/colours",
        "task_args": {"shots": 5},
        "model": "openai/gpt-4o",
        "dataset": {"samples": 1},
        "config": {"epochs": 2},
    }
    return {"version": 2, "status": "success", "eval": spec, "samples": list(samples)}


def written(folder: Path, log: Any) -> Path:
    path = folder / "log.json"
    path.write_text(json.dumps(log), encoding="utf-8")
    return path


def test_a_multiple_choice_sample_of_theirs_keeps_choices_and_target(tmp_path: Path) -> None:
    imported = import_log(written(tmp_path, foreign_log(foreign())))
    (record,) = imported.records()

    assert imported.manifest.benchmark == "inspect_evals/colours:shots=5"
    assert imported.manifest.model.name == "inspect/openai/gpt-4o"
    assert imported.manifest.total == 2
    assert (record.sample.id, record.epoch) == ("7", 1)
    assert (record.sample.choices, record.sample.target) == (("red", "blue"), "B")
    assert record.sample.messages[0].text.startswith("Answer with a letter.")
    assert record.sample.request == "What is the sky?"
    assert record.sample.category == "sky"
    assert record.transcript is not None
    assert record.transcript.reply == "ANSWER: B"
    response = record.transcript.responses[0]
    assert (response.finish, response.usage.input_tokens, response.usage.seconds) == ("length", 7, 0.25)
    assert record.verdicts["choice"] == Verdict(label="B", value=1.0, reason="said B")
    assert record.verdicts["judge"].value is None
    assert record.verdicts["judge"].outcome is Outcome.JUDGE_UNPARSED
    assert record.verdicts["many"].detail == {"value": {"a": 1, "b": 0}}


def test_a_sample_of_theirs_that_failed_is_a_failure(tmp_path: Path) -> None:
    broken = foreign(output={"model": "m", "choices": []}, scores=None, error={"message": "429"})
    (record,) = import_log(written(tmp_path, foreign_log(broken))).records()
    assert record.transcript is None
    assert record.outcome is Outcome.ERROR
    assert record.failures[0].message == "429"


def test_a_log_cut_short_is_refused_with_its_place(tmp_path: Path) -> None:
    whole = export(MANIFEST, SUMMARY, records(), tmp_path)
    whole.write_bytes(whole.read_bytes()[:-200])
    with pytest.raises(DataError, match=r"colours_0f3a5b\.json, document: no JSON"):
        import_log(whole)


def test_a_zip_cut_short_is_refused(tmp_path: Path) -> None:
    whole = export(MANIFEST, SUMMARY, records(), tmp_path, form="eval")
    whole.write_bytes(whole.read_bytes()[:-200])
    with pytest.raises(DataError, match="no complete zip file"):
        import_log(whole)


@pytest.mark.parametrize(
    ("sample", "said"),
    [
        (foreign(epoch="two"), r"samples\[0\].*epoch"),
        (foreign(messages=[{"role": "king", "content": ""}]), r"samples\[0\].*role"),
        (foreign(metadata={"plimsoll": {"sample": {"category": 3}}}), r"samples\[0\].*category"),
        (foreign(metadata={"plimsoll": 3}), r"samples\[0\]"),
        (foreign(attachments={"aa": 3}), r"samples\[0\]"),
        ("hello", r"samples\[0\]"),
    ],
)
def test_a_malformed_sample_is_refused_with_its_place(tmp_path: Path, sample: Any, said: str) -> None:
    imported = import_log(written(tmp_path, foreign_log(sample)))
    with pytest.raises(DataError, match=rf"log\.json, {said}"):
        list(imported.records())


@pytest.mark.parametrize("log", [[], {}, {"eval": {}}, {"eval": {"task": 1, "model": "m"}}])
def test_what_is_no_log_is_refused(tmp_path: Path, log: Any) -> None:
    with pytest.raises(DataError, match=r"log\.json"):
        import_log(written(tmp_path, log))


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    path.write_text("[" * 100_000)
    with pytest.raises(DataError, match="no JSON"):
        import_log(path)


def test_attachments_that_unfold_without_end_are_refused(tmp_path: Path) -> None:
    bomb = foreign(
        messages=[{"role": "user", "content": "attachment://aa"}] * 50, attachments={"aa": "x" * 10_000}
    )
    path = written(tmp_path, foreign_log(bomb))
    with pytest.raises(DataError, match="unfold"):
        list(import_log(path, limit=100_000).records())


def test_what_no_journal_could_hold_is_made_fit(tmp_path: Path) -> None:
    odd = {"big": 10**400, "id": 2**63 + 1, "half": "a\ud800b", "pair": "\U0001f600", "nan": math.inf}
    (record,) = import_log(written(tmp_path, foreign_log(foreign(metadata=odd)))).records()
    again = msgspec.json.decode(msgspec.json.encode(record), type=Record)
    assert again.sample.metadata["half"] == "a?b"
    assert again.sample.metadata["pair"] == "\U0001f600"


def zipped(folder: Path, member: str, content: bytes, method: int = zipfile.ZIP_DEFLATED) -> Path:
    path = folder / "log.eval"
    with zipfile.ZipFile(path, "w", method) as out:
        out.writestr(member, content)
        if member != "header.json":
            out.writestr("header.json", json.dumps(foreign_log()))
    return path


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path, "samples/1_epoch_1.json", b" " * 3_000_000)
    with pytest.raises(DataError, match=r"samples/1_epoch_1\.json: unpacks to more than 1000000 bytes"):
        list(import_log(path, limit=1_000_000).records())


def test_a_zip_bomb_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path, "samples/1_epoch_1.json", b" " * 3_000_000)
    true, false = struct.pack("<L", 3_000_000), struct.pack("<L", 1000)
    path.write_bytes(path.read_bytes().replace(true, false))
    with pytest.raises(DataError, match=r"samples/1_epoch_1\.json"):
        list(import_log(path, limit=1_000_000).records())


def test_a_sample_in_pieces_is_refused_with_the_remedy(tmp_path: Path) -> None:
    path = zipped(tmp_path, "samples/1_epoch_1/sample.json", b"{}")
    with pytest.raises(DataError, match="inspect log convert"):
        list(import_log(path).records())


def test_an_interrupted_evaluation_of_theirs_is_read_as_far_as_it_went(tmp_path: Path) -> None:
    path = tmp_path / "log.eval"
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("_journal/start.json", json.dumps(foreign_log()))
        out.writestr("samples/7_epoch_2.json", json.dumps(foreign()))
    assert [record.sample.id for record in import_log(path).records()] == ["7"]


# From here on Inspect itself is asked; its own libraries warn, which is not ours to mend.


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

    def estimates(self) -> Iterator[Estimate]:
        for group, values in self.values.items():
            share = sum(values) / len(values)
            subset = {"category": group} if group else {}
            yield Estimate(name="accuracy", value=share, low=share, high=share, n=len(values), group=subset)


class Accuracy:
    def tally(self) -> Tally:
        return Shares()


class Broken:
    name = "broken"

    async def judge(self, sample: Sample, transcript: Transcript) -> Verdict:
        raise ValueError("no verdict")


def colours() -> Benchmark:
    return Benchmark(
        card=CARD,
        samples=lambda: [sample(number) for number in range(6)],
        elicitation=Ask(),
        judges=(Letter(), Letter(name="compat"), Broken()),
        metrics=(Accuracy(),),
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
    assert imported.manifest.benchmark == "safetybench:language=en,split=starter"
    assert imported.manifest.model.name == "scripted/letter-B"
    assert len(found) == 20
    right = sum(record.verdicts["compat"].value or 0.0 for record in found)
    assert right == sum(record.sample.target == "B" for record in found)
