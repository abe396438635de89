"""Attacks on forms: each is sent to a page of our own making that takes forms as the real ones do."""

import http.client
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

import pytest
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from plimsoll.leaderboard import web
from plimsoll.leaderboard.administration import HOST
from plimsoll.leaderboard.service import Service
from tests.support.boards import Team, served


class Pages:
    """A page with a form, a sign-in, and what becomes of the form."""

    def __init__(self) -> None:
        self.taken: list[Mapping[str, str]] = []
        self.files: list[bytes] = []

    def routes(self) -> list[Route]:
        return [
            Route("/", self.page),
            Route("/in", self.sign_in, methods=["POST"]),
            Route("/take", self.take, methods=["POST"]),
            Route("/file", self.file, methods=["POST"]),
        ]

    def page(self, request: Request) -> Response:
        asker = web.visitor(request)
        name = asker.who.name if asker.who else "nobody"
        response = HTMLResponse(f"<p>{name}</p><input name=form_token value={asker.form_token}>")
        web.keep(asker, request, response)
        return response

    async def sign_in(self, request: Request) -> Response:
        given = await web.form(request)
        response = PlainTextResponse("in")
        await web.in_thread(web.sign_in, request, response, given.fields["token"])
        return response

    async def take(self, request: Request) -> Response:
        given = await web.form(request)
        self.taken.append(given.fields)
        return PlainTextResponse(given.visitor.who.name if given.visitor.who else "nobody")

    async def file(self, request: Request) -> Response:
        given = await web.form_with_file(request)
        assert given.upload is not None
        self.files.append(given.upload.file.read())
        return PlainTextResponse(given.visitor.who.name if given.visitor.who else "nobody")

    def problem(self, request: Request, status: int, message: str) -> Response:
        return PlainTextResponse(message, status)


class Said(NamedTuple):
    status: int
    text: str
    cookie: str
    raw_cookie: str


class Browser:
    """Keeps its cookie, as browsers do."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.cookie = ""

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Said:
        connection = http.client.HTTPConnection(urlsplit(self.where).netloc, timeout=10)
        sent = {"Cookie": self.cookie, **(headers or {})} if self.cookie else dict(headers or {})
        try:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            raw = response.getheader("set-cookie", "")
            if raw:
                self.cookie = raw.partition(";")[0]
            return Said(response.status, response.read().decode(), self.cookie, raw)
        finally:
            connection.close()

    def form_token(self) -> str:
        found = re.search(r"value=(\w+)", self.ask("GET", "/").text)
        assert found
        return found[1]

    def post(self, path: str, headers: Mapping[str, str] | None = None, **fields: str) -> Said:
        plain = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
        return self.ask("POST", path, urlencode(fields).encode(), plain)


@pytest.fixture
def pages() -> Pages:
    return Pages()


@pytest.fixture
def where(lite: Service, pages: Pages) -> Iterator[str]:
    with served(lite, pages=pages, trusted=["127.0.0.1"]) as address:
        yield address


@pytest.fixture
def browser(where: str, team: Team) -> Browser:
    """A browser in which the team is signed in."""
    made = Browser(where)
    assert made.post("/in", form_token=made.form_token(), token=team.token).text == "in"
    return made


def test_a_signed_in_browser_s_own_form_is_taken(browser: Browser, pages: Pages) -> None:
    assert browser.post("/take", form_token=browser.form_token(), note="hello").text == "Team A"
    assert pages.taken == [{"note": "hello"}]


def test_a_form_without_its_token_is_refused(browser: Browser, pages: Pages) -> None:
    """Attack (CSRF): a page elsewhere posts a form; the browser adds the cookie by itself."""
    assert browser.post("/take", note="forged").status == 403
    assert browser.post("/take", form_token="0" * 64, note="forged").status == 403
    assert browser.post("/take", form_token="é", note="forged").status == 403
    assert pages.taken == []


def test_a_form_token_of_another_browser_is_refused(browser: Browser, where: str, pages: Pages) -> None:
    """Attack (CSRF): the attacker fetches a form token of their own and puts it into the forged form."""
    theirs = Browser(where).form_token()
    assert browser.post("/take", form_token=theirs).status == 403
    assert pages.taken == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_from_another_site_is_refused_even_with_its_token(
    browser: Browser, pages: Pages, headers: Mapping[str, str]
) -> None:
    assert browser.post("/take", headers, form_token=browser.form_token()).status == 403
    assert pages.taken == []


def test_signing_in_is_protected_too(where: str, team: Team) -> None:
    """Attack: sign the victim in as somebody else, and read what they hand in."""
    assert Browser(where).post("/in", token=team.token).status == 403


def test_signing_in_changes_the_session(where: str, team: Team) -> None:
    """Attack: give the victim a known session before they sign in."""
    browser = Browser(where)
    before = browser.form_token()
    old = browser.cookie
    browser.post("/in", form_token=before, token=team.token)
    assert browser.cookie != old
    assert browser.form_token() != before


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(where: str, team: Team) -> None:
    browser = Browser(where)
    raw = browser.ask("GET", "/").raw_cookie.lower()
    assert "httponly" in raw
    assert "samesite=strict" in raw
    assert "secure" not in raw
    behind = {"X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "https"}
    assert "secure" in Browser(where).ask("GET", "/", headers=behind).raw_cookie.lower()


def test_a_revoked_token_ends_its_sessions(browser: Browser, lite: Service, team: Team) -> None:
    assert "Team A" in browser.ask("GET", "/").text
    lite.admin.revoke(HOST, team.token.split("_")[1])
    assert "nobody" in browser.ask("GET", "/").text


def test_a_file_comes_with_a_form_and_its_name_is_never_used(browser: Browser, pages: Pages) -> None:
    """Attack: a file name that is a path."""
    body = multipart({"form_token": browser.form_token()}, "../../../etc/cron.d/x", b'{"q0": 1}')
    said = browser.ask("POST", "/file", body, {"Content-Type": "multipart/form-data; boundary=x"})
    assert said.text == "Team A"
    assert pages.files == [b'{"q0": 1}']


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{}", "application/json"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"--x--", "multipart/form-data"),
        (b"&".join(b"f%d=1" % number for number in range(1000)), "application/x-www-form-urlencoded"),
        (b"a=" + b"1" * 200_000, "application/x-www-form-urlencoded"),
    ],
)
def test_what_is_no_form_is_refused(browser: Browser, pages: Pages, body: bytes, kind: str) -> None:
    assert browser.ask("POST", "/take", body, {"Content-Type": kind}).status in (400, 403, 413)
    assert pages.taken == []


def test_a_form_that_announces_too_much_is_not_read(browser: Browser) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Content-Length": str(10**12)}
    assert browser.ask("POST", "/take", b"", headers).status == 413


def multipart(fields: Mapping[str, str], name: str, content: bytes) -> bytes:
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in fields.items()
    ]
    head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    return b"".join(parts) + head + content + b"\r\n--x--\r\n"
