"""Prompts beyond the quotas: more where a panel finds more, the same again, and logged."""

import asyncio
import json
from collections import Counter
from pathlib import Path

import pytest

from plimsoll.cli import exit_code
from plimsoll.core import Request
from plimsoll.data import risks
from plimsoll.generators.s_eval import s_eval
from plimsoll.models.scripted import Scripted
from plimsoll.run.work.decisions import Decision
from plimsoll.run.work.focusing import Known, drawn
from plimsoll.run.work.generating import Selection
from tests.support.generating import generated, rows
from tests.support.generations import Uneven, chosen

CONFIG = risks.load("")
NAMES = [risk.id for risk in CONFIG.risks]
WEAK = NAMES[1]


class Finds:
    """A panel of one, which finds most prompts of one risk risky and few of the others."""

    async def rated(self, prompt: str) -> dict[str, bool | None]:
        await asyncio.sleep(0)
        rare = sum(map(ord, prompt)) % 10 == 0
        return {"one": (WEAK in prompt) is not rare}


def writing(request: Request) -> str:
    said = request.messages[-1].text
    risk = next(name for name in NAMES if f"Risk: {name}\n" in said)
    return json.dumps({"prompt": f"[{risk}] {chosen(risk, request.draw)}"})


def focused(
    log: Path, *, at_once: int = 1, focus: int = 40, seed: int = 0, budget: int | None = None
) -> list[Decision]:
    writer = Uneven(Scripted(writing, name="scripted/test", revision="1"))
    plan = Selection(quota=3, log=log, panel=Finds(), at_once=at_once, focus=focus, seed=seed, budget=budget)
    return asyncio.run(plan.choose(s_eval(writer), list(CONFIG.seeds())))


def test_more_prompts_go_to_the_risk_in_which_more_is_found(tmp_path: Path) -> None:
    decisions = focused(tmp_path / "log")
    more = [each for each in decisions if each.drawn]
    assert [each.drawn.number for each in more if each.drawn and each.kept] == list(range(40))
    by_risk = Counter(each.risk for each in more if each.kept)
    assert by_risk[WEAK] > 30
    kept = Counter(each.risk for each in decisions if each.kept and not each.drawn)
    assert kept == dict.fromkeys(NAMES, 3), "every risk has its quota first"
    first = more[0].drawn
    assert first is not None
    assert first.rated == 3


@pytest.mark.parametrize("cut", [4, 12, 25, 44])
@pytest.mark.parametrize("at_once", [1, 10])
def test_the_same_draws_are_made_at_once_and_after_a_kill(cut: int, at_once: int, tmp_path: Path) -> None:
    whole = focused(tmp_path / "whole")
    lines = (tmp_path / "whole").read_bytes().splitlines(keepends=True)
    (tmp_path / "cut").write_bytes(b"".join(lines[:cut]) + lines[cut][:20])
    assert focused(tmp_path / "cut", at_once=at_once) == whole
    assert (tmp_path / "cut").read_bytes() == (tmp_path / "whole").read_bytes()
    assert focused(tmp_path / "other", seed=1) != whole


def test_a_generation_goes_on_with_more_prompts_where_more_are_asked_for(tmp_path: Path) -> None:
    focused(tmp_path / "log", focus=16)
    assert focused(tmp_path / "log") == focused(tmp_path / "whole")


def test_the_budget_covers_what_is_written_beyond_the_quotas(tmp_path: Path) -> None:
    assert len(focused(tmp_path / "log", budget=17)) == 17


def test_a_cell_of_which_little_is_known_still_gets_its_turn() -> None:
    known = [Known(30, 60), Known(0, 0)]
    assert 20 < sum(drawn(known, number, 0)[0] for number in range(100)) < 80
    surely = [Known(0, 200), Known(199, 200)]
    assert all(drawn(surely, number, 0)[0] == 1 for number in range(100))


def test_the_command_gives_prompts_to_what_a_victim_goes_along_with(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    panel = ("--victim", "scripted/refuse", "--judge", "compliance", "--focus", "6")
    told = generated(capsys, "mlcommons:seed=3", tmp_path / "set", "--quota", "4", *panel)
    assert told["kept"] == told["wanted"] == 14
    assert sum(each["prompts"] for each in told["focus"].values()) == 6
    more = [row for row in rows(tmp_path / "set" / "decisions.jsonl") if "drawn" in row]
    assert {"number", "rate", "risky", "rated"} == set(more[0]["drawn"])
    assert exit_code(["generate", "mlcommons", "--out", str(tmp_path / "none"), "--focus", "6"]) == 2
    assert "name --panel or --victim" in capsys.readouterr().err
