"""`plimsoll plan`: what a wished interval takes, before a run."""

import json
from pathlib import Path
from random import Random

import pytest

from plimsoll.calibration import keeping
from plimsoll.calibration.nouns import Calibration, Slice
from plimsoll.cli import exit_code
from tests.support.pairs import Asked, run_of


def pilot(path: Path, epochs: int) -> Path:
    """Half of the questions are right nine times out of ten, the others once."""
    draw = Random(1)
    asked = [
        Asked(str(n), float(draw.random() < (0.9 if n % 2 else 0.1)), epoch=epoch)
        for n in range(200)
        for epoch in range(epochs)
    ]
    run_of(path, asked)
    return path


def planned(capfd: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    capfd.readouterr()
    assert exit_code(["plan", *arguments, "--json"]) == 0
    return json.loads(capfd.readouterr().out)


def test_a_pilot_run_tells_questions_from_repeats(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    found = planned(capfd, str(pilot(tmp_path / "run", 4)), "--width", "0.05")
    assert found["pilot"]["questions"] == 200  # type: ignore[index]
    assert found["shares"]["question"] == pytest.approx(0.64, abs=0.08)  # type: ignore[index]
    choices = found["choices"]
    assert [each["epochs"] for each in choices] == [1, 2, 3, 5, 10]  # type: ignore[index, union-attr]


def test_a_pilot_of_one_epoch_says_what_it_cannot_tell(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["plan", str(pilot(tmp_path / "run", 1))]) == 0
    out = capfd.readouterr().out
    assert "The pilot asked each question once" in out
    assert "100.0 %" in out


def test_an_expected_rate_does_without_a_pilot(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "known.json"
    keeping.keep(
        Calibration(
            judge="j",
            event="e",
            pack="p",
            pack_event="e",
            slices=(Slice(n=400),),
            residual=0.02,
            spread=0.1,
        ),
        path,
    )
    found = planned(capfd, "--rate", "0.1", "--width", "0.02", "--calibration", str(path))
    first = found["choices"][0]  # type: ignore[index]
    assert first == {"epochs": 1, "questions": 1729, "answers": 1729, "labels": 385}


def test_one_of_pilot_and_rate_is_needed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["plan"]) == 2
    assert exit_code(["plan", str(tmp_path), "--rate", "0.1"]) == 2
    run_of(tmp_path / "one", [Asked("1", 1.0)])
    assert exit_code(["plan", str(tmp_path / "one")]) == 2
    assert "fewer than two scored questions" in capfd.readouterr().err


def test_a_pilot_that_saw_one_thing_says_what_it_may_have_missed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run_of(tmp_path / "run", [Asked(str(n), 1.0, epoch=epoch) for n in range(40) for epoch in range(3)])
    assert exit_code(["plan", str(tmp_path / "run")]) == 0
    out = capfd.readouterr().out
    assert "All 40 questions of the pilot say the same" in out
    assert "up to 7.2 %" in out
    assert "asked each question once" not in out
