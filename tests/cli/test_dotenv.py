"""What `.env` says, and what of it is taken."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from plimsoll.cli import _dotenv


def taken_up(tmp_path: Path, text: str | bytes, **held: str) -> tuple[dict[str, str], list[str]]:
    path = tmp_path / ".env"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    environment = dict(held)
    said = [line.replace(str(path), ".env") for line in _dotenv.taken_up(path, environment)]
    return environment, said


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("OPENAI_API_KEY=sk-1", "sk-1"),
        ("export OPENAI_API_KEY = sk-1  # mine", "sk-1"),
        ("OPENAI_API_KEY='sk # 1' # mine", "sk # 1"),
        ('OPENAI_API_KEY="sk=1"', "sk=1"),
        ("OPENAI_API_KEY=sk#1", "sk#1"),
        ("OPENAI_API_KEY=", ""),
        ("OPENAI_API_KEY=#", ""),
        ("# a remark\n\nOPENAI_API_KEY=sk-1\r\n", "sk-1"),
        ("\ufeffOPENAI_API_KEY=密钥", "密钥"),
    ],
)
def test_a_key_is_read_and_its_name_said_but_never_its_value(
    tmp_path: Path, written: str, value: str
) -> None:
    environment, said = taken_up(tmp_path, written)
    assert environment == {"OPENAI_API_KEY": value}
    assert said == [".env gives OPENAI_API_KEY"]


def test_what_the_environment_holds_stays(tmp_path: Path) -> None:
    environment, said = taken_up(tmp_path, "OPENAI_API_KEY=file", OPENAI_API_KEY="set")
    assert (environment, said) == ({"OPENAI_API_KEY": "set"}, [])


def test_variables_that_steer_programs_are_left_out_and_named(tmp_path: Path) -> None:
    environment, said = taken_up(
        tmp_path, "PATH=/evil\nLD_PRELOAD=x.so\nHTTPS_PROXY=http://x\nPLIMSOLL_RUN_LOG_DIR=runs\n"
    )
    assert environment == {"PLIMSOLL_RUN_LOG_DIR": "runs"}
    assert said == [
        ".env gives PLIMSOLL_RUN_LOG_DIR",
        ".env says PATH, LD_PRELOAD, HTTPS_PROXY too, which are no keys, tokens or addresses: left out",
    ]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"OPENAI_API_KEY sk-1\n", ".env, line 1 is not NAME=value, and is left out"),
        (b"OPENAI_API_KEY=a\0b\n", ".env, line 1 is not NAME=value, and is left out"),
        (b"\xff\xfe", ".env cannot be read: it is no UTF-8"),
        (b"A_KEY=" + b"x" * 70_000, ".env is not read: it has more than 65,536 bytes"),
    ],
)
def test_a_file_that_is_none_stops_nothing_and_is_told(tmp_path: Path, body: bytes, said: str) -> None:
    environment, told = taken_up(tmp_path, body)
    assert (environment, told) == ({}, [said])


def test_a_folder_of_that_name_is_no_file(tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()
    assert list(_dotenv.taken_up(tmp_path / ".env", {})) == []


def test_the_command_line_reads_it_from_the_folder_one_is_in_and_says_so(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PLIMSOLL_SAMPLES_LIMIT=2\n", encoding="utf-8")
    source = str(Path(_dotenv.__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-m", "plimsoll", "samples", "safetybench:split=starter", "--json"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": source},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    assert len(done.stdout.splitlines()) == 2
    assert done.stderr == "plimsoll: .env gives PLIMSOLL_SAMPLES_LIMIT\n"
