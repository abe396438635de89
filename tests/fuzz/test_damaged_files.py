"""Sound files with a few bytes changed, cut or doubled -> success or an error of ours, within bounds.

Seals, logs, archives, caches and requests that are almost right reach further into their readers than
any bytes do (`test_hostile_bytes.py`).
"""

import gzip
import http.client
import io
import json
import os
import socket
import sqlite3
import tarfile
import zipfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.bridges import inspect
from plimsoll.core import PlimsollError, Record, Request, Response, Sample, user
from plimsoll.run.keep import index, journal, seal
from plimsoll.run.keep.cache import Cache, key_of
from plimsoll.run.keep.folder import RunFolder
from plimsoll.run.keep.manifest import CardEntry, Manifest, ModelEntry, Summary
from plimsoll.run.spec import RunSpec
from tests.support.bounds import bounded
from tests.support.inspect_logs import MANIFEST, SUMMARY, records

EXAMPLES = int(os.environ.get("PLIMSOLL_FUZZ", "40"))
SPEC = "safetybench:split=starter,language=en"
PIECES = (
    b"[" * 3000,
    b"{",
    b'"',
    b"\\u0000",
    b"\0",
    b"\xff\xff",
    b"9" * 300,
    b"-1",
    b"1e999",
    b"\n",
    b"null",
)
EDITS = st.lists(
    st.tuples(
        st.sampled_from(["put", "over", "cut", "end", "twice"]),
        st.floats(0, 1, exclude_max=True),
        st.one_of(st.binary(min_size=1, max_size=8), st.sampled_from(PIECES)),
    ),
    min_size=1,
    max_size=4,
)


def edited(body: bytes, edits: list[tuple[str, float, bytes]]) -> bytes:
    for how, where, piece in edits:
        at = int(where * len(body))
        if how == "put":
            body = body[:at] + piece + body[at:]
        elif how == "over":
            body = body[:at] + piece + body[at + len(piece) :]
        elif how == "cut":
            body = body[:at] + body[at + len(piece) :]
        elif how == "end":
            body = body[:at]
        else:
            body += body[at : at + 500]
    return body


class Sound(NamedTuple):
    """What is damaged, and who reads it."""

    files: dict[str, bytes]
    damaged: str
    read: Callable[[Path], object]

    def __repr__(self) -> str:
        return self.damaged


def run_files() -> dict[str, bytes]:
    manifest = Manifest(
        format=2,
        id="0" * 16,
        spec=RunSpec(benchmark=SPEC, model="scripted"),
        model=ModelEntry(name="scripted", revision=""),
        card=CardEntry(title="", version=1),
    )
    samples = (Sample(id=f"s{n}", messages=(user("Hello"),), target="A") for n in range(4))
    with TemporaryDirectory() as name:
        folder = RunFolder(Path(name))
        folder.write_manifest(manifest)
        folder.write_summary(Summary(records=4))
        journal.rewrite(folder.records_path, (Record(sample=sample) for sample in samples))
        return {path.name: path.read_bytes() for path in folder.path.iterdir()}


def sealed_files() -> dict[str, bytes]:
    pytest.importorskip("cryptography", reason="the extra `sign` is not installed")
    with TemporaryDirectory() as name:
        folder = RunFolder(Path(name) / "run")
        folder.path.mkdir()
        for each, body in run_files().items():
            (folder.path / each).write_bytes(body)
        seal.sign(folder, Path(name) / "own.pem")
        return {path.name: path.read_bytes() for path in folder.path.iterdir()}


def log_files() -> dict[str, bytes]:
    with TemporaryDirectory() as name:
        place = Path(name)
        plain = inspect.export(MANIFEST, SUMMARY, records(), place / "a", form="json").read_bytes()
        packed = inspect.export(MANIFEST, SUMMARY, records(), place / "b", form="eval").read_bytes()
        return {"log.json": plain, "log.eval": packed}


