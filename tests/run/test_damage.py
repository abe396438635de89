"""What a power cut, a full disk or a clumsy hand leaves behind: told, and nobody else's trouble."""

import json
from pathlib import Path

import pytest

from plimsoll.core import DataError
from plimsoll.run.keep.folder import RunFolder, runs
from plimsoll.viewer import bundle
from plimsoll.viewer.logs import Logs
from tests.support.shell import Finished, plimsoll

DEEP = "[" * 200_000


def asked(folder: Path, rule: str) -> Finished:
    return plimsoll(
        folder,
        "run",
        "safetybench:split=starter,language=en",
        "-m",
        f"scripted/{rule}",
        "--limit",
        "6",
        "--json",
    )


def folder_of(tmp_path: Path, rule: str) -> RunFolder:
    return RunFolder(tmp_path / asked(tmp_path, rule).last_json["run"])


@pytest.mark.parametrize("left", ["", "  \n", '{"status": "fin', DEEP, "[]", "null", "\0" * 40])
def test_a_summary_that_was_torn_is_made_anew_by_the_same_command(tmp_path: Path, left: str) -> None:
    run = folder_of(tmp_path, "letter-A")
    (run.path / "summary.json").write_text(left)
    assert run.summary() is None
    told = plimsoll(tmp_path, "report", str(run.path))
    assert "--resume" in told.err
    again = asked(tmp_path, "letter-A")
    assert (again.code, tmp_path / again.last_json["run"]) == (0, run.path)
    assert run.summary() is not None


def test_a_bad_line_is_named_with_what_to_do_and_the_rest_stays(tmp_path: Path) -> None:
    run = folder_of(tmp_path, "letter-A")
    lines = run.records_path.read_text().splitlines()
    run.records_path.write_text("\n".join([*lines[:3], '{"sample": broken', *lines[4:], ""]))
    (run.path / "summary.json").unlink()
    stopped = asked(tmp_path, "letter-A")
    assert stopped.code == 1
    assert "line 4 is no record" in stopped.err
    assert "sed -i 4d" in stopped.err
    run.records_path.write_text("\n".join([*lines[:3], *lines[4:], ""]))
    assert asked(tmp_path, "letter-A").last_json["outcomes"] == {"answered": 6}


@pytest.mark.parametrize("line", ["{garbage", json.dumps({"sample": 7}), '{"sample": ' + DEEP, "\udcff"])
def test_one_bad_line_hides_no_other_run(tmp_path: Path, line: str) -> None:
    sound, damaged = folder_of(tmp_path, "letter-A"), folder_of(tmp_path, "letter-B")
    lines = damaged.records_path.read_text().splitlines()
    text = "\n".join([*lines[:3], line, *lines[4:], ""])
    damaged.records_path.write_bytes(text.encode("utf-8", "surrogateescape"))
    (damaged.path / "records.index").unlink()
    with pytest.raises(DataError, match="line 4"):
        list(damaged.records())
    listed, _ = Logs(tmp_path / "logs").all()
    assert sound.path.name in [run.name for run in listed]
    page = bundle.write(tmp_path / "logs", tmp_path / "out").read_text()
    assert sound.path.name in page
    assert "line 4 is no record" in page
    assert (tmp_path / "out" / f"{sound.path.name}.html").exists()


def test_a_manifest_that_cannot_be_read_hides_no_other_run(tmp_path: Path) -> None:
    sound, damaged = folder_of(tmp_path, "letter-A"), folder_of(tmp_path, "letter-B")
    (damaged.path / "run.json").write_text(DEEP)
    listed, broken = Logs(tmp_path / "logs").all()
    assert [run.name for run in listed] == [sound.path.name]
    assert [name for name, _ in broken] == [damaged.path.name]
    assert len(runs(tmp_path / "logs")) == 2
