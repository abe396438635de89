"""Attacks over HTTP; the server is a real one on a loopback port."""

import asyncio
import http.client
import json
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

import pytest

from plimsoll.leaderboard.administration import HOST
from plimsoll.leaderboard.errors import BoardError
from plimsoll.leaderboard.limits import Failures, client_address, networks
from plimsoll.leaderboard.nouns import Query
from plimsoll.leaderboard.service import Service
from plimsoll.leaderboard.sessions import Sessions
from plimsoll.leaderboard.upload import PREDICTIONS_LIMIT, RUN_LIMIT
from tests.support.boards import META, N, Team, add_team, right, served, upload

HOSTILE = (
    "'; DROP TABLE submission; --",
    '" OR 1=1 --',
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{7*7}}${7*7}%{7*7}",
    "../../etc/passwd",
    "\u202egnp.exe",
    "a" * 5000,
    "\x00",
    "\r\nSet-Cookie: a=b",
    "名字",
)


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@pytest.fixture
def where(lite: Service) -> Iterator[str]:
    with served(lite) as address:
        yield address


def ask(
    where: str,
    method: str,
    path: str,
    body: bytes | None = None,
    *,
    token: str = "",
    headers: Mapping[str, str] | None = None,
) -> Answer:
    connection = http.client.HTTPConnection(urlsplit(where).netloc, timeout=20)
    sent = dict(headers or {})
    if token:
        sent["Authorization"] = f"Bearer {token}"
    try:
        connection.request(method, path, body, sent)
        response = connection.getresponse()
        return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
    finally:
        connection.close()


def submit(where: str, token: str, content: object, key: str = "", **said: str) -> Answer:
    query = urlencode({"model": "m", **said})
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    headers = {"Idempotency-Key": key} if key else {}
    path = f"/api/v1/boards/small/submissions?{query}"
    return ask(where, "POST", path, body, token=token, headers=headers)


def test_a_submission_goes_in_comes_out_and_is_taken_back(where: str, team: Team, lite: Service) -> None:
    made = submit(where, team.token, right(), key="k", model="模型", size="7B", link="https://example.org/m")
    assert made.status == 201, made.body
    again = submit(where, team.token, right(), key="k", model="模型")
    assert (again.status, again.json["repeated"]) == (200, True)
    lite.admin.publish(HOST, made.json["id"])
    (row,) = ask(where, "GET", "/api/v1/boards/small/rows").json["rows"]
    assert (row["meta"]["model"], row["meta"]["link"]) == ("模型", "https://example.org/m")
    (by_model,) = ask(where, "GET", f"/api/v1/models/{quote('模型')}").json
    assert by_model == row
    gone = ask(where, "DELETE", f"/api/v1/submissions/{made.json['id']}", token=team.token)
    assert (gone.status, gone.json["state"]) == (200, "withdrawn")
    assert ask(where, "GET", "/api/v1/boards/small/rows").json["rows"] == []


def guess(where: str, forwarded: str) -> Answer:
    headers = {"X-Forwarded-For": forwarded}
    return ask(where, "GET", "/api/v1/submissions", token="plm_guess", headers=headers)


def test_every_fault_of_a_file_has_its_message(where: str, team: Team) -> None:
    body = json.dumps({**right(), "zz": 1, "q1": 9, "q2": "A"})[:-1] + ', "q3": 1}'
    refused = submit(where, team.token, body.encode())
    assert refused.status == 422
    assert [fault["code"] for fault in refused.json["faults"]] == [
        "unknown_ids",
        "wrong_type",
        "beyond_options",
        "duplicate_ids",
    ]


