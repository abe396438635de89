import asyncio
from pathlib import Path
from typing import Any

import pytest

from plimsoll.cli import exit_code
from plimsoll.cli._suite import SuiteSession
from plimsoll.core import BudgetExceeded, DataError, UserError, replace
from plimsoll.evaluation.at_once import Waiting
from plimsoll.evaluation.progress import JoinedProgress, Progress
from plimsoll.reports import overview_rows
from plimsoll.reports.overview import overview
from plimsoll.run.ask import plan, suite
from plimsoll.run.ask.pool import Pool, Settings
from plimsoll.run.keep.folder import open_run, runs
from plimsoll.run.spec import RunSpec
from tests.support.endpoint import FakeEndpoint, status
from tests.support.extras import need

STARTER = "safetybench:split=starter"
BASE = RunSpec(benchmark="", model="scripted/letter-B")


def written(folder: Path, *runs: str) -> str:
    path = folder / "mine.toml"
    path.write_text('title = "Mine"\n' + "".join(f"[[run]]\n{run}\n" for run in runs), encoding="utf-8")
    return str(path)


def performed(folder: Path, text: str, base: RunSpec = BASE) -> Path:
    return SuiteSession(built(folder, text, base)).carry_out()


def built(folder: Path, text: str, base: RunSpec = BASE, **settings: Any) -> suite.Planning:
    pool = Pool(Settings(log_dir=folder / "logs", **settings))
    return suite.build(text, suite.load(text), base, pool)


@pytest.fixture
def nothing_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PLIMSOLL_DATA", str(tmp_path / "nothing"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "nowhere"))
    return tmp_path


def test_every_suite_that_comes_along_can_be_read_and_names_benchmarks_that_exist() -> None:
    assert {"full", "quick", "starter"} <= set(suite.names())
    for name in suite.names():
        loaded = suite.load(f"suite/{name}")
        assert loaded.title
        assert loaded.run


@pytest.mark.parametrize("name", suite.names())
def test_every_suite_that_comes_along_runs_where_no_official_data_are(nothing_here: Path, name: str) -> None:
    need("metrics")
    planning = suite.build(name, suite.load(f"suite/{name}"), replace(BASE, judge_model="scripted/letter-B"))
    assert [each.gap for each in planning.entries if each.plan is None] == []
    assert all(each.source == ("official" if name == "starter" else "fallback") for each in planning.entries)


def test_entries_become_runs_of_their_own_and_are_tied_together(tmp_path: Path) -> None:
    text = written(
        tmp_path, f'benchmark = "{STARTER},language=en"\nlimit = 5', f'benchmark = "{STARTER},language=zh"'
    )
    path = performed(tmp_path, text)
    found = suite.read(path)
    records = [len(list(open_run(path.parent / each.run).records())) for each in found.runs]
    assert records == [5, 112]
    assert found.model == "scripted/letter-B"
    assert [line.estimate is not None for line in overview(path).lines] == [True, True]


def test_a_missing_data_set_is_a_gap_or_its_fallback_and_never_a_number(nothing_here: Path) -> None:
    fallback = f'benchmark = "safetybench"\nfallback = "{STARTER}"\nlimit = 3'
    path = performed(nothing_here, written(nothing_here, fallback, 'benchmark = "safetybench:language=zh"'))
    asked, gap = suite.read(path).runs
    assert (asked.source, asked.gap) == ("fallback", "")
    assert gap.run == ""
    assert "plimsoll data pull safetybench" in gap.gap
    assert [line.status for line in overview(path).lines] == ["finished", "gap"]


def test_the_same_command_goes_on_with_a_suite_that_was_cut_off(tmp_path: Path) -> None:
    text = written(
        tmp_path, f'benchmark = "{STARTER},language=en"\nlimit = 4', f'benchmark = "{STARTER},language=zh"'
    )
    planning = built(tmp_path, text)
    first = SuiteSession(planning)
    waiting = Waiting(0, next(planning.plans))
    asyncio.run(first._one(JoinedProgress(Progress("test", 4)), waiting))  # pyright: ignore[reportPrivateUsage]
    finished = suite.read(first.path).runs[0].run
    path = performed(tmp_path, text)
    assert path == first.path
    assert suite.read(path).runs[0].run == finished
    assert suite.read(path).runs[1].run


def test_what_the_command_line_says_holds_for_every_entry(tmp_path: Path) -> None:
    text = written(tmp_path, f'benchmark = "{STARTER}"\nlimit = 9\nmax_tokens = 7')
    base = replace(BASE, limit=2, system_prompt="Be brief.", sampling={"temperature": 0.5})
    (plan,) = suite.build(text, suite.load(text), base).plans
    assert (plan.manifest.spec.limit, plan.manifest.spec.system_prompt) == (2, "Be brief.")
    assert plan.manifest.spec.sampling == {"max_tokens": 7, "temperature": 0.5}


def test_a_suite_that_could_score_nothing_ends_with_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = written(tmp_path, f'benchmark = "{STARTER}"\nlimit = 2')
    assert exit_code(["run", text, "--model", "scripted/letter-A"]) == 0
    with FakeEndpoint(reply="A", faults=[status(400, "no such thing")] * 9) as endpoint:
        command = ["run", text, "--model", "openai/any", "-M", f"base_url={endpoint.url}", "--no-cache"]
        assert exit_code([*command, "--log-dir", "other"]) == 1


