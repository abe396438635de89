"""Attacks as alternatives and chains, their variants named, counted, kept and not asked for twice."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

import plimsoll
from plimsoll.comparison.compare import compare
from plimsoll.comparison.differences import Settings as Draws
from plimsoll.core import (
    Attack,
    Denied,
    Model,
    Record,
    Request,
    Response,
    Sample,
    Transcript,
    UserError,
    replace,
    user,
)
from plimsoll.models.scripted import Scripted
from plimsoll.run.ask.plan import build
from plimsoll.run.ask.pool import Pool, Settings
from plimsoll.run.keep.folder import RunFolder, open_run, runs
from plimsoll.run.spec import RunSpec
from plimsoll.run.work.session import Session
from tests.support.outside import CALLS
from tests.support.sessions import session
from tests.support.toy import Adder, toy

pytestmark = pytest.mark.usefixtures("parts")
XSTEST = "xstest:split=starter"


def done(log_dir: Path, *attacks: str, **more: Any) -> RunFolder:
    settings = {"max_connections": more.pop("max_connections", 100)}
    fields = {"benchmark": XSTEST, "model": "scripted/refuse", "limit": 4, **more}
    spec = RunSpec(attacks=attacks, **fields)
    going = Session(build(spec, Pool(Settings(log_dir=log_dir, **settings))))
    asyncio.run(going.run())
    return going.folder


def attempts(folder: RunFolder) -> list[tuple[str, str]]:
    found = (record.sample.attempt for record in folder.records())
    return sorted((each.attack, each.variant) if each else ("none", "") for each in found)


def test_two_attacks_are_alternatives_and_a_plus_makes_a_chain(tmp_path: Path) -> None:
    folder = done(tmp_path, "encoding/rot13", "encoding/rot13+encoding/base64", limit=1)
    trails = {record.sample.attempt.attack: record.sample.trail for record in folder.records()}  # type: ignore[union-attr]
    assert trails == {
        "encoding/rot13": ("encoding/rot13",),
        "encoding/rot13+encoding/base64": ("encoding/rot13", "encoding/base64"),
    }


def test_the_plain_question_is_asked_beside_attacks_only_where_none_is_named(tmp_path: Path) -> None:
    without = done(tmp_path, "encoding/rot13", limit=2)
    beside = done(tmp_path, "none", "encoding/rot13", limit=2)
    assert attempts(without) == [("encoding/rot13", "1")] * 2
    assert attempts(beside) == [("encoding/rot13", "1")] * 2 + [("none", "")] * 2
    plain = [record.sample for record in beside.records() if record.sample.attempt is None]
    assert all(sample.origin == "" and "@" not in sample.id for sample in plain)


def test_every_attack_has_its_row_in_the_summary(tmp_path: Path) -> None:
    summary = done(tmp_path, "none", "encoding/rot13").summary()
    assert summary is not None
    refusals = [each for each in summary.estimates if each.name == "over_refusal_rate"]
    rows = {each.group["attack"]: each for each in refusals if "attack" in each.group}
    assert set(rows) == {"none", "encoding/rot13"}
    # A refusal in plain words is one under a cipher too: it is not "decoded" to letters that say nothing.
    assert (rows["none"].value, rows["encoding/rot13"].value) == (1.0, 1.0)


def test_variants_that_keep_an_id_are_given_one_and_know_their_question(tmp_path: Path) -> None:
    folder = done(tmp_path, "ten", epochs=2)
    records = list(folder.records())
    assert len({(record.sample.id, record.epoch) for record in records}) == len(records) == 80
    sample = records[0].sample
    assert sample.attempt is not None
    assert sample.id == f"{sample.origin}@ten#{sample.attempt.variant}"
    assert {record.sample.attempt.validity for record in records if record.sample.attempt} == {"valid"}
    assert len({record.sample.origin for record in records}) == 4


def test_an_attempt_says_how_many_calls_it_took_and_what_they_cost(tmp_path: Path) -> None:
    spec = RunSpec(
        benchmark=XSTEST, model="logged/subject", limit=1, attacks=("pair:attacker=logged/attacker",)
    )
    going = session(spec, tmp_path, price_of=lambda name: lambda usage: 0.5)
    asyncio.run(going.run())
    found = [record.sample.attempt for record in going.folder.records()]
    assert [(each.queries, each.cost) for each in found if each] == [(2, 1.0)] * 3


class Stopping:
    """A model that is refused after so many of the calls that records are made of."""

    name, revision = "stopping", "1"

    def __init__(self, after: int = 10**9) -> None:
        self.after, self.calls = after, 0

    async def generate(self, request: Request) -> Response:
        if request.messages[-1].text.startswith("reply"):
            self.calls += 1
            if self.calls > self.after:
                raise Denied("the key was withdrawn")
        return Response(text="Sure.")

    async def close(self) -> None:
        """Nothing to let go of."""


class Finding(Attack):
    """Asks an attacker three times, and nobody else."""

    name = "finding"

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def attack(self, sample: Sample, target: Model) -> AsyncIterator[Sample]:
        for number in range(3):
            self.asked.append(f"{sample.id} {number}")
            reply = await target.generate(Request(messages=(user(f"probe {sample.id} {number}"),)))
            yield replace(sample, messages=(user(f"reply {number} {reply.text}"),))


@pytest.mark.parametrize("connections", [1, 4])
@pytest.mark.parametrize("killed_at", [1, 4, 10])
def test_variants_that_were_cut_off_are_finished_without_asking_for_the_stored_ones_again(
    tmp_path: Path, connections: int, killed_at: int
) -> None:
    spec = RunSpec(benchmark="toy", model="stopping", attacks=("finding",))

    def going(model: Stopping) -> Session:
        given = {"finding": Finding()}
        return session(
            spec, tmp_path, benchmark=toy(4), model=model, given=given, max_connections=connections
        )

    with pytest.raises(Denied):
        asyncio.run(going(Stopping(after=killed_at)).run())
    (cut,) = runs(tmp_path)
    before = [record.sample.id for record in cut.records() if record.transcript]
    assert len(before) == killed_at
    stored = (cut.path / "variants.jsonl").read_bytes().count(b'"sample"')
    again = Stopping()
    probes: list[str] = []
    second = going(again)

    async def counted(request: Request) -> Response:
        if request.messages[-1].text.startswith("probe"):
            probes.append(request.messages[-1].text)
        return await Stopping.generate(again, request)

    again.generate = counted  # type: ignore[method-assign]
    summary = asyncio.run(second.run())
    assert second.folder.path == cut.path
    assert (summary.status, summary.records) == ("finished", 12)
    assert sorted({record.sample.id for record in cut.records()}) == sorted(
        f"{number}@finding#{variant}" for number in range(4) for variant in (1, 2, 3)
    )
    assert again.calls == 12 - killed_at
    assert len(probes) == len(set(probes)) == 12 - stored


def test_a_broken_attack_is_named_and_what_it_found_before_is_kept(tmp_path: Path) -> None:
    folder = done(tmp_path, "encoding/rot13", "fail", limit=3)
    failed = [record for record in folder.records() if record.failures]
    assert {record.failures[0].stage for record in failed} == {"attack fail"}
    assert len({record.sample.id for record in failed}) == 3
    assert attempts(folder) == [("encoding/rot13", "1")] * 3 + [("fail", "1")] * 3 + [("fail", "failed")] * 3
    assert (folder.summary() or pytest.fail("no summary")).status == "incomplete"


def test_a_chain_names_the_link_that_broke(tmp_path: Path) -> None:
    folder = done(tmp_path, "encoding/rot13+fail", limit=1)
    (failed,) = [record for record in folder.records() if record.failures]
    assert failed.failures[0].stage == "attack fail"


def test_a_broken_attack_is_tried_again_and_its_finds_are_not_asked_twice(tmp_path: Path) -> None:
    first = done(tmp_path, "fail", limit=2, model="logged/subject")
    assert CALLS["subject"] == 2
    second = done(tmp_path, "fail", limit=2, model="logged/subject")
    assert first.path == second.path
    assert CALLS["subject"] == 2
    assert len(list(second.records())) == 4


def test_replies_are_restored_in_reverse(tmp_path: Path) -> None:
    class Marked(Attack):
        def __init__(self, name: str) -> None:
            self.name = name

        async def attack(self, sample: Sample, target: Model) -> AsyncIterator[Sample]:
            yield sample

        async def restore(self, sample: Sample, transcript: Transcript) -> Transcript:
            seen = (*transcript.state.get("seen", ()), self.name)
            return replace(transcript, state={"seen": seen})

    given = {"both": Marked("one")}
    spec = RunSpec(benchmark="toy", model="toy/adder", attacks=("both",))
    going = session(spec, tmp_path, benchmark=toy(1), model=Adder(), given=given)
    asyncio.run(going.run())
    (record,) = going.folder.records()
    assert record.transcript is not None
    assert record.transcript.state == {"seen": ["one"]}


def test_an_attacked_run_is_compared_question_by_question(tmp_path: Path) -> None:
    plain, attacked = done(tmp_path), done(tmp_path, "ten")
    (found,) = compare([plain, attacked], settings=Draws(draws=200))
    assert (found.matched_by, found.shared) == ("question", 4)
    assert any("attacked otherwise" in warning for warning in found.warnings)


def test_one_attack_given_twice_is_refused() -> None:
    with pytest.raises(UserError, match="given twice"):
        build(RunSpec(benchmark=XSTEST, model="scripted/refuse", attacks=("ten", "ten")))


def test_a_record_is_found_by_the_id_of_its_variant(tmp_path: Path) -> None:
    folder = open_run(done(tmp_path, "ten", limit=1).path)
    record: Record = next(folder.records())
    assert folder.record(record.sample.id) == record


def test_a_prompt_that_an_attack_leaves_as_it_is_is_not_asked_and_counts_for_nothing(tmp_path: Path) -> None:
    folder = done(tmp_path, "chinese/full_width", "chinese/split", limit=4)
    by_attack: dict[str, set[str]] = {}
    for record in folder.records():
        assert record.sample.attempt is not None
        by_attack.setdefault(record.sample.attempt.attack, set()).add(record.outcome.value)
        assert (record.transcript is None) == (record.sample.attempt.attack == "chinese/split")
    assert by_attack["chinese/split"] == {"not_applicable"}
    summary = folder.summary()
    assert summary is not None
    assert summary.outcomes["not_applicable"] == 4
    assert not summary.failures
    for estimate in summary.estimates:
        assert estimate.n <= 4
        assert estimate.unscored == 0


def test_a_chain_keeps_what_each_of_its_attacks_did(tmp_path: Path) -> None:
    folder = done(tmp_path, "characters/typos:rate=0.2+encoding/base64:carrier=decode", limit=1)
    (record,) = folder.records()
    attempt = record.sample.attempt
    assert attempt is not None
    assert attempt.attack == "characters/typos:rate=0.2+encoding/base64:carrier=decode"
    assert attempt.parameters["characters/typos"]["carrier"] == "raw"
    assert attempt.parameters["encoding/base64"]["carrier"] == "decode"
    assert attempt.validity == "unchecked"  # nothing leads back from a slip of the hand


def test_a_chain_ends_where_one_of_its_attacks_does_not_apply(tmp_path: Path) -> None:
    folder = done(tmp_path, "chinese/split+encoding/base64", limit=2)
    assert {record.outcome.value for record in folder.records()} == {"not_applicable"}


def test_a_sweep_asks_the_same_prompt_with_each_temperature_and_refuses_one_of_the_user_s(
    tmp_path: Path,
) -> None:
    folder = done(tmp_path, "decoding/sweep:steps=2", limit=2)
    found = list(folder.records())
    assert [each.sample.attempt.variant for each in found if each.sample.attempt] == [
        "temperature=0.5",
        "temperature=1",
        "top_p=0.5",
    ] * 2
    assert len({each.sample.messages for each in found}) == 2
    with pytest.raises(UserError, match="answers with a temperature of its own"):
        done(tmp_path, "decoding/sweep:steps=2", sampling={"temperature": 0.3})


def test_a_sweep_draws_as_its_variants_say(tmp_path: Path) -> None:
    drawn: list[tuple[float | None, float | None, int | None]] = []

    def answer(request: Request) -> str:
        sampling = request.sampling
        drawn.append((sampling.temperature, sampling.top_p, sampling.seed))
        return "No."

    plimsoll.evaluate(
        XSTEST,
        Scripted(answer),
        attack="decoding/sweep:steps=2,seed=7",
        cache=False,
        log_dir=tmp_path,
        limit=1,
    )
    assert drawn == [(0.5, 1.0, 7), (1.0, 1.0, 7), (1.0, 0.5, 7)]
