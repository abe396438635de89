"""Attacks from outside, each through the whole command line: files, boards and terminals."""

import base64
import json
import subprocess
import threading
import zipfile
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import pytest

from plimsoll.bridges.inspect import export, import_log
from plimsoll.core import DataError, replace
from plimsoll.run.keep import index, journal
from plimsoll.run.keep.folder import RunFolder, runs
from tests.support.extras import need
from tests.support.inspect_logs import MANIFEST, SUMMARY, records
from tests.support.shell import PLIMSOLL, Finished, environment, plimsoll

EVIL = "\x1b]0;owned\x07\x1b[2J\u202egnp"
RUN = ("run", "safetybench:split=starter,language=en", "-m", "scripted", "--limit", "5", "--log-dir", "logs")


def made(folder: Path, *more: str) -> RunFolder:
    done = plimsoll(folder, *RUN, *more)
    assert done.code == 0, done.err
    return runs(folder / "logs")[0]


def harmless(done: Finished) -> None:
    """No traceback, and nothing that commands a terminal."""
    said = done.out + done.err
    assert "Traceback" not in said
    assert "\x1b" not in said
    assert "\x07" not in said
    assert "\u202e" not in said


def test_records_without_an_index_are_listed_by_many_at_once(tmp_path: Path) -> None:
    """Case 9: six `records` in parallel, each of which would make the index."""
    run = made(tmp_path)
    index.path_of(run.records_path).unlink()
    words = [*PLIMSOLL, "records", str(run.path), "--category", "OFF"]
    asked = [
        subprocess.Popen(
            words, cwd=tmp_path, env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(6)
    ]
    told = [each.communicate(timeout=100) for each in asked]
    assert [each.returncode for each in asked] == [0] * 6, told
    assert len({out for out, _ in told}) == 1
    assert not list(run.path.glob("*.part"))


def test_an_import_that_fails_leaves_nothing_and_the_next_one_goes(tmp_path: Path) -> None:
    """Case 13: a half run must not stand in the way of the whole one."""
    log = export(MANIFEST, SUMMARY, records(), tmp_path / "out")
    sound = log.read_text("utf-8")
    content = json.loads(sound)
    content["samples"][-1]["messages"] = 7
    log.write_text(json.dumps(content), "utf-8")
    failed = plimsoll(tmp_path, "import", str(log), "--log-dir", "logs")
    assert failed.code == 1
    harmless(failed)
    assert not list((tmp_path / "logs").glob("*"))
    log.write_text(sound, "utf-8")
    assert plimsoll(tmp_path, "import", str(log), "--log-dir", "logs").code == 0
    assert len(runs(tmp_path / "logs")) == 1


def test_a_judging_that_fails_leaves_nothing_and_the_next_one_goes(tmp_path: Path) -> None:
    """Case 13: a journal whose last line is none."""
    run = made(tmp_path)
    sound = run.records_path.read_bytes()
    run.records_path.write_bytes(sound + b'{"sample":7}\n')
    failed = plimsoll(tmp_path, "judge", str(run.path))
    assert failed.code == 1
    harmless(failed)
    assert [each.name for each in (tmp_path / "logs").iterdir()] == [run.path.name]
    run.records_path.write_bytes(sound)
    assert plimsoll(tmp_path, "judge", str(run.path)).code == 0
    assert len(runs(tmp_path / "logs")) == 2


def test_a_log_of_many_members_is_held_to_a_total(tmp_path: Path) -> None:
    """Case 15: each member is small enough, and together they fill a disk."""
    sound = export(MANIFEST, SUMMARY, records(), tmp_path, form="eval")
    bomb = tmp_path / "bomb.eval"
    with zipfile.ZipFile(sound) as read, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as out:
        for info in read.infolist():
            out.writestr(info.filename, read.read(info))
        name = next(each for each in read.namelist() if each.startswith("samples/"))
        whole = json.loads(read.read(name)) | {"padding": "0" * 900_000}
        for number in range(40):
            out.writestr(f"samples/{number}_epoch_1.json", json.dumps(whole))
    with pytest.raises(DataError, match="unpack to more than"):
        list(import_log(bomb, limit=1_000_000).records())
    assert bomb.stat().st_size * 200 < 36_000_000
    assert list(import_log(sound, limit=1_000_000).records())


@pytest.mark.parametrize("how", ["huge numbers", "long names", "a line twice", "hidden characters"])
def test_odd_records_are_listed_reported_and_compared(how: str, tmp_path: Path) -> None:
    """Case 17: 1e308, names of 20,000 letters, a doubled line of the journal."""
    run, other = made(tmp_path), made(tmp_path, "--seed", "3")
    held = list(run.records())
    if how == "a line twice":
        run.records_path.write_bytes(run.records_path.read_bytes() + msgspec.json.encode(held[0]) + b"\n")
    elif how == "huge numbers":
        odd = (
            replace(each, verdicts={k: replace(v, value=1e308) for k, v in each.verdicts.items()})
            for each in held
        )
        run.records_path.write_bytes(b"".join(msgspec.json.encode(each) + b"\n" for each in odd))
    else:
        name = "x" * 20_000 if how == "long names" else EVIL
        journal.rewrite(
            run.records_path,
            (
                replace(each, sample=replace(each.sample, id=f"{name}{n}", category=f"{name}{n}"))
                for n, each in enumerate(held)
            ),
        )
    for words in (
        ("records", str(run.path)),
        ("report", str(run.path)),
        ("report", str(run.path), "--format", "html", "-o", "page.html"),
        ("judge", str(run.path)),
        ("compare", str(run.path), str(other.path)),
        ("gate", str(run.path), "--baseline", str(other.path)),
        ("view", "--log-dir", "logs", "--bundle", "pages"),
    ):
        done = plimsoll(tmp_path, *words)
        # What goes to a program and not to a terminal is as it was.
        harmless(done._replace(out="") if words[0] == "records" else done)
        assert done.code in (0, 1, 2, 3), (words, done.err)
        assert len(done.err) < 10_000


class Answer(BaseHTTPRequestHandler):
    """A board that answers as it was told."""

    status, body, headers_sent = 200, b"", {"Content-Type": "application/json"}

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(self.status)
        for name, value in self.headers_sent.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def board(status: int, body: bytes, **headers: str) -> Generator[str]:
    kind = type("Told", (Answer,), {"status": status, "body": body, "headers_sent": headers})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/board/x"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def bomb() -> bytes:
    import gzip

    return gzip.compress(b'{"id":"' + b"0" * (64 * 2**20) + b'"}', 9)


REPLIES = {
    "wrong types": (201, b'{"id": [], "scores": 7, "version": {}}', {}),
    "a list": (201, b"[1, 2]", {}),
    "deep": (201, b"[" * 200_000, {}),
    "no JSON": (200, b"<html>\xff\xfe", {}),
    "a bomb": (201, bomb(), {"Content-Encoding": "gzip"}),
    "odd faults": (422, json.dumps({"message": EVIL, "faults": [1, {}, {"message": EVIL}]}).encode(), {}),
    "faults of another kind": (422, b'{"message": {"a": 1}, "faults": {"a": 1}}', {}),
    "away": (302, b"", {"Location": "http://127.0.0.1:9/steal"}),
    "a broken packing": (201, b"\x1f\x8bxx", {"Content-Encoding": "gzip"}),
}  # fmt: skip


@pytest.mark.parametrize("how", REPLIES)
def test_a_hostile_board_gets_one_sentence(how: str, tmp_path: Path) -> None:
    """Case 20: wrong types, endless bodies, packed bodies that unfold to gigabytes."""
    (tmp_path / "p.json").write_text('{"1": 0}')
    status, body, headers = REPLIES[how]
    with board(status, body, **headers) as where:
        done = plimsoll(
            tmp_path, "submit", "p.json", "--board", where, "--model", "m", PLIMSOLL_BOARD_TOKEN="plm_x",
            PLIMSOLL_TOKEN="plm_x",
        )  # fmt: skip
    harmless(done)
    assert done.code == 1, done
    assert 0 < len(done.err) < 3000


def test_what_a_seal_names_commands_no_terminal(tmp_path: Path) -> None:
    """Case 21: escape sequences in the key's name, the payload's type and the statement."""
    need("sign")
    run = made(tmp_path)
    payload = base64.b64encode(json.dumps({"_type": EVIL, "predicate": {"signer": EVIL}}).encode()).decode()
    for kind in ("application/vnd.in-toto+json", EVIL):
        envelope = {"payload": payload, "payloadType": kind, "signatures": [{"sig": "AAAA", "keyid": EVIL}]}
        (run.path / "seal.json").write_text(json.dumps(envelope))
        done = plimsoll(tmp_path, "verify", str(run.path))
        harmless(done)
        assert done.code in (1, 3)


def test_what_a_log_or_a_run_names_commands_no_terminal(tmp_path: Path) -> None:
    """Case 21: in `import`, `list` of runs, `compare`, `gate`, `report`, with every name hostile."""
    content = json.loads(export(MANIFEST, SUMMARY, records(), tmp_path / "out").read_text("utf-8"))
    content["eval"] |= {"task": EVIL, "model": f"openai/{EVIL}", "task_id": EVIL}
    (tmp_path / "evil.json").write_text(json.dumps(content))
    done = plimsoll(tmp_path, "import", "evil.json", "--log-dir", "logs")
    harmless(done)
    run, other = made(tmp_path), made(tmp_path, "--seed", "3")
    for each in (run, other):
        manifest = each.manifest()
        each.write_manifest(
            replace(
                manifest,
                model=replace(manifest.model, name=EVIL),
                card=replace(manifest.card, title=EVIL),
                notes=(EVIL,),
            )
        )
    for words in (
        ("report", str(run.path)),
        ("report", str(run.path), "--format", "md"),
        ("compare", str(run.path), str(other.path)),
        ("gate", str(run.path), "--baseline", str(other.path)),
        ("report", EVIL),
        ("show", EVIL),
        ("data", "pull", EVIL),
        ("list", EVIL),
        ("run", EVIL),
        ("records", str(run.path), "--category", EVIL),
    ):
        harmless(plimsoll(tmp_path, *words))