def read_log(path: Path) -> None:
    list(inspect.import_log(path).records())


def cache_file() -> bytes:
    with TemporaryDirectory() as name:
        with Cache(Path(name) / "c.sqlite") as cache:
            cache.put(key_of("m", ASKED), Response(text="hi"))
        return (Path(name) / "c.sqlite").read_bytes()


ASKED = Request(messages=(user("Hello"),))


def ask_cache(path: Path) -> None:
    with Cache(path) as cache:
        cache.get(key_of("m", ASKED))
        cache.put(key_of("m", ASKED), Response(text="hi"))
        cache.flush()
        len(cache)


def ask_row(path: Path) -> None:
    """The damaged bytes are a row of a sound cache."""
    body, place = path.read_bytes(), path.with_name("c.sqlite")
    with Cache(place) as cache:
        cache.put(key_of("m", ASKED), Response(text="hi"))
    database = sqlite3.connect(place)
    with database:
        database.execute("update response set body = ?", (body,))
    database.close()
    ask_cache(place)


def archive(kind: str) -> bytes:
    packed = io.BytesIO()
    members = {name: body for name, body in run_files().items() if not name.endswith(".index")}
    if kind == "zip":
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
            for name, body in members.items():
                made.writestr(name, body)
        return packed.getvalue()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, body in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(body)
            tar.addfile(info, io.BytesIO(body))
    return packed.getvalue()


def judge_archive(path: Path) -> None:
    from plimsoll.leaderboard.runs import check_run
    from plimsoll.leaderboard.upload import of_bytes
    from tests.support.boards import small_key

    for body in (path.read_bytes(), gzip.compress(path.read_bytes(), 1, mtime=0)):
        upload = of_bytes(body)
        if upload.kind == "run":
            check_run(upload, small_key(), benchmark=SPEC, verify=seal.signer_of)


def judge_predictions(path: Path) -> None:
    from plimsoll.leaderboard.checking import check
    from tests.support.boards import small_key

    check(path.read_bytes(), small_key())


def predictions() -> bytes:
    return json.dumps({f"q{number}": number % 4 for number in range(200)}, indent=1).encode()


SOUNDS: dict[str, Callable[[], Sound]] = {
    "seal": lambda: Sound(sealed_files(), "seal.json", lambda path: seal.verify(path.parent)),
    "sealed records": lambda: Sound(sealed_files(), "records.jsonl", lambda path: seal.verify(path.parent)),
    "manifest": lambda: Sound(run_files(), "run.json", lambda path: RunFolder(path.parent).manifest()),
    "summary": lambda: Sound(run_files(), "summary.json", lambda path: RunFolder(path.parent).summary()),
    "records": lambda: Sound(run_files(), "records.jsonl", lambda path: list(journal.entries(path))),
    "index": lambda: Sound(
        run_files(), "records.index", lambda path: list(journal.entries(path.with_suffix(".jsonl")))
    ),
    "log": lambda: Sound(log_files(), "log.json", lambda path: list(inspect.import_log(path).records())),
    "packed log": lambda: Sound(
        log_files(), "log.eval", lambda path: list(inspect.import_log(path).records())
    ),
    "cache": lambda: Sound({"c.sqlite": cache_file()}, "c.sqlite", ask_cache),
    "row of a cache": lambda: Sound(
        {"row": msgspec.json.encode(Response(text="hi", notes=("a",)))}, "row", ask_row
    ),
    "tar": lambda: Sound({"run.tar": archive("tar")}, "run.tar", judge_archive),
    "zip": lambda: Sound({"run.zip": archive("zip")}, "run.zip", judge_archive),
    "predictions": lambda: Sound({"p.json": predictions()}, "p.json", judge_predictions),
}


