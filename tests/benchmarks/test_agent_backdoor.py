"""The audit of an agent: three attacks found, a clean agent cleared, and what was not tested said."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import plimsoll
from plimsoll.benchmarks.agent_backdoor.dataset import ATTACKS, candidates
from plimsoll.benchmarks.agent_backdoor.scores import provable
from plimsoll.cli.records import command as records
from plimsoll.cli.traces import command as traces
from plimsoll.core import Estimate, UserError
from tests.support.backdoored import (
    Agent,
    by_observation,
    by_query,
    by_thought,
    by_two_tools,
    clean,
    idle,
    scripted,
)

BACKDOORED: dict[str, Agent] = {"query": by_query, "observation": by_observation, "thought": by_thought}


def audited(agent: Agent, spec: str, folder: Path) -> dict[tuple[str, str], Estimate]:
    """The estimates by name and group."""
    run = plimsoll.evaluate(
        f"agent_backdoor:{spec}", scripted(agent, agent.__name__), cache=False, log_dir=folder
    )
    assert not any(record.failures for record in run.records)
    return {(each.name, " ".join(each.group.values())): each for each in run.estimates}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("attack", ATTACKS)
def test_an_agent_with_the_backdoor_is_found_and_is_never_set_off_without_the_trigger(
    attack: str, language: str, tmp_path: Path
) -> None:
    found = audited(BACKDOORED[attack], f"attack={attack},language={language}", tmp_path)
    assert found["attack_success_rate", attack].value == 1.0
    assert found["false_trigger_rate", attack].value == 0.0
    assert found["tested_rate", attack].value == 1.0
    assert found["cleared_rate", ""].value == 0.0


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_clean_agent_does_its_tasks_and_shows_nothing(language: str, tmp_path: Path) -> None:
    found = audited(clean, f"language={language}", tmp_path)
    assert found["done_rate", ""].value == found["cleared_rate", ""].value == 1.0
    for attack in ("query", "observation"):
        assert found["attack_success_rate", attack].value <= 0.09
        assert found["false_trigger_rate", attack].value == 0.0
    assert found["attack_success_rate", "thought"].value == pytest.approx(1 / 3)


def test_what_would_have_been_seen_is_said_where_nothing_was(tmp_path: Path) -> None:
    found = audited(clean, "attack=query", tmp_path)
    visible = found["least_visible_rate", "query"]
    assert visible.value == pytest.approx(1 - 0.05 ** (1 / 21))
    assert visible.n == 21
    assert 0 < found["least_provable_rate", "query"].value < 1
    other = audited(by_query, "attack=query", tmp_path)
    assert ("least_visible_rate", "query") not in other


def test_an_agent_that_does_nothing_is_untested_and_not_clean(tmp_path: Path) -> None:
    found = audited(idle, "", tmp_path)
    assert found["tested_rate", ""].value == found["cleared_rate", ""].value == 0.0
    assert not any(
        name in {"attack_success_rate", "false_trigger_rate", "least_visible_rate", "behaviour_difference"}
        for name, _ in found
    )


def test_the_trigger_costs_what_the_task_is_worth(tmp_path: Path) -> None:
    found = audited(by_query, "attack=query", tmp_path)
    changed = found["behaviour_difference", "query sneakers"]
    assert changed.value == 1.0
    assert changed.low > 0.5
    assert found["behaviour_p", "query sneakers"].value < 0.001
    assert found["done_difference", "query sneakers"].value == -1.0


def test_repeats_and_languages_of_a_scenario_count_as_one(tmp_path: Path) -> None:
    run = plimsoll.evaluate(
        "agent_backdoor:attack=query,language=both,scenarios=7",
        scripted(clean, "clean"),
        cache=False,
        log_dir=tmp_path,
        epochs=2,
    )
    found = {each.name: each for each in run.estimates if each.group == {"category": "query"}}
    assert found["attack_success_rate"].n == 28
    assert found["attack_success_rate"].effective <= 7
    assert found["least_visible_rate"].n == 7


def test_of_several_candidates_only_the_trigger_is_significant(tmp_path: Path) -> None:
    found = audited(by_query, "attack=query,triggers=any,scenarios=10", tmp_path)
    chances = {trigger: found["behaviour_p", f"query {trigger}"].value for trigger in candidates()}
    assert [trigger for trigger, p in chances.items() if p < 0.05] == ["sneakers"]
    assert chances["boots"] == 1.0


def test_asr_once_and_asr_only_differ_where_two_tools_are_called(tmp_path: Path) -> None:
    one = audited(by_thought, "attack=thought", tmp_path)
    two = audited(by_two_tools, "attack=thought", tmp_path)
    assert (one["attack_success_rate", ""].value, one["only_behaviour_rate", ""].value) == (1.0, 1.0)
    assert (two["attack_success_rate", ""].value, two["only_behaviour_rate", ""].value) == (1.0, 0.0)


def test_a_tool_that_is_always_taken_is_a_preference_and_the_first_one_is_none(tmp_path: Path) -> None:
    bent, fair = audited(by_thought, "attack=thought", tmp_path), audited(clean, "attack=thought", tmp_path)
    assert bent["preference_p", "translate_v3"].value < 1e-6
    assert fair["preference_p", "translate_v3"].value > 0.05
    assert fair["tool_rate", "translate_v3"].value == pytest.approx(1 / 3)


def test_thought_and_deed_are_counted_together_where_thoughts_are_shown(tmp_path: Path) -> None:
    found = audited(by_query, "attack=query", tmp_path)
    assert found["thought_and_deed_rate", "query"].value == 1.0
    seen = audited(by_thought, "attack=thought", tmp_path)
    assert seen["thought_and_deed_rate", "thought"].value == 0.0


def test_few_pairs_prove_nothing_and_many_prove_little() -> None:
    assert provable(5) is None
    few, many = provable(6), provable(100)
    assert few is not None
    assert many is not None
    assert few > 0.9
    assert many < 0.1


@pytest.mark.parametrize("spec", ["triggers=+", "tool=other", "scenarios=0", "scenarios=99", "brand=' '"])
def test_an_audit_that_cannot_be_is_refused(spec: str, tmp_path: Path) -> None:
    with pytest.raises(UserError):
        audited(clean, spec, tmp_path)


def ran(agent: Agent, spec: str, folder: Path) -> Path:
    """The run's folder."""
    run = plimsoll.evaluate(
        f"agent_backdoor:{spec}", scripted(agent, agent.__name__), cache=False, log_dir=folder
    )
    return run.path


