"""A request and what is to be said -> a whole page, in the visitor's language, with its form token."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from plimsoll.leaderboard import web
from plimsoll.leaderboard.errors import BoardError, Unauthorized
from plimsoll.leaderboard.nouns import Category, Fault, Score, Who
from plimsoll.leaderboard.pages import drawing
from plimsoll.pages.serving import Served, Speech, draw, heard, remembered, table
from plimsoll.pages.words import Language, knows, percent
from plimsoll.pages.words import category as named_category

ROOM = "plimsoll.leaderboard.pages"
KNOWN = (400, 401, 403, 404, 405, 409, 413, 422, 429, 503, 507)


def page(request: Request, template: str, status: int = 200, **parts: Any) -> Response:
    """A page for whoever asks; call it from a thread, for it asks who that is."""
    asker = parts.pop("asker", None) or web.visitor(request)
    text = drawn(request, template, asker.who, form_token=asker.form_token, **parts)
    response = HTMLResponse(text, status, headers={"cache-control": "no-store"})
    if 'name="form_token"' in text:
        web.keep(asker, request, response)
    return remembered(request, response)


def drawn(request: Request, template: str, who: Who | None, *, form_token: str = "", **parts: Any) -> str:
    """The text of a page."""
    speech = Speech(ROOM, heard(request))
    own: dict[str, Any] = {
        "fault": partial(said_fault, speech),
        "category": partial(category_name, speech.language),
        "board_at": board_at,
        "model_at": model_at,
        "value": value,
        "picture": drawing.picture,
        "who": who,
        "form_token": form_token,
    }
    at = Served(ROOM, request.url.path, request.query_params.multi_items())
    return draw(template, speech, at, "foot.board", **own, **parts)


def problem(request: Request, status: int, message: str) -> Response:
    """The page of a refusal; where even who asks cannot be looked up, it is shown as to anybody."""
    said: dict[str, Any] = {
        "key": f"problem.{status}" if status in KNOWN else "problem.400",
        "message": message,
    }
    try:
        return page(request, "problem.html", status, **said)
    except BoardError:
        text = drawn(request, "problem.html", None, **said)
        return HTMLResponse(text, status, headers={"cache-control": "no-store"})


def signed_in(request: Request) -> tuple[web.Visitor, Who]:
    """Who asks. Raises `Unauthorized` where nobody is signed in."""
    asker = web.visitor(request)
    if asker.who is None:
        raise Unauthorized("")
    return asker, asker.who


def value(score: Score) -> str:
    """A number as it may be shown: a step that stands for several questions is said to be about."""
    return f"{'≈' if score.step > 0.001 else ''}{percent(score.value)}"


def said_fault(speech: Speech, fault: Fault) -> str:
    """A fault in the visitor's language: its own sentence, else what there is to say of its kind."""
    said, key = speech.told(fault.message), f"fault.{fault.code}"
    if speech.language == "en" or said != fault.message or key not in table(ROOM):
        return said
    named = "、".join(fault.ids)
    return speech.say(key, f"{fault.count:,}") + (f"：{named}" if named else "")


def category_name(language: Language, category: Category) -> str:
    """A category's name in the visitor's language, else as the board has it."""
    key = f"category.{category.code}"
    if language == "zh" and key in table(ROOM):
        return table(ROOM)[key]["zh"]
    own = category.name not in ("", category.code)
    if own and (language == "en" or not knows(key)):
        return category.name
    return named_category(category.code, language)


def board_at(slug: str, *more: str) -> str:
    """The address of a board, or of a page below it."""
    return "/".join(("/board", quote(slug, safe=""), *more))


def model_at(name: str) -> str:
    """The address of a model's page."""
    return "/model?" + urlencode({"name": name})


def first(fields: Mapping[str, str], *names: str) -> dict[str, str]:
    """Those fields of a form, trimmed."""
    return {name: fields.get(name, "").strip() for name in names}