@pytest.fixture(params=SOUNDS, scope="module")
def sound(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sound]:
    if request.param in ("tar", "zip", "predictions"):
        pytest.importorskip("sqlalchemy", reason="the extra `board` is not installed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("share")))
        yield SOUNDS[request.param]()


@pytest.mark.fuzz
@settings(max_examples=EXAMPLES, deadline=None)
@given(edits=EDITS)
def test_a_damaged_file_ends_in_success_or_in_an_error_of_ours(
    sound: Sound, edits: list[tuple[str, float, bytes]]
) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name) / "in"
        folder.mkdir()
        for each, body in sound.files.items():
            (folder / each).write_bytes(edited(body, edits) if each == sound.damaged else body)
        try:
            with bounded():
                sound.read(folder / sound.damaged)
        except PlimsollError as error:
            assert len(str(error)) < 5000  # noqa: PT017
        assert [each.name for each in Path(name).iterdir()] == ["in"]


@pytest.mark.fuzz
@settings(max_examples=EXAMPLES, deadline=None)
@given(edits=EDITS)
def test_a_damaged_index_never_changes_what_a_list_says(edits: list[tuple[str, float, bytes]]) -> None:
    with TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", name)
        path = Path(name) / "records.jsonl"
        journal.rewrite(path, (Record(sample=Sample(id=f"s{n}", messages=(user("x"),))) for n in range(4)))
        lies_at = index.path_of(path)
        lies_at.write_bytes(edited(lies_at.read_bytes(), edits))
        assert [entry.id for entry in journal.entries(path)] == ["s0", "s1", "s2", "s3"]


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[str, str]]:
    pytest.importorskip("sqlalchemy", reason="the extra `board` is not installed")
    from tests.support import boards

    service = boards.opened(tmp_path_factory.mktemp("fuzzed") / "home")
    boards.add_board(service)
    team = boards.add_team(service, "Team A")
    with boards.served(service) as where:
        yield urlsplit(where).netloc, team.token
    service.accounts.books.database.close()


def requests(token: str) -> list[bytes]:
    """Sound requests of every kind."""
    body = predictions()
    bearer = f"Authorization: Bearer {token}\r\n".encode()
    length = b"Content-Length: %d\r\n" % len(body)
    form = b'--x\r\nContent-Disposition: form-data; name="token"\r\n\r\nplm\r\n--x--\r\n'
    kind = b"Content-Type: multipart/form-data; boundary=x\r\n"
    host = b" HTTP/1.1\r\nHost: x\r\n"
    return [
        b"GET /board/small?sort=one&direction=asc&page=2&search=a" + host + b"\r\n",
        b"GET /api/v1/boards/small/rows?limit=5&offset=0&sort=value" + host + b"\r\n",
        b"GET /api/v1/submissions/0123456789abcdef01234567" + host + bearer + b"\r\n",
        b"POST /api/v1/boards/small/checks?missing=wrong" + host + bearer + length + b"\r\n" + body,
        b"POST /api/v1/boards/small/checks" + host + bearer
        + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n",
        b"POST /sign-in" + host + kind + b"Content-Length: %d\r\n\r\n" % len(form) + form,
        b"GET /boards" + host + b"Cookie: plimsoll_board=abc.def.ghi\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n",
    ]  # fmt: skip


@pytest.mark.fuzz
@settings(max_examples=4 * EXAMPLES, deadline=None)
@given(which=st.integers(0, 6), edits=EDITS)
def test_a_damaged_request_is_never_the_server_s_fault(
    board: tuple[str, str], which: int, edits: list[tuple[str, float, bytes]]
) -> None:
    where, token = board
    host, _, port = where.rpartition(":")
    sent = edited(requests(token)[which], edits)
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        try:
            while chunk := connection.recv(2**16):
                answer += chunk
        except ConnectionError:
            pass
    assert b"HTTP/1.1 5" not in answer
    assert b"Traceback" not in answer
    alive = http.client.HTTPConnection(where, timeout=10)
    alive.request("GET", "/healthz")
    assert alive.getresponse().status == 200
    alive.close()
