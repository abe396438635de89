"""Servers that never end, never begin or lead elsewhere, and disks that are full, while a file is pulled."""

import hashlib
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from plimsoll.core import DataError
from plimsoll.data import locate
from plimsoll.data.pull import LARGEST, Patience, Pulled, pull_file
from plimsoll.data.sources import Source, SourceFile, slugs, source

BODY = b"[" + b"1," * 6_500 + b"1]"
DIGEST = hashlib.sha256(BODY).hexdigest()
HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.delenv(locate.VARIABLE, raising=False)


class Said:
    """What one server has sent, and what it was asked."""

    def __init__(self) -> None:
        self.bytes = 0
        self.asked: list[bytes] = []


@contextmanager
def server(answer: Callable[[Callable[[bytes], None]], None]) -> Generator[tuple[str, Said]]:
    """A server that gives every request the same answer, for as long as anybody listens."""
    said, bound = Said(), socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = bound.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                said.asked.append(connection.recv(2**16))

                def send(piece: bytes) -> None:
                    connection.sendall(piece)  # noqa: B023, it is called before the next one comes
                    said.bytes += len(piece)

                answer(send)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{bound.getsockname()[1]}/rows.json", said
    finally:
        bound.shutdown(socket.SHUT_RDWR)
        bound.close()
        thread.join(timeout=10)


def fetched(address: str, into: Path, *, patience: Patience = Patience(), **about: Any) -> Pulled:  # noqa: B008
    file = SourceFile(name="rows.json", urls=(address,), **about)
    origin = Source(slug="tiny", title="Tiny", license="MIT", homepage="", files=(file,))
    return pull_file(origin, file, into, watch=None, environ={}, patience=patience)


def endless(send: Callable[[bytes], None]) -> None:
    send(HEAD + b"\r\n")
    while True:
        send(bytes(2**16))


def endless_chunks(send: Callable[[bytes], None]) -> None:
    send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        send(b"10000\r\n" + bytes(2**16) + b"\r\n")


def left(folder: Path) -> int:
    return sum(each.stat().st_size for each in folder.iterdir())


@pytest.mark.parametrize("body", [endless, endless_chunks])
def test_an_endless_body_costs_no_more_than_the_file_that_was_pinned(
    body: Callable[[Callable[[bytes], None]], None], tmp_path: Path
) -> None:
    """Attack: a pinned file of 13 KB, and a server that never stops."""
    with server(body) as (address, _), pytest.raises(DataError, match="without an end"):
        fetched(address, tmp_path / "in", sha256=DIGEST, bytes=len(BODY))
    assert left(tmp_path / "in") <= len(BODY)


def test_a_body_of_unknown_size_has_an_end_too() -> None:
    assert LARGEST <= 2**28


def test_every_pinned_file_says_how_large_it_is() -> None:
    pinned = [(slug, file) for slug in slugs() for file in source(slug).files if file.sha256]
    assert pinned
    assert [(slug, file.name) for slug, file in pinned if not 0 < file.bytes <= LARGEST] == []


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (b"abc", "a length of"),
        (b"-1", "a length of"),
        (b"1e9", "a length of"),
        (b"9" * 400, "a length of"),
        (str(len(BODY) + 1).encode(), "at most 13,003"),
        (b"999999999999", "at most 13,003"),
    ],
)
def test_a_length_that_cannot_be_is_refused_before_a_byte_is_written(
    length: bytes, said: str, tmp_path: Path
) -> None:
    def answer(send: Callable[[bytes], None]) -> None:
        send(HEAD + b"Content-Length: " + length + b"\r\n\r\n" + BODY)

    with server(answer) as (address, _), pytest.raises(DataError, match=said):
        fetched(address, tmp_path / "in", sha256=DIGEST, bytes=len(BODY))
    assert list((tmp_path / "in").iterdir()) == []


@pytest.mark.parametrize(
    "to",
    [
        "ftp://127.0.0.1:9/x",
        "file:///etc/passwd",
        "gopher://x/",
        "data:,x",
        "//",
        "http://[::1/",
        "http://a:b/",
    ],
)
def test_a_redirect_leads_only_to_the_web(to: str, tmp_path: Path) -> None:
    """Attack: a redirect to a file of this machine, or to another protocol."""

    def answer(send: Callable[[bytes], None]) -> None:
        send(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + to.encode() + b"\r\n\r\n")

    with server(answer) as (address, _), pytest.raises(DataError, match="could not be downloaded"):
        fetched(address, tmp_path / "in", sha256=DIGEST, bytes=len(BODY))
    assert list((tmp_path / "in").iterdir()) == []


