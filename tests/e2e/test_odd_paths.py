"""A pipe, a socket or an endless device wherever a file is taken: refused by its kind, at once."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.shell import environment, plimsoll

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs pipes in folders")

RUN = ("run", "safetybench:split=starter,language=en", "-m", "scripted", "--limit", "3", "--log-dir", "logs")
ASKED = ("run", "safetybench:split=starter,language=en", "--limit", "3", "--log-dir", "odd")
COMMANDS: dict[str, tuple[str, ...]] = {
    "own questions": ("run", "P.csv", "-m", "scripted"),
    "own questions, lines": ("run", "P.jsonl", "-m", "scripted"),
    "own questions, columns": ("run", "P.parquet", "-m", "scripted"),
    "an experiment": ("run", "P.toml", "-m", "scripted"),
    "an experiment in YAML": ("run", "P.yaml", "-m", "scripted"),
    "a system prompt": (*ASKED, "-m", "scripted", "--system-prompt", "@P.txt"),
    "a rubric": (*ASKED, "-m", "scripted", "--judge", "P.toml", "--judge-model", "scripted"),
    "prices": (*ASKED, "-m", "openai/x", "--prices", "P.toml", "--max-cost", "1"),
    "replayed answers": (*ASKED, "-m", "replay/P.jsonl"),
    "a suffix list": (*ASKED, "-m", "scripted", "--attack", "steering/suffixes:file=P.txt"),
    "a script": (*ASKED, "-m", "scripted", "--attack", "dialogue/script:file=P.txt"),
    "a word list": (*ASKED, "-m", "scripted", "--defense", "guarded:guard=(words:file=P.txt)"),
    "a model": (*ASKED, "-m", "llamacpp/P.gguf"),
    "a run folder": ("run", "--resume", "P"),
    "predictions": ("score", "safetybench:split=starter,language=en", "--predictions", "P.json"),
    "a file to submit": ("submit", "P.json", "--board", "http://127.0.0.1:9/board/x", "--model", "m"),
    "a log": ("import", "P.json"),
    "a zipped log": ("import", "P.eval"),
    "a baseline": ("gate", "logs/run", "--baseline", "P"),
    "a budget": ("gate", "logs/run", "--baseline", "logs/run", "--budget", "P.json"),
    "labels": ("calibrate", "refusal", "--labels", "P.jsonl"),
    "risks": ("generate", "s_eval", "--risks", "P.toml", "--out", "made"),
    "public prompts": ("generate", "s_eval", "--public", "P.jsonl", "--out", "made"),
    "a mapping": ("taxonomy", "convert", "x", "y", "--mapping", "P.csv"),
    "a calibration": ("plan", "logs/run", "--calibration", "P.json"),
    "answers of a board": ("board", "add", "x", "--answers", "P.json", "--benchmark", "safetybench"),
    "a key": ("sign", "logs/run", "--key", "P.pem"),
    "a public key": ("verify", "logs/run", "--key", "P.pem"),
    "a card": ("card", "validate", "P.md"),
    "a manifest": ("report", "logs/run.json"),
    "records": ("records", "logs/records.jsonl"),
    "a summary": ("report", "logs/summary.json"),
    "a seal": ("verify", "logs/seal.json"),
}
"""What is given: `P` for a place of the odd kind, `logs/<file>` for a run that holds one of that name."""
SCRIPT = """
import contextlib, io, json, os, resource, shutil, signal, sys
from pathlib import Path
from plimsoll.cli import exit_code

commands, kind = json.load(sys.stdin), sys.argv[1]
resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))

def place(path):
    path.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(path, 0o600)
    elif kind == "socket":
        import socket
        socket.socket(socket.AF_UNIX).bind(str(path))
    else:
        path.symlink_to("/dev/zero")

def too_long(*_):
    raise RuntimeError("waits for ever")

signal.signal(signal.SIGALRM, too_long)
for name, words in commands.items():
    given = []
    for word in words:
        if "P" in word and word.split("=")[-1].lstrip("@").startswith("P") or "/P." in word:
            odd = "P" + word.split("P", 1)[1].rstrip(")")
            place(Path(odd))
        elif word.startswith("logs/") and "." in word:
            shutil.rmtree("odd-run", ignore_errors=True)
            shutil.copytree("logs/run", "odd-run")
            place(Path("odd-run") / word.partition("/")[2])
            word = "odd-run"
        given.append(word)
    said = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)
    signal.alarm(20)
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            code = exit_code(given)
    except BaseException as error:
        code = repr(error)[:300]
    signal.alarm(0)
    print(json.dumps([name, code, said.buffer.getvalue().decode()[-400:]]), flush=True)
"""


@pytest.mark.parametrize("kind", ["pipe", "socket", "device"])
def test_what_is_no_file_is_refused_wherever_one_is_taken(kind: str, tmp_path: Path) -> None:
    assert plimsoll(tmp_path, *RUN).code == 0
    (made,) = (tmp_path / "logs").iterdir()
    made.rename(tmp_path / "logs" / "run")
    assert plimsoll(tmp_path, "sign", "logs/run", "--key", "own.pem").code in (0, 1, 2)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, kind],
        cwd=tmp_path,
        env=environment(tmp_path, PLIMSOLL_TOKEN="plm_x", OPENAI_API_KEY="x"),
        input=json.dumps(COMMANDS),
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(told) == len(COMMANDS)
    assert not [each for each in told if "No such option" in each[2] or "is called" in each[2]]
    assert [each for each in told if each[1] not in (1, 2)] == []
    assert [each for each in told if "Traceback" in each[2]] == []
