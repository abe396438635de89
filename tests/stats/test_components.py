from itertools import product
from random import Random

import pytest

from plimsoll.stats.components import Answer, components, half_width, questions_needed

SPREADS = {"question": 0.3, "language": 0.1, "wording": 0.15, "epoch": 0.2, "judge": 0.05}


def made(random: Random, counts: dict[str, int]) -> list[Answer]:
    """Answers whose spread at every level is known."""
    drawn: dict[tuple[object, ...], float] = {}

    def shift(level: str, *key: object) -> float:
        return drawn.setdefault((level, *key), random.gauss(0, SPREADS[level]))

    found: list[Answer] = []
    for q, lang, w, e, j in product(*(range(counts[name]) for name in SPREADS)):
        value = 0.5 + shift("question", q) + shift("language", q, lang) + shift("wording", q, lang, w)
        value += shift("epoch", q, lang, w, e) + shift("judge", q, lang, w, e, j)
        found.append(Answer(value, str(q), str(lang), str(w), e, str(j)))
    return found


def test_every_level_gets_the_spread_that_it_has() -> None:
    counts = {"question": 800, "language": 2, "wording": 2, "epoch": 2, "judge": 2}
    found = components(made(Random(1), counts))
    assert found is not None
    assert found.counts == counts
    for level, spread in SPREADS.items():
        assert found.variances[level] == pytest.approx(spread**2, rel=0.25, abs=0.001), level


def test_a_level_that_did_not_vary_stands_in_the_one_further_out() -> None:
    counts = {"question": 800, "language": 1, "wording": 1, "epoch": 1, "judge": 1}
    found = components(made(Random(2), counts))
    assert found is not None
    assert list(found.variances) == ["question"]
    assert found.variances["question"] == pytest.approx(sum(s**2 for s in SPREADS.values()), rel=0.15)


def test_one_question_tells_nothing() -> None:
    assert components([]) is None
    assert components([Answer(1.0, "a"), Answer(0.0, "a", epoch=1)]) is None


def test_the_planned_number_of_questions_gives_the_wished_width() -> None:
    """Simulated: the mean of so many new questions lies within the width in 95 of 100 runs."""
    random, within = Random(3), 0
    pilot = components(made(random, {"question": 300, "language": 1, "wording": 1, "epoch": 3, "judge": 1}))
    assert pilot is not None
    per = {"epoch": 2}
    needed = questions_needed(pilot, 0.05, per)
    for _ in range(300):
        run = made(random, {"question": needed, "language": 1, "wording": 1, "epoch": 2, "judge": 1})
        within += abs(sum(each.value for each in run) / len(run) - 0.5) <= 0.05
    assert 0.92 <= within / 300 <= 0.985


def test_more_epochs_never_ask_for_more_questions() -> None:
    found = components(
        made(Random(4), {"question": 100, "language": 1, "wording": 1, "epoch": 3, "judge": 1})
    )
    assert found is not None
    numbers = [questions_needed(found, 0.04, {"epoch": epochs}) for epochs in (1, 2, 3, 10)]
    assert numbers == sorted(numbers, reverse=True)
    assert half_width(found.variance({"question": numbers[0], "epoch": 1})) <= 0.04
