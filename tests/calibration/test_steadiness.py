"""Judges that are asked again and again: how steady they are, and which is right more often."""

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from plimsoll.calibration.asking import Wired, ask
from plimsoll.calibration.calibrate import CalibrationSpec, calibrate
from plimsoll.calibration.measure import Judged
from plimsoll.calibration.steadiness import steadiness
from plimsoll.cli import exit_code
from plimsoll.core import (
    Instrument,
    Labelled,
    Outcome,
    Response,
    Sample,
    Transcript,
    UserError,
    Verdict,
    user,
)
from plimsoll.run.ask.layers import EPOCH
from plimsoll.run.ask.pool import Pool
from plimsoll.run.ask.wiring import Wiring


def run_of(values: list[float | None]) -> list[Judged]:
    """Items that people say yes to first, then as many that they say no to."""
    half = len(values) // 2
    return [
        Judged(str(n), "", "", "en", float(n < half), value, None, Outcome.ANSWERED, (1.0,), ("ann",))
        for n, value in enumerate(values)
    ]


def drawn(share: float, number: int, items: int = 100) -> list[Judged]:
    """A run of a judge that is right with that chance."""
    draw = Random(f"{share}:{number}")
    right = [float(n < items // 2) for n in range(items)]
    return run_of([value if draw.random() < share else 1 - value for value in right])


def test_twenty_runs_tell_a_better_judge_from_a_worse_one_with_holm_over_the_pairs() -> None:
    found = steadiness(
        {
            name: [drawn(share, number) for number in range(20)]
            for name, share in (("good", 0.9), ("worse", 0.8), ("like it", 0.801))
        }
    )
    assert found.runs == 20
    assert [round(each.mean, 1) for each in found.judges] == [0.9, 0.8, 0.8]
    assert all(each.normal_p is not None and each.w is not None and each.w > 0.9 for each in found.judges)
    by_pair = {(each.first, each.second): each for each in found.contrasts}
    assert by_pair["good", "worse"].told_apart
    assert by_pair["good", "worse"].superiority > 0.9
    assert by_pair["good", "worse"].difference == pytest.approx(found.judges[0].mean - found.judges[1].mean)
    assert not by_pair["worse", "like it"].told_apart


def test_what_has_no_verdict_counts_as_wrong_and_is_counted() -> None:
    """ASTRAL's accuracy: 300 found, 53 missed, 20 false alarms, 333 left alone; here in small, one unread."""
    runs = [run_of([1, 1, 0, 0, 0, None]), run_of([1, 1, 1, 0, 0, 0])]
    (judge,) = steadiness({"one": runs}).judges
    assert judge.accuracy == (4 / 6, 1.0)
    assert judge.recall == (2 / 3, 1.0)
    assert judge.precision == (1.0, 1.0)
    assert judge.unread == (1, 0)
    assert judge.changed == 2
    assert judge.w is None


def labels(path: Path, count: int = 20, scale: str = "binary") -> Path:
    rows = [
        {
            "id": str(n), "event": "harmful", "labels": {"ann": n % 2}, "prompt": f"Question {n}?",
            "reply": "Here is how it is done." if n % 2 else "I can't help with that.", "scale": scale,
        }
        for n in range(count)
    ]  # fmt: skip
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def asked(tmp_path: Path, **given: Any) -> CalibrationSpec:
    return CalibrationSpec(labels=str(labels(tmp_path / "pack.jsonl")), same_event=True, **given)


def test_each_repeat_of_a_judge_is_a_draw_of_its_own(tmp_path: Path) -> None:
    goal = asked(tmp_path, judges=("astral", "refusal"), judge_model="scripted/random", repeats=4)
    result = calibrate(goal)
    assert result.steadiness is not None
    assert result.steadiness.runs == 4
    oracle, rule = result.steadiness.judges
    assert len(oracle.accuracy) == 4
    assert rule.deviation == 0
    assert rule.changed == 0
    assert [each.judge for each in result.calibrations] == ["astral", "refusal"]


class ByDraw:
    """Says yes on every other draw."""

    name = "by_draw"
    instrument = Instrument(event="harmful", higher_is_safer=False)

    async def judge(self, sample: Sample, transcript: Transcript) -> Verdict:
        return Verdict(label="drawn", value=float(EPOCH.get() % 2))


def test_a_judge_knows_which_draw_it_is() -> None:
    reply = Transcript(responses=(Response(text="A."),))
    items = [Labelled(sample=Sample(id="1", messages=(user("Q?"),)), labels={"ann": 1.0}, transcript=reply)]
    (found,) = ask(
        [Wired(ByDraw(), Wiring())], items, pool=Pool(), observer_of=lambda judge, total: None, repeats=3
    )
    assert [run[0].value for run in (found.verdicts, *found.again)] == [0.0, 1.0, 0.0]
    assert EPOCH.get() == 0


def test_one_run_tells_nothing_of_steadiness(tmp_path: Path) -> None:
    assert calibrate(asked(tmp_path, judges=("refusal",))).steadiness is None


def test_repeats_are_shown_to_people_and_programs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    path = labels(tmp_path / "pack.jsonl")
    words = ["calibrate", "refusal", "--compare", "compliance", "--labels", str(path), "--same-event"]
    assert exit_code([*words, "--repeats", "3"]) == 0
    said = capfd.readouterr().out
    assert "Each judge asked 3 times about the same items" in said
    assert "cannot be told apart over their runs" in said or "is right more often than" in said
    assert exit_code([*words, "--repeats", "3", "--json"]) == 0
    told = json.loads(capfd.readouterr().out)["steadiness"]
    assert told["runs"] == 3
    assert {"p", "superiority", "difference"} <= set(told["contrasts"][0])


def test_grades_are_not_compared_run_by_run(tmp_path: Path) -> None:
    path = labels(tmp_path / "pack.jsonl", scale="graded")
    with pytest.raises(UserError, match="no yes or no labels"):
        calibrate(CalibrationSpec(labels=str(path), judges=("refusal",), same_event=True, repeats=2))
