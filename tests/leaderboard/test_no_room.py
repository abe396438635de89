"""The board's own disk and database give way: one sentence, nothing half-made, and the server stays up."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from sqlalchemy import Connection, event

from plimsoll.leaderboard import trouble, web
from plimsoll.leaderboard.administration import HOST
from plimsoll.leaderboard.errors import BoardError
from plimsoll.leaderboard.service import Service
from plimsoll.leaderboard.sessions import Sessions
from plimsoll.words import translated
from tests.leaderboard.test_archives import tar
from tests.leaderboard.test_http import ask, submit
from tests.support.boards import Team, add_board, opened, right, served
from tests.support.shell import PLIMSOLL, environment

resource: Any = pytest.importorskip("resource", reason="this system sets no limit to a file's size")


class Disk:
    """The room that a database has, as a number of its pages: SQLite says of a full one the same
    as of a full disk."""

    def __init__(self, service: Service) -> None:
        self.engine = service.accounts.books.database.engine
        self.settings: list[str] = []
        event.listen(self.engine, "begin", self._set)

    def _set(self, connection: Connection) -> None:
        for setting in self.settings:
            connection.exec_driver_sql(f"PRAGMA {setting}")

    def fill(self) -> None:
        with self.engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        self.settings = [f"max_page_count = {pages}"]

    def clear(self) -> None:
        self.settings = ["max_page_count = 1000000", "query_only = OFF"]


def stored(service: Service, team: Team) -> int:
    return len(service.submitting.mine(team.who))


def test_a_full_database_refuses_in_one_sentence_and_takes_the_same_again_later(
    lite: Service, team: Team
) -> None:
    lite.admin.change(HOST, "small", daily=100)
    disk = Disk(lite)
    with served(lite) as where:
        disk.fill()
        tried = [submit(where, team.token, right(wrong=n), key=f"k{n}") for n in range(20)]
        refused = tried[-1]
        before = stored(lite, team)
        assert (refused.status, refused.json["code"]) == (507, "no_room")
        assert refused.json["message"].startswith(
            "the disk of the board is full, so nothing of this was kept"
        )
        assert ask(where, "GET", "/healthz").status == 200
        assert ask(where, "GET", "/board/small").status == 200
        disk.clear()
        taken = submit(where, team.token, right(wrong=19), key="k19")
        assert (taken.status, taken.json["repeated"]) == (201, False)
        assert stored(lite, team) == before + 1


@pytest.mark.parametrize(
    ("setting", "status", "says"),
    [("max_page_count = 1", 507, "is full"), ("query_only = ON", 503, "may not be written")],
)
def test_whoever_writes_is_told_so_and_nothing_is_changed(
    lite: Service, team: Team, setting: str, status: int, says: str
) -> None:
    disk = Disk(lite)
    known = [entry.prefix for entry in lite.admin.tokens(HOST)]
    disk.settings = [setting]
    if status == 507:
        disk.fill()
    with pytest.raises(BoardError, match=says) as told:
        deque(lite.admin.add_team(HOST, f"team {number}") for number in range(400))
    assert told.value.status == status
    assert "\n" not in str(told.value)
    assert str(lite.accounts.books.database.engine.url.database) not in str(told.value)
    disk.clear()
    assert [entry.prefix for entry in lite.admin.tokens(HOST)] == known
    lite.admin.add_team(HOST, "one more")


def test_another_process_that_keeps_the_database_is_named(lite: Service) -> None:
    disk = Disk(lite)
    path = lite.accounts.books.database.engine.url.database
    assert path is not None
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    @event.listens_for(disk.engine, "connect")
    def impatient(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA busy_timeout = 10")

    disk.engine.dispose()
    with pytest.raises(BoardError, match="another process kept the board's database"):
        lite.admin.add_team(HOST, "late")
    other.close()
    lite.admin.add_team(HOST, "late")


class Running(NamedTuple):
    process: "subprocess.Popen[str]"
    address: str
    token: str

    def limit(self, most: int) -> None:
        """Let no file of the server grow beyond so many bytes; -1 lets them grow."""
        most = resource.RLIM_INFINITY if most < 0 else most
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """A server of its own process, with the board `small` and a team."""
    if not hasattr(resource, "prlimit"):
        pytest.skip("this system limits no other process")
    service = opened(tmp_path / "home")
    add_board(service, daily=20)
    token = service.admin.issue(HOST, service.admin.add_team(HOST, "Team A").id).token
    service.admin.issue(HOST, None)
    service.accounts.books.database.close()
    command = [*PLIMSOLL, "board", "serve", "--home", "home", "--port", "0"]
    pipe = subprocess.PIPE
    shown = {"cwd": tmp_path, "stdout": pipe, "stderr": pipe, "text": True, "env": environment(tmp_path)}
    with subprocess.Popen(command, **shown) as server:  # type: ignore[call-overload]
        try:
            made = Running(server, server.stdout.readline().strip().rstrip("/"), token)
            assert ask(made.address, "GET", "/healthz").status == 200
            yield made
        finally:
            server.terminate()


def test_a_server_whose_disk_fills_up_says_so_and_goes_on_when_there_is_room(running: Running) -> None:
    assert submit(running.address, running.token, right(), key="first").status == 201
    running.limit(0)
    refused = submit(running.address, running.token, right(), key="second")
    assert refused.status in (503, 507)
    assert "make room on the board's machine" in refused.json["message"]
    assert ask(running.address, "GET", "/healthz").status == 200
    assert b"2026" in ask(running.address, "GET", "/board/small").body
    again = submit(running.address, running.token, right(), key="first")
    assert (again.status, again.json["repeated"]) == (200, True)
    running.limit(-1)
    assert submit(running.address, running.token, right(), key="second").json["repeated"] is False
    running.process.terminate()
    logged = running.process.communicate(timeout=20)[1]
    assert "make room on the board's machine" in logged
    assert "Traceback" not in logged


@pytest.mark.parametrize("size", [2_000, 3_000_000])
def test_a_disk_without_room_for_what_comes_in_blames_no_file(running: Running, size: int) -> None:
    running.limit(0)
    body = (
        b"PK" + os.urandom(size)
        if size > 2**20
        else tar({"run.json": b"{}", "records.jsonl": b"{}"}).file.read()
    )
    refused = submit(running.address, running.token, body)
    assert (refused.status, refused.json["code"]) == (507, "no_room")
    assert ask(running.address, "GET", "/healthz").status == 200


def limited(most: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


@pytest.mark.parametrize("most", [0, 40, 5_000, 60_000])
def test_a_board_that_cannot_be_made_is_made_later(tmp_path: Path, most: int) -> None:
    def init(before: Any) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*PLIMSOLL, "board", "init", "--home", "home"],
            cwd=tmp_path,
            env=environment(tmp_path),
            preexec_fn=before,
            capture_output=True,
            text=True,
            check=False,
        )

    stopped = init(partial(limited, most))
    assert stopped.returncode in (1, 2)
    assert "Traceback" not in stopped.stderr
    told = [line for line in stopped.stderr.splitlines() if line.startswith("plimsoll: ")]
    assert len(told) == 1
    assert "room" in told[0]
    made = init(None)
    assert made.returncode == 0, made.stderr
    assert made.stdout.startswith("plm_")


@pytest.mark.parametrize(
    "body", [b"no database at all, but long enough to be taken for one" * 30, b"SQLite format 3\0"]
)
def test_what_is_no_database_is_named(tmp_path: Path, body: bytes) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "board.sqlite").write_bytes(body)
    said = subprocess.run(
        [sys.executable, "-m", "plimsoll", "board", "list", "--home", str(home)],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 2
    assert "Traceback" not in said.stderr
    assert said.stderr.count("\n") == 1
    assert "board.sqlite" in said.stderr
    assert (home / "board.sqlite").read_bytes() == body


def test_nothing_but_a_machine_s_trouble_is_taken_for_it(lite: Service, team: Team) -> None:
    with served(lite) as where:
        assert submit(where, team.token, b"{", key="k").status == 422
        assert json.loads(ask(where, "GET", "/api/v1/nowhere").body)["code"] == "not_found"


def chinese_page(where: str, path: str, cookie: str = "") -> tuple[int, str]:
    """A page as a browser set to Chinese is shown it."""
    asked = Request(where + path, headers={"accept-language": "zh-CN", "cookie": cookie})
    try:
        with urlopen(asked, timeout=10) as reply:
            return reply.status, reply.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


def test_what_a_database_says_is_told_in_chinese_too() -> None:
    said = (trouble.NO_ROOM, *trouble.OF_SQLITE.values(), trouble.UNREACHED)
    assert [each for each in said if translated(each, "zh") == each] == []


def test_a_page_tells_of_a_database_that_fails_in_the_language_of_who_reads(
    tmp_path: Path, lite: Service, team: Team
) -> None:
    session = Sessions(lite.accounts.books)
    cookie = f"{web.COOKIE}={session.cookie(session.begin(team.who.token))}"
    with served(lite) as where:
        assert chinese_page(where, "/mine", cookie)[0] == 200
        lite.accounts.books.database.engine.dispose()
        (tmp_path / "home" / "board.sqlite").write_bytes(
            b"no database at all, for as long as it takes " * 200
        )
        for path in ("/", "/board/small", "/mine"):
            for seen in ("", cookie):
                status, page = chinese_page(where, path, seen)
                assert status in (401, 503), page[:300]
                assert 'lang="zh-Hans"' in page
                assert "Plimsoll" in page
                assert "board.sqlite is no database" not in page
                assert status == 401 or "board.sqlite 不是数据库" in page