def test_a_suite_that_is_none_is_refused_with_the_place(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="quick"):
        suite.load("suite/quik")
    with pytest.raises(DataError, match="benchmrk"):
        suite.load(written(tmp_path, 'benchmrk = "x"'))
    with pytest.raises(UserError, match=r"nowhere\.toml"):
        suite.load(str(tmp_path / "nowhere.toml"))
    with pytest.raises(UserError, match="safetybench"):
        suite.build("mine", suite.load(written(tmp_path, 'benchmark = "safteybench"')), BASE)


def test_hazards_pool_the_benchmarks_that_measure_them_and_the_rest_are_gaps(tmp_path: Path) -> None:
    runs = [f'benchmark = "{STARTER},language={language}"' for language in ("en", "zh")]
    found = overview(performed(tmp_path, written(tmp_path, *runs)))
    toxicity = next(each for each in found.hazards if each.id == "H11")
    assert {language for _, language in toxicity.cells} == {"en", "zh"}
    assert all(cell.n == 16 for cell in toxicity.cells.values())
    assert found.covered == 7
    assert len(found.hazards) == 35


def test_one_cost_limit_holds_for_all_runs_of_a_suite(tmp_path: Path) -> None:
    text = written(tmp_path, *(f'benchmark = "{STARTER}"\nlimit = {size}' for size in (2, 3)))
    planning = built(
        tmp_path,
        text,
        max_cost=3.0,
        max_connections=1,
        price_of=lambda name: lambda usage: float(usage.output_tokens),
    )
    with pytest.raises(BudgetExceeded, match="limit of 3 USD"):
        SuiteSession(planning).carry_out()
    summaries = [run.summary() for run in runs(tmp_path / "logs")]
    assert sorted(each.cost or 0 for each in summaries if each) == [1.0, 2.0]


def test_a_cost_limit_that_would_not_cover_the_judging_model_is_refused(tmp_path: Path) -> None:
    spec = replace(BASE, benchmark="xstest:split=starter", judge_model="scripted/refuse")
    prices = {"scripted/letter-B": lambda usage: 1.0}
    with pytest.raises(UserError, match="price of scripted/refuse"):
        plan.build(spec, Pool(Settings(log_dir=tmp_path, max_cost=1.0, price_of=prices.get)))


def test_a_suite_without_runs_or_with_senseless_numbers_is_refused(tmp_path: Path) -> None:
    for run in ('benchmark = "x"\nlimit = 0', 'benchmark = "x"\nmax_tokens = -5'):
        with pytest.raises(DataError, match=">= 1"):
            suite.load(written(tmp_path, run))
    empty = tmp_path / "empty.toml"
    empty.write_text('title = "Mine"\nrun = []\n', encoding="utf-8")
    with pytest.raises(DataError, match="length"):
        suite.load(str(empty))


def test_an_entry_keeps_the_judging_model_that_it_names(tmp_path: Path) -> None:
    text = written(tmp_path, 'benchmark = "xstest:split=starter,judge_model=scripted/empty"')
    planning = suite.build(text, suite.load(text), replace(BASE, judge_model="scripted/refuse"))
    (made,) = planning.plans
    assert {each.model for each in made.manifest.instruments.values() if each.model} == {"scripted/empty|1"}
    with pytest.raises(UserError, match="keep one of them"):
        plan.build(
            replace(BASE, benchmark="xstest:judge_model=scripted/empty", judge_model="scripted/refuse")
        )


def test_a_pooled_number_is_no_surer_than_the_benchmarks_behind_it(tmp_path: Path) -> None:
    base = replace(BASE, model="scripted/random", epochs=5)
    path = performed(tmp_path, written(tmp_path, f'benchmark = "{STARTER},language=en"'), base)
    (line,) = overview(path).lines
    summary = open_run(path.parent / line.entry.run).summary()
    assert summary is not None
    toxicity = next(each for each in overview(path).hazards if each.id == "H11")
    (cell,) = toxicity.cells.values()
    (raw,) = (
        each
        for each in summary.estimates
        if each.name == "accuracy" and each.n == cell.n and each.value == cell.value and each.group
    )
    assert raw.method == "wilson_clustered"
    assert (cell.low, cell.high) == pytest.approx((raw.low, raw.high))


def test_hazards_show_starter_numbers_with_their_mark_and_empty_rows_for_what_nothing_measures(
    tmp_path: Path,
) -> None:
    runs = [f'benchmark = "{name}:split=starter"\nlimit = 3' for name in ("medreview", "simplesafetytests")]
    found = overview(performed(tmp_path, written(tmp_path, *runs)))
    rows = overview_rows.hazards(found).rows
    assert len(rows) == 35
    numbers = [row[1:-1] for row in rows]
    measured = [row for row in numbers if any(str(cell)[0].isdigit() for cell in row)]
    assert 0 < len(measured) < 35
    assert all(any(str(cell).endswith("*") for cell in row) for row in measured)
    assert all(set(row) == {"–"} for row in numbers if row not in measured)
    assert "Unqualified advice" in overview_rows.unmeasured(found)
