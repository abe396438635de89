"""The matrix of a grid, over runs that were really made."""

import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from plimsoll.cli import exit_code
from plimsoll.core import DataError, UserError, replace
from plimsoll.reports import grid_html, grid_machine, grid_terminal
from plimsoll.reports.grid import Grid, baseline, grid, matrices
from plimsoll.run.ask.grid import NONE, Axes, Cell, GridManifest, Subject, cells, links, read, write
from plimsoll.run.keep.folder import RunFolder
from plimsoll.run.keep.manifest import Extremes
from plimsoll.run.spec import RunSpec

SAFETY, OVER = "safetybench:split=starter,language=en", "xstest:split=starter"
A, B = Subject(model="scripted/letter-A"), Subject(model="scripted/letter-B")
HOSTILE = "<script>alert(1)</script>\"'&"


def run_of(cell: Cell, log_dir: Path) -> str:
    """The run of a cell, by the command that makes it."""
    more = [] if cell.attack == NONE else ["--attack", cell.attack]
    more += [] if cell.system_prompt == NONE else ["--system-prompt", cell.system_prompt]
    arguments = ["run", cell.benchmark, "-m", cell.model, "--limit", "12", "--log-dir", str(log_dir)]
    assert exit_code([*arguments, "--no-cache", "--json", *more]) == 0
    return max(log_dir.glob("*/run.json"), key=lambda path: path.stat().st_mtime_ns).parent.name


def made(axes: Axes, log_dir: Path, gap: str = "") -> Grid:
    """A grid whose runs are all there, but for the benchmark that is a gap."""
    found = [cell for cell, _ in cells(axes, RunSpec(benchmark="", model=""))]
    ran = [
        replace(cell, gap=f"{gap} is not on this machine")
        if cell.benchmark == gap
        else replace(cell, run=run_of(cell, log_dir))
        for cell in found
    ]
    return grid(write(log_dir, GridManifest(id="0123abcd", title="A grid", cells=tuple(ran))))


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Grid:
    axes = Axes(subjects=(A, B), benchmarks=(SAFETY,), attacks=(NONE, "encoding/rot13", "encoding/base64"))
    return made(axes, tmp_path_factory.mktemp("logs"))


@pytest.fixture(scope="module")
def with_gap(tmp_path_factory: pytest.TempPathFactory) -> Grid:
    axes = Axes(subjects=(A, B), benchmarks=(SAFETY, OVER, "nowhere"))
    return made(axes, tmp_path_factory.mktemp("logs"), gap="nowhere")


def printed(found: Grid, width: int = 80) -> str:
    out = StringIO()
    Console(file=out, width=width, no_color=True, highlight=False).print(grid_terminal.render(found))
    return out.getvalue()


def test_every_combination_is_a_cell_with_a_spec_of_its_own() -> None:
    axes = Axes(
        subjects=(A, B),
        benchmarks=(SAFETY, OVER),
        attacks=(NONE, "x+y"),
        defenses=(NONE, "d+e"),
        system_prompts=(NONE, "Be kind."),
    )
    found = list(cells(axes, RunSpec(benchmark="", model="", seed=3, limit=5)))
    assert len(found) == axes.size == 32
    assert len({str(spec) for _, spec in found}) == 32
    cell, spec = found[-1]
    assert (cell.attack, cell.defense, cell.system_prompt) == ("x+y", "d+e", "Be kind.")
    assert (spec.attacks, spec.defenses, spec.system_prompt) == (("x+y",), ("d", "e"), "Be kind.")
    assert (spec.seed, spec.limit) == (3, 5)
    plain = found[0][1]
    assert (plain.attacks, plain.defenses, plain.system_prompt) == ((), (), "")


def test_a_chain_is_one_alternative_and_none_stands_alone() -> None:
    assert links(NONE) == ()
    assert links("a:x=1+b:judges=(c+d)") == ("a:x=1", "b:judges=(c+d)")
    with pytest.raises(UserError, match="chains none with others"):
        links("a+none")


def test_an_alternative_that_is_given_twice_is_refused() -> None:
    for axes in (
        Axes(subjects=(A, A), benchmarks=(SAFETY,)),
        Axes(subjects=(A,), benchmarks=(SAFETY,), attacks=("x", "x")),
    ):
        with pytest.raises(UserError, match="is given twice"):
            list(cells(axes, RunSpec(benchmark="", model="")))


def test_a_cell_is_held_against_the_same_model_with_nothing_around_it() -> None:
    def cell(model: str, attack: str) -> Cell:
        return Cell(model=model, benchmark="b", attack=attack)

    grown = [cell(model, attack) for model in "AB" for attack in (NONE, "x", "y")]
    assert baseline(cell("B", "y"), grown) == cell("B", NONE)
    assert baseline(cell("B", NONE), grown) is None
    without = [cell("A", "x"), cell("A", "y")]
    assert baseline(without[1], without) == without[0]
    models = [cell("A", NONE), cell("B", NONE)]
    assert baseline(models[1], models) == models[0]


