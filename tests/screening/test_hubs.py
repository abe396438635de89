from random import Random

import pytest

from plimsoll.screening.hubs import brought
from plimsoll.screening.measure import Mark
from plimsoll.screening.nouns import Seen


def mark(number: int, people: tuple[str, ...], guard: tuple[str, ...]) -> Mark:
    seen = Seen(
        id=str(number),
        cluster=str(number),
        unsafe=bool(people),
        score=0.9 if guard else 0.1,
        flagged=bool(guard),
        outcome="answered",
        categories=people,
        known={},
        codes=guard,
        unknown_codes=(),
        scores={},
        language="en",
        seconds=0.0,
        metadata={},
    )
    return Mark(seen, bool(people), 0.9 if guard else 0.1, bool(guard))


LLAMA = "llama-guard-3/4:"
SOME = [
    mark(1, ("Violence",), (f"{LLAMA}S1",)),
    mark(2, ("Violence", "Profanity"), (f"{LLAMA}S1",)),
    mark(3, ("Sexual",), (f"{LLAMA}S10",)),
    mark(4, ("Sexual",), ()),
    mark(5, (), ()),
    mark(6, (), (f"{LLAMA}S1",)),
]


def test_categories_of_two_taxonomies_meet_at_the_hub() -> None:
    found = brought(SOME, "aegis-2").named
    assert found is not None
    assert (found.over, found.n) == ("hub", 4)
    assert (found.exact, found.overlap) == (1 / 4, 2 / 4)
    assert found.micro_f1 == pytest.approx(2 * 2 / (5 + 3))
    parts = {part.name: part for part in brought(SOME, "aegis-2").parts}
    assert (parts["H01"].positives, parts["H01"].negatives) == (2, 4)
    assert parts["H01"].figures["recall"].value == 1.0
    assert parts["H01"].figures["false_alarms"].value == 1 / 4
    assert parts["H07"].figures["recall"].value == 0.0


def test_categories_of_one_taxonomy_are_held_against_each_other_by_name_or_code() -> None:
    made = [mark(1, ("Violence",), ("aegis-2:S1",)), mark(2, ("Malware", "Threat"), ("aegis-2:S17",))]
    found = brought(made, "aegis-2").named
    assert found is not None
    assert (found.over, found.exact, found.overlap) == ("aegis-2", 0.5, 1.0)


def test_without_a_taxonomy_or_codes_nothing_is_said() -> None:
    assert brought(SOME, "").named is None
    assert brought([mark(1, ("Violence",), ("W1",))], "aegis-2").named is None


CODES = ("S1", "S2", "S10", "S11", "S16", "S17")


@pytest.mark.parametrize(
    ("seed", "exact", "micro", "macro"),
    [
        (0, 0.295, 0.741025641026, 0.739917723224),
        (1, 0.315, 0.758873929009, 0.756409736266),
        (2, 0.32, 0.764920828258, 0.764787571336),
        (3, 0.335, 0.748201438849, 0.746938539828),
    ],
)
def test_several_categories_at_once_score_as_scikit_learn_1_9_1_scores_them(
    seed: int, exact: float, micro: float, macro: float
) -> None:
    draw = Random(seed)
    made: list[Mark] = []
    for number in range(200):
        people = [code for code in CODES if draw.random() < 0.3] or [draw.choice(CODES)]
        guard = [code for code in CODES if draw.random() < (0.8 if code in people else 0.15)]
        made.append(mark(number, tuple(people), tuple(f"aegis-2:{code}" for code in guard)))
    found = brought(made, "aegis-2").named
    assert found is not None
    assert found.exact == exact
    assert (found.micro_f1, found.macro_f1) == pytest.approx((micro, macro), abs=1e-11)
