import asyncio
from pathlib import Path
from typing import NamedTuple

import pytest

from plimsoll.cli import exit_code
from plimsoll.core import (
    Benchmark,
    Denied,
    Model,
    ModelError,
    Outcome,
    Sample,
    Transcript,
    TransientError,
    UserError,
    Verdict,
)
from plimsoll.models.scripted import Scripted
from plimsoll.run.ask import plan
from plimsoll.run.ask.pool import Settings
from plimsoll.run.keep.folder import RunFolder, open_run, runs
from plimsoll.run.spec import RunSpec
from plimsoll.run.work import engine
from plimsoll.run.work.rehearsal import MutePool, rehearse
from plimsoll.run.work.rejudging import rejudge
from plimsoll.run.work.session import Session
from tests.support.sessions import session
from tests.support.toy import Adder, Exact, toy


class Planned(NamedTuple):
    spec: RunSpec
    benchmark: Benchmark
    model: Model

    def session(self, log_dir: Path, **settings: object) -> Session:
        return session(self.spec, log_dir, benchmark=self.benchmark, model=self.model, **settings)


def planned(
    size: int = 10, model: Model | None = None, benchmark: Benchmark | None = None, **changes: object
) -> Planned:
    spec = RunSpec(benchmark="toy", model="toy/adder", **changes)  # type: ignore[arg-type]
    return Planned(spec, benchmark or toy(size), model or Adder())


def carried_out(made: Planned, log_dir: Path, **settings: object) -> RunFolder:
    going = made.session(log_dir, **settings)
    asyncio.run(going.run())
    return going.folder


def ids(folder: RunFolder) -> list[str]:
    return sorted(record.sample.id for record in folder.records())


def test_a_run_journals_every_sample_and_sums_up(tmp_path: Path) -> None:
    folder = carried_out(planned(10), tmp_path)
    summary = folder.summary()
    assert summary is not None
    assert ids(folder) == sorted(map(str, range(10)))
    assert summary.status == "finished"
    assert summary.outcomes == {"answered": 10}
    assert summary.estimates[0].value == 1.0
    assert folder.manifest().total == 10
    assert open_run(folder.path).path in [run.path for run in runs(tmp_path)]


def test_epochs_ask_every_sample_anew(tmp_path: Path) -> None:
    model = Adder()
    folder = carried_out(planned(3, model, epochs=4), tmp_path, cache=tmp_path / "c.sqlite")
    assert model.calls == 12
    assert sorted((r.sample.id, r.epoch) for r in folder.records()) == [
        (str(number), epoch) for number in range(3) for epoch in range(4)
    ]


def test_one_failed_sample_is_recorded_with_its_stage_and_never_scored(tmp_path: Path) -> None:
    model = Adder(failures={3: ModelError("no such luck")})
    folder = carried_out(planned(5, model), tmp_path)
    failed = [record for record in folder.records() if record.failures]
    assert len(failed) == 1
    assert failed[0].failures[0].stage == "elicit"
    assert failed[0].outcome == Outcome.ERROR
    summary = folder.summary()
    assert summary is not None
    assert summary.estimates[0].n == 4
    assert summary.estimates[0].unscored == 1


def test_a_failed_sample_is_asked_again_on_resume_and_the_failure_is_kept_aside(tmp_path: Path) -> None:
    model = Adder(failures={3: ModelError("no such luck")})
    folder = carried_out(planned(5, model), tmp_path)
    summary = asyncio.run(planned(5, Adder()).session(tmp_path).run(folder))
    assert summary.outcomes == {"answered": 5}
    assert len(ids(folder)) == 5
    assert b"no such luck" in (folder.path / "failed.jsonl").read_bytes()


def test_a_stopped_run_goes_on_by_itself_and_asks_nothing_twice(tmp_path: Path) -> None:
    first = Adder(failures={4: Denied("wrong key")})
    with pytest.raises(Denied):
        carried_out(planned(10, first), tmp_path, max_connections=1)
    (stopped,) = runs(tmp_path)
    summary = stopped.summary()
    assert summary is not None
    assert (summary.status, summary.reason) == ("stopped", "wrong key")
    second = Adder()
    folder = carried_out(planned(10, second), tmp_path)
    assert folder.path == stopped.path
    assert not set(first.asked) & set(second.asked)
    assert ids(folder) == sorted(map(str, range(10)))


