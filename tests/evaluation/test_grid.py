"""Grids: planned as a whole, run cell by cell, gone on with, told to a program."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import plimsoll
from plimsoll.core import Record, Request, Response, UserError, Wrapped
from plimsoll.evaluation.gridding import GridSession, planned
from plimsoll.evaluation.progress import Silent
from plimsoll.reports.grid import grid
from plimsoll.run.ask.grid import NONE, Axes, Subject, read
from plimsoll.run.ask.pool import Pool, Settings
from plimsoll.run.keep.folder import open_run, runs
from plimsoll.run.spec import RunSpec
from plimsoll.run.work.engine import Count
from tests.support.shell import plimsoll as command

STARTER = "safetybench:split=starter,language=en"
A, B = Subject(model="scripted/letter-A"), Subject(model="scripted/letter-B")


class Cut(Exception):
    """Somebody pulled the plug."""


class CutOff(Silent):
    """Pulls the plug when the second run has begun."""

    def __call__(self, record: Record, count: Count) -> None:
        if count.records > 4:
            raise Cut


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PLIMSOLL_CACHE", str(tmp_path / "cache"))


def test_every_combination_becomes_a_run_and_is_paired_with_its_baseline() -> None:
    grid = plimsoll.grid(
        STARTER,
        ["scripted/letter-A", "scripted/letter-B"],
        attacks=[None, "encoding/rot13", ["encoding/rot13", "encoding/base64"]],
        limit=8,
    )
    assert len(grid) == 6
    assert [(cell.model, cell.attack) for cell in grid][:3] == [
        ("scripted/letter-A", "none"),
        ("scripted/letter-A", "encoding/rot13"),
        ("scripted/letter-A", "encoding/rot13+encoding/base64"),
    ]
    for cell in grid:
        assert cell.run is not None
        assert cell.headline == cell.run.headline
        assert (cell.difference is None) == (cell.attack == "none")
        if cell.difference is not None:
            assert cell.difference.n == 8
    assert "<table>" in grid._repr_html_()  # pyright: ignore[reportPrivateUsage]
    assert "no attack" in repr(grid)


def test_a_grid_that_was_cut_off_goes_on_with_the_cells_that_wait(tmp_path: Path) -> None:
    axes = Axes(subjects=(A, B), benchmarks=(STARTER,), attacks=(NONE, "encoding/rot13"))

    def begun() -> GridSession:
        pool = Pool(Settings(log_dir=tmp_path / "logs"))
        return GridSession(planned(axes, RunSpec(benchmark="", model="", limit=4), pool))

    first = begun()
    with pytest.raises(Cut):
        asyncio.run(first.carry_out(CutOff("", 16)))
    assert [bool(cell.run) for cell in read(first.path).cells] == [True, False, False, False]
    second = begun()
    assert second.path == first.path
    asyncio.run(second.carry_out(Silent("", 16)))
    found = read(second.path)
    assert all(cell.run for cell in found.cells)
    assert len(runs(tmp_path / "logs")) == 4


def test_a_typo_in_the_last_alternative_costs_nothing(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no attack is called 'encoding/rot31'"):
        plimsoll.grid(STARTER, ["scripted/letter-A"], attacks=[None, "encoding/rot31"])
    assert not (tmp_path / "logs").exists()


def test_what_is_not_here_is_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLIMSOLL_DATA", str(tmp_path / "nothing"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "nowhere"))
    grid = plimsoll.grid([STARTER, "multijail"], "scripted/letter-A", limit=2)
    here, gap = grid.cells
    assert here.headline is not None
    assert (gap.run, gap.headline) == (None, None)
    assert "plimsoll data pull multijail" in gap.gap


class Deaf:
    """A model that shows no log-probabilities and has no weights at hand."""

    name = "mine/deaf"
    revision = "1"

    async def generate(self, request: Request) -> Response:
        return Response(text="(A)")

    async def close(self) -> None:
        pass


@dataclass(frozen=True)
class Opened(Wrapped):
    """A defense that looks into the weights."""

    needs = frozenset({"weights"})


def test_a_model_that_lacks_what_a_part_needs_is_a_gap_beside_others_and_an_error_alone() -> None:
    grid = plimsoll.grid(STARTER, [Deaf(), "scripted/letter-A"], defenses=[None, Opened], limit=2)
    assert [cell.headline is not None for cell in grid] == [True, False, True, False]
    assert "its weights at hand" in grid.cells[1].gap
    with pytest.raises(UserError, match="its weights at hand"):
        plimsoll.grid(STARTER, [Deaf(), "scripted/letter-A"], defenses=[Opened], limit=2)


def test_a_grid_of_which_nothing_is_here_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLIMSOLL_DATA", str(tmp_path / "nothing"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "nowhere"))
    with pytest.raises(UserError, match="plimsoll data pull multijail"):
        plimsoll.grid("multijail", ["scripted/letter-A", "scripted/letter-B"], limit=2)
    assert not (tmp_path / "logs").exists()


@pytest.mark.parametrize("empty", ["benchmarks", "models", "attacks"])
def test_a_grid_without_alternatives_on_an_axis_is_refused(empty: str) -> None:
    axes: dict[str, Any] = {"benchmarks": STARTER, "models": "scripted/letter-A", empty: []}
    with pytest.raises(UserError, match=f"a grid without any {empty.rstrip('s')} has no cells"):
        plimsoll.grid(**axes)


def test_functions_are_told_apart_by_their_names() -> None:
    def first(prompt: str) -> str:
        return "(A)"

    def second(prompt: str) -> str:
        return "(B)"

    grid = plimsoll.grid(STARTER, [first, second], limit=2)
    assert [cell.model.partition("@")[0] for cell in grid] == ["own/first", "own/second"]


def test_one_alternative_needs_no_list() -> None:
    grid = plimsoll.grid(
        STARTER, ["scripted/letter-A"], attacks="encoding/rot13", defenses="self_reminder", limit=2,
        system_prompts="Be brief.",
    )  # fmt: skip
    (cell,) = grid
    assert (cell.attack, cell.defense, cell.system_prompt) == ("encoding/rot13", "self_reminder", "Be brief.")


def test_two_models_that_differ_in_an_option_alone_are_told_apart_everywhere(tmp_path: Path) -> None:
    (tmp_path / "seeds.toml").write_text(
        f'''
benchmark = "{STARTER}"
attack = ["none", "encoding/rot13"]
limit = 12
model = [
    "scripted/letter-A",
    {{ model = "scripted/random", options = {{ seed = 1 }} }},
    {{ model = "scripted/random", options = {{ seed = 2 }} }},
]
'''
    )
    done = command(tmp_path, "run", "seeds.toml", "--json")
    assert done.code == 0, done.err
    cells = done.last_json["cells"]
    names = ["scripted/letter-A", "scripted/random (seed=1)", "scripted/random (seed=2)"]
    assert [cell["model"] for cell in cells] == [name for name in names for _ in range(2)]
    shown = command(tmp_path, "report", done.last_json["grid"], COLUMNS="120")
    assert all(name in shown.out for name in names)
    values = {cell["model"]: cell["headline"]["value"] for cell in cells if cell["attack"] == "none"}
    found = grid(tmp_path / done.last_json["grid"])
    for entry in found.entries:
        assert entry.comparison is None or entry.comparison.whole.before == values[entry.cell.model]


def test_the_command_line_prints_a_matrix_and_one_object(tmp_path: Path) -> None:
    run = ("run", STARTER, "-m", "scripted/letter-A", "-m", "scripted/letter-B", "--limit", "5")
    more = (
        "--attack",
        "none",
        "--attack",
        "encoding/rot13",
        "--defense",
        "none",
        "--defense",
        "self_reminder",
    )
    shown = command(tmp_path, *run, *more, COLUMNS="80")
    assert shown.code == 0, shown.err
    assert "no attack" in shown.out
    assert "self_reminder" in shown.out
    assert max(map(len, shown.out.splitlines()[:-3])) <= 80
    report = Path(shown.out.splitlines()[-1].split()[-1])
    assert (tmp_path / report).is_file()
    done = command(tmp_path, *run, *more, "--json")
    (line,) = done.out.splitlines()
    cells = json.loads(line)["cells"]
    assert [(cell["model"], cell["defense"], cell["attack"]) for cell in cells] == [
        (model, defense, attack)
        for model in ("scripted/letter-A", "scripted/letter-B")
        for defense in ("none", "self_reminder")
        for attack in ("none", "encoding/rot13")
    ]
    for cell in cells:
        assert {"name", "value", "low", "high", "n"} <= cell["headline"].keys()
        assert open_run(tmp_path / cell["run"]).manifest().model.name == cell["model"]


def test_a_chain_is_one_alternative_and_makes_a_single_run(tmp_path: Path) -> None:
    done = command(
        tmp_path,
        *("run", STARTER, "-m", "scripted/letter-A", "--limit", "3", "--json"),
        *(
            "--attack",
            "encoding/rot13+encoding/base64",
            "--defense",
            "self_reminder+self_reminder:before=Mind.",
        ),
    )
    assert done.code == 0, done.err
    spec = open_run(tmp_path / done.last_json["run"]).manifest().spec
    assert spec.attacks == ("encoding/rot13+encoding/base64",)
    assert spec.defenses == ("self_reminder", "self_reminder:before=Mind.")


def test_system_prompts_are_alternatives_too(tmp_path: Path) -> None:
    (tmp_path / "kind.txt").write_text("Be kind, and brief.")
    done = command(
        tmp_path,
        *("run", STARTER, "-m", "scripted/letter-A", "--limit", "3", "--json"),
        *("--system-prompt", "none", "--system-prompt", "@kind.txt"),
    )
    assert [cell["system_prompt"] for cell in done.last_json["cells"]] == ["none", "Be kind, and brief."]


def test_a_forecast_covers_every_cell_and_asks_nothing(tmp_path: Path) -> None:
    run = ("run", STARTER, "-m", "scripted/letter-A", "-m", "scripted/letter-B", "--limit", "5", "--dry-run")
    done = command(tmp_path, *run)
    assert done.code == 0, done.err
    assert done.out.count("calls") == 3
    assert not (tmp_path / "logs").exists()
    total = command(tmp_path, *run, "--json").last_json["total"]
    assert (total["samples"], total["calls"]) == (10, 10)


def test_a_model_that_is_named_twice_is_refused(tmp_path: Path) -> None:
    done = command(tmp_path, "run", STARTER, "-m", "scripted/letter-A", "-m", "scripted/letter-A")
    assert done.code == 2
    assert "--model scripted/letter-A is given twice" in done.err
