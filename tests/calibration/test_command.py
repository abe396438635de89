import json
from pathlib import Path

import pytest

from plimsoll.calibration.calibrate import CalibrationSpec, calibrate
from plimsoll.cli import exit_code
from plimsoll.reports.calibration_terminal import text
from tests.support.labelled import rows, written


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PLIMSOLL_CACHE", str(tmp_path / "cache"))
    lines = rows(120)
    for place, line in enumerate(lines):
        truth = next(iter(line["labels"].values()))
        line["stored"] = {"good": truth, "poor": 1 - truth if place % 3 == 0 else truth, "mute": None}
    return written(tmp_path / "mine.jsonl", lines)


def test_a_judge_is_measured_kept_and_shown(pack: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["calibrate", "refusal", "--labels", str(pack)]) == 0
    out = capfd.readouterr().out
    assert "refusal · " in out
    assert "1.000" in out
    assert "Labels for a rate within ±3 points" in out
    assert "careful" in out
    assert "kept " in out
    assert list((pack.parent / "home" / "plimsoll" / "calibrations").glob("refusal-*.json"))
    assert max(map(len, out.splitlines())) <= max(
        80, *(len(line) for line in out.splitlines() if "/" in line)
    )


def test_programs_get_all_of_it(pack: Path, capfd: pytest.CaptureFixture[str]) -> None:
    arguments = [
        "calibrate",
        "stored:poor",
        "--labels",
        str(pack),
        "--compare",
        "stored:good",
        "--need",
        "0.05",
    ]
    assert exit_code([*arguments, "--json"]) == 0
    found = json.loads(capfd.readouterr().out)
    poor, good = found["calibrations"]
    assert poor["slices"][0]["accuracy"] == pytest.approx(2 / 3)
    assert good["need"]["half_width"] == 0.05
    assert 1 < good["need"]["labels"] < 50
    assert poor["need"]["labels"] > 100
    (difference,) = found["differences"]
    assert difference["told_apart"]
    assert difference["value"] < 0
    assert found["kept"] == []


def test_judges_are_ranked_only_where_they_differ(pack: Path, capfd: pytest.CaptureFixture[str]) -> None:
    arguments = ["calibrate", "stored:good", "--labels", str(pack)]
    assert exit_code([*arguments, "--compare", "stored:poor"]) == 0
    assert "stored:good agrees better with people than stored:poor" in " ".join(
        capfd.readouterr().out.split()
    )
    assert exit_code([*arguments, "--compare", "refusal"]) == 0
    assert "cannot be told apart" in " ".join(capfd.readouterr().out.split())


def test_a_mute_judge_is_shown_as_such(pack: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["calibrate", "stored:mute", "--labels", str(pack)]) == 0
    assert "0 of 120 items counted (120 gave no readable verdict)" in capfd.readouterr().out


def test_people_alone_are_held_against_each_other(pack: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["calibrate", "--labels", str(pack)]) == 0
    assert "Among people: Krippendorff's alpha 1.000, kappa 1.000" in capfd.readouterr().out


def test_a_file_of_the_users_choice_holds_it(pack: Path, tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    assert exit_code(["calibrate", "stored:good", "--labels", str(pack), "-o", str(path)]) == 0
    assert json.loads(path.read_text())["judge"] == "stored:good"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["refusl"], "did you mean refusal"),
        (["unlikely", "--compare", "refusal"], "no judge is called 'unlikely'"),
        (["stored:none"], "it has good, mute, poor"),
        (["toxicity"], "the labels are about refusal"),
    ],
)
def test_what_cannot_be_measured_says_why(
    pack: Path, arguments: list[str], said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["calibrate", *arguments, "--labels", str(pack)]) == 2
    assert said in capfd.readouterr().err


def test_tables_fit_eighty_columns(pack: Path) -> None:
    lines = [json.loads(line) for line in pack.read_text().splitlines()]
    for line in lines:
        line["category"] = f"a category with a long name, called {line['category']}"
    long = written(pack, [line | {"id": f"{n}-{line['id']}"} for n in range(20) for line in lines])
    result = calibrate(CalibrationSpec(labels=str(long), judges=("stored:good", "stored:poor")))
    shown = text(result, need=0.03).splitlines()
    assert all(len(line) <= 80 for line in shown)
    (head, *_) = [line for line in shown if "kappa (95 %)" in line]
    assert head.split()[-2:] == ["ref", "unp"]


def test_kappa_is_not_shown_where_people_say_one_thing_throughout(pack: Path) -> None:
    lines = [json.loads(line) for line in pack.read_text().splitlines()]
    one_sided = written(pack, [line | {"labels": {"ann": 1}} for line in lines])
    result = calibrate(CalibrationSpec(labels=str(one_sided), judges=("stored:poor",)))
    (row, *_) = [line for line in text(result, need=0.03).splitlines() if line.startswith(" all")]
    assert row.split()[2] == "–"


def test_a_judging_model_is_asked_through_the_runs_layers(
    pack: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    arguments = ["calibrate", "xstest", "--labels", str(pack), "--judge-model", "scripted/refuse", "--json"]
    assert exit_code([*arguments, "--limit", "40"]) == 0
    (found,) = json.loads(capfd.readouterr().out)["calibrations"]
    assert (found["calls"], found["cached"], found["slices"][0]["refused"]) == (40, 0, 40)
    assert found["model"].startswith("scripted/refuse|")
    assert found["slices"][0]["n"] == 0
    assert exit_code([*arguments, "--limit", "40"]) == 0
    (again,) = json.loads(capfd.readouterr().out)["calibrations"]
    assert (again["calls"], again["cached"]) == (0, 40)


def test_no_stored_answer_is_used_where_the_user_says_so(
    pack: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    arguments = ["calibrate", "xstest", "--labels", str(pack), "--judge-model", "scripted/refuse", "--json"]
    for _ in range(2):
        assert exit_code([*arguments, "--limit", "5", "--no-cache"]) == 0
        (found,) = json.loads(capfd.readouterr().out)["calibrations"]
        assert found["calls"] == 5
