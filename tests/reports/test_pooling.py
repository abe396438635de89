"""Hazard cells: languages of one prompt are no further evidence."""

from random import Random

import pytest

from plimsoll.core import Estimate, Record, Sample, Verdict
from plimsoll.metrics.rates import breakdown, judged_value, rate
from plimsoll.reports.pooling import Part, pooled, worth
from plimsoll.stats.intervals import wilson

LANGUAGES = tuple(f"l{number}" for number in range(8))


def estimates(answers: list[list[float]]) -> dict[tuple[str, str], Estimate]:
    """Of prompts in all languages, by category and language."""
    tally = breakdown(rate("safe_rate", judged_value("j")))()
    for number, values in enumerate(answers):
        for language, value in zip(LANGUAGES, values, strict=True):
            sample = Sample(
                id=f"{number}-{language}", messages=(), category="c", language=language, pair=str(number)
            )
            tally.add(Record(sample=sample, verdicts={"j": Verdict(label="", value=value)}))
    return {(e.group.get("category", ""), e.group.get("language", "")): e for e in tally.estimates()}


def part(answers: list[list[float]]) -> Part:
    found = estimates(answers)
    return Part("b", tuple(found["c", each] for each in LANGUAGES), found["c", ""], len(LANGUAGES))


def test_languages_that_say_the_same_count_once() -> None:
    same = part([[float(number % 3 > 0)] * 8 for number in range(60)])
    assert worth(same) == pytest.approx(60, rel=0.01)
    cell = pooled([same])
    assert (cell.bounds.low, cell.bounds.high) == pytest.approx(wilson(40, 60), abs=0.002)


def test_languages_that_have_nothing_to_do_with_each_other_count_each() -> None:
    draw = Random(4)
    apart = part([[float(draw.random() < 0.5) for _ in LANGUAGES] for _ in range(200)])
    assert worth(apart) > 0.7 * 1600


def test_a_cell_over_eight_languages_covers_the_truth_about_as_often_as_it_says() -> None:
    draw, covered = Random(6), 0
    for _ in range(200):
        answers: list[list[float]] = []
        for _ in range(20):
            # Correlation 0.6 within a prompt.
            ability = draw.betavariate(0.9 * 0.4 / 0.6, 0.1 * 0.4 / 0.6)
            answers.append([float(draw.random() < ability) for _ in LANGUAGES])
        cell = pooled([part(answers)])
        covered += cell.bounds.low <= 0.9 <= cell.bounds.high
    assert covered >= 182


def test_a_benchmark_that_was_asked_nine_times_weighs_no_more_than_asked_once() -> None:
    def asked(name: str, right: int, epochs: int) -> Part:
        tally = breakdown(rate("safe_rate", judged_value("j")))()
        for number in range(20):
            for epoch in range(epochs):
                sample = Sample(id=f"{number}", messages=(), category="c")
                verdict = Verdict(label="", value=float(number < right))
                tally.add(Record(sample=sample, verdicts={"j": verdict}, epoch=epoch))
        (found,) = (each for each in tally.estimates() if {*each.group} == {"category"})
        return Part(name, (found,))

    once, often = (pooled([asked("a", 18, 1), asked("b", 6, epochs)]) for epochs in (1, 9))
    assert (often.value, *often.bounds) == pytest.approx((once.value, *once.bounds))
    assert once.value == pytest.approx(0.6)
