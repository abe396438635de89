"""Pages for teams: the place to submit, with its checker, receipts, a team's own submissions."""

import secrets
from typing import Any, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from plimsoll.core import decoding
from plimsoll.leaderboard import web
from plimsoll.leaderboard.errors import BoardError, Conflict, TooMany, Unauthorized, Unreadable
from plimsoll.leaderboard.nouns import Board, Fault, Meta, Submission, Who
from plimsoll.leaderboard.pages import drawing, frame

FIELDS = ("model", "size", "released", "link", "setting", "how", "note")
Missing = Literal["refuse", "wrong"]


async def submit(request: Request) -> Response:
    """The form, the checker's answer, and the receipt."""
    if request.method == "GET":
        return await web.in_thread(_empty_form, request)
    sent = await web.form_with_file(request)
    return await web.judged(request, _answered, request, sent, None)


async def update(request: Request) -> Response:
    """The same for a new version of a submission."""
    if request.method == "GET":
        return await web.in_thread(_known_form, request)
    sent = await web.form_with_file(request)
    return await web.judged(request, _answered, request, sent, request.path_params["id"])


async def withdraw(request: Request) -> Response:
    """Take a submission back."""
    sent = await web.form(request)
    id = request.path_params["id"]
    await web.in_thread(web.counter(request).service.submitting.withdraw, _team(sent), id)
    return RedirectResponse(f"/submission/{id}", 303)


def mine(request: Request) -> Response:
    """A team's submissions."""
    asker, who = frame.signed_in(request)
    service = web.counter(request).service
    found = () if who.is_host else service.submitting.mine(who)
    return frame.page(
        request, "mine.html", submissions=found, boards=service.boards.all(), latest=latest, asker=asker
    )


def submission(request: Request) -> Response:
    """A submission with its history."""
    asker, who = frame.signed_in(request)
    service = web.counter(request).service
    found = service.submitting.get(who, request.path_params["id"])
    board = service.boards.get(found.board)
    return frame.page(
        request,
        "submission.html",
        submission=found,
        board=board,
        latest=latest(found),
        score_in=score_in,
        asker=asker,
    )


def latest(found: Submission) -> Any:
    """The newest version."""
    return found.versions[-1]


def score_in(scores: Any, category: str, reading: str) -> Any:
    """One number of a version."""
    listed = scores.strict if reading == "strict" else scores.compat
    return next((score for score in listed if score.category == category), None)


def _empty_form(request: Request) -> Response:
    asker, _ = frame.signed_in(request)
    board = web.counter(request).service.boards.get(request.path_params["slug"])
    return _form(request, board, dict.fromkeys(FIELDS, "") | {"setting": "zero-shot"}, asker=asker)


def _known_form(request: Request) -> Response:
    asker, who = frame.signed_in(request)
    service = web.counter(request).service
    found = service.submitting.get(who, request.path_params["id"])
    known = msgspec.to_builtins(latest(found).meta)
    return _form(request, service.boards.get(found.board), known, of=found.id, asker=asker)


def _form(request: Request, board: Board, fields: Any, *, status: int = 200, **more: Any) -> Response:
    """The form with what was written and what is said of it."""
    parts: dict[str, Any] = {"of": "", "checked": None, "faults": (), "refusal": "", **more}
    return frame.page(
        request, "submit.html", status, board=board, fields=fields, key=secrets.token_hex(16), **parts
    )


def _answered(request: Request, sent: web.Form, of: str | None) -> Response:
    who = _team(sent)
    service = web.counter(request).service
    slug = service.submitting.get(who, of).board if of else request.path_params["slug"]
    board = service.boards.get(slug)
    fields = frame.first(sent.fields, *FIELDS) | {"missing": sent.fields.get("missing", "")}
    again: dict[str, Any] = {"of": of or "", "asker": sent.visitor}
    try:
        return _done(request, sent, board, fields, again)
    except Unreadable as error:
        faults = tuple(error.faults)
        return _form(request, board, fields, status=422, faults=faults, **again)
    except (Conflict, TooMany) as error:
        return _form(request, board, fields, status=error.status, refusal=str(error), **again)
    except BoardError as error:
        if error.status != 400:
            raise
        return _form(request, board, fields, status=422, refusal=str(error), **again)


def _done(
    request: Request, sent: web.Form, board: Board, fields: dict[str, str], again: dict[str, Any]
) -> Response:
    if sent.upload is None:
        raise Unreadable((Fault(code="no_file", message="choose a file first"),))
    who, service = _team(sent), web.counter(request).service
    missing: Missing = "wrong" if fields["missing"] == "wrong" else "refuse"
    with sent.upload.file:
        if sent.fields.get("action") != "submit":
            checked = service.submitting.check(who, board.slug, sent.upload, missing)
            return _form(request, board, fields, checked=checked, **again)
        meta, key = _meta(fields), sent.fields.get("key", "")[:64]
        if again["of"]:
            receipt = service.submitting.update(who, again["of"], meta, sent.upload, key=key, missing=missing)
        else:
            receipt = service.submitting.submit(who, board.slug, meta, sent.upload, key=key, missing=missing)
    return frame.page(
        request,
        "receipt.html",
        board=board,
        receipt=receipt,
        score_in=score_in,
        score_of=drawing.score_of,
        asker=sent.visitor,
    )


def _meta(fields: dict[str, str]) -> Meta:
    try:
        return decoding.converted({name: fields[name] for name in FIELDS}, Meta)
    except msgspec.ValidationError as error:
        raise Unreadable((Fault(code="meta", message=str(error)),)) from None


def _team(sent: web.Form) -> Who:
    if sent.visitor.who is None:
        raise Unauthorized("")
    return sent.visitor.who