@pytest.mark.parametrize("path", ["/", "/api/v1/boards", "/api/openapi.json", "/nowhere", "/api/v1/nowhere"])
def test_every_answer_bears_the_security_headers(where: str, path: str) -> None:
    """Attack: a script in a page, a frame around it, a guess at the type of a download."""
    answer = ask(where, "GET", path)
    policy = answer.headers["content-security-policy"]
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert "server" not in answer.headers


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_in_any_field_breaks_nothing(
    where: str, team: Team, lite: Service, hostile: str
) -> None:
    """Attack: SQL, script, control characters and paths in every field that is taken."""
    quoted = quote(hostile, safe="")
    answers = [
        *(submit(where, team.token, right(), **{name: hostile})
          for name in ("model", "size", "link", "released", "setting", "how", "note", "missing")),
        ask(where, "GET", f"/api/v1/boards/{quoted}"),
        ask(where, "GET", f"/api/v1/boards/{quoted}/rows"),
        *(ask(where, "GET", f"/api/v1/boards/small/rows?{name}={quoted}")
          for name in ("sort", "search", "setting", "team", "how", "standing", "offset", "limit", "reading")),
        ask(where, "GET", f"/api/v1/boards/small/comparison?ids={quoted},{quoted}"),
        ask(where, "GET", f"/api/v1/models/{quoted}"),
        ask(where, "GET", f"/api/v1/submissions/{quoted}", token=team.token),
        ask(where, "DELETE", f"/api/v1/submissions/{quoted}", token=team.token),
        ask(where, "PUT", f"/api/v1/submissions/{quoted}?model=m", b"{}", token=team.token),
        ask(where, "POST", f"/api/v1/boards/{quoted}/submissions?model=m", b"{}", token=team.token),
        ask(where, "POST", f"/api/v1/submissions/{quoted}/publication", b"{}", token=team.token),
    ]  # fmt: skip
    assert {answer.status for answer in answers} <= {200, 201, 400, 403, 404, 422, 429}
    assert all("set-cookie" not in answer.headers for answer in answers)
    assert [board.slug for board in lite.boards.all()] == ["small"]
    for name in (hostile, f" {hostile} "):
        with suppress(BoardError):
            lite.admin.add_team(HOST, name)
    assert lite.boards.table("small", Query(search=hostile[:120])).total == 0


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", "//evil.example", 'https://a"onx=']
)
def test_a_link_is_http_or_refused(where: str, team: Team, link: str) -> None:
    """Attack: a link on the board that runs a script when it is followed."""
    assert submit(where, team.token, right(), link=link).status == 400


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic YTpi",
        "Bearer plm_0_0",
        "Bearer " + "x" * 5000,
        "Bearer plm_" + "0" * 12 + "_" + "A" * 43,
    ],
)
def test_without_a_valid_token_nothing_is_taken(where: str, header: str) -> None:
    """Attack: guessed tokens; what is said does not tell whether the prefix exists."""
    for method, path in (
        ("POST", "/api/v1/boards/small/submissions?model=m"),
        ("POST", "/api/v1/boards/small/checks"),
        ("GET", "/api/v1/submissions"),
        ("GET", "/api/v1/pending"),
        ("POST", "/api/v1/boards/small/closing"),
    ):
        answer = ask(where, method, path, b"{}", headers={"Authorization": header} if header else {})
        assert answer.status in (401, 429)


def test_a_known_prefix_with_a_wrong_secret_is_refused_alike(where: str, team: Team) -> None:
    known = f"plm_{team.token.split('_')[1]}_{'A' * 43}"
    unknown = f"plm_{'0' * 12}_{'A' * 43}"
    said = {ask(where, "GET", "/api/v1/submissions", token=token).body for token in (known, unknown)}
    assert len(said) == 1


def test_guessing_tokens_is_slowed_down_by_address(where: str, team: Team) -> None:
    for _ in range(20):
        assert ask(where, "GET", "/api/v1/submissions", token="plm_guess").status == 401
    slowed = ask(where, "GET", "/api/v1/submissions", token="plm_guess")
    assert slowed.status == 429
    assert int(slowed.headers["retry-after"]) > 0


def test_a_forged_forwarded_header_does_not_make_a_new_address(where: str) -> None:
    """Attack: a new X-Forwarded-For with every guess."""
    for number in range(20):
        headers = {"X-Forwarded-For": f"10.0.0.{number}"}
        ask(where, "GET", "/api/v1/submissions", token="plm_guess", headers=headers)
    answer = ask(where, "GET", "/api/v1/submissions", token="plm_g", headers={"X-Forwarded-For": "10.9.9.9"})
    assert answer.status == 429


