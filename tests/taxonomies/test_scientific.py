"""Agents in science: the axes, the tagger and the scorecard."""

import random

import pytest

from plimsoll.core import UserError
from plimsoll.taxonomies.scientific import axes, matrix, scorecard, tags
from tests.support.science import TAGGED

CHECKS = [check.code for pillar in axes().pillar for check in pillar.check]


def test_the_axes_have_three_six_and_three_leaves() -> None:
    counts = [sum(leaf.code.startswith(axis) for leaf in axes().leaf) for axis in "ABC"]
    assert counts == [3, 6, 3]
    assert (len(axes().module), len(axes().gap), len(axes().pillar)) == (5, 4, 3)
    assert all(leaf.en and leaf.zh for leaf in axes().leaf)
    assert all(check.en and check.zh for pillar in axes().pillar for check in pillar.check)


def test_the_tagger_agrees_with_people_on_four_of_five_leaves() -> None:
    assert len(TAGGED) == 60
    agreed = [
        (leaf.code in tags(text)) == (leaf.code in wanted)
        for text, wanted in TAGGED
        for leaf in axes().leaf
        if leaf.code in wanted or leaf.code in tags(text)
    ]
    assert sum(agreed) / len(agreed) >= 0.8


def test_a_text_that_is_not_about_science_has_no_tag() -> None:
    assert tags("Which jobs pay well in this market?") == ()


def test_every_cell_is_counted_and_empty_ones_stay() -> None:
    cells = matrix(["By accident the solvent of a reaction went down the drain."])
    assert len(cells) == 54
    assert cells["A3", "B1", "C1"] == 1
    assert sum(cells.values()) == 1


def test_the_scorecard_is_the_mean_of_its_pillars() -> None:
    first, second, third = axes().pillar
    given = {check.code: "yes" for check in first.check}
    given |= {check.code: "n.a." for check in second.check}
    given |= {third.check[0].code: "yes", third.check[1].code: "n.a."}
    found = scorecard(given)  # type: ignore[arg-type]
    assert [each.share for each in found.pillars] == [1.0, None, 0.25]
    assert found.share == 0.625


def test_the_order_of_answers_makes_no_difference() -> None:
    draw = random.Random(3)
    given = [(code, draw.choice(["yes", "no", "n.a."])) for code in CHECKS]
    shares = {scorecard(dict(draw.sample(given, len(given)))).share for _ in range(20)}  # type: ignore[arg-type]
    assert len(shares) == 1


def test_an_unknown_check_is_named_with_the_closest_one() -> None:
    with pytest.raises(UserError, match="red_teaming"):
        scorecard({"red_teeming": "yes"})
