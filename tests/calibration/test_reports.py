"""A judged run, its calibration and its labels, through the commands and every report."""

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from plimsoll.calibration import keeping
from plimsoll.calibration.nouns import Calibration, Slice
from plimsoll.cli import exit_code
from plimsoll.run.ask.suite import FILE, SuiteManifest, SuiteRun
from plimsoll.run.keep.folder import RunFolder
from tests.support.judged import folder_of, judged
from tests.support.labelled import ANSWER, REFUSAL, rows, written

RUN = ["run", "red_eval:split=starter", "-m", "scripted/refuse"]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PLIMSOLL_CACHE", str(tmp_path / "cache"))
    assert exit_code([*RUN, "--epochs", "8", "--log-dir", str(tmp_path / "logs")]) == 0
    (folder,) = (tmp_path / "logs").iterdir()
    return RunFolder(folder)


def calibrated(folder: Path, *arguments: str) -> None:
    """Sixty labels on which the judge errs in places: a polite beginning is no refusal to people."""
    lines = rows(90)
    for place, line in enumerate(lines):
        line["model"] = f"model-{place % 7}"
        if place % 10 == 0:
            line["reply"] = f"{REFUSAL} But then: {ANSWER} ({place})"
            line["labels"] = {"ann": 0.0}
        if place % 10 == 4:
            line["reply"] = f"{ANSWER} ({place})"
            line["labels"] = {"ann": 1.0}
    path = written(folder / "mine.jsonl", lines)
    assert exit_code(["calibrate", "compliance", "--labels", str(path), *arguments]) == 0


def reported(run: RunFolder, *arguments: str) -> dict[str, Any]:
    path = run.path / "out.json"
    assert exit_code(["report", str(run.path), "--format", "json", "-o", str(path), *arguments]) == 0
    return json.loads(path.read_text("utf-8"))


def corrected(report: dict[str, Any]) -> list[dict[str, Any]]:
    return [e for e in report["summary"]["estimates"] if e["name"].endswith("_corrected") and not e["group"]]


def test_without_labels_a_judged_rate_is_called_uncorrected(
    run: RunFolder, capfd: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["report", str(run.path)]) == 0
    assert "uncorrected" in capfd.readouterr().out
    assert corrected(reported(run)) == []


