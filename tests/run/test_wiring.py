"""Models stand in their layers before any part has them."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from plimsoll.core import (
    Attack,
    Changed,
    Elicitation,
    Model,
    Need,
    Request,
    Response,
    Sample,
    Transcript,
    UserError,
    Wrapped,
    replace,
    system,
    user,
    whitebox,
)
from plimsoll.models.scripted import Scripted
from plimsoll.run.ask.own import fingerprint, named
from plimsoll.run.ask.plan import Plan, build
from plimsoll.run.ask.pool import Pool, Settings
from plimsoll.run.keep.manifest import Summary
from plimsoll.run.spec import RunSpec
from plimsoll.run.work.rehearsal import MutePool, rehearse
from plimsoll.run.work.session import Session
from tests.support import outside
from tests.support.outside import CALLS, CLOSED, MADE, REVISIONS
from tests.support.toy import Adder, toy

pytestmark = pytest.mark.usefixtures("parts")
XSTEST = "xstest:split=starter"
GUARDED = "behind_guard:guard=(asking:model=logged/guard)"
PAIR = "pair:attacker=logged/attacker,rounds=3"


def spec_of(model: str = "logged/subject", **more: Any) -> RunSpec:
    return RunSpec(benchmark=more.pop("benchmark", XSTEST), model=model, **{"limit": 4, **more})


def done(spec: RunSpec, log_dir: Path, **settings: Any) -> Summary:
    return asyncio.run(Session(build(spec, Pool(Settings(log_dir=log_dir, **settings)))).run())


def refused(summary: Summary) -> float:
    return next(
        each.value for each in summary.estimates if each.name == "over_refusal_rate" and not each.group
    )


def test_weights_are_changed_below_the_cache_and_the_bare_model_is_left_as_it_was(tmp_path: Path) -> None:
    store = tmp_path / "cache.sqlite"
    rates = [
        refused(done(spec_of("half", defenses=defenses), tmp_path / "logs", cache=store))
        for defenses in ((), ("surgery",), (), ("surgery",))
    ]
    assert [rate > 0.5 for rate in rates] == [False, True, False, True]
    assert CALLS["half"] == 8, "four questions of the bare model, four of the changed one, the rest cached"


def test_runs_of_one_pool_have_weights_of_their_own(tmp_path: Path) -> None:
    pool = Pool(Settings(log_dir=tmp_path))
    changed, bare = (build(spec_of("half", defenses=way), pool) for way in (("surgery",), ()))

    async def both() -> list[Summary]:
        async with pool:
            return [await Session(each).run() for each in (bare, changed)]

    assert [refused(summary) > 0.5 for summary in asyncio.run(both())] == [False, True]


def test_a_changed_model_has_a_revision_of_its_own_and_so_has_its_run() -> None:
    plans = [
        build(spec_of("half", defenses=way))
        for way in ((), ("surgery",), ("surgery:weight=0.7",), ("retold",))
    ]
    assert len({plan.manifest.model.revision for plan in plans}) == 4
    assert len({plan.manifest.id for plan in plans}) == 4


def test_a_defense_that_makes_another_model_of_it_stands_below_the_cache(tmp_path: Path) -> None:
    store = tmp_path / "cache.sqlite"
    rates = [
        refused(done(spec_of(defenses=defenses), tmp_path / "logs", cache=store))
        for defenses in (("retold",), (), ("retold",))
    ]
    assert [rate > 0.5 for rate in rates] == [True, False, True]


def test_a_guard_within_a_defense_is_built_once_metered_cached_and_closed(tmp_path: Path) -> None:
    spec = spec_of(defenses=(GUARDED,), epochs=3)
    priced = {"cache": tmp_path / "cache.sqlite", "price_of": lambda name: lambda usage: 0.5}
    summary = done(spec, tmp_path / "logs", **priced)
    assert (MADE["guard"], CLOSED["guard"]) == (1, 1)
    assert CALLS["guard"] == 4, "what a guard said of a question holds for every epoch"
    assert CALLS["subject"] == 12
    assert summary.judging.input_tokens > 0
    assert summary.cost == pytest.approx(0.5 * 16)


def test_a_guard_without_a_price_is_refused_under_a_cost_limit(tmp_path: Path) -> None:
    prices = {"logged/subject": lambda usage: 0.1}
    pool = Pool(Settings(log_dir=tmp_path, max_cost=100.0, price_of=prices.get))
    with pytest.raises(UserError, match="price of logged/guard"):
        build(spec_of(defenses=(GUARDED,)), pool)
    with pytest.raises(UserError, match="price of logged/attacker"):
        build(spec_of(attacks=(PAIR,)), pool)


def test_a_rehearsal_asks_neither_subject_nor_attacker_nor_guard_and_counts_them_all() -> None:
    pool = MutePool(Settings(price_of=lambda name: lambda usage: 0.25))
    forecast = asyncio.run(rehearse(build(spec_of(attacks=(PAIR,), defenses=(GUARDED,)), pool)))
    assert not CALLS
    assert forecast.samples == 12
    assert forecast.calls == 24, "twelve by the attack, twelve for the record"
    assert {name: each.calls for name, each in forecast.others.items()} == {
        "logged/attacker": 12,
        "logged/guard": 24,
    }
    assert forecast.others["logged/attacker"].cost == 3.0


def test_an_attack_that_cannot_go_on_without_answers_does_not_end_a_rehearsal() -> None:
    forecast = asyncio.run(rehearse(build(spec_of(attacks=("fail",)), MutePool())))
    assert (forecast.samples, forecast.calls) == (8, 4)


def test_another_revision_of_any_model_asked_is_another_run() -> None:
    def ids() -> list[str]:
        specs = (
            spec_of(attacks=(PAIR,)),
            spec_of(defenses=(GUARDED,)),
            spec_of(benchmark=XSTEST, judge_model="logged/judge"),
        )
        return [build(spec).manifest.id for spec in specs]

    before = ids()
    assert before == ids()
    REVISIONS.update(attacker="2", guard="2", judge="2")
    assert all(one != other for one, other in zip(before, ids(), strict=True))


def test_a_part_that_names_the_subject_shares_its_weights_and_is_metered_apart(tmp_path: Path) -> None:
    done(spec_of(defenses=("behind_guard:guard=(asking:model=logged/subject)",)), tmp_path)
    assert (MADE["subject"], CLOSED["subject"], CALLS["subject"]) == (1, 1, 8)


def test_runs_of_one_pool_share_models_and_one_cost_limit(tmp_path: Path) -> None:
    pool = Pool(Settings(log_dir=tmp_path, price_of=lambda name: lambda usage: 1.0, max_cost=6.0))
    plans = [build(spec_of(seed=seed), pool) for seed in (0, 1)]

    async def both() -> list[Summary | BaseException]:
        async with pool:
            return [await _caught(Session(each)) for each in plans]

    one, other = asyncio.run(both())
    assert isinstance(one, Summary)
    assert one.cost == 4.0
    assert "limit of 6 USD" in str(other)
    assert (MADE["subject"], CLOSED["subject"]) == (1, 1)


async def _caught(session: Session) -> Summary | BaseException:
    try:
        return await session.run()
    except Exception as error:  # noqa: BLE001 - the test looks at it
        return error


@dataclass(frozen=True)
class Tone(Attack):
    """The request in another tone."""

    name: str = "tone"
    word: str = "please"

    async def attack(self, sample: Sample, target: Model) -> AsyncIterator[Sample]:
        text = f"{sample.messages[-1].text} {self.word}"
        yield replace(sample, messages=(user(text),), trail=(*sample.trail, self.name))


def with_tone(tone: Attack) -> Plan:
    name = named(tone)
    return build(spec_of(attacks=(name,)), Pool(given={name: tone}))


def test_a_part_made_in_python_is_in_the_id_with_its_source_and_its_arguments() -> None:
    bare = build(spec_of()).manifest.id
    ids = [with_tone(tone).manifest.id for tone in (Tone(), Tone(), Tone(word="kindly"))]
    assert ids[0] == ids[1]
    assert len({bare, *ids}) == 3
    assert with_tone(Tone()).manifest.own.keys() == {named(Tone())}


def test_two_functions_of_one_name_are_told_apart_by_what_they_do_and_hold() -> None:
    def louder(by: int) -> Any:
        return lambda text: text * by

    assert fingerprint(louder(2)) == fingerprint(louder(2)) != fingerprint(louder(3))
    assert fingerprint(lambda text: text + "a") != fingerprint(lambda text: text + "b")
    assert fingerprint(partial(print, 1)) != fingerprint(partial(print, 2))


def test_what_a_part_remembers_makes_no_other_one_of_it() -> None:
    model = Adder()
    before, asked = fingerprint(model), fingerprint(noted := Tone.__new__(Tone))
    asyncio.run(model.generate(Request(messages=(user("What is 1 + 1?"),))))
    object.__setattr__(noted, "word", "later")
    assert (fingerprint(model), fingerprint(noted)) == (before, asked)
    assert fingerprint(Adder(revision="2")) != before


def test_models_made_in_python_do_not_share_a_cache_for_what_they_say_otherwise(tmp_path: Path) -> None:
    def said(text: str) -> str:
        model = Scripted(lambda _: text)
        spec = RunSpec(benchmark="toy", model="mine")
        pool = Pool(
            Settings(log_dir=tmp_path / text, cache=tmp_path / "cache.sqlite"), {"toy": toy(1), "mine": model}
        )
        session = Session(build(spec, pool))
        asyncio.run(session.run())
        (record,) = session.folder.records()
        assert record.transcript is not None
        return record.transcript.reply

    assert [said(text) for text in ("one", "other")] == ["one", "other"]


def test_a_defense_that_writes_its_own_requests_is_asked_anew_in_every_epoch(tmp_path: Path) -> None:
    @dataclass(frozen=True)
    class Rewriting(Wrapped):
        async def generate(self, request: Request) -> Response:
            return await self.inner.generate(Request(messages=(system("Be kind."), *request.messages)))

    spec = spec_of(defenses=("mine",), epochs=3)
    pool = Pool(Settings(log_dir=tmp_path, cache=tmp_path / "cache.sqlite"), {"mine": Rewriting})
    asyncio.run(Session(build(spec, pool)).run())
    assert CALLS["subject"] == 12


@dataclass
class Seeing:
    """An elicitation that shows pictures."""

    needs: frozenset[Need] = frozenset({"images"})

    async def elicit(self, sample: Sample, model: Model) -> Transcript:
        return Transcript(responses=(await model.generate(Request(messages=sample.messages)),))


@pytest.mark.parametrize("offers", [frozenset({"prefill"}), frozenset()])
def test_what_a_part_needs_is_looked_for_before_the_first_call(offers: frozenset[Need]) -> None:
    model = Adder()
    model.offers = offers  # type: ignore[attr-defined]
    elicitation: Elicitation = Seeing()
    given = {"toy": toy(3, elicitation=elicitation), "toy/adder": model}
    with pytest.raises(UserError, match="Sums needs pictures in messages, which toy/adder does not offer"):
        build(RunSpec(benchmark="toy", model="toy/adder"), Pool(given=given))
    assert model.calls == 0


def test_an_attack_or_defense_on_weights_needs_a_model_that_has_them() -> None:
    @dataclass(frozen=True)
    class Gradient(Tone):
        needs: frozenset[Need] = frozenset({"weights"})

    with pytest.raises(UserError, match="attack tone needs its weights at hand"):
        with_tone(Gradient())
    with pytest.raises(UserError, match="surgery needs its weights at hand"):
        build(spec_of(defenses=("surgery",)))


def test_an_attack_reaches_the_weights_through_all_layers() -> None:
    @dataclass
    class Open:
        name: str = "open"
        revision: str = "1"
        module: str = "a module"
        tokenizer: str = "a tokenizer"

        async def generate(self, request: Request) -> Response:
            return Response(text="hello")

        async def close(self) -> None:
            """Nothing to let go of."""

    model = Open()
    spec = RunSpec(benchmark="toy", model="mine", epochs=2, defenses=("self_reminder",), system_prompt="Hi.")
    plan = build(spec, Pool(given={"toy": toy(1), "mine": model}))
    assert whitebox(plan.attacked) is model
    assert whitebox(Changed(model, "x")) is model
    assert whitebox(Adder()) is None


def test_a_chain_cannot_name_an_attack_that_is_not_there() -> None:
    with pytest.raises(UserError, match="no attack is called 'tenn'"):
        build(spec_of(attacks=("encoding/rot13+tenn",)))
    assert outside.MADE["subject"] == 1


def test_what_a_benchmark_says_of_its_own_judges_is_not_said_where_others_judge(tmp_path: Path) -> None:
    (tmp_path / "my.jsonl").write_text('{"prompt": "Hello"}\n', encoding="utf-8")
    benchmark = f"prompts:file={tmp_path / 'my.jsonl'}"
    own = build(RunSpec(benchmark=benchmark, model="scripted/refuse"), Pool()).manifest.notes
    other = build(
        RunSpec(benchmark=benchmark, model="scripted/refuse", judges=("compliance",)), Pool()
    ).manifest.notes
    assert any("Judged by the words of refusals alone" in note for note in own)
    assert not any("Judged by" in note for note in other)
