"""`make audit` asks a public database: what it says where there is no network, and where there is."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.house import ROOT

UNREACHED = """error: Failed to query OSV
  cause: error sending request for url (https://api.osv.dev/v1/querybatch)
  cause: dns error"""
SENTENCE = "Nothing was checked: make audit asks api.osv.dev, which cannot be reached from here."
OUTER = ("MAKELEVEL", "MAKEFLAGS", "MFLAGS")


@pytest.mark.skipif(shutil.which("make") is None, reason="no make on this machine")
@pytest.mark.parametrize(
    ("told", "code", "out", "err"),
    [
        (UNREACHED, 2, "", SENTENCE),
        ("Found no known vulnerabilities", 0, "Found no known vulnerabilities", ""),
        ("starlette 0.1 GHSA-x: fixed in 0.2", 1, "starlette 0.1 GHSA-x: fixed in 0.2", ""),
    ],
)
def test_an_audit_says_in_one_sentence_that_it_could_not_ask(
    told: str, code: int, out: str, err: str, tmp_path: Path
) -> None:
    for name in ("Makefile", "pyproject.toml", "uv.lock"):
        shutil.copy(ROOT / name, tmp_path / name)
    tool = tmp_path / ".venv" / "bin" / "uv"
    tool.parent.mkdir(parents=True)
    (tmp_path / "told").write_text(told, encoding="utf-8")
    tool.write_text(f"#!/bin/sh\ncat told >&2\nexit {code}\n", encoding="utf-8")
    tool.chmod(0o755)
    (tmp_path / ".venv" / ".ready").touch()
    # Under `make test` an inner make would take itself for a part of the outer one and say where it is.
    alone = {name: value for name, value in os.environ.items() if name not in OUTER}
    done = subprocess.run(
        ["make", "audit"], cwd=tmp_path, env=alone, capture_output=True, text=True, check=False
    )
    assert (done.returncode == 0) == (code == 0)
    assert done.stdout.strip() == out
    assert done.stderr.startswith(err)
    assert "error sending request" not in done.stdout + done.stderr
