"""Cells of a grid that are under way at once: within one limit, in order, safe to go on with."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import plimsoll
from plimsoll.core import Denied, Request, Response
from plimsoll.evaluation.at_once import AT_ONCE
from plimsoll.evaluation.results import GridResult
from plimsoll.run.ask.grid import read
from plimsoll.run.keep.folder import runs

STARTER = "safetybench:split=starter,language=en"
PROMPTS = [None, "Be kind.", "Be brief.", "Be frank.", "Be calm.", "Be quick."]


@dataclass
class Endpoint:
    """A model that knows how many ask it at once, and may lock its door."""

    name: str = "own/endpoint"
    revision: str = "1"
    closed_after: int = 10**6
    calls: int = field(default=0, compare=False)
    now: int = field(default=0, compare=False)
    most: int = field(default=0, compare=False)

    async def generate(self, request: Request) -> Response:
        self.calls += 1
        if self.calls > self.closed_after:
            raise Denied("the door is locked")
        self.now += 1
        self.most = max(self.most, self.now)
        for _ in range(5):
            await asyncio.sleep(0)
        self.now -= 1
        return Response(text="(A)")

    async def close(self) -> None:
        """Nothing to let go of."""


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_cells_share_the_connections_and_never_pass_their_limit() -> None:
    endpoint = Endpoint()
    grid = plimsoll.grid(
        STARTER, endpoint, system_prompts=PROMPTS, limit=2, cache=False, max_connections=5, progress=False
    )
    assert endpoint.calls == 12
    assert 2 < endpoint.most <= 5, "one cell alone has two questions"
    assert [cell.system_prompt for cell in grid] == ["none", *PROMPTS[1:]]
    assert [cell.run.manifest.spec.system_prompt for cell in grid if cell.run] == ["", *PROMPTS[1:]]


def test_no_more_cells_are_under_way_than_can_be_looked_after() -> None:
    endpoint = Endpoint()
    plimsoll.grid(STARTER, endpoint, system_prompts=PROMPTS, limit=1, cache=False, progress=False)
    assert endpoint.most <= AT_ONCE < len(PROMPTS)


def test_what_ends_one_cell_ends_all_and_the_same_grid_goes_on(tmp_path: Path) -> None:
    endpoint = Endpoint(closed_after=7)

    def asked() -> GridResult:
        return plimsoll.grid(STARTER, endpoint, system_prompts=PROMPTS, limit=4, cache=False, progress=False)

    with pytest.raises(Denied, match="the door is locked"):
        asked()
    (folder,) = tmp_path.glob("logs/*-grid-*")
    assert not all(cell.run for cell in read(folder).cells)
    before = endpoint.calls
    endpoint.closed_after = 10**6
    grid = asked()
    assert grid.path.resolve() == folder.resolve()
    assert all(cell.run and cell.run.status == "finished" for cell in grid)
    assert len(runs(tmp_path / "logs")) == len(PROMPTS)
    assert endpoint.calls <= before + 4 * len(PROMPTS)
    assert {len(cell.run.records) for cell in grid if cell.run} == {4}


def test_cells_that_ask_the_same_are_answered_once(tmp_path: Path) -> None:
    endpoint = Endpoint()
    plimsoll.grid(
        [f"{STARTER},shots=0", STARTER],
        endpoint,
        limit=3,
        cache=str(tmp_path / "cache.sqlite"),
        progress=False,
    )
    assert endpoint.calls == 3
