"""Boards of known truth: spans and groups that are right all at once."""

from random import Random

from plimsoll.leaderboard.ranking import Paired, Place, Share, differ, places
from plimsoll.leaderboard.rivals import Rival, Rivals


def test_one_row_alone_is_the_first() -> None:
    assert places([]) == []
    assert places([Share(0.5, 100)]) == [Place(1, 1, 1)]


def test_rows_that_are_far_apart_have_a_place_of_their_own() -> None:
    assert places([Share(0.9, 1000), Share(0.7, 1000), Share(0.2, 1000)]) == [
        Place(1, 1, 1),
        Place(2, 2, 2),
        Place(3, 3, 3),
    ]


def test_a_row_between_two_may_share_the_places_of_both() -> None:
    assert places([Share(0.60, 1000), Share(0.55, 1000), Share(0.50, 1000)]) == [
        Place(1, 2, 1),
        Place(1, 3, 1),
        Place(2, 3, 2),
    ]


def test_more_rows_ask_for_a_larger_difference() -> None:
    two = [Share(0.60, 1000), Share(0.55, 1000)]
    assert places(two)[1].group == 2
    assert places([*two, *(Share(0.1 - n / 1000, 1000) for n in range(40))])[1].group == 1


def test_answers_to_the_same_questions_tell_more_than_percentages() -> None:
    one, other = Share(0.60, 1000), Share(0.58, 1000)
    assert not differ(one, other)
    assert differ(one, other, Paired(20, 1000, 20, 0))
    assert not differ(one, other, Paired(380, 1000, 200, 180))
    assert differ(one, other, Paired(20, 1000))
    assert not differ(one, other, Paired(380, 1000))


def test_a_blunted_number_leaves_room_for_what_it_hides() -> None:
    assert differ(Share(0.60, 10_000), Share(0.58, 10_000))
    assert not differ(Share(0.60, 10_000, 0.005), Share(0.58, 10_000, 0.005))


def test_rows_without_a_wrong_answer_are_not_taken_for_certain() -> None:
    assert not differ(Share(1.0, 10), Share(0.8, 10))


def predictions(draw: Random, questions: list[float], skill: float = 0.0) -> bytes:
    """Right ones are 0."""
    return bytes(0 if draw.random() < chance + skill else draw.choice((1, 2, 3)) for chance in questions)


def board(draw: Random, rows: int, over: str) -> list[Place]:
    """Equally good models on the same questions."""
    questions = [draw.betavariate(2, 1) for _ in range(150)]
    given = sorted((predictions(draw, questions) for _ in range(rows)), key=lambda each: -each.count(0))
    rivals = Rivals([Rival(each, over) for each in given], bytes(150))
    return places([Share(each.count(0) / 150, 150) for each in given], rivals.pair)


def test_equal_models_rarely_stand_in_two_groups() -> None:
    draw = Random(1)
    for over in ("exact", "1"):
        told = sum(board(draw, 12, over)[-1].group > 1 for _ in range(100))
        assert told <= 8, over


def test_only_closed_rounds_are_compared_answer_by_answer() -> None:
    """Attack: groups of an open round would tell which of two differing answers is right."""
    right = bytes([0, 1, 2, 3, 0])
    one, other = bytes([0, 1, 2, 0, 255]), bytes([0, 1, 3, 0, 255])

    def pair(first: str, second: str) -> Paired | None:
        return Rivals([Rival(one, first), Rival(other, second)], right).pair(0, 1)

    assert pair("exact", "exact") == Paired(1, 5, 1, 0)
    assert pair("2", "2") == Paired(1, 5)
    assert pair("2", "exact") is None
    assert Rivals([Rival(None, "exact"), Rival(other, "exact")], right).pair(0, 1) is None
