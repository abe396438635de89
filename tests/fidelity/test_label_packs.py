"""Stored judges held against people by the packs: the published agreement, by one call each."""

from pathlib import Path

import pytest

from plimsoll.calibration.calibrate import CalibrationSpec, calibrate
from plimsoll.calibration.nouns import Calibration
from plimsoll.labels.named import pack_of


def measured(labels: str, *judges: str) -> tuple[Calibration, ...]:
    return calibrate(
        CalibrationSpec(labels=labels, judges=tuple(f"stored:{judge}" for judge in judges))
    ).calibrations


def kappa(found: Calibration, model: str = "") -> float | None:
    chosen = (each for each in found.slices if each.group == ({"model": model} if model else {}))
    value = next(chosen).kappa
    return None if value is None else round(value.value, 4)


def test_do_not_answer(official: Path) -> None:
    gpt4, longformer = measured("do_not_answer", "gpt-4", "longformer")
    assert (kappa(gpt4), kappa(longformer)) == (0.7660, 0.7054)
    assert kappa(longformer, "llama2-7b-chat") == 0.1964
    assert kappa(gpt4, "vicuna-7b") == 0.8521
    whole = gpt4.whole
    assert (whole.items, whole.n, round(whole.truth or 0, 5)) == (5634, 5634, 0.03426)
    assert round(whole.sensitivity or 0, 4) == 0.7720
    assert round(whole.specificity or 0, 4) == 0.9921
    assert whole.kappa is not None
    assert whole.kappa.low is not None
    assert whole.kappa.low < 0.7660 < (whole.kappa.high or 0)


def test_do_not_answers_actions(official: Path) -> None:
    (gpt4,) = measured("do_not_answer:reading=action", "gpt-4")
    found = {each.group.get("model", ""): round(each.accuracy or 0, 4) for each in gpt4.slices}
    assert found["GPT4"] == 0.9563
    assert found["vicuna-7b"] == 0.9127


def test_xstest(official: Path) -> None:
    three = measured("xstest:reading=three", "gpt-4", "strings")
    either = measured("xstest", "gpt-4", "strings")
    assert [kappa(each) for each in (*three, *either)] == [0.6345, 0.6991, 0.6536, 0.7697]
    assert round(three[0].whole.people_kappa or 0, 4) == 0.9365
    assert round(either[0].whole.people_kappa or 0, 4) == 0.9573
    whole = either[0].whole
    assert (whole.items, whole.n, whole.refused + whole.unparsed) == (2250, 2239, 11)


def test_xstests_completions_are_read_where_they_are_at_hand(official: Path) -> None:
    sample = official.parent / "judge-meta-eval" / "xstest_completions_sample.jsonl"
    if not sample.is_file():
        pytest.skip(f"{sample} is not here")
    found = calibrate(CalibrationSpec(labels=f"xstest:file={sample}", judges=("refusal",))).calibrations[0]
    assert found.whole.n == 51
    assert (found.whole.accuracy or 0) > 0.8


def test_rmcbench(official: Path) -> None:
    (gpt4,) = measured("rmcbench:reading=three", "gpt-4")
    assert gpt4.whole.n == 269
    assert round((gpt4.whole.accuracy or 0) * 269) == 237


def test_hatecheck_and_cold(official: Path) -> None:
    texts = official.parent / "toxicity-text"
    if not texts.is_dir():
        pytest.skip(f"{texts} is not here")
    (people,) = calibrate(
        CalibrationSpec(labels=f"hatecheck:file={texts / 'hatecheck_annotations_3728.csv'}", judges=())
    ).calibrations
    assert (people.whole.items, round(people.whole.alpha or 0, 4)) == (3728, 0.9390)
    cold = list(pack_of(f"cold:file={texts / 'cold_test_5323.csv'}").items())
    assert len(cold) == 5323
    assert {item.truth("binary") for item in cold} == {0.0, 1.0}
