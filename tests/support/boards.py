"""A small leaderboard with known answers, its teams, and the files that they hand in."""

import json
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from plimsoll.leaderboard import keys, opening, serving
from plimsoll.leaderboard.administration import HOST
from plimsoll.leaderboard.app import make_app
from plimsoll.leaderboard.keys import Key, Question
from plimsoll.leaderboard.nouns import Board, Meta, Who
from plimsoll.leaderboard.service import Service
from plimsoll.leaderboard.upload import Upload, of_bytes

N = 200
META = Meta(model="a model", size="7B")


class Team(NamedTuple):
    """A team with its token."""

    who: Who
    token: str


def answer(number: int) -> int:
    """The right option of question `number` on the small board."""
    return (number * 7 + number // 5) % 4


def small_key(n: int = N) -> Key:
    """Questions `q0` ...; every fourth is in category `two`, and has three options where that fits."""
    return keys.key_of(
        Question(id=f"q{i}", category="two" if i % 4 == 0 else "one", answer=answer(i), options=4)
        for i in range(n)
    )


def right(n: int = N, *, wrong: int = 0) -> dict[str, int]:
    """A file that is right but for the first `wrong` questions."""
    return {f"q{i}": (answer(i) + (i < wrong)) % 4 for i in range(n)}


def upload(content: Mapping[str, Any] | bytes) -> Upload:
    """A file as an upload."""
    return of_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())


def add_board(service: Service, slug: str = "small", key: Key | None = None, **settings: Any) -> Board:
    """A small board."""
    made = opening.new_board(slug, "safetybench:split=starter,language=en", **settings)
    return service.admin.add_board(HOST, made, key or small_key())


def add_team(service: Service, name: str) -> Team:
    """A team with a token."""
    token = service.admin.issue(HOST, service.admin.add_team(HOST, name).id).token
    return Team(service.accounts.who(token), token)


@contextmanager
def served(service: Service, *, patience: Any = None, **options: Any) -> Generator[str]:
    """The service's address while it is served from a thread."""
    options.setdefault("pages", serving.pages())
    server = serving.server(make_app(service, **options), patience)
    with serving.listening("127.0.0.1", 0) as bound:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=10)


def opened(home: Path, address: str = "") -> Service:
    """A service on a home of its own."""
    return opening.open_service(home, address)
