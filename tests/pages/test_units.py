"""Every number in the unit that it has, under a name that people read."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from plimsoll.benchmarks.safetybench.benchmark import safetybench
from plimsoll.core import Estimate, Record, Verdict, replace
from plimsoll.pages.words import words
from plimsoll.reports import RunView, html, markdown, terminal
from tests.support.choices import judged, say
from tests.support.runs import records_of, view_of

DIFFERENCE = Estimate(name="parity_difference", value=-0.0461, low=-0.1182, high=0.0259, n=112)
P = Estimate(name="parity_p", value=0.28, low=0.28, high=0.28, n=112)
BRIER = Estimate(name="brier_score", value=0.2134, low=0.2, high=0.2266, n=112)
SHARE = Estimate(name="letter_bias", value=0.0287, low=0.0172, high=0.1121, n=348)


@dataclass(frozen=True)
class Report:
    name: str
    write: Callable[[RunView], str]


REPORTS = [
    Report("terminal", lambda view: terminal.text(view, width=160)),
    Report("markdown", markdown.render),
    Report("html", html.render),
]


@pytest.fixture(params=REPORTS, ids=lambda report: report.name)
def report(request: pytest.FixtureRequest) -> Callable[[Estimate], str]:
    def write(estimate: Estimate) -> str:
        view = view_of(records_of(1))
        held = (*view.summary.estimates, estimate)
        return request.param.write(replace(view, summary=replace(view.summary, estimates=held)))

    return write


def of_safetybench() -> list[Record]:
    benchmark = safetybench(language="both", split="starter", order="cyclic")
    records = judged(benchmark, benchmark.samples(), say("(A)"))
    sure = Verdict(label="A", value=1.0, confidence=0.8)
    return [replace(record, verdicts={**record.verdicts, "strict": sure}) for record in records]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_number_of_safetybench_has_a_name_in_both_languages(language: str) -> None:
    benchmark = safetybench(language="both", split="starter", order="cyclic")
    tallies = [metric() for metric in benchmark.metrics]
    for record in of_safetybench():
        for tally in tallies:
            tally.add(record)
    names = {estimate.name for tally in tallies for estimate in tally.estimates()}

    assert {"parity_p", "letter_bias", "worst_order_accuracy", "brier_score", "blocked_rate"} <= names
    assert {f"metric.{name}" for name in names} <= {*words(language)}  # type: ignore[arg-type]


def test_a_difference_has_its_sign_and_is_in_points(report: Callable[[Estimate], str]) -> None:
    printed = report(DIFFERENCE)

    assert "−4.6" in printed
    assert "−11.8…+2.6" in printed


def test_a_difference_upwards_has_its_sign_too(report: Callable[[Estimate], str]) -> None:
    assert "+4.6" in report(replace(DIFFERENCE, value=0.0461))


def test_a_p_value_is_no_percentage_and_has_no_interval(report: Callable[[Estimate], str]) -> None:
    printed = report(P)

    assert "0.280" in printed
    assert "28.0–28.0" not in printed
    assert "0.280–0.280" not in printed


def test_a_tiny_p_value_is_never_shown_as_nothing(report: Callable[[Estimate], str]) -> None:
    printed = report(replace(P, value=1e-9))

    assert "0.001" in printed
    assert "0.000" not in printed


def test_a_brier_score_is_no_percentage(report: Callable[[Estimate], str]) -> None:
    printed = report(BRIER)

    assert "0.213" in printed
    assert "0.200–0.227" in printed


def test_a_bias_is_a_share(report: Callable[[Estimate], str]) -> None:
    printed = report(SHARE)

    assert "Letter bias" in printed
    assert "1.7–11.2" in printed
