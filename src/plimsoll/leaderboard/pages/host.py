"""The host's pages: what is pending, boards and rounds, teams and tokens, the audit log."""

import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from plimsoll.core import PlimsollError, files
from plimsoll.leaderboard import opening, web
from plimsoll.leaderboard.errors import BoardError, Forbidden, Unauthorized
from plimsoll.leaderboard.nouns import Entry, Who
from plimsoll.leaderboard.pages import frame
from plimsoll.leaderboard.pages.teams import latest, score_in
from plimsoll.pages.serving import Speech, heard

Deed = Callable[[Request, web.Form, Who], Response | None]
COUNTED = re.compile(r"(version|round) (\d+)")
"""How the details of what happened to a submission or a round begin."""


async def pending(request: Request) -> Response:
    """What waits to be published."""
    deeds: dict[str, Deed] = {"publish": _publish, "withdraw": _withdraw}
    return await _desk(request, _pending, deeds)


async def boards(request: Request) -> Response:
    """Boards, their settings and rounds."""
    deeds: dict[str, Deed] = {"change": _change, "close": _close, "add": _add_board}
    return await _desk(request, _boards, deeds)


async def teams(request: Request) -> Response:
    """Teams and tokens."""
    deeds: dict[str, Deed] = {"team": _add_team, "token": _issue, "revoke": _revoke}
    return await _desk(request, _teams, deeds)


def log(request: Request) -> Response:
    """The audit log."""
    asker, who = frame.signed_in(request)
    speech = Speech(frame.ROOM, heard(request))
    entries = [_said(speech, each) for each in web.counter(request).service.admin.log(who)]
    return frame.page(request, "log.html", entries=entries, asker=asker)


def _said(speech: Speech, entry: Entry) -> Entry:
    """A line of the log in the reader's language; names and reasons stay as people wrote them."""
    who = speech.say("log.team", entry.who[5:]) if entry.who.startswith("team ") else entry.who
    counted = COUNTED.match(entry.detail) if entry.action in ("publish", "submit", "close") else None
    number = speech.say(f"log.{counted[1]}", counted[2]) if counted else ""
    detail = speech.named("log", entry.detail) if entry.action == "issue token" else entry.detail
    return replace(
        entry,
        who=speech.named("log", who),
        action=speech.named("log", entry.action),
        detail=number + detail[counted.end() if counted else 0 :],
    )


async def _desk(request: Request, shown: Callable[..., Response], deeds: dict[str, Deed]) -> Response:
    """Show a page of the desk, or do what its form asks and show it anew."""
    if request.method == "GET":
        return await web.in_thread(_look, request, shown)
    sent = await web.form_with_file(request)
    return await web.in_thread(_do, request, sent, shown, deeds)


def _look(request: Request, shown: Callable[..., Response]) -> Response:
    asker, who = frame.signed_in(request)
    return shown(request, who, asker=asker)


def _do(request: Request, sent: web.Form, shown: Callable[..., Response], deeds: dict[str, Deed]) -> Response:
    who = sent.visitor.who
    if who is None:
        raise Unauthorized("")
    if not who.is_host:
        raise Forbidden("only the host may do this")
    deed = deeds.get(sent.fields.get("action", ""))
    if deed is None:
        raise BoardError("this form asks for nothing that is known")
    try:
        done = deed(request, sent, who)
    except PlimsollError as error:
        status = error.status if isinstance(error, BoardError) else 422
        return shown(request, who, asker=sent.visitor, refusal=str(error), status=status)
    return done or RedirectResponse(request.url.path, 303)


def _pending(request: Request, who: Who, *, refusal: str = "", status: int = 200, **more: Any) -> Response:
    service = web.counter(request).service
    found = service.admin.pending(who)
    return frame.page(
        request,
        "desk.html",
        status,
        pending=found,
        boards={board.slug: board for board in service.boards.all()},
        latest=latest,
        score_in=score_in,
        refusal=refusal,
        **more,
    )


def _boards(request: Request, who: Who, *, refusal: str = "", status: int = 200, **more: Any) -> Response:
    service = web.counter(request).service
    service.admin.teams(who)  # refuses whoever is not the host
    found = service.boards.all()
    return frame.page(request, "desk_boards.html", status, boards=found, refusal=refusal, **more)


def _teams(request: Request, who: Who, *, refusal: str = "", status: int = 200, **more: Any) -> Response:
    admin = web.counter(request).service.admin
    given: dict[str, Any] = {"made": None, **more}
    return frame.page(
        request,
        "desk_teams.html",
        status,
        teams=admin.teams(who),
        tokens=admin.tokens(who),
        refusal=refusal,
        **given,
    )


def _publish(request: Request, sent: web.Form, who: Who) -> None:
    web.counter(request).service.admin.publish(who, sent.fields.get("submission", ""))


def _withdraw(request: Request, sent: web.Form, who: Who) -> None:
    admin = web.counter(request).service.admin
    admin.withdraw(who, sent.fields.get("submission", ""), sent.fields.get("reason", "")[:200])


def _change(request: Request, sent: web.Form, who: Who) -> None:
    fields = sent.fields
    web.counter(request).service.admin.change(
        who,
        fields.get("board", ""),
        title=fields.get("title", "").strip(),
        about=fields.get("about", "").strip(),
        at_once=fields.get("at_once") == "yes",
        daily=_number(fields.get("daily", "")),
        grain=_number(fields.get("grain", "")),
    )


def _close(request: Request, sent: web.Form, who: Who) -> None:
    if sent.fields.get("sure") != "yes":
        raise BoardError("tick the box: closing a round shows its held-out scores for good")
    slug = sent.fields.get("board", "")
    share = _number(sent.fields.get("holdout", "")) / 100
    web.counter(request).service.admin.close_round(who, slug, share)


def _add_board(request: Request, sent: web.Form, who: Who) -> None:
    fields = frame.first(sent.fields, "slug", "benchmark", "title", "about")
    made = opening.new_board(
        fields["slug"],
        fields["benchmark"],
        title=fields["title"],
        about=fields["about"],
        at_once=sent.fields.get("at_once") == "yes",
        holdout=_number(sent.fields.get("holdout", "") or "0") / 100,
    )
    with tempfile.TemporaryDirectory() as folder:
        path = None
        if sent.upload is not None:
            path = Path(folder) / "answers.json"
            with sent.upload.file as file:
                files.write(path, [file.read()])
        key = opening.key_for(fields["benchmark"], path)
    published = opening.published_of(fields["benchmark"])
    web.counter(request).service.admin.add_board(who, made, key, published)


def _add_team(request: Request, sent: web.Form, who: Who) -> None:
    web.counter(request).service.admin.add_team(who, sent.fields.get("name", ""))


def _issue(request: Request, sent: web.Form, who: Who) -> Response:
    """The new token is shown in the answer itself: it is never shown again."""
    given = sent.fields.get("team", "")
    team = None if given == "host" else _number(given)
    days, label = _number(sent.fields.get("days", "") or "365"), sent.fields.get("label", "")[:120]
    made = web.counter(request).service.admin.issue(who, team, days=days, label=label)
    return _teams(request, who, asker=sent.visitor, made=made)


def _revoke(request: Request, sent: web.Form, who: Who) -> None:
    web.counter(request).service.admin.revoke(who, sent.fields.get("prefix", ""))


def _number(text: str) -> int:
    text = text.strip()
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise BoardError("a whole number is missing, or is none")
    return int(text)
