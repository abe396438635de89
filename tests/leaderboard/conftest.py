from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

pytest.importorskip("sqlalchemy", reason="the extra `board` is not installed")
pytest.importorskip("starlette", reason="the extra `board` is not installed")

from plimsoll.leaderboard.service import Service
from tests.support import boards, postgres


@pytest.fixture(scope="session")
def cluster() -> Generator[postgres.Cluster]:
    if why := postgres.missing():
        pytest.skip(why)
    pytest.importorskip("psycopg", reason="the extra `board` is not installed")
    with postgres.cluster() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest) -> str:
    if request.param == "sqlite":
        return ""
    running: postgres.Cluster = request.getfixturevalue("cluster")
    return running.new_database()


def _closing(service: Service) -> Iterator[Service]:
    yield service
    service.accounts.books.database.close()


@pytest.fixture
def service(tmp_path: Path, address: str) -> Iterator[Service]:
    """A service with the board `small`, on either database."""
    made = boards.opened(tmp_path / "home", address)
    boards.add_board(made)
    yield from _closing(made)


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[Service]:
    """The same on SQLite alone, for what does not depend on the database."""
    made = boards.opened(tmp_path / "home")
    boards.add_board(made)
    yield from _closing(made)


@pytest.fixture
def team(request: pytest.FixtureRequest) -> boards.Team:
    name = "lite" if "lite" in request.fixturenames else "service"
    return boards.add_team(request.getfixturevalue(name), "Team A")
