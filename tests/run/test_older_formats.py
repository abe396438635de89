"""Run folders of format 1, as the last Plimsoll that wrote them left them (`format1/`)."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from plimsoll.benchmarks.safetybench.benchmark import CARD
from plimsoll.cli import exit_code
from plimsoll.run.keep.folder import open_run, runs

FORMAT_1 = Path(__file__).parent / "format1"


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """A log folder with the four old runs."""
    return Path(shutil.copytree(FORMAT_1, tmp_path / "logs"))


def of(logs: Path, part: str) -> Path:
    (found,) = logs.glob(f"*{part}*")
    return found


def of_today(manifest: Path) -> None:
    """Let a run be of the card's present version: of another one it would rightly not be gone on with."""
    body = json.loads(manifest.read_bytes())
    body["card"]["version"] = CARD.version
    manifest.write_text(json.dumps(body), "utf-8")


def printed(capfd: pytest.CaptureFixture[str], *command: str | Path) -> str:
    assert exit_code([str(each) for each in command]) == 0
    return capfd.readouterr().out


def test_the_fields_of_an_old_manifest_are_found_in_its_spec(logs: Path) -> None:
    plain = open_run(of(logs, "letter-A-")).manifest()
    assert (plain.format, plain.id, plain.total) == (1, "783e96cf", 12)
    assert plain.spec.benchmark == "safetybench:split=starter,language=en"
    assert (plain.spec.model, plain.spec.epochs, plain.spec.limit) == ("scripted/letter-A", 2, 6)
    judged = open_run(of(logs, "dcf93220")).manifest()
    assert judged.spec.judge_model == "scripted/letter-A"
    assert [each.name for each in judged.asked] == ["scripted/letter-A"]


def test_the_attacks_of_an_old_run_are_one_chain(logs: Path) -> None:
    spec = open_run(of(logs, "55d70220")).manifest().spec
    assert spec.attacks == ("encoding/rot13+encoding/base64",)
    assert spec.defenses == ("self_reminder",)
    assert spec.sampling == {"temperature": 0.5, "seed": 0}


@pytest.mark.parametrize("part", ["letter-A-", "letter-B-", "dcf93220", "55d70220"])
@pytest.mark.parametrize("form", ["table", "md", "html", "json"])
def test_an_old_run_is_reported(logs: Path, part: str, form: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert "scripted/" in printed(capfd, "report", of(logs, part), "--format", form, "-o", "-")


def test_old_runs_are_compared(logs: Path, capfd: pytest.CaptureFixture[str]) -> None:
    found: dict[str, Any] = json.loads(
        printed(capfd, "compare", of(logs, "letter-A-"), of(logs, "letter-B-"), "--json").splitlines()[0]
    )
    assert found


def test_the_records_of_an_old_run_are_listed(logs: Path, capfd: pytest.CaptureFixture[str]) -> None:
    lines = printed(capfd, "records", of(logs, "letter-A-"), "--json").splitlines()
    assert len([line for line in lines if line]) >= 12


def test_an_old_run_is_judged_anew(logs: Path, capfd: pytest.CaptureFixture[str]) -> None:
    printed(capfd, "judge", of(logs, "55d70220"), "--judge", "refusal", "--log-dir", logs)
    made = next(run for run in runs(logs) if run.manifest().parent)
    assert len(list(made.records())) == 5
    assert made.manifest().format == 2


def test_an_old_run_that_was_cut_off_is_gone_on_with(logs: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = of(logs, "letter-A-")
    lines = (path / "records.jsonl").read_bytes().splitlines(keepends=True)
    (path / "records.jsonl").write_bytes(b"".join(lines[:7]))
    (path / "summary.json").unlink()
    of_today(path / "run.json")
    printed(capfd, "run", "--resume", path, "--log-dir", logs)
    after = (path / "records.jsonl").read_bytes().splitlines(keepends=True)
    assert after[:7] == lines[:7]
    # What an old run says of its records, but for the place, which it did not know.
    assert sorted(re.sub(rb',"place":\d+}\n', b"}\n", line) for line in after) == sorted(lines)


def test_an_old_run_under_attack_is_not_gone_on_with_and_says_why(
    logs: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["run", "--resume", str(of(logs, "55d70220")), "--log-dir", str(logs)]) == 2
    assert "which attack made" in capfd.readouterr().err
