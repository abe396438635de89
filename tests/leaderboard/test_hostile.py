"""Attacks on a hosted board, each written out: what they cost, and what others notice of them."""

import asyncio
import http.client
import json
import os
import socket
import stat
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest

from plimsoll.core import PlimsollError, Record, Sample, user
from plimsoll.leaderboard import client, grain
from plimsoll.leaderboard.administration import HOST
from plimsoll.leaderboard.errors import TooMany
from plimsoll.leaderboard.limits import Uploads
from plimsoll.leaderboard.nouns import Meta, Query
from plimsoll.leaderboard.runs import check_run
from plimsoll.leaderboard.service import Service
from plimsoll.leaderboard.sizes import too_much
from plimsoll.leaderboard.upload import Upload, of_bytes
from plimsoll.run.keep import journal
from plimsoll.run.keep.manifest import CardEntry, Manifest, ModelEntry
from plimsoll.run.spec import RunSpec
from tests.support import boards
from tests.support.boards import Team, right, upload

SPEC = "safetybench:split=starter,language=en"
MANY = 10**8
"""Bytes that a stranger says it will send."""


def asked(where: str, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> int:
    connection = http.client.HTTPConnection(urlsplit(where).netloc, timeout=10)
    connection.putrequest(method, path)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders(body)
    status = connection.getresponse().status
    connection.close()
    return status


@contextmanager
def small_server(home: Path, files: int) -> Generator[tuple[str, "subprocess.Popen[str]"]]:
    """A board in a process that may open no more than so many files."""
    code = (
        f"import resource; resource.setrlimit(resource.RLIMIT_NOFILE, ({files}, {files}))\n"
        "from plimsoll.__main__ import main; main()"
    )
    command = [sys.executable, "-c", code, "board", "serve", "--home", str(home), "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        while not (line := process.stdout.readline()).startswith("http://"):
            assert line, process.stderr and process.stderr.read()
        yield line.strip(), process
    finally:
        process.terminate()
        process.communicate(timeout=20)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no limit on files to set")
def test_silent_connections_make_room_for_who_asks(tmp_path: Path) -> None:
    """Attack: more connections than the server may open files, silent or with half a header."""
    with small_server(tmp_path / "home", 128) as (where, process):
        host, _, port = urlsplit(where).netloc.rpartition(":")
        held = [socket.create_connection((host, int(port)), timeout=5) for _ in range(200)]
        for each in held[::2]:
            with_half = b"GET / HTTP/1.1\r\nHost: "
            try:
                each.sendall(with_half)
            except OSError:
                continue
        assert asked(where, "GET", "/healthz", {}) == 200
        for each in held:
            each.close()
        process.terminate()
        _, said = process.communicate(timeout=20)
    assert len(said.splitlines()) < 20, said[:2000]


@pytest.mark.parametrize("path", ["/sign-in", "/board/small/submit", "/desk", "/sign-out"])
def test_a_stranger_s_body_is_not_read(lite: Service, path: str) -> None:
    """Attack: a hundred megabytes for a form that has two fields, or for a file of nobody's."""
    headers = {"Content-Length": str(MANY), "Content-Type": "multipart/form-data; boundary=x"}
    with boards.served(lite) as where:
        assert asked(where, "POST", path, headers) in (401, 403, 404, 413)


@pytest.mark.parametrize("token", ["", "Bearer plm_000000000000_" + "x" * 43])
def test_a_token_is_looked_at_before_a_body(lite: Service, token: str) -> None:
    headers = {"Content-Length": str(6 * 2**20), "Content-Type": "application/json", "Authorization": token}
    with boards.served(lite) as where:
        assert asked(where, "POST", "/api/v1/boards/small/submissions", headers) == 401


def test_files_of_one_token_come_in_a_few_at_a_time_and_others_wait_a_while() -> None:
    """Attack: thirty slow uploads, each of which holds a temporary file."""

    async def refused(uploads: Uploads, token: int) -> bool:
        try:
            async with uploads.slot(token):
                return False
        except TooMany:
            return True

    async def crowd() -> None:
        uploads = Uploads(each=1, most=2, patience=0.05)
        async with uploads.slot(1):
            assert await refused(uploads, 1)
            async with uploads.slot(2):
                assert await refused(uploads, 3)
        assert not any([await refused(uploads, token) for token in (1, 2, 3)])
        uploads = Uploads(each=1, most=2, patience=60)
        assert not any(await asyncio.gather(*(refused(uploads, token) for token in range(200))))

    asyncio.run(crowd())


def test_a_good_token_is_good_whatever_bad_ones_came_before(lite: Service, team: Team) -> None:
    """Attack: twenty bad tokens from the address that others share."""
    bad = {"Authorization": "Bearer plm_000000000000_" + "x" * 43}
    with boards.served(lite) as where:
        codes = [asked(where, "GET", "/api/v1/submissions", bad) for _ in range(25)]
        good = {"Authorization": f"Bearer {team.token}"}
        assert asked(where, "GET", "/api/v1/submissions", good) == 200
    assert codes[0] == 401
    assert codes[-1] == 429


@pytest.mark.skipif(os.name != "posix", reason="rights of files are told otherwise")
def test_the_books_are_for_their_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        service = boards.opened(tmp_path / "home")
        boards.add_board(service)
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "home").iterdir()}
    service.accounts.books.database.close()
    assert {name: mode for name, mode in modes.items() if mode & 0o077} == {}
    assert {"board.sqlite", "board.sqlite-wal"} <= modes.keys()
    assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o700


