"""What a run watches that stops when it is known: the headline, on what it is about."""

import asyncio
import dataclasses
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from plimsoll import registry
from plimsoll.core import Benchmark, Estimate, Outcome, Record, Sample, UserError, Verdict, replace, user
from plimsoll.run.spec import RunSpec
from plimsoll.run.until import parse
from plimsoll.run.work.stopping import METHOD, Rule, in_order_of_weight, in_random_order
from plimsoll.run.work.watching import Watched, watched
from tests.support.sessions import session
from tests.support.toy import Adder, toy

STARTERS = {
    "safetybench": Watched("accuracy", "strict"),
    "xstest": Watched("over_refusal_rate", "refusal", scope={"harmful": False}),
    "wildjailbreak": Watched("attack_success_rate", "refusal", turned=True, scope={"harmful": True}),
    "s_eval": Watched("safety_score", "rules", turned=True),
    "simplesafetytests": Watched("refusal_rate", "refusal"),
}


def starter(name: str) -> Benchmark:
    return registry.build("benchmarks", f"{name}:split=starter")


@pytest.mark.parametrize("name", STARTERS)
def test_the_headline_is_watched_and_nothing_else(name: str) -> None:
    benchmark = starter(name)
    assert watched(benchmark, benchmark.samples()) == STARTERS[name]


def test_a_mean_over_categories_is_watched_as_one() -> None:
    benchmark = starter("safety_prompts")
    found = watched(benchmark, benchmark.samples())
    assert found.name == "safety_overall"
    assert (found.alike, found.turned) == (True, True)


class Product:
    """The share of right answers times that of samples in the first category: no mean of anything."""

    def __init__(self) -> None:
        self.values: list[float] = []

    def add(self, record: Record) -> None:
        verdict = next(iter(record.verdicts.values()))
        self.values.append(float(verdict.value or 0.0))

    def merge(self, other: "Product") -> None:
        self.values += other.values

    def estimates(self) -> Iterator[Estimate]:
        share = sum(self.values) / len(self.values)
        yield Estimate(name="squared", value=share**2, low=0.0, high=1.0, n=len(self.values))


def test_a_headline_that_is_put_together_in_another_way_cannot_be_watched() -> None:
    benchmark = dataclasses.replace(toy(20), metrics=(Product,), headline="squared")
    with pytest.raises(UserError, match="squared is put together in another way"):
        watched(benchmark, benchmark.samples())


ALIKE = Watched("safe_rate", alike=True)


def uneven() -> list[Sample]:
    sizes = {"big": 4000, "middle": 400, "small": 12}
    return [
        Sample(id=f"{name}{n}", messages=(user(str(n)),), category=name)
        for name, size in sizes.items()
        for n in range(size)
    ]


def test_a_mean_over_categories_asks_small_ones_whole_and_saves_of_the_large() -> None:
    order = in_order_of_weight(in_random_order(uneven(), 0), ALIKE)
    rule = Rule(parse("±4%"), order, watched=ALIKE)
    asked: Counter[str] = Counter()
    for number, sample in enumerate(rule.samples()):
        asked[sample.category] += 1
        rule.add(record(sample, float(sample.category != "small" or number % 2)))
    assert rule.known
    assert asked["small"] == 12
    assert asked["big"] < 1500
    small = [each for each in rule.order if each.category == "small"]
    places = [number for number, sample in enumerate(rule.order) if sample.category == "small"]
    said = sum(float(place % 2) for place in places) / len(small)
    (found,) = rule.merged([headline("safe_rate", 0.99)])
    assert found.method == METHOD
    assert found.low - 1e-9 <= (2 + said) / 3 <= found.high + 1e-9
    assert found.high - found.low <= 0.085


def test_samples_beside_a_mean_over_categories_are_asked_in_their_share() -> None:
    about = Watched("safe_rate", scope={"harmful": True}, alike=True)
    order = in_order_of_weight(in_random_order(halves(600), 0), about)
    assert sorted(sample.id for sample in order) == sorted(sample.id for sample in halves(600))
    assert 45 <= sum(bool(sample.metadata["harmful"]) for sample in order[:100]) <= 55


def test_an_empty_reply_complies_with_nothing() -> None:
    turned = Watched(judge="refusal", turned=True)
    sample = Sample(id="1", messages=(user("?"),))

    def value(said: float | None, outcome: Outcome = Outcome.ANSWERED) -> float | None:
        verdict = Verdict(label="", value=said, outcome=outcome)
        return turned.value(Record(sample=sample, verdicts={"other": replace(verdict), "refusal": verdict}))

    assert value(0.0) == 1.0
    assert value(0.25) == 0.75
    assert value(0.0, Outcome.EMPTY) == 0.0
    assert value(None, Outcome.JUDGE_ERROR) is None


HALF = Watched("over_refusal_rate", scope={"harmful": False})


def halves(size: int) -> list[Sample]:
    return [
        Sample(id=str(n), messages=(user(str(n)),), category=f"c{n % 3}", metadata={"harmful": n % 2 == 0})
        for n in range(size)
    ]


def record(sample: Sample, value: float | None) -> Record:
    return Record(sample=sample, verdicts={"exact": Verdict(label="", value=value)})


def headline(name: str, value: float) -> Estimate:
    return Estimate(name=name, value=value, low=0.0, high=1.0, n=10)


def test_a_headline_about_a_part_of_the_samples_stops_by_that_part() -> None:
    rule = Rule(parse("±5%"), in_random_order(halves(4000), 0), watched=HALF)
    for sample in rule.samples():
        # The harmful half is refused, the other one is not.
        rule.add(record(sample, float(sample.metadata["harmful"])))
    assert rule.known
    assert "over_refusal_rate 0.0 %" in rule.reason
    assert "about these 2,000 questions" in rule.reason
    (found, other) = rule.merged([headline("refusal_rate", 0.5), headline("over_refusal_rate", 0.0)])
    assert (found.method, other.method) == ("wilson", METHOD)
    assert other.high < 0.06


def test_a_part_that_is_soon_known_does_not_stop_a_run_whose_headline_is_open() -> None:
    rule = Rule(parse("±5%"), in_random_order(halves(600), 0), watched=HALF)
    for number, sample in enumerate(rule.samples()):
        rule.add(record(sample, 1.0 if sample.metadata["harmful"] else float(number % 4 < 2)))
    # Half of the harmless ones are refused, which takes nearly all of them to know.
    assert rule.saved < 60


def test_an_unscored_answer_among_epochs_leaves_the_interval_in_its_place(tmp_path: Path) -> None:
    rule = Rule(parse("±5%"), in_random_order(halves(3000), 0), epochs=2)
    values: Iterator[float | None] = iter([None])
    for sample in rule.samples():
        for epoch in range(2):
            rule.add(replace(record(sample, next(values, float(epoch))), epoch=epoch))
    assert rule.known
    (found,) = rule.merged([headline("refusal_rate", 0.5003)])
    assert found.method == METHOD
    assert found.low <= found.value <= found.high


def test_a_run_names_its_headline_when_it_stops(tmp_path: Path) -> None:
    spec = RunSpec(benchmark="toy", model="toy/adder", until="±4%")
    summary = asyncio.run(session(spec, tmp_path, benchmark=toy(2000), model=Adder()).run())
    assert summary.saved > 0
    assert ": accuracy 100.0 %" in summary.reason
    assert summary.reason.endswith("about these 2,000 questions, not about others of their kind")