def test_behind_a_trusted_proxy_each_client_has_its_own_limit(lite: Service) -> None:
    with served(lite, trusted=["127.0.0.1"]) as where:
        for _ in range(21):
            last = ask(
                where, "GET", "/api/v1/submissions", token="x", headers={"X-Forwarded-For": "10.0.0.1"}
            )
        other = ask(where, "GET", "/api/v1/submissions", token="x", headers={"X-Forwarded-For": "10.0.0.2"})
    assert (last.status, other.status) == (429, 401)


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "expected"),
    [
        ("203.0.113.9", ["10.0.0.1"], [], "203.0.113.9"),
        ("127.0.0.1", ["198.51.100.7"], ["127.0.0.1"], "198.51.100.7"),
        ("127.0.0.1", ["1.1.1.1, 198.51.100.7"], ["127.0.0.1"], "198.51.100.7"),
        ("127.0.0.1", ["1.1.1.1", "198.51.100.7, 10.0.0.3"], ["127.0.0.1", "10.0.0.0/8"], "198.51.100.7"),
        ("127.0.0.1", ["garbage"], ["127.0.0.1"], "127.0.0.1"),
        ("::ffff:127.0.0.1", ["2001:db8::1"], ["127.0.0.1"], "2001:db8::1"),
        ("", ["1.1.1.1"], ["127.0.0.1"], "unknown"),
    ],
)
def test_only_what_trusted_proxies_add_is_believed(
    peer: str, forwarded: list[str], trusted: list[str], expected: str
) -> None:
    assert client_address(peer, forwarded, networks(trusted)) == expected


def test_failures_are_forgotten_after_a_while_and_memory_is_bounded() -> None:
    now = 0.0
    failures = Failures(most=3, seconds=60, clock=lambda: now)
    for _ in range(3):
        failures.note("a")
    with pytest.raises(Exception, match="too many"):
        failures.refuse_if_many("a")
    now = 61.0
    failures.refuse_if_many("a")
    for number in range(20_000):
        failures.note(str(number))
    assert len(failures._by_address) <= 10_000


def test_two_hundred_megabytes_are_refused_before_they_are_read(where: str, team: Team) -> None:
    """Attack: a body that is announced, or streamed, far beyond the limit."""
    host, _, port = urlsplit(where).netloc.partition(":")
    head = "POST /api/v1/boards/small/submissions?model=m HTTP/1.1\r\n"
    head += f"Host: {host}\r\nAuthorization: Bearer {team.token}\r\n"
    with socket.create_connection((host, int(port)), timeout=20) as announced:
        announced.sendall(f"{head}Content-Length: {200 * 2**20}\r\n\r\n".encode())
        assert b" 413 " in announced.recv(200)
    with socket.create_connection((host, int(port)), timeout=60) as streamed:
        streamed.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
        chunk = b"100000\r\n" + b"[" * 2**20 + b"\r\n"
        sent = 0
        try:
            while sent < 200 * 2**20:
                streamed.sendall(chunk)
                sent += 2**20
        except OSError:
            pass
        assert sent <= RUN_LIMIT + 64 * 2**20
    too_large = submit(where, team.token, b'{"q0": 1}' + b" " * PREDICTIONS_LIMIT)
    assert too_large.status == 413
    assert ask(where, "GET", "/healthz").status == 200


@pytest.mark.parametrize(
    "body", [b'{"holdout": ' + b"9" * 400 + b"}", b"[" * 4000, b'{"holdout": NaN}', b"\xff"]
)
def test_a_bad_body_of_the_host_is_refused(where: str, lite: Service, body: bytes) -> None:
    token = lite.admin.issue(HOST, None).token
    assert ask(where, "POST", "/api/v1/boards/small/closing", body, token=token).status == 400


def test_the_api_reads_no_cookie(where: str, lite: Service, team: Team) -> None:
    """Attack (CSRF): another site makes a signed-in browser send a request to the API."""
    sessions = Sessions(lite.accounts.books)
    cookie = sessions.cookie(sessions.begin(team.who.token))
    answer = ask(where, "GET", "/api/v1/submissions", headers={"Cookie": f"plimsoll_board={cookie}"})
    assert answer.status == 401