def test_a_finished_run_is_never_written_again(tmp_path: Path) -> None:
    first = carried_out(planned(3), tmp_path)
    second = carried_out(planned(3), tmp_path)
    assert first.path != second.path


def test_a_second_process_on_one_run_folder_is_refused(tmp_path: Path) -> None:
    folder = carried_out(planned(3), tmp_path)
    with folder.locked(), pytest.raises(UserError, match="another process"):
        asyncio.run(planned(3).session(tmp_path).run(folder))


def test_a_run_of_other_data_or_model_is_not_resumed(tmp_path: Path) -> None:
    folder = carried_out(planned(3), tmp_path)
    other = planned(3, Adder(revision="2"))
    with pytest.raises(UserError, match="cannot be resumed"):
        asyncio.run(other.session(tmp_path).run(folder))


def test_an_endpoint_that_only_fails_is_given_up(tmp_path: Path) -> None:
    model = Adder(failures={call: ModelError("down") for call in range(1, 1000)})
    with pytest.raises(Exception, match=f"last {engine.PATIENCE} samples all failed"):
        carried_out(planned(500, model), tmp_path, max_connections=4)
    assert model.calls < 500


def test_transient_errors_beyond_patience_are_recorded(tmp_path: Path) -> None:
    model = Adder(failures={call: TransientError("reset") for call in range(1, 100)})
    folder = carried_out(planned(2, model), tmp_path, patience=0.0)
    assert [record.failures[0].error for record in folder.records()] == ["TransientError"] * 2


def test_a_judge_that_breaks_leaves_the_sample_unscored_and_the_answer_kept(tmp_path: Path) -> None:
    class Broken:
        name = "broken"
        instrument = Exact.instrument

        async def judge(self, sample: Sample, transcript: Transcript) -> Verdict:
            raise ValueError("cannot read this")

    made = planned(benchmark=toy(2, judges=(Broken(), Exact())))
    record = next(carried_out(made, tmp_path).records())
    assert record.outcome == Outcome.JUDGE_ERROR
    assert record.transcript is not None
    assert record.verdicts["exact"].value == 1.0
    assert record.failures[0].stage == "judge broken"


def test_answers_that_a_judge_failed_on_are_judged_again_without_asking_the_model(tmp_path: Path) -> None:
    class Shaky(Exact):
        broken = True

        async def judge(self, sample: Sample, transcript: Transcript) -> Verdict:
            if self.broken and sample.id in ("1", "3"):
                raise ModelError("the judge's endpoint is away")
            return await super().judge(sample, transcript)

    model = Adder()

    def go() -> RunFolder:
        return carried_out(planned(model=model, benchmark=toy(5, judges=(Shaky(),))), tmp_path)

    first = go().summary()
    assert first is not None
    assert (first.status, first.outcomes) == ("incomplete", {"answered": 3, "judge_error": 2})
    Shaky.broken = False
    again = go()
    second = again.summary()
    assert second is not None
    assert (second.status, second.outcomes, second.records) == ("finished", {"answered": 5}, 5)
    assert ids(again) == list("01234")
    assert model.calls == 5
    assert len(runs(tmp_path)) == 1


def test_limit_draw_and_ids_choose_the_samples() -> None:
    def chosen(**changes: object) -> list[str]:
        return [sample.id for sample in planned(100, **changes).session(Path()).plan.samples()]  # type: ignore[arg-type]

    assert chosen(limit=3) == ["0", "1", "2"]
    assert chosen(sample_ids=("7", "5")) == ["5", "7"]
    drawn = chosen(draw=20, seed=1)
    assert len(drawn) == 20
    assert sum(int(one) % 2 for one in drawn) == 10
    assert drawn == chosen(draw=20, seed=1) != chosen(draw=20, seed=2)
    with pytest.raises(UserError, match="no such sample"):
        chosen(sample_ids=("1000",))
    with pytest.raises(UserError, match="--limit is 0"):
        chosen(limit=0)