def test_servers_that_begin_at_once_share_one_secret(tmp_path: Path) -> None:
    """Attack: several `board serve` on a home that is not there yet."""
    made: list[Service] = []
    threads = [
        threading.Thread(target=lambda: made.append(boards.opened(tmp_path / "home"))) for _ in range(4)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    secrets = {each.accounts.books.sign("token", "x") for each in made}
    for each in made:
        each.accounts.books.database.close()
    assert (len(made), len(secrets)) == (4, 1)


def test_a_file_with_one_answer_does_not_show_whether_it_is_right() -> None:
    """Attack: `missing=wrong` and a single answer: a shown value above nothing would be a certain hit."""
    draws = [number / 1000 for number in range(1000)]
    for n in (40, 2100, 11_435):
        none, one = (
            sum(grain.blunted("", hits, n, grain=5, draw=each).value > 0 for each in draws) for hits in (0, 1)
        )
        assert none > 200
        assert one - none <= 120


@pytest.mark.parametrize("released", ["2026-99-99", "2026-02-30", "0000-01-01", "2026-13"])
def test_a_day_that_there_is_not_is_refused(lite: Service, team: Team, released: str) -> None:
    with pytest.raises(PlimsollError, match="no such day"):
        lite.submitting.submit(team.who, "small", Meta(model="m", released=released), upload(right()))


@pytest.mark.parametrize("released", ["2026", "2026-02", "2026-02-28", ""])
def test_a_day_or_a_part_of_one_is_taken(lite: Service, team: Team, released: str) -> None:
    assert lite.submitting.submit(team.who, "small", Meta(model="m", released=released), upload(right())).id


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("records.jsonl", b"{}\n" * 100_000, "records"),
        ("records.jsonl", b"x" * (3 * 2**20), "bytes"),
        ("records.jsonl", b"[" + b"0," * 10**6 + b"0]\n", "values"),
        ("run.json", b" " * 2**21, "bytes"),
        ("run.json", b"[" + b"0," * 10**5 + b"0]", "values"),
        ("summary.json", b"[" * 10**5, "values"),
        ("seal.json", b" " * 2**25, "bytes"),
    ],
)
def test_a_run_that_holds_too_much_is_told_without_reading_it(
    name: str, content: bytes, what: str, tmp_path: Path
) -> None:
    """Attack: a million tiny records, one endless one, lists of commas."""
    (tmp_path / "records.jsonl").write_bytes(b"{}\n")
    (tmp_path / name).write_bytes(content)
    fault = too_much(tmp_path, 200)
    assert fault is not None
    assert fault.code == "too_large"
    assert what in fault.message


def test_a_predictions_file_of_commas_is_not_read(lite: Service, team: Team) -> None:
    """Attack: four megabytes that are two million lists."""
    checked = lite.submitting.check(team.who, "small", upload(b"[" + b"[]," * 10**6 + b"0]"))
    assert next(each.code for each in checked.faults) == "too_large"


def test_what_a_fault_lists_is_not_kept_whole(tmp_path: Path) -> None:
    """Attack: ids and languages of megabytes, all different, in a run whose records are all unknown."""
    key = boards.small_key()
    length, count = 2**17, 28
    run = hostile_run(tmp_path / "long", (f"{number}" + "x" * length for number in range(count)))
    # What is imported and kept at a first check is not of this run's doing.
    check_run(hostile_run(tmp_path / "short", ["x"]), key, benchmark=SPEC, verify=None)
    tracemalloc.start()
    try:
        found = check_run(run, key, benchmark=SPEC, verify=None)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found.predictions.faults
    assert all(len(fault.message) < 5000 for fault in found.predictions.faults)
    # Ids and languages kept whole would be twice that; what is read may stand until garbage is collected.
    assert peak < 1.5 * count * length


