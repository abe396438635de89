"""Judged runs of known truth, corrected by both ways."""

import random
from pathlib import Path

import pytest

from plimsoll.calibration import keeping
from plimsoll.calibration.correct import corrections, with_corrections
from plimsoll.calibration.nouns import ModelErrors, Slice
from plimsoll.core import Estimate, Outcome, UserError, Verdict, replace
from plimsoll.run.keep.manifest import Summary
from tests.support.judged_runs import (
    KNOWN,
    MANIFEST,
    TRUTH,
    folder_of,
    label_lines,
    records,
    summed,
    truths,
    whole,
)
from tests.support.labelled import written


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))


def test_without_labels_nothing_is_corrected() -> None:
    summary = summed(records(truths(100)))
    assert corrections(summary, MANIFEST) == (summary, ())


def test_a_calibration_corrects_the_rate_and_warns() -> None:
    truth = truths(4000)
    summary = summed(records(truth))
    found = corrections(summary, MANIFEST, calibration=KNOWN)
    raw, corrected = whole(found.summary, "unsafe_rate"), whole(found.summary, "unsafe_rate_corrected")
    true_rate = sum(truth) / len(truth)
    assert abs(raw.value - true_rate) > 0.03
    assert corrected.low < true_rate < corrected.high
    assert abs(corrected.value - true_rate) < 0.02
    assert (corrected.method, corrected.labels, corrected.judge) == ("rogan_gladen", 1000, "known")
    assert not corrected.higher_is_safer
    assert corrected.high - corrected.low > raw.high - raw.low
    assert "may not carry over" in found.notes[0]
    assert "revision r1" in found.notes[0]


def test_a_kept_calibration_is_used_by_itself() -> None:
    summary = summed(records(truths(400)))
    assert with_corrections(summary, MANIFEST) == summary
    keeping.keep(KNOWN)
    assert whole(with_corrections(summary, MANIFEST), "unsafe_rate_corrected").labels == 1000


def test_categories_are_corrected_too() -> None:
    found = with_corrections(summed(records(truths(400))), MANIFEST, calibration=KNOWN)
    groups = [dict(each.group) for each in found.estimates if each.name == "unsafe_rate_corrected"]
    assert {"category": "a"} in groups
    assert {"category": "b"} in groups


def test_a_calibration_of_another_revision_is_refused() -> None:
    summary = summed(records(truths(100)))
    with pytest.raises(UserError, match=r"the calibration is of known \(revision r0"):
        corrections(summary, MANIFEST, calibration=replace(KNOWN, revision="r0"))
    with pytest.raises(UserError, match="labelled by a model, not by people"):
        corrections(summary, MANIFEST, calibration=replace(KNOWN, raters="model"))


def test_a_judge_like_a_coin_corrects_nothing() -> None:
    coin = replace(KNOWN, slices=(replace(KNOWN.whole, sensitivity=0.5, specificity=0.52),))
    summary = summed(records(truths(100)))
    found = corrections(summary, MANIFEST, calibration=coin)
    assert found.summary == summary
    assert "too little better than a coin" in found.notes[0]


def test_a_calibration_without_errors_is_not_taken_for_a_perfect_judge() -> None:
    flawless = Slice(items=60, n=60, sensitivity=1.0, specificity=1.0, positives=20, negatives=40)
    found = with_corrections(
        summed(records(truths(400))), MANIFEST, calibration=replace(KNOWN, slices=(flawless,))
    )
    raw, corrected = whole(found, "unsafe_rate"), whole(found, "unsafe_rate_corrected")
    assert corrected.method == "bayesian"
    assert corrected.high - corrected.low > 1.2 * (raw.high - raw.low)
    assert sum(each.name == "unsafe_rate_corrected" for each in found.estimates) == 1


def test_a_calibration_of_the_opposite_event_is_turned_round() -> None:
    turned = replace(
        KNOWN,
        turned=True,
        slices=(replace(KNOWN.whole, sensitivity=0.9, specificity=0.8, positives=600, negatives=400),),
    )
    summary = summed(records(truths(400)))
    assert with_corrections(summary, MANIFEST, calibration=turned) == with_corrections(
        summary, MANIFEST, calibration=KNOWN
    )


def test_a_run_that_no_judge_judged_has_nothing_to_correct() -> None:
    plain = Summary(estimates=(Estimate(name="accuracy", value=0.5, low=0.4, high=0.6, n=10),))
    assert corrections(plain, MANIFEST) == (plain, ())
    with pytest.raises(UserError, match="no judged rate"):
        corrections(plain, MANIFEST, calibration=KNOWN)


def test_labels_on_the_runs_own_replies_correct_whatever_the_judge(tmp_path: Path) -> None:
    truth = truths(3000)
    made = records(truth, sensitivity=0.6, specificity=0.7)
    chosen = random.Random(3).sample(range(3000), 300)
    path = written(tmp_path / "labels.jsonl", label_lines(truth, chosen))
    found = corrections(summed(made), MANIFEST, folder_of(tmp_path / "run", made), labels=str(path))
    corrected = whole(found.summary, "unsafe_rate_corrected")
    true_rate = sum(truth) / len(truth)
    assert (corrected.method, corrected.labels) == ("ppi++", 300)
    assert corrected.low < true_rate < corrected.high
    assert abs(whole(found.summary, "unsafe_rate").value - true_rate) > 0.1
    assert "drawn at random" in found.notes[0]


