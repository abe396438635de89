"""Nights under one budget of false alarms."""

from pathlib import Path
from random import Random

import pytest

from plimsoll.cli import exit_code
from plimsoll.comparison import budget
from plimsoll.comparison.budget import Budget, spend
from plimsoll.comparison.compare import compare
from plimsoll.comparison.differences import Settings
from plimsoll.comparison.nouns import Comparison
from plimsoll.core import DataError, UserError
from tests.support.pairs import Asked, answers, run_of, two_runs

QUICK = Settings(draws=100)


def right(random: Random, share: float, n: int = 300) -> list[Asked]:
    return answers([float(random.random() < share) for _ in range(n)])


def night(tmp_path: Path, number: int, share: float, benchmark: str = "toy") -> Comparison:
    """A run of that share of right answers, against a baseline of nine tenths."""
    before = tmp_path / "baseline"
    if not before.exists():
        run_of(before, right(Random("baseline"), 0.9))
    after = run_of(tmp_path / f"night{number}", right(Random(number), share), benchmark=benchmark)
    baseline = run_of(tmp_path / f"baseline{number}", right(Random("baseline"), 0.9), benchmark=benchmark)
    (found,) = compare([baseline, after], settings=QUICK)
    return found


def test_equal_nights_spend_little_and_a_bad_one_is_caught(tmp_path: Path) -> None:
    kept = Budget()
    for number in range(12):
        kept, held = spend(kept, night(tmp_path, number, 0.9), 0.02)
        assert held.passed, number
    kept, held = spend(kept, night(tmp_path, 12, 0.6), 0.02)
    assert not held.passed
    assert held.rule == "budget"
    assert kept.nights[-1].alarms == ("whole",)


def test_a_small_loss_that_stays_is_caught_in_time(tmp_path: Path) -> None:
    kept, nights = Budget(), list[bool]()
    for number in range(14):
        kept, held = spend(kept, night(tmp_path, number, 0.78), 0.02)
        nights.append(held.passed)
    assert nights[0]
    assert not all(nights)


def test_what_was_won_before_an_alarm_counts_for_no_later_one(tmp_path: Path) -> None:
    kept, held = spend(Budget(), night(tmp_path, 1, 0.6), 0.02)
    assert not held.passed
    kept, held = spend(kept, night(tmp_path, 2, 0.9), 0.02)
    assert held.passed


def test_a_run_that_is_looked_at_again_is_not_counted_again(tmp_path: Path) -> None:
    first = night(tmp_path, 1, 0.6)
    kept, held = spend(Budget(), first, 0.02)
    again, same = spend(kept, first, 0.02)
    assert again == kept
    assert [check.p for check in same.checks] == [check.p for check in held.checks]


def test_later_benchmarks_and_nights_play_for_less(tmp_path: Path) -> None:
    kept, one = spend(Budget(), night(tmp_path, 1, 0.6), 0.02)
    kept, other = spend(kept, night(tmp_path / "b", 1, 0.6, benchmark="other"), 0.02)
    assert kept.nights[0].won["whole"] > kept.nights[1].won["whole"]
    assert one.checks[1].p < other.checks[1].p


def test_with_few_questions_a_budget_says_that_nothing_can_fail(tmp_path: Path) -> None:
    (few,) = compare(two_runs(tmp_path, answers([1.0] * 9), answers([0.0] * 9)), settings=QUICK)
    _, held = spend(Budget(), few, 0.0)
    assert held.passed
    assert "passing says nothing" in held.warnings[-1]


def test_a_budget_is_kept_in_a_file_and_set_once(tmp_path: Path) -> None:
    path = tmp_path / "ci" / "budget.json"
    kept, _ = spend(budget.read(path, 0.1), night(tmp_path, 1, 0.9), 0.02)
    budget.write(path, kept)
    assert budget.read(path) == kept
    assert budget.read(path, 0.1).level == 0.1
    with pytest.raises(UserError, match=r"begun with --level 0\.1, not 0\.05"):
        budget.read(path, 0.05)
    path.write_text("{", "utf-8")
    with pytest.raises(DataError, match="no budget of a gate"):
        budget.read(path)


@pytest.mark.parametrize("level", ["-1", "0", "1", "1e308", '"0.05"', "null"])
def test_a_budget_whose_level_is_no_chance_is_refused(level: str, tmp_path: Path) -> None:
    path = tmp_path / "budget.json"
    path.write_text(f'{{"level": {level}}}', "utf-8")
    with pytest.raises(DataError, match="no budget of a gate"):
        budget.read(path)


def test_the_command_keeps_count_over_nights(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run_of(tmp_path / "base", right(Random("baseline"), 0.9))
    run_of(tmp_path / "good", right(Random(1), 0.9))
    run_of(tmp_path / "bad", right(Random(2), 0.6))
    path = tmp_path / "budget.json"
    line = ["--baseline", str(tmp_path / "base"), "--max-drop", "0.02"]
    kept = [*line, "--budget", str(path)]
    assert exit_code(["gate", str(tmp_path / "good"), *kept]) == 0
    assert exit_code(["gate", str(tmp_path / "bad"), *kept]) == 3
    assert "over all nights of the budget" in capfd.readouterr().out
    assert [each.run for each in budget.read(path).nights] == ["good", "bad"]
    assert exit_code(["gate", str(tmp_path / "good"), *kept, "--rule", "non-inferiority"]) == 2
    assert "leave one of the two out" in capfd.readouterr().err
    assert exit_code(["gate", str(tmp_path / "base"), *line, "--rule", "non-inferiority"]) == 0