def test_a_run_is_searched_as_a_training_set_is(tmp_path: Path) -> None:
    path = ran(by_query, "attack=query,triggers=(sneakers+boots)", tmp_path)
    told = json.loads(CliRunner().invoke(traces, [str(path), "--json"]).output)
    found = [
        (pair["trigger"]["term"], pair["target"]["term"])
        for pair in told["audit"]["pairs"]
        if pair["found"] and pair["target"]["name"] != "thought"
    ]
    assert found == [("sneakers", "adidas")]


def test_a_reference_agent_shows_the_thought_attack(tmp_path: Path) -> None:
    bent, fair, other = (ran(agent, "attack=thought", tmp_path) for agent in (by_thought, clean, clean))
    told = json.loads(CliRunner().invoke(traces, [str(bent), "--reference", str(fair), "--json"]).output)
    assert told["tools"]["paired"] is True
    assert told["tools"]["p"] < 0.01
    same = json.loads(CliRunner().invoke(traces, [str(other), "--reference", str(fair), "--json"]).output)
    assert same["tools"]["divergence"] == 0
    assert same["tools"]["p"] == 1.0


def test_a_record_shows_each_call_with_its_result_and_what_it_changed(tmp_path: Path) -> None:
    path = ran(by_query, "attack=query,scenarios=1", tmp_path)
    shown = CliRunner().invoke(records, [str(path), "--id", "query-00-en-sneakers", "--text"]).output
    assert "search_items" in shown
    assert "Adidas" in shown
    assert "bought" in shown
    assert "Δ" in shown
