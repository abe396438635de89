"""Attacks on the answers: each is written out, and shown to learn next to nothing."""

import random
import time

import pytest

from plimsoll.leaderboard import grain
from plimsoll.leaderboard.administration import HOST
from plimsoll.leaderboard.checking import check
from plimsoll.leaderboard.errors import Unreadable
from plimsoll.leaderboard.holdout import layout
from plimsoll.leaderboard.nouns import Query
from plimsoll.leaderboard.scoring import score
from plimsoll.leaderboard.service import Service
from tests.support.boards import META, N, Team, answer, right, small_key, upload


def test_changing_one_answer_tells_nothing(lite: Service, team: Team) -> None:
    """Attack: hand in a file, change one answer, see whether the score moves.

    On an unprotected board the difference is +1, 0 or -1 question, and 3 files find each answer.
    Here the shown score moves for other reasons, and does so about as often for a right change as for
    a wrong one.
    """
    lite.admin.change(HOST, "small", daily=100_000)

    def shown(predictions: dict[str, int]) -> float:
        return lite.submitting.submit(team.who, "small", META, upload(predictions)).scores.compat[0].value

    start = {f"q{i}": (answer(i) + i % 2) % 4 for i in range(N)}
    before = shown(start)
    guessed = 0
    tried = range(1, 80, 2)
    for i in tried:
        moves = {option: shown({**start, f"q{i}": option}) - before for option in range(4)}
        best = max(moves, key=lambda option: (moves[option], random.Random(i * 7 + option).random()))
        guessed += best == answer(i)
    assert guessed < len(tried) * 0.6


def test_asking_again_for_the_same_file_draws_no_second_number(lite: Service, team: Team) -> None:
    """Attack: hand the same predictions in many times and average the noise away."""
    lite.admin.change(HOST, "small", daily=1000)
    files = [upload(right(wrong=77)), upload(dict(reversed(right(wrong=77).items())))]
    shown = {lite.submitting.submit(team.who, "small", META, file).scores.compat for file in files * 3}
    assert len(shown) == 1


def test_the_step_stands_for_several_questions_and_the_interval_holds_the_truth() -> None:
    for n in (40, 300, 1149, 2100, 11_435):
        assert grain.step_for(n, 5) * n >= 5
        for hits in range(0, n + 1, max(1, n // 50)):
            score = grain.blunted("", hits, n, grain=5, draw=0.999)
            true = grain.exact("", hits, n)
            assert score.low <= true.low + 1e-9
            assert score.high >= true.high - 1e-9
            assert abs(score.value - hits / n) <= grain.SPREAD * score.step + 1e-9


def test_a_published_row_and_its_receipt_show_the_same_number(lite: Service, team: Team) -> None:
    """Attack: compare two views of one submission, each rounded on its own."""
    receipt = lite.submitting.submit(team.who, "small", META, upload(right(wrong=33)))
    lite.admin.publish(HOST, receipt.id)
    assert lite.boards.row("small", receipt.id).scores == receipt.scores
    assert lite.submitting.get(team.who, receipt.id).versions[0].scores == receipt.scores


def test_after_the_close_only_published_rows_become_exact(lite: Service, team: Team) -> None:
    """Attack: hand in a hundred variants, publish none, and read them all after the close."""
    shown = lite.submitting.submit(team.who, "small", META, upload(right(wrong=33)))
    hidden = lite.submitting.submit(team.who, "small", META, upload(right(wrong=34)))
    lite.admin.publish(HOST, shown.id)
    lite.admin.close_round(HOST, "small")
    assert lite.boards.row("small", shown.id).scores.compat[0].value == pytest.approx((N - 33) / N)
    (version,) = lite.submitting.get(team.who, hidden.id).versions
    assert version.scores.compat[0].step >= 0.02


def test_a_check_gives_no_score(lite: Service, team: Team) -> None:
    """Attack: the check is not limited; ask it instead of the submitting."""
    checks = [lite.submitting.check(team.who, "small", upload(right(wrong=wrong))) for wrong in (0, 1, N)]
    assert {(each.sound, each.covered, each.faults) for each in checks} == {(True, N, ())}


def test_faults_are_the_same_for_right_and_wrong_predictions(lite: Service, team: Team) -> None:
    """Attack: a file with one fault and one prediction, to read the answer out of the message."""
    said = set[str]()
    for option in range(4):
        with pytest.raises(Unreadable) as refused:
            lite.submitting.submit(team.who, "small", META, upload({"q3": option, "zz": 1}))
        said.add(str(refused.value))
    assert len(said) == 1


def test_held_out_questions_cannot_be_told_from_the_others(lite: Service) -> None:
    """Attack: find the held-out ids from their names, places or categories."""
    key = small_key()
    held = [set(layout(key, secret, 0.5).order[: N // 8]) for secret in (b"one", b"two")]
    assert held[0] != held[1]
    for category in key.names:
        spans = [span for span in layout(key, b"one", 0.3).spans if span.category == category]
        sizes = {span.part: span.stop - span.start for span in spans}
        assert sizes["held"] == round(0.3 * (sizes["held"] + sizes["open"]))


def test_while_a_round_is_open_the_held_out_part_moves_nothing(lite: Service, team: Team) -> None:
    """Attack: see whether wrong answers to some questions never cost anything, or always do."""
    from tests.support.boards import add_board

    add_board(lite, "held", holdout=0.5, grain=0, daily=1000)
    with lite.accounts.books.database.read() as connection:
        from plimsoll.leaderboard.books import board_of, round_of

        current = round_of(connection, board_of(connection, "held").id)
        drawn = lite.accounts.books.layout(connection, current)
    held = {
        place for span in drawn.spans if span.part == "held" for place in drawn.order[span.start : span.stop]
    }
    spoiled = {f"q{i}": (answer(i) + (i in held)) % 4 for i in range(N)}
    clean = lite.submitting.submit(team.who, "held", META, upload(right()))
    other = lite.submitting.submit(team.who, "held", META, upload(spoiled))
    assert clean.scores == other.scores


def test_the_time_of_scoring_does_not_depend_on_what_is_right() -> None:
    """Attack: measure how long it takes: a comparison that stops early would be faster when wrong."""
    key = small_key(5000)
    drawn = layout(key, b"secret", 0.3)
    files = {wrong: check(_json(right(5000, wrong=wrong)), key).compat for wrong in (0, 5000)}
    times: dict[int, list[float]] = {0: [], 5000: []}
    for _ in range(60):
        for wrong, predicted in files.items():
            start = time.perf_counter()
            score(drawn, predicted)
            times[wrong].append(time.perf_counter() - start)
    # The shortest of many: what else runs on the machine can only make a time longer.
    fast, slow = sorted(min(found) for found in times.values())
    assert slow < fast * 1.5


def test_a_row_never_names_the_team_s_token_or_the_answers(lite: Service, team: Team) -> None:
    receipt = lite.submitting.submit(team.who, "small", META, upload(right()))
    lite.admin.publish(HOST, receipt.id)
    shown = repr((receipt, lite.boards.table("small", Query()), lite.submitting.mine(team.who)))
    assert team.token not in shown
    assert "q0" not in shown


def _json(predictions: dict[str, int]) -> bytes:
    import json

    return json.dumps(predictions).encode()
