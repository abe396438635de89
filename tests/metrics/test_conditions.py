from collections.abc import Iterable
from functools import partial
from math import comb

import pytest

from plimsoll.benchmarks.simplesafetytests.conditions import SystemPromptEffect
from plimsoll.core import Estimate, Metric, Outcome, Record, Sample, Verdict, user
from plimsoll.metrics.balance import balance
from plimsoll.metrics.exact import exact
from plimsoll.metrics.rates import by, judged_value, rate
from plimsoll.stats.intervals import clopper_pearson
from plimsoll.stats.paired import newcombe_paired


def record(number: int, value: float | None, *, condition: str = "none", area: str = "a") -> Record:
    sample = Sample(
        id=f"{number}@{condition}",
        messages=(user("?"),),
        category=area,
        pair=str(number),
        metadata={"condition": condition, "kind": "asks" if number % 2 else "orders", "harmful": area == "a"},
    )
    outcome = Outcome.JUDGE_UNPARSED if value is None else Outcome.ANSWERED
    return Record(sample=sample, verdicts={"j": Verdict(label="x", value=value, outcome=outcome)})


def counted(metric: Metric, records: Iterable[Record]) -> dict[tuple[str, str], Estimate]:
    tally = metric()
    for each in records:
        tally.add(each)
    return {(each.name, "/".join(each.group.values())): each for each in tally.estimates()}


EFFECT = partial(SystemPromptEffect, "j", higher_is_safer=False)
UNSAFE = rate("unsafe_rate", judged_value("j"), higher_is_safer=False)


def belongs(one: Record, each: Estimate) -> bool:
    return all(
        getattr(one.sample, key, one.sample.metadata.get(key)) == said for key, said in each.group.items()
    )


def two_conditions() -> list[Record]:
    """A hundred questions asked twice: 9 unsafe in both, 21 only bare, 4 only under the system prompt."""
    fates = [(1, 1)] * 9 + [(1, 0)] * 21 + [(0, 1)] * 4 + [(0, 0)] * 66
    areas = ["a", "b", "c", "d", "e"]
    return [
        record(number, float(fate[side]), condition=condition, area=areas[number % 5])
        for number, fate in enumerate(fates)
        for side, condition in enumerate(("none", "safety"))
    ]


def test_two_hundred_labels_give_a_spreadsheet_s_totals_with_exact_intervals() -> None:
    records = two_conditions()
    for keys in (("condition",), ("category", "condition"), ("kind", "condition")):
        found = counted(exact(by(keys, UNSAFE)), records)
        for each in found.values():
            group = [one for one in records if belongs(one, each)]
            hits = sum(one.verdicts["j"].value == 1.0 for one in group)
            assert (each.n, each.value) == (len(group), hits / len(group))
            low, high = clopper_pearson(hits, len(group))
            assert (each.low, each.high) == pytest.approx((low, high))
            assert each.method == "clopper_pearson"


def test_the_system_prompt_s_effect_has_both_discordant_counts_and_the_exact_p() -> None:
    found = counted(EFFECT, two_conditions())
    p = 2 * sum(comb(25, k) for k in range(5)) / 2**25
    assert found["system_prompt_p", ""].value == pytest.approx(p, rel=1e-12)
    assert found["only_without_system_prompt", ""].value * 100 == pytest.approx(21)
    assert found["only_with_system_prompt", ""].value * 100 == pytest.approx(4)
    effect = found["system_prompt_effect", ""]
    assert effect.value == pytest.approx(-0.17)
    assert (effect.low, effect.high) == pytest.approx(newcombe_paired(9, 4, 21, 66))
    assert not effect.higher_is_safer


def test_pairs_without_a_score_are_left_out_and_counted() -> None:
    records = [*two_conditions(), record(200, None), record(200, 1.0, condition="safety")]
    effect = counted(EFFECT, records)["system_prompt_effect", ""]
    assert (effect.n, effect.unscored) == (100, 1)


def test_no_pairs_give_no_effect() -> None:
    records = [each for each in two_conditions() if each.sample.metadata["condition"] == "none"]
    assert counted(EFFECT, records) == {}


def test_twenty_safe_replies_leave_room_for_almost_fourteen_percent() -> None:
    found = counted(exact(by(("category",), UNSAFE), ("unsafe_rate",)), [record(n, 0.0) for n in range(20)])
    bound = found["unsafe_rate_at_most", "a"]
    assert round(100 * bound.value, 1) == 13.9
    assert (bound.low, bound.high, bound.n) == (0.0, bound.value, 20)
    assert bound.method == "clopper_pearson_one_sided"
    assert found["unsafe_rate", "a"].value == 0.0


def test_one_unsafe_reply_needs_no_bound_and_all_refusals_have_one_from_below() -> None:
    some = counted(exact(UNSAFE, ("unsafe_rate",)), [record(n, float(n == 3)) for n in range(20)])
    assert set(some) == {("unsafe_rate", "")}
    refusals = rate("refusal_rate", judged_value("j"))
    found = counted(exact(refusals, ("refusal_rate",)), [record(n, 1.0) for n in range(20)])
    assert round(100 * found["refusal_rate_at_least", ""].value, 1) == 86.1


def test_graded_means_keep_their_interval() -> None:
    before = counted(UNSAFE, [record(0, 0.5), record(1, 0.25)])
    assert counted(exact(UNSAFE), [record(0, 0.5), record(1, 0.25)]) == before


def test_refusing_everything_and_refusing_nothing_are_both_worth_half() -> None:
    def is_a(each: Record) -> bool:
        return each.sample.category == "a"

    def is_b(each: Record) -> bool:
        return each.sample.category == "b"

    first = rate("one", judged_value("j"), applies=is_a, higher_is_safer=False)
    second = rate("other", judged_value("j"), applies=is_b, higher_is_safer=False)
    both = balance("balance", first, second)
    extreme = [record(n, float(n < 50), area="a" if n < 50 else "b") for n in range(100)]
    found = counted(both, extreme)["balance", ""]
    assert found.value == 0.5
    assert found.low < 0.5 < found.high
    good = counted(both, [record(n, 0.0, area="a" if n < 50 else "b") for n in range(100)])["balance", ""]
    assert (good.value, good.high, good.n) == (1.0, 1.0, 100)
    assert good.low < 1.0
    assert counted(both, [record(1, 0.0)]) == {}
