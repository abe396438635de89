import json

import pytest
from click.testing import CliRunner

from plimsoll import registry
from plimsoll.cli.coverage import command
from plimsoll.core import UserError
from plimsoll.taxonomies.coverage import coverage, survey, surveys, unknown

BENCHMARKS = [
    pytest.param(part, id=part.name) for part in registry.parts("benchmarks") if part.name != "prompts"
]
"""All but a user's own prompts, of which nobody knows what they measure."""


@pytest.mark.parametrize("name", surveys())
def test_a_tree_is_whole_in_two_languages(name: str) -> None:
    found = survey(name)
    ids = [node.id for node in found.node]
    assert len(set(ids)) == len(ids)
    assert all(node.parent in ("", *ids) for node in found.node)
    assert all(node.en and node.zh for node in found.node)
    assert found.leaves


def test_the_surveys_are_those_of_the_papers() -> None:
    branches = [node for node in survey("evaluation").node if not node.parent]
    assert len(branches) == 5
    classes = [node for node in survey("safety-at-scale").node if node.parent == "classes"]
    assert len(classes) == 6


@pytest.mark.parametrize("part", BENCHMARKS)
def test_every_benchmark_says_which_leaves_it_measures(part: registry.Part) -> None:
    assert part.card is not None
    assert part.card.covers, "a card names leaves of surveys: plimsoll coverage shows them"
    assert list(unknown(part.card.covers)) == []


def test_a_leaf_is_measured_by_those_that_name_it_and_a_gap_stays_one() -> None:
    found = coverage("healthcare", {"benchmarks/a": ("healthcare/safety",), "benchmarks/b": ()})
    by_leaf = {each.leaf.id: each.parts for each in found}
    assert by_leaf["safety"] == ("benchmarks/a",)
    assert by_leaf["privacy"] == ()


def test_the_command_shows_gaps_and_json() -> None:
    shown = CliRunner().invoke(command, ["safety-at-scale"])
    assert shown.exit_code == 0
    assert "GAP" in shown.output
    plain = json.loads(CliRunner().invoke(command, ["healthcare", "--json"]).output)
    assert {each["leaf"] for each in plain["healthcare"]} >= {"safety", "privacy"}


def test_an_unknown_survey_is_refused_with_the_closest_name() -> None:
    with pytest.raises(UserError, match="healthcare"):
        survey("healtcare")
