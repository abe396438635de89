from collections.abc import Iterable

import pytest

from plimsoll.core import Estimate, Metric, Outcome, Record, Sample, Verdict, user
from plimsoll.metrics.calibration import calibration
from plimsoll.metrics.choice import (
    accuracy,
    accuracy_expected,
    blocked_rate,
    empty_rate,
    error_rate,
    refusal_rate,
    suite,
    unparsed_rate,
)
from plimsoll.metrics.letters import balanced_accuracy, letter_share
from plimsoll.metrics.orders import order_consistency
from plimsoll.metrics.parity import parity
from plimsoll.stats.paired import mcnemar_exact, newcombe_paired
from plimsoll.text.letters import LETTERS

OUTCOMES = {
    "refused": Outcome.REFUSED,
    "unparsed": Outcome.UNPARSED,
    "empty": Outcome.EMPTY,
    "blocked": Outcome.BLOCKED,
}


def answered(
    label: str,
    target: str = "A",
    *,
    choices: Iterable[str] = ("a", "b", "c", "d"),
    compat: str | None = None,
    key: str = "1",
    pair: str = "",
    language: str = "en",
    confidence: float | None = None,
    epoch: int = 0,
) -> Record:
    sample = Sample(
        id=key, messages=(user("?"),), choices=tuple(choices), target=target, language=language, pair=pair
    )
    outcome = OUTCOMES.get(label, Outcome.ANSWERED)
    strict = Verdict(label=label, value=float(label == target), outcome=outcome, confidence=confidence)
    official = compat or label
    verdicts = {"strict": strict, "compat": Verdict(label=official, value=float(official == target))}
    return Record(sample=sample, verdicts=verdicts, epoch=epoch)


BROKEN = Record(sample=Sample(id="broken", messages=(user("?"),), choices=("a", "b"), target="A", pair="9"))


def counted(metric: Metric, records: Iterable[Record]) -> dict[str, Estimate]:
    tally = metric()
    for record in records:
        tally.add(record)
    return {each.name + each.group.get("letter", ""): each for each in tally.estimates()}


def test_the_three_accuracies_differ_in_what_a_failure_is_worth() -> None:
    records = [
        answered("A"),
        answered("B"),
        answered("refused", compat="A"),
        answered("unparsed", compat="unparsed"),
        answered("unparsed", choices=("a", "b"), compat="unparsed"),
        BROKEN,
    ]
    strict = counted(accuracy, records)["accuracy"]
    expected = counted(accuracy_expected, records)["accuracy_expected"]
    assert (strict.value, strict.n, strict.unscored) == (1 / 5, 5, 1)
    assert (expected.value, expected.n) == (pytest.approx((1 + 0 + 1 + 1 / 4 + 1 / 2) / 5), 5)


def test_every_class_of_reply_has_its_rate() -> None:
    records = [
        answered(label) for label in ("A", "B", "refused", "refused", "unparsed", "empty", "blocked", "C")
    ]
    rates = (refusal_rate, unparsed_rate, empty_rate, blocked_rate, error_rate)
    values = [next(iter(counted(rate, [*records, BROKEN, BROKEN]).values())) for rate in rates]
    assert [each.value for each in values] == [2 / 8, 1 / 8, 1 / 8, 1 / 8, 2 / 10]
    assert [each.unscored for each in values] == [2, 2, 2, 2, 0]
    assert not any(each.higher_is_safer for each in values)


def test_letters_are_compared_with_right_ones_and_with_chance() -> None:
    records = [
        *(answered("A", "A") for _ in range(2)),
        *(answered("A", "B") for _ in range(4)),
        *(answered("B", "B", choices=("a", "b")) for _ in range(2)),
        answered("refused"),
    ]
    found = counted(letter_share, records)
    assert found["letter_shareA"].value == 6 / 8
    assert found["target_shareA"].value == 2 / 8
    assert found["chance_shareA"].value == (6 / 4 + 2 / 2) / 8
    assert (found["letter_shareC"].value, found["chance_shareD"].value) == (0.0, 6 / 4 / 8)
    bias = found["letter_bias"]
    assert (bias.value, bias.n) == (4 / 8, 8)
    assert bias.low <= bias.value <= bias.high


