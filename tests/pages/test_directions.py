import re

import pytest

from plimsoll.core import Estimate, replace
from plimsoll.pages.markup import spoken
from plimsoll.pages.units import arrow, direction
from plimsoll.pages.words import say
from plimsoll.reports import RunView, html, markdown, overview_rows, terminal
from plimsoll.reports.figures import figures
from plimsoll.reports.overview import Line
from plimsoll.run.ask.suite import SuiteRun
from tests.support.runs import records_of, view_of

STARTER = "Starter set of Plimsoll's own writing, not the official prompts."


def rate(name: str, *, up: bool, value: float = 1.0) -> Estimate:
    return Estimate(name=name, value=value, low=value, high=value, n=50, higher_is_safer=up)


def view(estimate: Estimate, **changes: object) -> RunView:
    made = view_of(records_of(2))
    manifest = replace(made.manifest, headline=estimate.name, **changes)
    return replace(
        made, manifest=manifest, summary=replace(made.summary, estimates=(estimate,), references=())
    )


def line_of(estimate: Estimate) -> Line:
    entry = SuiteRun(benchmark="wildjailbreak", run="r")
    return Line(entry, "wildjailbreak", "WildJailbreak", "safety", estimate.name, estimate, "", None, "", ())


@pytest.mark.parametrize(
    ("name", "up", "end"),
    [
        ("accuracy", True, "up"),
        ("attack_success_rate", False, "down"),
        ("letter_share", True, ""),
        ("parity_difference", False, ""),
        ("parity_p", True, ""),
        ("thought_tokens", True, ""),
    ],
)
def test_a_number_has_a_better_end_unless_it_is_a_difference_a_p_value_or_a_mere_share(
    name: str, up: bool, end: str
) -> None:
    assert direction(name, up) == end
    assert arrow(rate(name, up=up)) == {"up": " ↑", "down": " ↓", "": ""}[end]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("up", "end"), [(True, "up"), (False, "down")])
def test_every_report_says_what_was_measured_and_which_end_is_better(
    language: str, up: bool, end: str
) -> None:
    shown = view(rate("attack_success_rate", up=up))
    named = say("metric.attack_success_rate", language=language)  # pyright: ignore
    words = say(f"better.{end}.safety", language=language)  # pyright: ignore
    for made in (
        html.render(shown, language=language),  # pyright: ignore
        markdown.render(shown, language=language),  # pyright: ignore
        terminal.text(shown, width=100, language=language),  # pyright: ignore
    ):
        assert words in made
        assert named in made


def test_over_refusal_and_utility_are_better_and_not_safer() -> None:
    assert figures(view(rate("over_refusal_rate", up=False), measures="over_refusal")).toward == (
        "better.down.other"
    )
    assert figures(view(rate("rouge_l", up=True), measures="utility")).toward == "better.up.other"


def test_a_turned_number_stands_under_the_name_of_what_it_measures_only() -> None:
    line = line_of(rate("attack_success_rate", up=False))

    assert overview_rows.number(line) == "0.0 (0.0–0.0)"
    assert overview_rows.measured_as(line) == "100.0 (100.0–100.0)"
    assert spoken(overview_rows.headline(line), "en") == "Attack success rate ↓"


def test_a_number_that_cannot_be_turned_brings_its_own_name() -> None:
    line = line_of(replace(rate("cosa_score", up=True), value=-0.2, low=-0.3, high=0.1))

    assert spoken(overview_rows.number(line), "en").startswith("CoSA-Score (−100 to 100): -0.200")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_starter_set_is_named_before_any_number(language: str) -> None:
    shown = view(rate("refusal_rate", up=True), notes=(STARTER,))
    words = say("starter", language=language)  # pyright: ignore
    body = html.render(shown, language=language).partition("<body>")[2]  # pyright: ignore

    assert words in body.partition("<main")[0].replace("&#x27;", "'")
    printed = re.sub(r"\s+", "", terminal.text(shown, language=language))  # pyright: ignore
    assert 0 <= printed.find(re.sub(r"\s+", "", words)) < printed.index("n") + len(printed) // 2
    assert words.replace("'", "") in re.sub(r"[\\']", "", markdown.render(shown, language=language))  # pyright: ignore
    assert words not in html.render(view(rate("refusal_rate", up=True))).partition("<main")[0]