def test_a_session_is_signed_ends_and_dies_with_its_token(lite: Service, team: Team) -> None:
    """Attack: a cookie that is made up, altered, kept too long, or kept after the token's end."""
    now = time.time()
    sessions = Sessions(lite.accounts.books, lambda: now)
    session = sessions.begin(team.who.token)
    cookie = sessions.cookie(session)
    assert sessions.read(cookie) == session
    id, token, end, signature = cookie.split(".")
    altered = [f"{id}.{token}1.{end}.{signature}", f"{id}.{token}.{end}0.{signature}"]
    for forged in ("", "...", "a.b.c.d", *altered, cookie[:-1], cookie + "0", "é" * 20, "x" * 100_000):
        assert sessions.read(forged) is None
    now += 13 * 3600
    assert sessions.read(cookie) is None
    other = sessions.begin(team.who.token)
    assert not sessions.is_form_token(other, sessions.form_token(session))
    assert not sessions.is_form_token(other, "")
    assert not sessions.is_form_token(other, "é")


def test_an_error_inside_says_nothing_of_what_it_met(lite: Service, team: Team, caplog: Any) -> None:
    """Attack: make the server fail, and read answers out of the error or the log."""
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    def broken(request: Request) -> Response:
        raise RuntimeError("the answer to q3 is 2")

    class Broken:
        def routes(self) -> list[Route]:
            return [Route("/broken", broken)]

        def problem(self, request: Request, status: int, message: str) -> Response:
            return Response(message, status)

    with served(lite, pages=Broken()) as where:
        answer = ask(where, "GET", "/broken")
    assert answer.status == 500
    assert b"q3" not in answer.body
    assert "q3" not in caplog.text
    assert "RuntimeError at" in caplog.text
    assert answer.headers["content-security-policy"]


def test_no_log_line_holds_an_answer_or_a_token(where: str, lite: Service, team: Team, caplog: Any) -> None:
    with caplog.at_level("DEBUG"):
        submit(where, team.token, right())
        submit(where, team.token, {"q0": 1})
    entries = str(lite.admin.log(HOST))
    for text in (caplog.text, entries):
        assert team.token.split("_", 2)[2] not in text
        assert '"q0"' not in text


def test_many_at_once_are_stored_exactly_once_each(service: Service) -> None:
    """60 clients, each sending the same submission three times at once."""
    teams = [add_team(service, f"Team {number}") for number in range(20)]
    with served(service) as where:
        statuses = asyncio.run(_flood(where, [team.token for team in teams]))
    assert set(statuses) <= {200, 201}
    for team in teams:
        mine = service.submitting.mine(team.who)
        assert len(mine) == 3
        assert {len(each.versions) for each in mine} == {1}


async def _flood(where: str, tokens: list[str]) -> list[int]:
    import aiohttp

    body = json.dumps(right()).encode()
    async with aiohttp.ClientSession() as session:

        async def send(token: str, key: str) -> int:
            headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
            url = f"{where}/api/v1/boards/small/submissions?model=m"
            async with session.post(url, data=body, headers=headers) as response:
                return response.status

        sent = (send(token, str(key)) for token in tokens for key in (1, 2, 3) for _ in range(3))
        return list(await asyncio.gather(*sent))


def test_a_team_may_not_touch_another_s_submission_over_http(where: str, lite: Service, team: Team) -> None:
    id = lite.submitting.submit(team.who, "small", META, upload(right())).id
    other = add_team(lite, "Team B").token
    path = f"/api/v1/submissions/{id}"
    assert ask(where, "GET", path, token=other).status == 404
    assert ask(where, "DELETE", path, token=other).status == 404
    assert ask(where, "PUT", f"{path}?model=m", json.dumps(right()).encode(), token=other).status == 404
    assert ask(where, "POST", f"{path}/publication", token=other).status == 403
    assert ask(where, "GET", path, token=team.token).status == 200


def test_the_board_page_and_its_parts_are_found(where: str) -> None:
    assert ask(where, "GET", "/api/v1/boards/small").json["n"] == N
    assert ask(where, "POST", "/api/v1/boards").status == 405
    assert ask(where, "GET", "/api/v1/boards/none").status == 404
