"""A kept calibration corrects the headline on every face of a run; the number as judged stands beside it."""

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

import plimsoll
from plimsoll.calibration import keeping
from plimsoll.calibration.nouns import Calibration, Slice
from plimsoll.cli import exit_code
from plimsoll.core import replace
from plimsoll.run.ask.grid import Cell, GridManifest, write
from plimsoll.run.ask.suite import FILE, SuiteManifest, SuiteRun
from plimsoll.run.keep.manifest import ModelEntry
from plimsoll.viewer import bundle
from plimsoll.viewer.logs import Logs
from tests.support.judged import MANIFEST, folder_of, judged


def keep(sensitivity: float = 0.8) -> None:
    whole = Slice(n=900, sensitivity=sensitivity, specificity=0.985, positives=400, negatives=500)
    keeping.keep(
        Calibration(
            judge="rules", event="refusal", revision="r1", pack="many", pack_event="refusal", slices=(whole,)
        )
    )


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two runs, and a suite and a grid that hold them; what is known of their judge comes later."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    folder = tmp_path / "logs"
    for name, seed in (("one", 1), ("two", 2)):
        told = replace(MANIFEST, id=name, model=ModelEntry(name=f"toy/{name}", revision="1"))
        folder_of(folder / name, judged(600, seed=seed), told)
    (folder / "suite").mkdir()
    entry = SuiteRun(benchmark="toy", run="one")
    manifest = SuiteManifest(id="s", name="own", title="Own", model="m", runs=(entry,))
    (folder / "suite" / FILE).write_bytes(msgspec.json.encode(manifest))
    return folder


def tied(logs: Path) -> Path:
    cells = tuple(Cell(model=f"toy/{name}", benchmark="toy", run=name) for name in ("one", "two"))
    return write(logs, GridManifest(id="g", title="Own grid", cells=cells))


def said(capfd: pytest.CaptureFixture[str], *arguments: str) -> str:
    capfd.readouterr()
    assert exit_code([*arguments]) == 0
    return " ".join(re.sub(r"<[^>]*>", " ", capfd.readouterr().out).replace("\\", "").split())


def numbers(logs: Path) -> dict[str, tuple[str, str]]:
    """Of each run the number as judged, and the corrected one."""
    found: dict[str, tuple[str, str]] = {}
    for name in ("one", "two"):
        estimates = {e.name: e for e in plimsoll.load(logs / name).estimates if not e.group}
        raw, mended = (estimates[each].value for each in ("refusal_rate", "refusal_rate_corrected"))
        assert mended > raw + 0.05
        found[name] = (f"{100 * raw:.1f}", f"{100 * mended:.1f}")
    return found


def test_every_face_of_a_run_shows_the_corrected_number(
    logs: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    keep()
    grid = tied(logs)
    known = numbers(logs)
    (raw, mended), (_, other) = known["one"], known["two"]
    for form in ("table", "md", "html"):
        report = said(capfd, "report", str(logs / "one"), "--format", form, "-o", "-")
        assert f"{mended} %" in report
        assert f"as judged {raw} %" in report
        assert f"{mended}†" in said(capfd, "report", str(logs / "suite"), "--format", form, "-o", "-")
        matrix = said(capfd, "report", str(grid), "--format", form, "-o", "-")
        assert f"{mended}†" in matrix
        assert f"{other}†" in matrix
        assert "Differences compare the verdicts as they were judged" in matrix
    page = logs / "compared.html"
    compared = said(capfd, "compare", str(logs / "one"), str(logs / "two"), "--html", str(page))
    for text in (compared, " ".join(re.sub(r"<[^>]*>", " ", page.read_text("utf-8")).split())):
        assert f"{mended} % (" in text
        assert f"{other} % (" in text
        assert "Differences compare the verdicts as they were judged" in text


def test_programs_are_told_the_corrected_number_and_the_raw_one(
    logs: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    keep()
    grid = tied(logs)
    known = numbers(logs)

    def plain(*arguments: str) -> Any:
        return json.loads(said(capfd, *arguments, "--json"))

    cell = plain("report", str(grid))["cells"][0]
    assert cell["headline"]["name"] == "refusal_rate"
    assert f"{100 * cell['headline']['value']:.1f}" == known["one"][1]
    assert f"{100 * cell['headline']['as_judged']['value']:.1f}" == known["one"][0]
    assert "may not carry over" in cell["notes"][0]
    (found,) = plain("compare", str(logs / "one"), str(logs / "two"))["comparisons"]
    assert f"{100 * found['before']['corrected']['value']:.1f}" == known["one"][1]
    assert f"{100 * found['after']['corrected']['value']:.1f}" == known["two"][1]
    assert f"{100 * plimsoll.load(logs / 'two').headline.value:.1f}" == known["two"][1]
    assert plimsoll.compare(logs / "one", logs / "two").found.after.corrected is not None


def test_the_viewer_shows_what_is_known_by_now(logs: Path, tmp_path: Path) -> None:
    shown = Logs(logs)

    def headline() -> float:
        listed = shown.get("one")
        assert listed is not None
        ((_, estimate),) = listed.headlines
        return estimate.value

    before = headline()
    keep()
    assert headline() > before + 0.05
    mended = numbers(logs)["one"][1]
    bundle.write(logs, tmp_path / "site")
    for page in ("index.html", "one.html"):
        text = (tmp_path / "site" / page).read_text("utf-8")
        assert mended in text
    assert "corrected" in (tmp_path / "site" / "index.html").read_text("utf-8")
    assert "may not carry over" in (tmp_path / "site" / "one.html").read_text("utf-8")


def test_what_is_withheld_says_why_on_every_face(logs: Path, capfd: pytest.CaptureFixture[str]) -> None:
    keep(sensitivity=0.03)
    grid = tied(logs)
    pages = [
        said(capfd, "report", str(path), "--format", form, "-o", "-")
        for path in (logs / "one", logs / "suite", grid)
        for form in ("table", "md", "html")
    ]
    pages.append(said(capfd, "compare", str(logs / "one"), str(logs / "two")))
    for page in pages:
        assert "refusal_rate is not corrected" in page
        assert "†" not in page