def test_differences_are_paired_with_the_plain_run(attacked: Grid) -> None:
    assert [entry.comparison is None for entry in attacked.entries] == [True, False, False] * 2
    for entry in attacked.entries:
        if entry.comparison is not None:
            whole = entry.comparison.whole
            assert whole.n == 12
            assert entry.estimate is not None
            assert whole.after == pytest.approx(entry.estimate.value)


def test_attacks_run_across_and_models_down(attacked: Grid) -> None:
    (matrix,) = matrices(attacked)
    assert matrix.columns == (NONE, "encoding/rot13", "encoding/base64")
    assert [place for place, _ in matrix.rows] == [("scripted/letter-A",), ("scripted/letter-B",)]
    said = printed(attacked)
    assert "no attack" in said
    assert "Accuracy, strict · higher is safer" in said
    assert max(map(len, said.splitlines())) <= 80


def test_benchmarks_run_across_where_nothing_else_does_and_gaps_are_shown(with_gap: Grid) -> None:
    (matrix,) = matrices(with_gap)
    assert matrix.columns == (SAFETY, OVER, "nowhere")
    said = printed(with_gap)
    assert said.count("gap") == 2
    assert "nowhere: nowhere is not on this machine" in said
    assert "safetybench*: Accuracy" in said


@pytest.mark.parametrize("width", [60, 80, 200])
def test_a_matrix_is_parted_into_as_many_tables_as_the_width_asks_for(attacked: Grid, width: int) -> None:
    lines = printed(attacked, width).splitlines()
    assert max(map(len, lines)) <= width
    rows = [line for line in lines if line.startswith("scripted/letter-B")]
    assert len(rows) == (2 if width < 80 else 1)


def test_json_holds_one_cell_for_each_combination(with_gap: Grid) -> None:
    cells = json.loads(grid_machine.json(with_gap))["cells"]
    assert len(cells) == 6
    for cell in cells:
        assert {"model", "benchmark", "attack", "defense", "headline", "run"} <= cell.keys()
        if cell["benchmark"] == "nowhere":
            assert (cell["headline"], cell["run"], cell["status"]) == (None, "", "gap")
        else:
            assert {"name", "value", "low", "high", "n"} <= cell["headline"].keys()
            assert (Path(cell["run"]) / "run.json").is_file()
    assert cells[0]["difference"] is None
    assert cells[1]["difference"]["to"] == cells[0]["run"]


def test_a_page_and_markdown_hold_every_number(attacked: Grid) -> None:
    page, text = grid_html.render(attacked), grid_machine.markdown(attacked)
    for entry in attacked.entries:
        assert entry.estimate is not None
        assert f"<b>{100 * entry.estimate.value:.1f}</b>" in page
        assert f"{100 * entry.estimate.value:.1f} (" in text


def test_hostile_names_are_inert_on_the_page(attacked: Grid) -> None:
    first, *others = attacked.entries
    hostile = first._replace(cell=replace(first.cell, model=HOSTILE, system_prompt=HOSTILE))
    found = Grid(attacked.path, replace(attacked.manifest, title=HOSTILE), (hostile, *others))
    assert HOSTILE not in grid_html.render(found)
    assert "<script>alert" not in grid_html.render(found)
    assert "<script>" not in grid_machine.markdown(found)


def test_the_command_reports_a_grid_in_every_format(
    attacked: Grid, capfd: pytest.CaptureFixture[str]
) -> None:
    path = str(attacked.path)
    assert exit_code(["report", path]) == 0
    assert "encoding/rot13" in capfd.readouterr().out
    assert exit_code(["report", path, "--json"]) == 0
    assert len(json.loads(capfd.readouterr().out)["cells"]) == 6
    for form in ("html", "md"):
        assert exit_code(["report", path, "--format", form]) == 0
        assert (attacked.path / f"report.{form}").is_file()
    capfd.readouterr()
    assert exit_code(["records", path]) == 2
    assert "is a grid, no run: name one of its runs" in capfd.readouterr().err


def test_a_damaged_grid_is_named(tmp_path: Path) -> None:
    (tmp_path / "grid.json").write_text('{"id": 3}')
    with pytest.raises(DataError, match=r"grid\.json cannot be read"):
        read(tmp_path)


def test_a_number_that_cannot_tell_is_named_once_under_every_form_of_the_matrix(tmp_path: Path) -> None:
    subjects = (Subject(model="scripted/refuse"), A)
    found = made(Axes(subjects=subjects, benchmarks=("simplesafetytests:split=starter",)), tmp_path)
    for entry in found.entries:
        run = RunFolder(tmp_path / str(entry.cell.run))
        summary = run.summary()
        assert summary is not None
        run.write_summary(replace(summary, extremes=(Extremes(refuses=1.0, complies=1.0),)))
    blind = grid(found.path)
    forms = (printed(blind, 300), grid_machine.markdown(blind))
    assert all(form.count("cannot tell here") == 1 for form in forms)
    assert "cannot tell here" in grid_html.render(blind)
    assert "分辨不出好坏" in grid_html.render(blind, language="zh")
    assert "cannot tell here" not in printed(found, 300)


def test_a_number_that_can_tell_is_not_called_blind(with_gap: Grid) -> None:
    assert "cannot tell here" not in printed(with_gap, 300)
