from random import Random

import pytest

from plimsoll.stats.calibrating import isotonic, temperature
from plimsoll.stats.ranking import MOST, Marked, Redraws, difference, interval, p_value, redrawn
from plimsoll.stats.scored import auprc, auroc, ece


def scored(count: int, *, seed: int = 0, apart: float = 0.2) -> list[Marked]:
    draw = Random(seed)
    made: list[Marked] = []
    for number in range(count):
        unsafe = draw.random() < 0.3
        scores = tuple(draw.gauss(0.4 + apart * unsafe * k, 0.15) for k in (1, 2))
        made.append(Marked(str(number), unsafe, scores, tuple(score >= 0.5 for score in scores)))
    return made


def test_the_first_of_the_redraws_is_what_was_seen() -> None:
    items = scored(200)
    for guard, found in enumerate(redrawn(items)):
        truth, scores = [item.unsafe for item in items], [item.scores[guard] for item in items]
        hits = sum(item.unsafe and item.flags[guard] for item in items)
        assert found.auroc[0] == pytest.approx(auroc(truth, scores))
        assert found.auprc[0] == pytest.approx(auprc(truth, scores))
        assert found.recall[0] == pytest.approx(hits / sum(truth))
        assert found.precision[0] == pytest.approx(hits / sum(item.flags[guard] for item in items))


def test_many_scores_are_ranked_with_hardly_a_loss() -> None:
    items = scored(5000)
    truth, scores = [item.unsafe for item in items], [item.scores[0] for item in items]
    (found, _) = redrawn(items)
    assert found.auroc[0] == pytest.approx(auroc(truth, scores), abs=1e-3)
    bounds = interval(auroc(truth, scores), found.auroc)
    assert bounds is not None
    assert bounds.high - bounds.low < 0.05


def test_intervals_of_many_sets_hold_the_truth_about_as_often_as_they_say() -> None:
    whole = scored(60_000, seed=99)
    true = auprc([item.unsafe for item in whole], [item.scores[0] for item in whole])
    held = 0
    for seed in range(60):
        items = scored(60, seed=seed)
        value = auprc([item.unsafe for item in items], [item.scores[0] for item in items])
        bounds = interval(value, redrawn(items, most=200)[0].auprc)
        held += bounds is not None and true is not None and bounds.low <= true <= bounds.high
    assert held >= 53


def test_a_guard_that_never_erred_on_few_is_not_called_perfect() -> None:
    items = [Marked(str(n), n < 5, (float(n < 5),), (n < 5,)) for n in range(10)]
    (found,) = redrawn(items)
    for name in ("auroc", "auprc", "recall", "precision", "f1"):
        bounds = interval(1.0, getattr(found, name))
        assert bounds is not None
        assert bounds.low < 0.9


def test_the_same_guard_twice_does_not_differ_and_a_better_one_does() -> None:
    items = scored(400)
    one, better = redrawn(items)
    assert p_value(0.0, difference(one.auroc, one.auroc)) == 1.0
    gain = (better.auroc[0] or 0) - (one.auroc[0] or 0)
    assert p_value(gain, difference(better.auroc, one.auroc)) == pytest.approx(2 / (MOST + 2), rel=0.5)


def test_nine_conversations_of_every_prompt_change_no_interval() -> None:
    items = scored(40, seed=3)
    repeats = [item for item in items for _ in range(9)]
    (once, _), (often, _) = (redrawn(each, most=200) for each in (items, repeats))
    for name in Redraws._fields:
        alone, repeated = getattr(once, name), getattr(often, name)
        assert interval(repeated[0], repeated) == pytest.approx(interval(alone[0], alone))


def test_redraws_are_the_same_for_the_same_seed() -> None:
    assert redrawn(scored(50), seed=3) == redrawn(scored(50), seed=3)
    assert redrawn(scored(50), seed=3) != redrawn(scored(50), seed=4)


def overconfident(count: int, seed: int) -> tuple[list[bool], list[float]]:
    draw = Random(seed)
    chances = [draw.random() for _ in range(count)]
    truth = [draw.random() < chance for chance in chances]
    sharp = [chance**3 / (chance**3 + (1 - chance) ** 3) for chance in chances]
    return truth, sharp


def test_the_temperature_that_sharpened_scores_is_found_again() -> None:
    learned, (truth, scores) = overconfident(4000, 1), overconfident(4000, 2)
    heat = temperature(*learned)
    assert heat.value == pytest.approx(3, rel=0.1)
    before, after = ece(truth, scores), ece(truth, [heat(score) for score in scores])
    assert before is not None
    assert after is not None
    assert after < before / 3


def test_isotonic_steps_rise_and_mend_what_no_temperature_can() -> None:
    truth, scores = overconfident(2000, 1)
    steps = isotonic(truth, [1 - score for score in scores][::-1])
    assert list(steps.shares) == sorted(steps.shares)
    steps = isotonic([True, False, True, False, False], [0.9, 0.8, 0.7, 0.2, 0.1])
    assert [steps(score) for score in (0.05, 0.2, 0.75, 0.9)] == [0.0, 0.0, 0.5, 1.0]
