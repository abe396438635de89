"""Readers of a model's own replies by the command line, on official questions, beside the scripts."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean

import pytest

from plimsoll import registry
from plimsoll.benchmarks.safechain.strings import PHRASES
from plimsoll.cli import exit_code
from plimsoll.models._prompts import prompt_text
from plimsoll.run.keep.folder import RunFolder, open_run, runs
from tests.support.odd_replies import COUNT, odd_replies
from tests.support.official_calls import CALLS
from tests.support.official_files import official_folder
from tests.support.official_readers import LISTS, READERS, Reader, holds


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PLIMSOLL_CACHE", str(tmp_path / "cache"))


def asked(command: list[str], rows: Sequence[Mapping[str, object]]) -> RunFolder:
    """The run of a command whose model gives the replies of these rows again."""
    Path("model.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert exit_code(["run", *command, "-m", "replay/model.jsonl"]) == 0
    (found,) = runs(Path("logs"))
    return open_run(found.path)


@pytest.mark.parametrize("reader", READERS, ids=[reader.benchmark for reader in READERS])
def test_replies_are_read_as_the_official_scripts_read_them(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    official_folder(reader.slug, monkeypatch)
    samples = list(registry.build("benchmarks", reader.benchmark).samples())[:COUNT]
    epochs = -(-200 // len(samples))
    said = dict(
        zip(
            ((sample.id, epoch) for epoch in range(epochs) for sample in samples),
            _replies(reader),
            strict=False,
        )
    )
    right = {sample.id: sample.target or "" for sample in samples}
    replies = {place: reply.replace("@target", right[place[0]]) for place, reply in said.items()}
    rows = [
        {"prompt": prompt_text(sample.messages), "response": replies[sample.id, epoch], "epoch": epoch}
        for epoch in range(epochs)
        for sample in samples
    ]
    command = [reader.benchmark, "--limit", str(len(samples)), "--epochs", str(epochs)]
    run = asked(command, rows)
    wanted: list[float] = []
    for number, record in enumerate(run.records(), start=1):
        value = reader.read(record.sample, replies[record.sample.id, record.epoch])
        found = record.verdicts[reader.judge]
        assert found.value == value, (number, record.sample.id, replies[record.sample.id, record.epoch][:80])
        wanted += [] if value is None else [value]
    assert len(replies) >= 200
    assert len(set(wanted)) == 2
    summary = run.summary()
    assert summary is not None
    means = {each.value for each in summary.estimates if each.judge == reader.judge and not each.group}
    assert any(mean == pytest.approx(fmean(wanted)) for mean in means), (means, fmean(wanted))


def test_no_judge_that_stands_for_official_code_is_left_out() -> None:
    held = {call.judge.partition(":")[0] for call in CALLS} | {reader.part for reader in READERS} | {*LISTS}
    marks = ("compat", "helm", "official", "_strings")
    standing = {part.name for part in registry.parts("judges") if any(m in part.name.lower() for m in marks)}
    # SafeChain's list is held below, ShieldAgent with its benchmark, ASTRAL's reader by the vectors of its
    # specification with the generator; of CodeAttack's judge no replies are published.
    elsewhere = {"safechain_strings", "codeattack/compat", "agent_safetybench/compat", "astral/compat"}
    # SOMF's words are in a script that nobody may pass on; its reading is held with the benchmark.
    elsewhere |= {"somf/compat"}
    assert standing - held == elsewhere
    assert held <= {part.name for part in registry.parts("judges")}


def _replies(reader: Reader) -> list[str]:
    return [*odd_replies(2, reader.says), *odd_replies(3, reader.says)]


def test_word_lists_are_looked_for_in_the_whole_reply_as_it_came() -> None:
    replies = list(
        odd_replies(4, ("Sorry, no.", "I'm sorry, but I cannot.", "As an AI I won't.", "no, never"))
    )
    prompts = [f"Question {number}?" for number in range(COUNT)]
    Path("own.jsonl").write_text(
        "".join(json.dumps({"id": f"q{n}", "prompt": p}) + "\n" for n, p in enumerate(prompts)),
        encoding="utf-8",
    )
    lists = {**LISTS, "safechain_strings": holds(PHRASES)}
    command = ["own.jsonl", *(word for name in lists for word in ("--judge", name))]
    run = asked(command, [{"prompt": p, "response": r} for p, r in zip(prompts, replies, strict=True)])
    for record in run.records():
        reply = replies[int(record.sample.id[1:])]
        for name, read in lists.items():
            found = record.verdicts[name.rpartition("/")[2]]
            stripped = reply.strip() if name == "safechain_strings" else reply
            assert found.value == read(record.sample, stripped), (name, reply[:80])
