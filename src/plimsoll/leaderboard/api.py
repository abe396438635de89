"""The HTTP API: bearer tokens in, JSON out; no cookie is read here.

Each `Operation` says what it takes and gives; `openapi.py` makes the OpenAPI document out of the same
values, so the two cannot differ.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Literal, NamedTuple, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from plimsoll.core import decoding
from plimsoll.leaderboard import web
from plimsoll.leaderboard.body import read_bytes, read_upload
from plimsoll.leaderboard.errors import BoardError, NotFound, TooMany, Unauthorized, Unreadable
from plimsoll.leaderboard.nouns import (
    Board,
    Checked,
    Comparison,
    Fault,
    Meta,
    Query,
    Receipt,
    Row,
    Submission,
    Table,
    Who,
)
from plimsoll.leaderboard.service import Service
from plimsoll.leaderboard.upload import Upload

Access = Literal["anyone", "team", "host"]
Body = Literal["", "file", "closing"]
S = TypeVar("S", bound=msgspec.Struct)
VERSION = "/api/v1"
_CLOSING_LIMIT = 4096


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What was refused."""

    code: str
    message: str
    faults: tuple[Fault, ...] = ()


class Filed(Meta, frozen=True, kw_only=True):
    """What a team says of its model, and what to do about missing ids."""

    missing: Literal["refuse", "wrong"] = "refuse"
    """`wrong`: questions without a prediction count as wrong, as by the official script."""


class Checking(msgspec.Struct, frozen=True, kw_only=True):
    """What to do about missing ids."""

    missing: Literal["refuse", "wrong"] = "refuse"


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """Which rows are compared: ids of submissions, with commas between them."""

    ids: str


class Closing(msgspec.Struct, frozen=True, kw_only=True):
    """The share held out in the next round; without it, the same as before."""

    holdout: float | None = None


class Operation(NamedTuple):
    """One thing that the API does."""

    method: str
    path: str
    name: str
    summary: str
    endpoint: Callable[[Request], Awaitable[Response]]
    gives: Any
    access: Access = "anyone"
    takes: type[msgspec.Struct] | None = None
    """Query parameters."""
    body: Body = ""
    status: int = 200


class JSON(Response):
    """A noun as JSON."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Encode the noun."""
        return msgspec.json.encode(content)


async def list_boards(request: Request) -> Response:
    """Every board."""
    return JSON(await web.in_thread(_service(request).boards.all))


async def get_board(request: Request) -> Response:
    """One board."""
    return JSON(await web.in_thread(_service(request).boards.get, request.path_params["slug"]))


async def list_rows(request: Request) -> Response:
    """A board's rows."""
    query = _taken(request, Query)
    return JSON(await web.in_thread(_service(request).boards.table, request.path_params["slug"], query))


async def compare_rows(request: Request) -> Response:
    """Rows beside each other."""
    ids = tuple(_taken(request, Compared).ids.split(","))
    return JSON(await web.in_thread(_service(request).boards.compare, request.path_params["slug"], ids))


async def model_rows(request: Request) -> Response:
    """A model's rows on all boards."""
    return JSON(await web.in_thread(_service(request).boards.model, request.path_params["name"]))


async def check(request: Request) -> Response:
    """Look a file over."""
    who, taken = await _asker(request), _taken(request, Checking)
    upload = await _upload(request, who)
    submitting = _service(request).submitting
    with upload.file:
        slug = request.path_params["slug"]
        return JSON(await web.judged(request, submitting.check, who, slug, upload, taken.missing))


async def submit(request: Request) -> Response:
    """Hand a file in."""
    who, taken = await _asker(request), _taken(request, Filed)
    upload = await _upload(request, who)
    with upload.file:
        receipt = await web.judged(
            request,
            _service(request).submitting.submit,
            who,
            request.path_params["slug"],
            meta_of(taken),
            upload,
            key=request.headers.get("idempotency-key", ""),
            missing=taken.missing,
        )
    return JSON(receipt, 200 if receipt.repeated else 201)


async def update(request: Request) -> Response:
    """Hand a new version in."""
    who, taken = await _asker(request), _taken(request, Filed)
    upload = await _upload(request, who)
    with upload.file:
        receipt = await web.judged(
            request,
            _service(request).submitting.update,
            who,
            request.path_params["id"],
            meta_of(taken),
            upload,
            key=request.headers.get("idempotency-key", ""),
            missing=taken.missing,
        )
    return JSON(receipt)


async def withdraw(request: Request) -> Response:
    """Take a submission back: the team its own, the host any."""
    who, service = await _asker(request), _service(request)
    counter = service.admin if who.is_host else service.submitting
    return JSON(await web.in_thread(counter.withdraw, who, request.path_params["id"]))


async def get_submission(request: Request) -> Response:
    """A submission with its history."""
    who = await _asker(request)
    return JSON(await web.in_thread(_service(request).submitting.get, who, request.path_params["id"]))


async def list_submissions(request: Request) -> Response:
    """The team's submissions."""
    return JSON(await web.in_thread(_service(request).submitting.mine, await _asker(request)))


