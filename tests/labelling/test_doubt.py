"""Labels where they tell most: chances that are known, and corrections that weigh them."""

from pathlib import Path
from random import Random

import pytest

from plimsoll.calibration.correct import corrections
from plimsoll.cli import exit_code
from plimsoll.core import Outcome, Record, Sample, UserError, Verdict, replace, user
from plimsoll.labelling import drawing
from plimsoll.labelling.doubt import LEAST, doubt, drawn
from plimsoll.labelling.sheet import Sheet
from tests.support.judged import KIND, MANIFEST, folder_of, judged, truth_of

TWO = replace(MANIFEST, instruments={"rules": KIND, "second": replace(KIND, revision="r2")})


def verdict(
    value: float | None, *, sure: float | None = None, outcome: Outcome = Outcome.ANSWERED
) -> Verdict:
    return Verdict(label="", value=value, outcome=outcome, confidence=sure)


def told(*verdicts: Verdict) -> float | None:
    given = {f"j{n}": each for n, each in enumerate(verdicts)}
    return doubt(Record(sample=Sample(id="1", messages=(user("?"),)), verdicts=given), tuple(given))


def test_a_judge_that_says_nothing_of_it_is_neither_sure_nor_unsure() -> None:
    assert told(verdict(1.0)) is None
    assert told() is None
    assert told(verdict(None, sure=0.5, outcome=Outcome.JUDGE_UNPARSED)) is None


def test_doubt_is_where_judges_disagree_or_one_is_not_sure() -> None:
    assert told(verdict(1.0), verdict(1.0)) == 0.0
    assert told(verdict(1.0), verdict(0.0)) == 1.0
    assert told(verdict(1.0, sure=0.5)) == 1.0
    assert told(verdict(1.0, sure=0.99)) == pytest.approx(0.0396)
    assert told(verdict(0.5)) == 1.0


def test_every_item_is_drawn_as_often_as_it_says() -> None:
    doubts = [(n, 1.0 if n < 10 else 0.0) for n in range(100)]
    counts, chances = dict.fromkeys(range(100), 0), dict[int, float]()
    for seed in range(3000):
        found = drawn(doubts, 20, Random(seed))
        assert abs(len(found) - 20) <= 1
        for place, chance in found:
            counts[place] += 1
            chances[place] = chance
    assert sum(chances.values()) == pytest.approx(20)
    assert chances[99] / chances[0] == pytest.approx(LEAST)
    for place in (0, 9, 10, 55, 99):
        assert counts[place] / 3000 == pytest.approx(chances[place], abs=0.03)


def test_what_is_drawn_for_sure_leaves_the_others_their_share() -> None:
    found = drawn([(n, float(n == 0)) for n in range(30)], 29, Random(1))
    assert found[0] == (0, 1.0)
    assert len(found) == 29
    assert all(chance <= 1 for _, chance in found)


def contradicted(count: int) -> list[Record]:
    """A second judge is right where the first one errs, and contradicts it now and then beside."""
    draw, made = Random(3), list[Record]()
    for record in judged(count, wrong=0.4):
        assert record.transcript is not None
        truth = truth_of(record.transcript.reply)
        second = 1 - truth if draw.random() < 0.05 else truth
        made.append(replace(record, verdicts={**record.verdicts, "second": Verdict(label="", value=second)}))
    return made


def test_labels_drawn_by_doubt_correct_the_rate(tmp_path: Path) -> None:
    run = folder_of(tmp_path / "run", contradicted(1200), TWO)
    manifest = run.manifest()
    drawn_ = drawing.draw(run, manifest, drawing.DrawSpec("refusal", 80, kind="unsure"))
    assert len({line.chance for line in drawn_.lines}) > 1
    path = tmp_path / "labels.jsonl"
    Sheet(path).make([replace(line, labels={"ann": truth_of(line.reply or "")}) for line in drawn_.lines])
    summary = run.summary()
    assert summary is not None
    found = corrections(summary, manifest, run, labels=str(path))
    corrected = next(e for e in found.summary.estimates if e.name == "refusal_rate_corrected" and not e.group)
    truth = sum(truth_of(r.transcript.reply) for r in run.records() if r.transcript) / 1200
    assert corrected.method == "ppi++ weighted"
    assert corrected.low < truth < corrected.high
    assert abs(corrected.value - truth) < 0.1
    assert "each with the chance that it says" in found.notes[0]


def test_without_doubt_there_is_nothing_to_draw_by(tmp_path: Path) -> None:
    run = folder_of(tmp_path / "run", judged(60))
    with pytest.raises(UserError, match="no judge of refusal says how sure it is"):
        drawing.draw(run, run.manifest(), drawing.DrawSpec("refusal", 20, kind="unsure"))


def test_a_draw_by_doubt_is_no_measure_of_a_judge(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run = folder_of(tmp_path / "run", contradicted(200), TWO)
    assert exit_code(["label", str(run.path), "--draw", "unsure", "--sample", "30", "--draw-only"]) == 0
    assert exit_code(["label", str(run.path), "--draw", "even", "--draw-only"]) == 2
    assert "was drawn with --draw unsure, not even" in capfd.readouterr().err
    path = run.path / "labels.jsonl"
    lines = Sheet(path).lines()
    path.unlink()
    Sheet(path).make([replace(line, labels={"ann": 1.0}) for line in lines])
    assert exit_code(["calibrate", "refusal", "--labels", str(path)]) == 2
    assert "was drawn where judges are unsure" in capfd.readouterr().err
