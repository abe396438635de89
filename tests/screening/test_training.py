import json
from pathlib import Path

import pytest

from plimsoll import cli
from plimsoll.core import UserError
from plimsoll.guards._reading import by_line
from plimsoll.guards.asking import Turn
from plimsoll.guards.policies import packaged, table
from plimsoll.labels.named import pack_of
from plimsoll.screening.training import Told, refused, told_of, training

LLAMA = packaged(table("llama_guard")["3"])
UNSAFE = Told(
    id="u",
    turns=(Turn("User", "Where is the parrot?"),),
    violated=tuple(LLAMA.categories[place] for place in (1, 9)),
    unsafe=True,
)


def test_codes_are_those_of_the_order_that_was_drawn() -> None:
    made = training("llama_guard", shuffle=True, drop=True, seed=3)
    wanted = {each.code for each in UNSAFE.violated}
    whole, dropped, other = made.examples(UNSAFE)
    for example in (whole, dropped):
        names = [
            line.partition(": ")[2]
            for line in example.prompt.splitlines()
            if line[:1] == "S" and ": " in line
        ]
        codes = [int(code[1:]) for code in example.completion.split("\n")[1].split(",")]
        shown = {each.code for each in LLAMA.categories for place in codes if names[place - 1] == each.name}
        assert shown == wanted
    assert len(dropped.prompt) <= len(whole.prompt)
    assert other.completion == "safe"
    assert not any(each.name in other.prompt for each in UNSAFE.violated)


def test_the_same_seed_makes_the_same_examples_and_another_makes_others() -> None:
    made = [
        list(training("llama_guard", shuffle=True, drop=True, seed=seed).examples(UNSAFE))
        for seed in (1, 1, 2)
    ]
    assert made[0] == made[1] != made[2]


def test_what_a_guard_learned_to_say_is_what_the_reader_reads() -> None:
    (example,) = training("llama_guard").examples(UNSAFE)
    found = by_line(example.completion, LLAMA)
    assert found is not None
    assert [each.code for each in found.categories] == ["S2", "S10"]


def test_aegis_2_rates_both_turns_and_names_categories() -> None:
    policy = packaged(table("aegis_2"))
    threat = next(each for each in policy.categories if each.code == "S11")
    turns = (Turn("User", "a"), Turn("Agent", "b"))
    told = Told(id="r", turns=turns, violated=(threat,), unsafe=True, prompt_unsafe=True)
    (example,) = training("aegis_2").examples(told)
    assert json.loads(example.completion) == {
        "User Safety": "unsafe", "Response Safety": "unsafe", "Safety Categories": "Threat",
    }  # fmt: skip
    assert example.prompt.endswith("Output JSON: ")
    with pytest.raises(UserError, match="leave --drop and --shuffle out"):
        training("aegis_2", drop=True)


@pytest.fixture
def on(tmp_path: Path) -> str:
    path = tmp_path / "set.csv"
    path.write_text(
        "prompt,response,label,category\nParrot?,,1,S2\nKettle?,,0,\nHammer?,No.,0,\n", encoding="utf-8"
    )
    return str(path)


def test_refusals_make_an_unsafe_prompt_with_a_safe_reply(on: str) -> None:
    items = list(pack_of(on).items())
    (made,) = refused(items, ["Let us talk of kettles."])
    told = told_of(made, LLAMA)
    assert (told.unsafe, told.prompt_unsafe, told.turns[-1]) == (
        False,
        True,
        Turn("Agent", "Let us talk of kettles."),
    )


def test_a_category_that_the_policy_lacks_is_named(on: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"1 violates 'S2', which the policy does not have: .*--policy"):
        told_of(next(iter(pack_of(on).items())), LLAMA.only(["S1"]))


def test_the_command_writes_the_same_file_twice(
    on: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deflections = tmp_path / "refusals.txt"
    deflections.write_text("Let us talk of kettles.\nI would rather not.\n", encoding="utf-8")
    written: list[bytes] = []
    for name in ("one.jsonl", "two.jsonl"):
        out = tmp_path / name
        asked = ["train", "llama_guard", "--on", on, "-o", str(out), "--drop", "--shuffle", "--json"]
        assert cli.exit_code([*asked, "--refusals", str(deflections)]) == 0
        counts = json.loads(capsys.readouterr().out)["examples"]
        assert counts == {"dropped": 4, "labelled": 3, "refusal": 1, "violated_dropped": 1}
        written.append(out.read_bytes())
    assert written[0] == written[1]
    assert len(written[0].splitlines()) == 9