def hostile_run(folder: Path, names: Iterable[str]) -> Upload:
    """A packed run with a record of each name, in a language of that name too."""
    manifest = Manifest(
        format=2,
        id="0" * 16,
        spec=RunSpec(benchmark=SPEC, model="scripted"),
        model=ModelEntry(name="scripted", revision=""),
        card=CardEntry(title="", version=1),
    )
    (folder / "run").mkdir(parents=True)
    (folder / "run" / "run.json").write_bytes(msgspec.json.encode(manifest))
    samples = (Sample(id=name, messages=(user("q"),), language=name) for name in names)
    journal.rewrite(folder / "run" / "records.jsonl", (Record(sample=sample) for sample in samples))
    with client.parcel(folder / "run").content as content:
        content.seek(0)
        return of_bytes(content.read())


class Dripping:
    """A client that begins a request and then sends a little again and again, until it is ended."""

    def __init__(self, where: str, head: str, token: str = "") -> None:
        host, _, port = urlsplit(where).netloc.rpartition(":")
        self.socket = socket.create_connection((host, int(port)), timeout=0.05)
        path = "/api/v1/boards/small/checks"
        begun = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n{head}"
        self.socket.sendall(begun.encode())
        self.answer = b""

    def goes_on(self, piece: bytes) -> bool:
        """Send a piece; false where the other side has ended the connection."""
        try:
            self.socket.sendall(piece)
            came = self.socket.recv(2**16)
        except TimeoutError:
            return True
        except OSError:
            return False
        self.answer += came
        return bool(came)

    def drips(self, piece: bytes, most: int = 400) -> bool:
        """Send pieces until it is ended; false where it never was."""
        with self.socket:
            return not all(self.goes_on(piece) for _ in range(most))


IMPATIENT = (0.4, 300.0, 900.0, 0.4, 1000.0)
LONG = "Content-Length: 4000000\r\n\r\n"


@pytest.mark.parametrize(
    ("head", "piece", "patience"),
    [
        ("X-Slow: ", b"x", IMPATIENT),
        ("X-Slow: ", b"", IMPATIENT),
        (LONG, b"x", IMPATIENT),
        (LONG, b"", IMPATIENT),
        ("Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", IMPATIENT),
        (LONG, b"x" * 1000, (0.4, 300.0, 0.6, 0.1, 100.0)),
    ],
    ids=[
        "a header by letters",
        "half a header",
        "a body by letters",
        "no body",
        "chunks of one byte",
        "too long",
    ],
)
def test_what_comes_too_slowly_or_for_too_long_is_ended(
    lite: Service, team: Team, head: str, piece: bytes, patience: tuple[float, ...]
) -> None:
    """Attack: one byte now and then, for ever, in a header or a body."""
    pytest.importorskip("uvicorn")
    from plimsoll.leaderboard.connections import Patience

    with boards.served(lite, patience=Patience(*patience)) as where:
        slow = Dripping(where, head, team.token)
        assert slow.drips(piece)
        assert b" 200 " not in slow.answer
        assert asked(where, "GET", "/healthz", {}) == 200


def test_a_body_that_comes_fast_enough_is_answered_however_often_it_is_looked_at(
    lite: Service, team: Team
) -> None:
    pytest.importorskip("uvicorn")
    from plimsoll.leaderboard.connections import Patience

    body = json.dumps(right()).encode().ljust(60_000)
    with boards.served(lite, patience=Patience(every=0.2, slowest=1000.0)) as where:
        client = Dripping(where, f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n", team.token)
        with client.socket:
            pieces = (body[at : at + 4000] for at in range(0, len(body), 4000))
            assert all(client.goes_on(piece) for piece in pieces)
            while client.goes_on(b""):
                pass
    assert client.answer.startswith(b"HTTP/1.1 200")


def test_a_board_that_has_changed_is_placed_once_for_all_who_ask_at_once(lite: Service, team: Team) -> None:
    """Attack: many readers in the moment after a change, each of whom would cost a placing."""
    lite.admin.change(HOST, "small", daily=1000)
    for number in range(20):
        sent = upload(right(wrong=number))
        lite.admin.publish(HOST, lite.submitting.submit(team.who, "small", Meta(model=f"m{number}"), sent).id)
    gate, seen = threading.Barrier(12), list[int]()

    def ask() -> None:
        gate.wait()
        seen.extend(map(id, lite.boards.table("small", Query()).rows))

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(set(seen)) == 20


def test_the_longest_waiting_makes_room() -> None:
    pytest.importorskip("uvicorn")
    from plimsoll.leaderboard.connections import Doors, Guarded

    class Held(Guarded):
        def __init__(self) -> None:
            self.dropped = False

        def drop(self) -> None:
            self.dropped = True
            doors.leave(self)

    doors = Doors(2)
    first, second, third = Held(), Held(), Held()
    doors.enter(first)
    doors.enter(second)
    doors.ask(first)
    doors.enter(third)
    assert [each.dropped for each in (first, second, third)] == [False, True, False]