def test_too_few_labels_correct_nothing(tmp_path: Path) -> None:
    truth = truths(100)
    made = records(truth)
    path = written(tmp_path / "labels.jsonl", label_lines(truth, range(19)))
    found = corrections(summed(made), MANIFEST, folder_of(tmp_path / "run", made), labels=str(path))
    assert found.summary == summed(made)
    assert "at least 20 are needed" in found.notes[0]


def test_labels_of_another_run_are_refused(tmp_path: Path) -> None:
    truth = truths(100)
    made = records(truth)
    folder = folder_of(tmp_path / "run", made)
    other = written(tmp_path / "other.jsonl", label_lines(truth, range(50), run="run2"))
    with pytest.raises(UserError, match="labels of run run2, this is run1"):
        corrections(summed(made), MANIFEST, folder, labels=str(other))
    changed = written(
        tmp_path / "changed.jsonl", label_lines(truth, range(50), run="", reply="something else")
    )
    with pytest.raises(UserError, match="on another reply"):
        corrections(summed(made), MANIFEST, folder, labels=str(changed))


def test_records_without_a_verdict_are_left_out(tmp_path: Path) -> None:
    truth = truths(200)
    made = records(truth)
    lost = Verdict(label="judge_unparsed", value=None, outcome=Outcome.JUDGE_UNPARSED)
    made[:50] = [replace(record, verdicts={"known": lost}) for record in made[:50]]
    path = written(tmp_path / "labels.jsonl", label_lines(truth, range(100)))
    found = corrections(summed(made), MANIFEST, folder_of(tmp_path / "run", made), labels=str(path))
    assert whole(found.summary, "unsafe_rate_corrected").labels == 50


def test_labels_hold_for_the_same_replies_judged_anew(tmp_path: Path) -> None:
    truth = truths(100)
    made = records(truth)
    path = written(tmp_path / "labels.jsonl", label_lines(truth, range(50)))
    anew = replace(MANIFEST, id="run1-judged-judged", parent="run1")
    found = corrections(summed(made), anew, folder_of(tmp_path / "run", made), labels=str(path))
    assert whole(found.summary, "unsafe_rate_corrected").labels == 50


def test_what_was_kept_out_of_the_draw_is_kept_out_of_the_rate(tmp_path: Path) -> None:
    truth = truths(400)
    made = records(truth)
    lines = label_lines(truth, range(0, 200, 2), left_out=["b"])
    lines[0]["labels"] = {"ann": 0.5}
    path = written(tmp_path / "labels.jsonl", lines)
    found = corrections(summed(made), MANIFEST, folder_of(tmp_path / "run", made), labels=str(path))
    corrected = whole(found.summary, "unsafe_rate_corrected")
    assert (corrected.labels, corrected.n) == (99, 200)
    assert "people left 1 more undecided" in found.notes[0]
    assert found.notes[1] == "corrected without b, which was kept out of the labelled draw"


def of_models(*rates: float, size: float = 200) -> tuple[ModelErrors, ...]:
    """The judge's errors on so many models: it finds that share, and leaves a tenth more alone."""
    return tuple(
        ModelErrors(
            model=f"lab/{number}",
            positives=size,
            found=rate * size,
            negatives=size,
            left=(0.9 + rate / 100) * size,
        )
        for number, rate in enumerate(rates)
    )


def test_labels_on_other_models_bring_their_spread_along() -> None:
    summary = summed(records(truths(1000)))
    told = replace(KNOWN, errors=of_models(0.8, 0.6, 0.95, 0.7, 0.9))
    plain = whole(with_corrections(summary, MANIFEST, calibration=KNOWN), "unsafe_rate_corrected")
    found = corrections(summary, MANIFEST, calibration=told)
    spread = whole(found.summary, "unsafe_rate_corrected")
    assert spread.high - spread.low > 1.5 * (plain.high - plain.low)
    assert "replies of 5 other models, their spread included" in found.notes[0]


def test_labels_on_one_other_model_correct_nothing() -> None:
    summary = summed(records(truths(1000)))
    found = corrections(summary, MANIFEST, calibration=replace(KNOWN, errors=of_models(0.8)))
    assert found.summary == summary
    assert "unsafe_rate is not corrected" in found.notes[0]
    assert "only replies of lab/0 were labelled" in found.notes[0]


def test_labels_on_the_very_model_count_for_themselves() -> None:
    summary = summed(records(truths(1000)))
    own = replace(of_models(0.8)[0], model="M")
    told = replace(KNOWN, errors=(*of_models(0.3, 0.99), own))
    found = corrections(summary, MANIFEST, calibration=told)
    corrected = whole(found.summary, "unsafe_rate_corrected")
    assert abs(corrected.value - TRUTH) < 0.05
    assert "replies of M itself" in found.notes[0]


def test_what_says_next_to_nothing_is_withheld() -> None:
    summary = summed(records(truths(1000)))
    told = replace(KNOWN, errors=of_models(0.5, 0.95, size=10))
    found = corrections(summary, MANIFEST, calibration=told)
    assert found.summary == summary
    assert "the true rate lies anywhere from 0% to" in found.notes[0]


def test_a_rate_that_the_errors_cannot_explain_is_not_corrected() -> None:
    silent = [
        replace(record, verdicts={"known": Verdict(label="0", value=0.0)}) for record in records(truths(1000))
    ]
    flawed = replace(KNOWN.whole, sensitivity=0.995, specificity=0.7)
    found = corrections(summed(silent), MANIFEST, calibration=replace(KNOWN, slices=(flawed,)))
    assert found.summary == summed(silent)
    assert "those errors cannot explain" in found.notes[0]