async def list_pending(request: Request) -> Response:
    """What waits for the host."""
    return JSON(await web.in_thread(_service(request).admin.pending, await _asker(request)))


async def publish(request: Request) -> Response:
    """Show a submission's newest version."""
    who = await _asker(request)
    return JSON(await web.in_thread(_service(request).admin.publish, who, request.path_params["id"]))


async def close_round(request: Request) -> Response:
    """Close a board's round."""
    who = await _asker(request)
    body = await read_bytes(request, _CLOSING_LIMIT)
    closing = _decoded(body) if body else Closing()
    slug = request.path_params["slug"]
    return JSON(await web.in_thread(_service(request).admin.close_round, who, slug, closing.holdout))


OPERATIONS = (
    Operation("GET", "/boards", "listBoards", "Every board.", list_boards, tuple[Board, ...]),
    Operation("GET", "/boards/{slug}", "getBoard", "One board.", get_board, Board),
    Operation(
        "GET", "/boards/{slug}/rows", "listRows", "A board's rows, sorted and filtered.", list_rows, Table,
        takes=Query,
    ),
    Operation(
        "GET", "/boards/{slug}/comparison", "compareRows", "Two to eight rows beside each other.",
        compare_rows, Comparison, takes=Compared,
    ),
    Operation(
        "GET", "/models/{name}", "modelRows", "A model's rows on all boards.", model_rows, tuple[Row, ...]
    ),
    Operation(
        "POST", "/boards/{slug}/checks", "check", "Look a file over: no score, nothing stored or counted.",
        check, Checked, "team", Checking, "file",
    ),
    Operation(
        "POST", "/boards/{slug}/submissions", "submit", "Hand a file in, once per Idempotency-Key.", submit,
        Receipt, "team", Filed, "file", 201,
    ),
    Operation(
        "GET", "/submissions", "listSubmissions", "Your team's submissions, newest first.", list_submissions,
        tuple[Submission, ...], "team",
    ),
    Operation(
        "GET", "/submissions/{id}", "getSubmission", "A submission of your team with its history.",
        get_submission, Submission, "team",
    ),
    Operation(
        "PUT", "/submissions/{id}", "updateSubmission", "Hand in a new version of your team's submission.",
        update, Receipt, "team", Filed, "file",
    ),
    Operation(
        "DELETE", "/submissions/{id}", "withdrawSubmission", "Withdraw a submission; its history is kept.",
        withdraw, Submission, "team",
    ),
    Operation(
        "GET", "/pending", "listPending", "What waits to be published.", list_pending,
        tuple[Submission, ...], "host",
    ),
    Operation(
        "POST", "/submissions/{id}/publication", "publish", "Show a submission's newest version.", publish,
        Submission, "host",
    ),
    Operation(
        "POST", "/boards/{slug}/closing", "closeRound", "Show held-out scores and open the next round.",
        close_round, Board, "host", None, "closing",
    ),
)  # fmt: skip


def routes() -> list[Route]:
    """The API's routes."""
    return [
        Route(VERSION + operation.path, operation.endpoint, methods=[operation.method], name=operation.name)
        for operation in OPERATIONS
    ]


def refusal(request: Request, error: Exception) -> Response:
    """What is said of a refused request."""
    assert isinstance(error, BoardError)
    faults = error.faults if isinstance(error, Unreadable) else ()
    response = JSON(Problem(code=error.code, message=str(error), faults=faults), error.status)
    if isinstance(error, Unauthorized):
        response.headers["WWW-Authenticate"] = "Bearer"
    if request.method in ("POST", "PUT"):
        # The rest of a body is not even thrown away.
        response.headers["Connection"] = "close"
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def meta_of(filed: Filed) -> Meta:
    """What a team says of its model, alone."""
    said = msgspec.structs.asdict(filed)
    said.pop("missing")
    return Meta(**said)


def _service(request: Request) -> Service:
    return web.counter(request).service


async def _asker(request: Request) -> Who:
    """The owner of the bearer token."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthorized("this needs a token: Authorization: Bearer plm_...")
    return await web.in_thread(web.owner, request, token.strip())


async def _upload(request: Request, who: Who) -> Upload:
    """The file of somebody who is known."""
    async with web.counter(request).uploads.slot(who.token):
        return await read_upload(request)


def _taken(request: Request, kind: type[S]) -> S:
    given = {name: value for name, value in request.query_params.items() if value or name == "model"}
    try:
        return decoding.converted(given, kind, strict=False)
    except msgspec.ValidationError as error:
        raise BoardError(f"query: {error}") from None


def _decoded(body: bytes) -> Closing:
    try:
        return decoding.decode(body, Closing)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise BoardError('the body is {"holdout": 0 to 0.9} or empty') from None


def unknown_path(request: Request, error: Exception) -> Response:
    """What is said where nothing is, or where the method does not fit."""
    status = getattr(error, "status_code", 404)
    if status == 404:
        return refusal(request, NotFound("there is nothing at this address"))
    problem = Problem(code="method" if status == 405 else "refused", message="this cannot be asked here")
    return JSON(problem, status, headers=getattr(error, "headers", None))
