import json
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from plimsoll.labelling.sheet import Sheet
from plimsoll.labels import own
from plimsoll.run.keep.folder import RunFolder
from tests.support.judged import CHILDREN, folder_of, judged
from tests.support.shell import PLIMSOLL, environment, plimsoll

pytest.importorskip("starlette", reason="the extra 'view' is not installed")
httpx = pytest.importorskip("httpx", reason="httpx is not installed")


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return folder_of(tmp_path / "run", judged(60))


def drawn(run: RunFolder) -> Sheet:
    return Sheet(run.path / "labels.jsonl")


def test_a_draw_is_written_and_then_kept(run: RunFolder, tmp_path: Path) -> None:
    first = plimsoll(tmp_path, "label", "run", "--draw-only", "--sample", "24")
    assert first.code == 0
    assert "24 of 60 replies, to be labelled for refusal: run/labels.jsonl" in first.out
    before = drawn(run).path.read_bytes()
    again = plimsoll(tmp_path, "label", "run", "--draw-only", "--json")
    assert again.last_json == {"format": 1, "path": "run/labels.jsonl", "event": "refusal", "items": 24}
    assert drawn(run).path.read_bytes() == before


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--sample", "30"), "drawn with --sample 24, not 30"),
        (("--seed", "3"), "drawn with --seed 0, not 3"),
        (("--event", "unsafe"), "drawn with --event refusal, not unsafe"),
        (("--json",), "the pages are for people"),
        ((), "nobody is named as the rater"),
        (("--rater", "a\nb"), "at most 40 visible characters"),
        (("--rater", "ann", "--host", "0.0.0.0"), "stay on this machine"),
        (("--agreement",), "nobody has begun"),
    ],
)
def test_what_does_not_fit_the_draw_is_refused(
    run: RunFolder, tmp_path: Path, given: tuple[str, ...], said: str
) -> None:
    assert plimsoll(tmp_path, "label", "run", "--draw-only", "--sample", "24").code == 0
    done = plimsoll(tmp_path, "label", "run", *given)
    assert done.code == 2
    assert said in done.err


def test_what_policy_leaves_out_is_said(tmp_path: Path) -> None:
    records = judged(20)
    folder_of(tmp_path / "run", [_about(record, CHILDREN) for record in records[:2]] + records[2:])
    done = plimsoll(tmp_path, "label", "run", "--draw-only")
    assert "left out by policy: Child safety (2 replies)" in done.err
    assert "18 of 18 replies" in done.out


def _about(record: Any, category: str) -> Any:
    from plimsoll.core import replace

    return replace(record, sample=replace(record.sample, category=category))


def test_agreement_is_printed_and_fixes_the_labels(run: RunFolder, tmp_path: Path) -> None:
    plimsoll(tmp_path, "label", "run", "--draw-only", "--sample", "24")
    sheet = drawn(run)
    for place in range(24):
        sheet.label(place, "ann", float(place % 2))
        sheet.label(place, "ben", float(place % 2 and place != 5))
    done = plimsoll(tmp_path, "label", "run", "--agreement")
    assert done.code == 0
    assert "95.8 (79.8–99.3)" in done.out
    assert "1 disputed, 1 still to settle" in done.out
    assert f"{sheet.lines()[5].id}  ann: yes, ben: no  (open)" in done.out
    assert sheet.lines()[0].closed
    dropped = plimsoll(tmp_path, "label", "run", "--drop-rater", "cy")
    assert (dropped.code, "holds no label of 'cy'" in dropped.err) == (2, True)
    found = plimsoll(tmp_path, "label", "run", "--agreement", "--json").last_json
    assert found["pairs"][0]["raters"] == ["ann", "ben"]
    assert found["disputed"][0]["labels"] == {"ann": 1.0, "ben": 0.0}


class Served:
    """`plimsoll label` as a process, which can be killed."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [*PLIMSOLL, "label", *arguments],
            cwd=folder,
            env=environment(folder),
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=10)
        if self.process.stdout:
            self.process.stdout.close()


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """A run of the real command line on a scripted model, labelled by hand to the end."""
    spec = ("run", "s_eval:split=starter", "-m", "scripted/echo", "--epochs", "2", "--log-dir", "logs")
    assert plimsoll(tmp_path, *spec).code == 0
    (run,) = (tmp_path / "logs").iterdir()
    for count in (9, 15):
        served = Served(tmp_path, str(run), "--rater", "ann", "--sample", "24")
        try:
            _label(served.address, count)
        finally:
            served.kill()
    return run


def _label(address: str, count: int) -> None:
    """Answer every third with yes, the way a browser without a script does."""
    import re

    with httpx.Client(base_url=address, follow_redirects=True) as client:
        page = client.get("/").text
        token = re.findall(r'name="token" value="([^"]+)"', page)[0]
        here = client.post("/begin", data={"token": token})
        for _ in range(count):
            path = here.url.path
            word = "yes" if int(path.rpartition("/")[2]) % 3 == 0 else "no"
            here = client.post(path, data={"token": token, "value": word})
            assert here.status_code == 200


def test_a_scripted_run_is_labelled_through_kills_and_its_rate_corrected(
    labelled: Path, tmp_path: Path
) -> None:
    pack = own.read(labelled / "labels.jsonl")
    items = list(pack.items())
    assert (pack.event, len(items)) == ("compliance", 24)
    assert sum(item.labels["ann"] for item in items) == 8
    report = plimsoll(tmp_path, "report", str(labelled), "--labels", f"{labelled}/labels.jsonl", "--json")
    assert report.code == 0
    estimates = json.loads(report.out)["summary"]["estimates"]
    whole = {each["name"]: each for each in estimates if not each.get("group")}
    assert whole["compliance_rate"]["value"] == 1.0
    corrected = whole["compliance_rate_corrected"]
    assert (corrected["method"], corrected["labels"]) == ("ppi++", 24)
    assert corrected["low"] < 8 / 24 < corrected["high"]
    stored = plimsoll(tmp_path, "calibrate", "stored:rules", "--labels", f"{labelled}/labels.jsonl")
    assert stored.code == 0
    assert "33.3 % by people" in stored.out
