import json
import os
from pathlib import Path

import pytest

from plimsoll.cli import exit_code
from tests.support.house import ROOT
from tests.support.shell import plimsoll

KEY = "sk-secret-0123456789"


def by_name(told: str) -> dict[str, dict[str, str]]:
    return {each["name"]: each for each in json.loads(told)["checks"]}


def test_the_doctor_finds_nothing_broken_on_a_machine_that_runs_benchmarks(tmp_path: Path) -> None:
    done = plimsoll(tmp_path, "doctor")
    assert done.code == 0, done.out + done.err
    assert "Nothing is broken" in done.out
    assert list(tmp_path.iterdir()) == []


def test_the_doctor_says_that_a_key_is_set_and_never_what_it_is(tmp_path: Path) -> None:
    done = plimsoll(tmp_path, "doctor", "--json", OPENAI_API_KEY=KEY, HF_TOKEN="")
    found = by_name(done.out)
    assert found["OPENAI_API_KEY"]["said"] == "set (not shown)"
    assert found["HF_TOKEN"]["said"] == "not set"
    assert KEY not in done.out + done.err


def test_the_doctor_leaves_a_password_out_of_an_address(tmp_path: Path) -> None:
    done = plimsoll(tmp_path, "doctor", OPENAI_BASE_URL="https://me:hidden@host/v1?key=hidden")
    assert "https://...@host/v1" in done.out
    assert "hidden" not in done.out


def test_a_log_folder_that_cannot_be_written_is_broken_and_has_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file where the folder should be", encoding="utf-8")
    done = plimsoll(tmp_path, "doctor", "--log-dir", "logs/inner", "--json")
    assert done.code == 1
    found = by_name(done.out)["log folder"]
    assert found["state"] == "broken"
    assert "--log-dir" in found["line"]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_cache_folder_without_the_right_to_write_is_broken(tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir(mode=0o500)
    done = plimsoll(tmp_path, "doctor", "--json", PLIMSOLL_CACHE=str(tmp_path / "cache"))
    assert done.code == 1
    assert by_name(done.out)["cache"]["state"] == "broken"


def test_a_terminal_that_shows_no_chinese_is_told_of(tmp_path: Path) -> None:
    done = plimsoll(tmp_path, "doctor", "--json", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert by_name(done.out)["characters"]["line"] == "export PYTHONUTF8=1 LANG=C.UTF-8"


def test_the_line_of_a_remedy_is_not_broken_by_a_narrow_terminal(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("", encoding="utf-8")
    done = plimsoll(tmp_path, "doctor", "--log-dir", "logs/inner", COLUMNS="40")
    assert "name another: --log-dir FOLDER, or export PLIMSOLL_LOG_DIR=FOLDER" in done.out


def test_every_extra_is_told_of(capfd: pytest.CaptureFixture[str]) -> None:
    import tomllib

    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    exit_code(["doctor", "--json"])
    assert {*extras} - {"all"} <= {*by_name(capfd.readouterr().out)}


def test_what_a_system_does_not_support_stands_in_the_readme() -> None:
    from plimsoll.cli._checkup import UNSUPPORTED

    text = " ".join((ROOT / "README.md").read_text("utf-8").split())
    assert all(sentence in text for sentence in UNSUPPORTED.values())