def test_a_secret_as_a_model_option_is_refused() -> None:
    with pytest.raises(UserError, match="environment"):
        plan.build(RunSpec(benchmark="toy", model="openai/x", options={"api_key": "sk-123"}))


def test_a_rehearsal_counts_calls_and_asks_nothing() -> None:
    model = Adder()
    spec = RunSpec(benchmark="toy", model="toy/adder", epochs=3)
    pool = MutePool(
        Settings(price_of=lambda name: lambda usage: usage.input_tokens * 1.0, max_cost=1.0),
        {"toy": toy(10), "toy/adder": model},
    )
    forecast = asyncio.run(rehearse(plan.build(spec, pool)))
    assert (forecast.samples, forecast.calls, model.calls) == (30, 30, 0)
    assert forecast.cost == forecast.input_tokens > 0


def test_rejudging_asks_no_model_and_keeps_the_source(tmp_path: Path) -> None:
    class Strange(Exact):
        async def judge(self, sample: Sample, transcript: Transcript) -> Verdict:
            return Verdict(label="wrong", value=0.0)

    source = carried_out(planned(4), tmp_path)
    before = source.records_path.read_bytes()
    made = rejudge(source, toy(4, judges=(Strange(),)))
    summary = made.summary()
    assert summary is not None
    assert summary.estimates[0].value == 0.0
    assert made.manifest().parent == source.path.name
    assert source.records_path.read_bytes() == before


def test_resumed_and_unbroken_runs_hold_the_same_records(tmp_path: Path) -> None:
    whole = carried_out(planned(20), tmp_path / "a")
    with pytest.raises(Denied):
        carried_out(planned(20, Adder(failures={9: Denied("stop")})), tmp_path / "b", max_connections=3)
    resumed = carried_out(planned(20), tmp_path / "b")

    def by_id(folder: RunFolder) -> dict[str, object]:
        return {record.sample.id: record for record in folder.records()}

    assert by_id(whole) == by_id(resumed)


def test_a_reply_that_no_encoding_can_carry_does_not_end_the_run(tmp_path: Path) -> None:
    model = Scripted(lambda _: "half a character: \ud83d")
    made = planned(3, model)
    folder = carried_out(made, tmp_path, cache=tmp_path / "cache.sqlite")
    assert [record.outcome for record in folder.records()] == [Outcome.ANSWERED] * 3


def test_runs_judged_anew_lie_beside_each_other_under_plain_names(tmp_path: Path) -> None:
    source = carried_out(planned(2), tmp_path)
    made = [rejudge(source, toy(2)) for _ in range(2)]
    twice = rejudge(made[0], toy(2))
    names = [folder.path.name.partition("-")[2].partition("-")[2] for folder in (source, *made, twice)]
    plain = names[0]
    assert names == [plain, f"{plain}-judged", f"{plain}-judged", f"{plain}-judged-judged"]
    assert len({folder.path for folder in (source, *made, twice)}) == 4


def test_the_newest_run_is_found_also_among_those_of_one_second(tmp_path: Path) -> None:
    made = [carried_out(planned(1, epochs=number), tmp_path).path for number in (1, 2, 3, 4)]
    assert [run.path for run in runs(tmp_path)] == made[::-1]


def test_a_run_judged_anew_is_headed_by_the_judges_that_judged_it(tmp_path: Path) -> None:
    spec = RunSpec(benchmark="xstest:split=starter", model="scripted/refuse", limit=4)
    going = session(spec, tmp_path)
    asyncio.run(going.run())
    source = going.folder
    folder = str(source.path)
    assert exit_code(["judge", folder, "--judge", "refusal/xstest_strings", "--log-dir", str(tmp_path)]) == 0
    made = next(run for run in runs(tmp_path) if run.path != source.path)
    assert made.manifest().headline == "refusal_rate"
    summary = made.summary()
    assert summary is not None
    whole = [(each.name, each.judge) for each in summary.estimates if not each.group]
    assert len(whole) == len(set(whole))
    twice = ("--judge", "refusal/xstest_strings") * 2
    assert exit_code(["judge", folder, *twice, "--log-dir", str(tmp_path)]) == 2
