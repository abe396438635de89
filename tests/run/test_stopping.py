import asyncio
import random
from collections import Counter
from pathlib import Path

import pytest

from plimsoll.core import (
    Record,
    Reference,
    Request,
    Response,
    Sample,
    TransientError,
    UserError,
    Verdict,
    replace,
    user,
)
from plimsoll.run.keep.folder import RunFolder
from plimsoll.run.keep.manifest import Summary
from plimsoll.run.spec import RunSpec
from plimsoll.run.until import parse
from plimsoll.run.work.stopping import METHOD, Rule, in_random_order, rule_of
from tests.support.sessions import session
from tests.support.toy import Adder, toy


class Slip(Adder):
    """Adds wrongly now and then; calls take turns of different length."""

    def __init__(self, share: float, **more: object) -> None:
        super().__init__(**more)  # type: ignore[arg-type]
        self.share = share

    async def generate(self, request: Request) -> Response:
        number = int(request.messages[-1].text.split()[2])
        draw = random.Random(f"slip:{number}")
        for _ in range(draw.randrange(4)):
            await asyncio.sleep(0)
        right = (await super().generate(request)).text
        return Response(text=right if draw.random() < self.share else "0")


def carried_out(
    tmp_path: Path, model: Adder, size: int = 2000, until: str = "±4%", connections: int = 20, **more: object
) -> tuple[RunFolder, Summary]:
    spec = RunSpec(benchmark="toy", model="toy/adder", until=until)
    going = session(spec, tmp_path, benchmark=toy(size, **more), model=model, max_connections=connections)
    summary = asyncio.run(going.run())
    return going.folder, summary


def record(sample: Sample, value: float | None) -> Record:
    return Record(sample=sample, verdicts={"exact": Verdict(label="", value=value)})


def samples(size: int) -> list[Sample]:
    return [
        Sample(id=str(n), messages=(user(str(n)),), category="odd" if n % 5 else "even") for n in range(size)
    ]


def test_a_run_stops_when_it_is_known_and_says_what_it_saved(tmp_path: Path) -> None:
    run, summary = carried_out(tmp_path, Slip(0.8))
    (estimate,) = summary.estimates
    assert summary.status == "finished"
    assert summary.records < 1000
    assert summary.saved == 2000 - summary.records
    assert estimate.method == METHOD
    assert estimate.low <= 0.8 <= estimate.high
    assert estimate.high - estimate.low <= 0.085
    assert f"{summary.records:,} of 2,000 samples" in summary.reason
    assert run.manifest().spec.until == "±4%"


def test_what_was_asked_is_a_beginning_of_the_order_whatever_came_back_first(tmp_path: Path) -> None:
    run, _ = carried_out(tmp_path, Slip(0.8), connections=50)
    asked = {each.sample.id for each in run.records()}
    order = [sample.id for sample in in_random_order(toy(2000).samples(), 0)]
    assert asked == set(order[: len(asked)])


def test_a_resumed_run_decides_as_an_unbroken_one(tmp_path: Path) -> None:
    whole, _ = carried_out(tmp_path / "whole", Slip(0.8), connections=1)
    model = Slip(0.8, failures={400: UserError("the plug is pulled")})
    with pytest.raises(UserError, match="plug"):
        carried_out(tmp_path / "broken", model, connections=1)
    broken, summary = carried_out(tmp_path / "broken", Slip(0.8), connections=1)
    assert len(list((tmp_path / "broken").iterdir())) == 1
    assert {each.sample.id for each in broken.records()} == {each.sample.id for each in whole.records()}
    assert summary.estimates == (whole.summary() or Summary()).estimates


def test_gaps_that_a_kill_left_are_filled_though_enough_is_known() -> None:
    order = in_random_order(samples(3000), 0)
    rule = Rule(parse("±5%"), order)
    for place, sample in enumerate(order[:1500]):
        if place != 1200:
            rule.add(record(sample, 1.0))
    left = [sample.id for sample in rule.samples()]
    assert rule.known
    assert left[-1] == order[1499].id
    assert rule.reason == ""
    rule.add(record(order[1200], 1.0))
    assert rule.saved == 1500