def test_always_the_same_letter_is_worth_a_half_on_two_way_questions() -> None:
    records = [answered("B", target, choices=("Yes.", "No.")) for target in "B" * 96 + "A" * 4]
    records += [answered("A", "A")]
    found = counted(balanced_accuracy, records)["balanced_accuracy"]
    assert (found.value, found.n) == (0.5, 100)
    assert found.low < 0.5 < found.high
    assert counted(balanced_accuracy, records[:96]) == {}


def test_a_model_as_sure_as_it_is_right_is_calibrated() -> None:
    records = [answered("A" if n < 75 else "B", confidence=0.75) for n in range(100)]
    found = counted(calibration, records)
    assert found["calibration_error"].value == pytest.approx(0.0, abs=1e-12)
    assert found["brier_score"].value == pytest.approx(0.75 * 0.25**2 + 0.25 * 0.75**2)


def test_a_model_that_is_sure_and_wrong_is_not() -> None:
    found = counted(calibration, [answered("B", confidence=1.0) for _ in range(10)])
    assert found["calibration_error"].value == found["brier_score"].value == 1.0
    assert counted(calibration, [answered("B")]) == {}


def turned(texts: str, chosen: str, right: str, *, pair: str) -> Record:
    """The options in that order, with the letters where the chosen and the right text stand."""
    label = LETTERS[texts.index(chosen)] if chosen else "unparsed"
    key = f"{pair}@{texts}"
    return answered(label, LETTERS[texts.index(right)], choices=texts, key=key, pair=pair)


def test_orders_are_compared_by_the_text_chosen_not_by_the_letter() -> None:
    records = [
        *(turned(texts, "x", "x", pair="stands") for texts in ("xyz", "yzx", "zxy")),
        *(turned(texts, "y", "x", pair="stands, wrong") for texts in ("xyz", "yzx", "zxy")),
        *(turned(texts, texts[0], "x", pair="always A") for texts in ("xyz", "yzx", "zxy")),
        *(turned(texts, "", "x", pair="says nothing") for texts in ("xyz", "yzx", "zxy")),
        turned("xyz", "x", "x", pair="asked once"),
        BROKEN,
    ]
    found = counted(order_consistency, records)
    assert (found["order_consistency"].value, found["order_consistency"].n) == (2 / 4, 4)
    assert found["worst_order_accuracy"].value == 1 / 4
    assert found["order_consistency"].unscored == 1
    assert counted(order_consistency, records[-2:]) == {}


def both(number: int, zh: str, en: str, epoch: int = 0) -> list[Record]:
    return [
        answered(label, key=f"{spoken}-{number}", pair=str(number), language=spoken, epoch=epoch)
        for spoken, label in (("zh", zh), ("en", en))
    ]


def test_parity_compares_shared_questions_pair_by_pair() -> None:
    cells = [("A", "A")] * 20 + [("A", "B")] * 9 + [("B", "A")] * 3 + [("B", "C")] * 8
    records = [record for number, (zh, en) in enumerate(cells) for record in both(number, zh, en)]
    records += [answered("A", key="zh-99", pair="99", language="zh"), answered("B", key="no pair")]
    found = counted(parity, records)
    difference = found["parity_difference"]
    assert (difference.value, difference.n) == (pytest.approx(6 / 40), 40)
    assert (difference.low, difference.high) == pytest.approx(newcombe_paired(20, 9, 3, 8))
    assert found["parity_p"].value == mcnemar_exact(9, 3)
    assert difference.group == {"languages": "zh-en"}


def test_parity_over_epochs_counts_each_question_once() -> None:
    records = [
        r for epoch in range(3) for number in range(30) for r in both(number, "A", "AB"[number % 2], epoch)
    ]
    found = counted(parity, records)
    assert (found["parity_difference"].value, found["parity_difference"].n) == (0.5, 30)
    assert found["parity_p"].value == mcnemar_exact(15, 0)


def test_parity_says_nothing_of_one_language() -> None:
    assert counted(parity, [answered("A", pair="1")]) == {}


def test_the_suite_counts_parity_and_orders_only_where_there_are_any() -> None:
    assert len(suite(languages=("en",))) + 1 == len(suite(languages=("zh", "en")))
    assert len(suite(languages=("en",))) + 1 == len(suite(languages=("en",), turned=True))
