"""Requests of browsers -> who asks and what the form holds, with forged forms refused.

What pages use (`pages/__init__.py` defines `routes() -> list[BaseRoute]`, mounted at `/`, and
`problem(request, status, message) -> Response` for errors):

    counter(request).service            the `Service`; its methods block: endpoints that are plain `def`
                                        run in a thread, `async def` ones call `await in_thread(...)`
    visitor(request)                    who is signed in (or nobody) and the form token of this browser;
                                        it asks the database, so call it from a thread too
    await form(request)                 a POST's fields; raises `Forbidden` unless the hidden field
                                        `form_token` holds `visitor(request).form_token`
    await form_with_file(request)       the same with an upload, for who is signed in
    sign_in(request, response, token)   set the session's cookie for a token; raises `Unauthorized`
    keep(visitor, request, response)    set the cookie of a new browser: for every page with a form
    sign_out(request, response)         drop it

Cookies are HttpOnly and SameSite=Strict; the API reads none of them. Every response gets the security
headers of `shield.py`: no inline script, no inline style, no foreign origin.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple, ParamSpec, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import Response

from plimsoll.leaderboard.errors import BoardError, Forbidden, TooLarge, Unauthorized
from plimsoll.leaderboard.limits import Failures, Network, Uploads, client_address
from plimsoll.leaderboard.nouns import Who
from plimsoll.leaderboard.service import Service
from plimsoll.leaderboard.sessions import LASTS, Session, Sessions
from plimsoll.leaderboard.shield import OPEN_FILES
from plimsoll.leaderboard.upload import RUN_LIMIT, Upload, of_file

COOKIE = "plimsoll_board"
FORM_TOKEN = "form_token"
_FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
_FORM_ROOM = 2**16
"""Bytes of a form without its file."""
CHECKED_AT_A_TIME = 2
P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Counter:
    """What an app's requests share."""

    service: Service
    sessions: Sessions
    trusted: tuple[Network, ...] = ()
    """Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed."""
    failures: Failures = field(default_factory=Failures)
    uploads: Uploads = field(default_factory=Uploads)
    checking: asyncio.Semaphore = field(default_factory=partial(asyncio.Semaphore, CHECKED_AT_A_TIME))
    """Submissions that are read and judged at a time: each costs memory, and the others can wait."""


class Visitor(NamedTuple):
    """A browser and, where someone is signed in, who it is."""

    who: Who | None
    session: Session
    form_token: str
    is_new: bool


class Form(NamedTuple):
    """The fields of a form, the visitor who sent it, and its file where it has one."""

    fields: Mapping[str, str]
    visitor: Visitor
    upload: Upload | None = None


def counter(request: Request) -> Counter:
    """What this app's requests share."""
    return request.app.state.counter


async def judged(request: Request, function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """Run what reads a whole submission in a thread, a few at a time."""
    async with counter(request).checking:
        return await run_in_threadpool(function, *arguments, **named)


async def in_thread(function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """Run what blocks in a thread."""
    return await run_in_threadpool(function, *arguments, **named)


def address(request: Request) -> str:
    """Where a request comes from."""
    peer = request.client.host if request.client else ""
    return client_address(peer, request.headers.getlist("x-forwarded-for"), counter(request).trusted)


def owner(request: Request, token: str) -> Who:
    """The owner of a token; guessing is slowed down by address."""
    shared, where = counter(request), address(request)
    try:
        return shared.service.accounts.who(token)
    except Unauthorized:
        # A good token is good whatever others at the same address did.
        shared.failures.refuse_if_many(where)
        shared.failures.note(where)
        raise


def visitor(request: Request) -> Visitor:
    """The browser, and who is signed in."""
    sessions = counter(request).sessions
    session = sessions.read(request.cookies.get(COOKIE, ""))
    if session is None:
        session = sessions.begin()
        return Visitor(None, session, sessions.form_token(session), is_new=True)
    who = _still(request, session)
    return Visitor(who, session, sessions.form_token(session), is_new=False)


async def form(request: Request) -> Form:
    """A POST's fields. Raises `Forbidden` for a form that this browser was not given."""
    return await _form(request, 0)


async def form_with_file(request: Request) -> Form:
    """A POST's fields and upload, of somebody who is signed in: nobody else's file is even read."""
    asker = await in_thread(visitor, request)
    if asker.who is None:
        raise Unauthorized("sign in first")
    async with counter(request).uploads.slot(asker.who.token):
        return await _form(request, RUN_LIMIT)


async def _form(request: Request, limit: int) -> Form:
    refuse_foreign(request)
    said = request.headers.get("content-length", "")
    if not said.isdecimal() or len(said) > 15 or int(said) > limit + _FORM_ROOM:
        raise TooLarge(f"a form has at most {limit + _FORM_ROOM:,} bytes, and says how many")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in _FORM_TYPES:
        raise BoardError("this is no form")
    try:
        read = await request.form(max_files=1 if limit else 0, max_fields=40, max_part_size=_FORM_ROOM)
    except MultiPartException as error:
        raise BoardError(f"the form cannot be read: {error.message}") from None
    files = [value for value in read.values() if isinstance(value, UploadFile)]
    request.scope.setdefault(OPEN_FILES, []).extend(sent.file for sent in files)
    fields = {name: value for name, value in read.items() if isinstance(value, str)}
    asker = await in_thread(visitor, request)
    if not counter(request).sessions.is_form_token(asker.session, fields.pop(FORM_TOKEN, "")):
        raise Forbidden("this form is out of date: load the page again")
    full = [sent.file for sent in files if sent.size]
    return Form(fields, asker, await in_thread(of_file, full[0]) if full else None)


def refuse_foreign(request: Request) -> None:
    """Raise `Forbidden` for a form that another site sent."""
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin", "")
    host = request.headers.get("host", "")
    if site not in ("same-origin", "none") or (origin and origin.partition("://")[2] != host):
        raise Forbidden("this form was sent by another site")


def sign_in(request: Request, response: Response, token: str) -> Who:
    """Set the session's cookie for a token. Raises `Unauthorized`, `TooMany`."""
    who = owner(request, token.strip())
    _set_cookie(request, response, counter(request).sessions.begin(who.token))
    return who


def keep(asker: Visitor, request: Request, response: Response) -> None:
    """Set the cookie of a new browser, so that its next form can be told from a forged one."""
    if asker.is_new:
        _set_cookie(request, response, asker.session)


def sign_out(request: Request, response: Response) -> None:
    """Forget who was signed in."""
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict", secure=is_https(request))


def is_https(request: Request) -> bool:
    """Whether the browser's side of the connection is encrypted."""
    peer = request.client.host if request.client else ""
    behind = client_address(peer, ["192.0.2.1"], counter(request).trusted) == "192.0.2.1"
    said = request.headers.get("x-forwarded-proto", "") if behind else ""
    return (said or request.url.scheme) == "https"


def _still(request: Request, session: Session) -> Who | None:
    if not session.token:
        return None
    try:
        return counter(request).service.accounts.still(session.token)
    except Unauthorized:
        return None


def _set_cookie(request: Request, response: Response, session: Session) -> None:
    response.set_cookie(
        COOKIE,
        counter(request).sessions.cookie(session),
        max_age=LASTS,
        path="/",
        httponly=True,
        samesite="strict",
        secure=is_https(request),
    )