def test_every_beginning_of_the_order_holds_all_strata() -> None:
    found = Counter(sample.category for sample in in_random_order(samples(1000), 3)[:100])
    assert found == {"odd": 80, "even": 20}


def test_the_order_follows_from_the_seed() -> None:
    one, two, other = (in_random_order(samples(50), seed) for seed in (1, 1, 2))
    assert one == two != other


def test_a_number_to_beat_stops_early_when_it_is_far() -> None:
    rule = rule_of("better-than=50%", samples(5000), seed=0, epochs=1)
    asked = 0
    for sample in rule.samples():
        rule.add(record(sample, float(int(sample.id) % 10 != 0)))
        asked += 1
    assert asked < 200
    assert "above 50%" in rule.reason


def test_a_baseline_is_found_by_its_name(tmp_path: Path) -> None:
    def references(_: object) -> list[Reference]:
        return [Reference(name="random guess", kind="baseline", values={"": 0.25}, language="en")]

    _, summary = carried_out(tmp_path, Slip(0.8), until="better-than=Random guess", references=references)
    assert "above random guess" in summary.reason
    with pytest.raises(UserError, match="did you mean random guess"):
        carried_out(tmp_path, Slip(0.8), until="better-than=random gues", references=references)


def test_against_a_run_the_differences_decide(tmp_path: Path) -> None:
    baseline = session(
        RunSpec(benchmark="toy", model="toy/adder"),
        tmp_path / "baseline",
        benchmark=toy(3000),
        model=Slip(0.7),
    )
    asyncio.run(baseline.run())
    until = f"better-than={baseline.folder.path}"
    _, paired = carried_out(tmp_path / "paired", Slip(0.8), size=3000, until=until)
    _, alone = carried_out(tmp_path / "alone", Slip(0.8), size=3000, until="better-than=70%")
    assert "above" in paired.reason
    # The same draw decides both, so the two runs differ on few questions: pairs show it sooner.
    assert paired.records < alone.records


def test_a_run_to_beat_must_have_answered_every_question(tmp_path: Path) -> None:
    folder, _ = carried_out(tmp_path, Slip(0.8))
    with pytest.raises(UserError, match="have no score in that run"):
        carried_out(tmp_path / "next", Slip(0.9), until=f"better-than={folder.path}")


def test_nothing_is_called_known_while_too_much_is_unscored() -> None:
    rule = rule_of("±10%", samples(400), seed=0, epochs=1)
    for number, sample in enumerate(rule.samples()):
        rule.add(record(sample, None if number % 10 == 0 else 1.0))
    assert not rule.known
    assert rule.saved == 0


def test_a_few_failures_do_not_hold_a_run_up(tmp_path: Path) -> None:
    model = Slip(0.8, failures={50: TransientError("busy")})
    _, summary = carried_out(tmp_path, model)
    assert summary.saved > 0


def test_epochs_of_a_sample_are_one_value() -> None:
    rule = rule_of("±5%", samples(2000), seed=0, epochs=2)
    for sample in rule.samples():
        for epoch in range(2):
            rule.add(replace(record(sample, float(epoch)), epoch=epoch))
    assert rule.known
    assert rule.saved % 2 == 0


def test_a_value_beyond_the_scale_is_refused() -> None:
    rule = rule_of("±5%", samples(20), seed=0, epochs=1)
    with pytest.raises(UserError, match="from 0 to 1"):
        rule.add(record(rule.order[0], 3.0))


@pytest.mark.parametrize("text", ["2%", "±0%", "±70%", "better-than=", "soon", "±2"])
def test_a_wish_that_cannot_be_read_is_refused_before_anything_is_asked(text: str) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        RunSpec(benchmark="toy", model="m", until=text)


def test_attacks_do_not_say_how_many_variants_come() -> None:
    with pytest.raises(UserError, match="variants"):
        RunSpec(benchmark="toy", model="m", until="±2%", attacks=("encoding/rot13",))


def test_a_run_that_may_stop_early_has_an_id_of_its_own(tmp_path: Path) -> None:
    specs = [RunSpec(benchmark="toy", model="m", until=until) for until in ("", "±2%")]
    one, other = (session(spec, tmp_path, benchmark=toy(10), model=Adder()) for spec in specs)
    assert one.plan.manifest.id != other.plan.manifest.id