@pytest.mark.parametrize("waits", [0.02, 0.4], ids=["a byte now and then", "nothing more"])
def test_a_server_that_dawdles_is_left(waits: float, tmp_path: Path) -> None:
    """Attack: one byte a second, for ever."""
    over = threading.Event()

    def answer(send: Callable[[bytes], None]) -> None:
        send(HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY))
        while not over.wait(waits):
            send(b"1")

    patience = Patience(silent=0.2, slowest=10_000.0, after=0.1)
    with server(answer) as (address, said):
        with pytest.raises(DataError, match=r"bytes in a second|TimeoutError"):
            fetched(address, tmp_path / "in", sha256=DIGEST, bytes=len(BODY), patience=patience)
        over.set()
    assert said.bytes < len(BODY)


@pytest.mark.skipif(sys.platform == "win32", reason="needs pipes in folders")
@pytest.mark.parametrize("what", ["pipe", "link", "too long"])
def test_what_stands_in_the_way_of_a_download_is_put_aside(what: str, tmp_path: Path) -> None:
    """Attack: `rows.json.part` is no file, or longer than the file that is to come."""
    part = tmp_path / "rows.json.part"
    if what == "pipe":
        os.mkfifo(part)
    elif what == "link":
        part.symlink_to("/dev/full")
    else:
        part.write_bytes(BODY * 2)

    def answer(send: Callable[[bytes], None]) -> None:
        send(HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY)

    with server(answer) as (address, said):
        assert fetched(address, tmp_path, sha256=DIGEST, bytes=len(BODY)).fresh
    assert (tmp_path / "rows.json").read_bytes() == BODY
    assert b"Range" not in said.asked[0]


FULL = """
import sys
from pathlib import Path
from plimsoll.core import PlimsollError
from plimsoll.data.pull import Patience, pull_file
from plimsoll.data.sources import Source, SourceFile
file = SourceFile(name="rows.json", urls=(sys.argv[1],), sha256=sys.argv[3], bytes=int(sys.argv[4]))
origin = Source(slug="tiny", title="Tiny", license="MIT", homepage="", files=(file,))
try:
    pull_file(origin, file, Path(sys.argv[2]), watch=None, environ={})
except PlimsollError as error:
    print(error)
"""


def test_a_full_disk_costs_one_sentence_and_nothing_that_has_come(tmp_path: Path) -> None:
    """The disk is as full as a limit on the size of files makes it."""
    resource: Any = pytest.importorskip("resource", reason="this system sets no limit to a file's size")

    def no_more_than_4000_bytes() -> None:
        import signal

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))

    def answer(send: Callable[[bytes], None]) -> None:
        start = len(part.read_bytes()) if part.exists() else 0
        status = b"HTTP/1.1 206 Partial Content\r\n" if start else HEAD
        send(status + b"Content-Length: %d\r\n\r\n" % (len(BODY) - start) + BODY[start:])

    part, source_root = tmp_path / "in" / "rows.json.part", Path(__file__).parents[2] / "src"
    with server(answer) as (address, said):
        result = subprocess.run(
            [sys.executable, "-B", "-c", FULL, address, tmp_path / "in", DIGEST, str(len(BODY))],
            check=False,
            capture_output=True,
            text=True,
            preexec_fn=no_more_than_4000_bytes,
            env={**os.environ, "PYTHONPATH": str(source_root)},
        )
        assert result.stderr == ""
        assert len(result.stdout.splitlines()) == 1
        assert "rows.json.part: cannot be written: File too large; make room" in result.stdout
        assert [each.name for each in (tmp_path / "in").iterdir()] == ["rows.json.part"]
        kept = part.read_bytes()
        assert BODY.startswith(kept)
        assert fetched(address, tmp_path / "in", sha256=DIGEST, bytes=len(BODY)).pinned
    assert len(said.asked) == 2
    assert (b"bytes=%d-" % len(kept) in said.asked[1]) == bool(kept)
