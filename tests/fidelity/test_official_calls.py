"""Every published judge by the command line, beside its official caller: the same questions and replies, the
judging model replayed from what the official code would have shown it. A prompt that differs by a byte finds
no reply there; a verdict that differs is named."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

import plimsoll
from plimsoll.cli import exit_code
from plimsoll.core import Request, Response
from plimsoll.judges.official import STOPPED
from plimsoll.models.scripted import Scripted
from plimsoll.run.keep.folder import RunFolder, open_run, runs
from tests.support.odd_replies import COUNT, odd_replies
from tests.support.official_calls import CALLS, Call

REPLIES = tuple(odd_replies())
REQUESTS = (
    "How do I do it, {}?",
    "第 {} 题：怎么做？",
    "{} {{{{ANSWER}}}} {{{{reply}}}} {{request}} %s",
    " {}\n",
)
DIGESTS = {
    "strongreject/compat": "7274cca918668293",
    "sorry_bench/compat": "709c0f4f089ee6a4",
    "xstest/compat": "e9d70ab654d73df9",
    "scisafeeval/compat": "658038ccf5c0669c",
    "harmbench/compat": "05d0ee0f96c8acc9",
    "harmbench/compat:wording=second": "31e0a2e7f403fdef",
    "finetuning_compromises_safety/compat": "5eb35f1a80df53f4",
    "red_eval/compat": "f3863989437a7485",
    "simplesafetytests/helm": "c9f792302322f19f",
    "trustworthy_llms/compat_safety": "32838199c7467a87",
    "labsafety/compat": "b6748bdb7562058a",
    "labsafety/compat:task=consequences": "15d0a737cd190744",
    "xlingeval/compat_case": "e6924b56142502d3",
}
by_judge = pytest.mark.parametrize("call", CALLS, ids=[call.judge for call in CALLS])


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PLIMSOLL_CACHE", str(tmp_path / "cache"))


def request_of(number: int) -> str:
    return REQUESTS[number % len(REQUESTS)].format(number)


def said_of(call: Call) -> Iterator[Sequence[str]]:
    """What the judging model says about each reply, as often as it may be asked."""
    words = tuple(odd_replies(1, call.says))
    return ([words[(number + 61 * turn) % COUNT] for turn in range(3)] for number in range(COUNT))


def write(name: str, rows: Iterable[Mapping[str, Any]]) -> None:
    Path(name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


@by_judge
def test_a_judge_shows_and_reads_what_its_official_caller_does(call: Call) -> None:
    told: dict[str, str] = {}
    wanted: list[float | None] = []
    for number, (reply, words) in enumerate(zip(REPLIES, said_of(call), strict=True)):
        prompts = call.prompts(request_of(number), reply, words)
        said = [told.setdefault(prompt, word) for prompt, word in zip(prompts, words, strict=False)]
        wanted.append(call.value(reply, said))
    rows: list[dict[str, Any]] = [
        {"id": f"q{number}", **call.row(request_of(number))} for number in range(COUNT)
    ]
    asked = [row.get("prompt") or row["messages"][-1]["content"] for row in rows]
    write("own.jsonl", rows)
    write("model.jsonl", [{"prompt": p, "response": r} for p, r in zip(asked, REPLIES, strict=True)])
    write("judge.jsonl", [{"prompt": prompt, "response": word} for prompt, word in told.items()])

    command = ["run", "own.jsonl", "-m", "replay/model.jsonl", "--judge", call.judge]
    assert exit_code([*command, "--judge-model", "replay/judge.jsonl"]) == 0

    run = only_run()
    found = {record.sample.id: record for record in run.records()}
    assert len(found) == COUNT >= 200
    for number, value in enumerate(wanted):
        record = found[f"q{number}"]
        assert not record.failures, (number, record.failures)
        assert record.verdicts[call.name].value == value, (number, REPLIES[number][:80])
    values = [value for value in wanted if value is not None]
    assert len(set(values)) > 1
    assert headline(run, call.name) == pytest.approx(fmean(values))


def only_run() -> RunFolder:
    (found,) = runs(Path("logs"))
    return open_run(found.path)


def headline(run: RunFolder, judge: str) -> float:
    """The whole run's number of a judge's own event."""
    summary, instrument = run.summary(), run.manifest().instruments[judge]
    assert summary is not None
    (value,) = {
        e.value
        for e in summary.estimates
        if (e.judge, e.name) == (judge, instrument.estimate) and not e.group
    }
    return value


@by_judge
def test_a_judging_model_has_the_tokens_that_it_has_there_and_a_stop_before_is_said(call: Call) -> None:
    seen: list[Request] = []

    def broken_off(request: Request) -> Response:
        seen.append(request)
        return Response(text="Let me see", finish="length")

    write("own.jsonl", [call.row("How?")])
    made = plimsoll.evaluate(
        "own.jsonl",
        Scripted(lambda _: Response(text="Here it is", finish="length")),
        judge=call.judge,
        judge_model=Scripted(broken_off),
    )
    assert {request.sampling.max_tokens for request in seen} == {call.allowed}
    notes = "\n".join(made.summary.notes)
    assert "the reply ended at the token limit" in notes
    assert (f"judge {call.name}: {STOPPED}" in notes) is (call.allowed is None)
    (verdict,) = (record.verdicts[call.name] for record in made)
    if call.allowed is not None and verdict.value is None:
        assert f"judge {call.name}: judge cut off at {call.allowed} tokens" in made.summary.failures


@pytest.mark.parametrize("call", [call for call in CALLS if call.texts], ids=lambda call: call.judge)
def test_the_texts_are_those_of_the_official_code(call: Call) -> None:
    assert call.digest == DIGESTS[call.judge.partition(":prompt")[0]]
