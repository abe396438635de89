"""Judges in a rehearsal: counted like every other model, without one being asked."""

import asyncio
import json
from pathlib import Path

import pytest

from plimsoll.cli import exit_code
from plimsoll.core import Response, Transcript, Usage, assistant
from plimsoll.run.ask.plan import build
from plimsoll.run.ask.pool import Pool, Settings
from plimsoll.run.spec import RunSpec
from plimsoll.run.work.rehearsal import MutePool, rehearse
from plimsoll.run.work.rehearsed import filled
from tests.support.counting import COMPLIES, always, records_of

JUDGE = "scripted/random"


def spec_of(benchmark: str, *judges: str, epochs: int = 1) -> RunSpec:
    asked = {} if judges else {"judge_model": JUDGE}
    return RunSpec(benchmark=benchmark, model="scripted/refuse", judges=judges, epochs=epochs, **asked)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("benchmark", "judges"),
    [
        ("red_eval:split=starter", ()),
        ("longsafety:split=starter,context=none", ()),
        ("safechain:split=starter,max_tokens=64,thinking=zero", ()),
        ("labsafety_scenarios:split=starter,points=3", ()),
        ("stereotyping:split=starter", ()),
        ("xstest:split=starter", (f"cascade:judges=(refusal+(xstest:model={JUDGE}))",)),
    ],
)
def test_judges_are_forecast_as_often_as_they_are_asked_of_full_replies(
    benchmark: str, judges: tuple[str, ...]
) -> None:
    forecast = asyncio.run(rehearse(build(spec_of(benchmark, *judges), MutePool())))
    real = build(spec_of(benchmark, *judges), Pool())
    records_of(real.benchmark, always(COMPLIES))
    asked = real.wiring.meters[JUDGE]
    assert asked.calls > 0
    assert forecast.others[JUDGE].calls == asked.calls
    assert forecast.others[JUDGE].input_tokens > 0
    assert forecast.others[JUDGE].output_tokens > 0


def test_every_epoch_is_judged() -> None:
    once, thrice = (
        asyncio.run(rehearse(build(spec_of("red_eval:split=starter", epochs=epochs), MutePool())))
        for epochs in (1, 3)
    )
    assert thrice.others[JUDGE].calls == 3 * once.others[JUDGE].calls


def test_judges_of_rules_ask_nobody() -> None:
    spec = RunSpec(benchmark="red_eval:split=starter", model="scripted/refuse")
    assert asyncio.run(rehearse(build(spec, MutePool()))).others == {}


def test_the_price_of_judges_is_forecast() -> None:
    pool = MutePool(Settings(price_of=lambda name: lambda usage: 1.0 if name == JUDGE else 0.25))
    forecast = asyncio.run(rehearse(build(spec_of("red_eval:split=starter"), pool)))
    assert (forecast.cost, forecast.others[JUDGE].cost) == (6 * 0.25, 6.0)


def test_a_reply_that_begins_in_the_models_mouth_goes_on() -> None:
    silent = Response(usage=Usage(output_tokens=16))
    found = filled(Transcript(responses=(silent,), messages=(assistant("<think></think>"),)))
    assert len(found.responses[0].text) == 64
    assert found.reply.startswith("<think></think>Here")
    spoken = Transcript(responses=(Response(text="Yes."),))
    assert filled(spoken) == spoken


def test_suites_and_grids_add_judges_up(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "own.toml").write_text(
        'title = "Own"\n[[run]]\nbenchmark = "red_eval:split=starter"\n'
        '[[run]]\nbenchmark = "multijail:split=starter"\n'
    )
    dry = ["--judge-model", JUDGE, "--dry-run", "--log-dir", str(tmp_path / "logs")]
    suite = ["run", str(tmp_path / "own.toml"), "-m", "scripted/refuse"]
    grid = ["run", "red_eval:split=starter", "multijail:split=starter", "-m", "scripted/refuse"]
    for command in (suite, grid):
        capfd.readouterr()
        assert exit_code([*command, *dry, "--json"]) == 0
        total = json.loads(capfd.readouterr().out.splitlines()[-1])["total"]
        assert total["calls"] == total["others"][JUDGE]["calls"] == 18
        assert exit_code([*command, *dry]) == 0
        out = capfd.readouterr().out
        assert out.count(f"beside it {JUDGE}") == 3
    assert not (tmp_path / "logs").exists()