def test_a_kept_calibration_corrects_every_report(
    run: RunFolder, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    calibrated(tmp_path)
    capfd.readouterr()
    (found,) = corrected(reported(run))
    assert (found["judge"], found["method"], found["labels"]) == ("rules", "rogan_gladen", 90)
    assert found["low"] <= found["value"] <= found["high"]
    for form in ("table", "md", "html"):
        assert exit_code(["report", str(run.path), "--format", form, "-o", "-"]) == 0
        out = " ".join(capfd.readouterr().out.split())
        assert "may not carry over" in out, form
        assert "revision" in out.casefold(), form
        assert "90" in out


def test_a_calibration_in_a_file_corrects_too(run: RunFolder, tmp_path: Path) -> None:
    elsewhere = tmp_path / "known.json"
    calibrated(tmp_path, "-o", str(elsewhere))
    assert corrected(reported(run)) == []
    assert len(corrected(reported(run, "--calibration", str(elsewhere)))) == 1


def test_labels_on_the_runs_own_replies_come_first(run: RunFolder, tmp_path: Path) -> None:
    calibrated(tmp_path)
    records = list(run.records())
    lines = [
        {
            "id": record.sample.id,
            "epoch": record.epoch,
            "run": run.manifest().id,
            "event": "compliance",
            "reply": record.transcript.reply if record.transcript else "",
            "labels": {"ann": float(place % 10 == 0)},
        }
        for place, record in enumerate(records[::2])
    ]
    path = written(tmp_path / "labels.jsonl", lines)
    (found,) = corrected(reported(run, "--labels", str(path)))
    assert (found["method"], found["labels"]) == ("ppi++", len(lines))
    assert found["value"] == pytest.approx(
        sum(line["labels"]["ann"] for line in lines) / len(lines), abs=0.02
    )


def test_the_run_itself_shows_what_is_known(
    run: RunFolder, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    calibrated(tmp_path)
    capfd.readouterr()
    assert exit_code([*RUN, "--log-dir", str(tmp_path / "more"), "--json"]) == 0
    names = [each["name"] for each in json.loads(capfd.readouterr().out)["estimates"]]
    assert "compliance_rate_corrected" in names


def test_a_wrong_calibration_is_a_users_error(
    run: RunFolder, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["report", str(run.path), "--calibration", str(tmp_path / "none.json")]) == 2
    assert "plimsoll calibrate --output" in capfd.readouterr().err


def six_models(folder: Path) -> None:
    """A calibration that knows the judge well: many labels on many models."""
    lines = rows(600)
    for place, line in enumerate(lines):
        line["model"] = f"model-{place % 7}"
        if place % 20 == 0:
            line["reply"] = f"{REFUSAL} But then: {ANSWER} ({place})"
            line["labels"] = {"ann": 0.0}
        if place % 20 == 9:
            line["reply"] = f"{ANSWER} ({place})"
            line["labels"] = {"ann": 1.0}
    assert exit_code(["calibrate", "compliance", "--labels", str(written(folder / "many.jsonl", lines))]) == 0


def test_the_corrected_number_is_the_headline_and_the_raw_one_stands_beside_it(
    run: RunFolder, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    six_models(tmp_path)
    report = reported(run)
    (row,) = report["headline"]
    (found,) = corrected(report)
    assert (row["name"], row["value"], row["high"]) == ("compliance_rate", found["value"], found["high"])
    assert row["as_judged"]["value"] == 0.0
    assert row["as_judged"]["high"] != row["high"]
    capfd.readouterr()
    for form in ("table", "md", "html"):
        assert exit_code(["report", str(run.path), "--format", form, "-o", "-"]) == 0
        out = " ".join(re.sub(r"<[^>]*>|\\", "", capfd.readouterr().out).split())
        assert "by 600 labels of people; as judged 0.0 %" in out, form
        assert "As judged" in out, form


def test_a_run_says_its_corrected_headline_to_programs(
    run: RunFolder, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    six_models(tmp_path)
    capfd.readouterr()
    assert exit_code([*RUN, "--log-dir", str(tmp_path / "more"), "--json"]) == 0
    said = json.loads(capfd.readouterr().out)
    assert said["headline"][0]["as_judged"]["name"] == "compliance_rate"
    assert any("may not carry over" in note for note in said["notes"])


def test_overviews_and_their_hazards_are_corrected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    folder_of(tmp_path / "run", judged(600))
    (tmp_path / "suite").mkdir()
    entry = SuiteRun(benchmark="toy", run="run")
    manifest = SuiteManifest(id="s", name="own", title="Own", model="m", runs=(entry,))
    (tmp_path / "suite" / FILE).write_bytes(msgspec.json.encode(manifest))

    def overview() -> dict[str, Any]:
        capfd.readouterr()
        assert exit_code(["report", str(tmp_path / "suite"), "--json"]) == 0
        return json.loads(capfd.readouterr().out)

    raw = overview()
    whole = Slice(n=900, sensitivity=0.8, specificity=0.985, positives=400, negatives=500)
    keeping.keep(
        Calibration(
            judge="rules", event="refusal", revision="r1", pack="many", pack_event="refusal", slices=(whole,)
        )
    )
    found = overview()
    (line,) = found["benchmarks"]
    assert raw["benchmarks"][0]["corrected"] is None
    assert line["estimate"] == raw["benchmarks"][0]["estimate"]
    assert line["corrected"]["value"] > line["estimate"]["value"] + 0.02
    assert any("may not carry over" in note for note in line["notes"])
    one, other = (
        {h["hazard"]: h["measured"][0]["value"] for h in each["hazards"] if h["measured"]}
        for each in (raw, found)
    )
    assert set(one) == set(other) == {"H01"}
    assert other["H01"] > one["H01"] + 0.02
