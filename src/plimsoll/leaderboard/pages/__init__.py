"""What a leaderboard's service gives out -> pages in English and Chinese, for visitors, teams and the host.

Pages are drawn on the server, work without a script and hold none inline. Every POST carries the form
token of its browser (`leaderboard/web.py`).
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from plimsoll.leaderboard.pages import frame, host, teams, visitors
from plimsoll.pages.serving import asset_of

__all__ = ["problem", "routes"]


def routes() -> list[BaseRoute]:
    """Every page, from `/` on."""
    return [
        Route("/static/{name}", asset_of(frame.ROOM)),
        Route("/", visitors.boards),
        Route("/board/{slug}", visitors.board),
        Route("/board/{slug}/compare", visitors.compare),
        Route("/model", visitors.model),
        Route("/sign-in", visitors.sign_in, methods=["GET", "POST"]),
        Route("/sign-out", visitors.sign_out, methods=["POST"]),
        Route("/board/{slug}/submit", teams.submit, methods=["GET", "POST"]),
        Route("/mine", teams.mine),
        Route("/submission/{id}", teams.submission),
        Route("/submission/{id}/update", teams.update, methods=["GET", "POST"]),
        Route("/submission/{id}/withdraw", teams.withdraw, methods=["POST"]),
        Route("/desk", host.pending, methods=["GET", "POST"]),
        Route("/desk/boards", host.boards, methods=["GET", "POST"]),
        Route("/desk/teams", host.teams, methods=["GET", "POST"]),
        Route("/desk/log", host.log),
    ]


def problem(request: Request, status: int, message: str) -> Response:
    """The page of a refusal; an empty message means: find words for the status."""
    return frame.problem(request, status, message)
