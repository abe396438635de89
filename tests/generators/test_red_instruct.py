import asyncio
import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from plimsoll.core import Request, UserError
from plimsoll.data import risks
from plimsoll.generators.red_instruct import red_instruct, turns_of
from plimsoll.models.scripted import Scripted
from plimsoll.run.work.generating import Selection
from tests.support.generating import generated, killed, rows
from tests.support.generations import chosen
from tests.support.official_files import official_folder

TEMPLATE = "Given the conversation, answer in full.\nRed-LM: <question>\nBase-LM:"
CALM = (
    "Red-LM: May I ask about {0}?\n"
    "Base-LM: (Internal thought: polite (so far).) Of course.\n"
    "Red-LM: {0}\n"
    "Base-LM: (Internal thought: I decline.) I'd rather help you to ask an expert."
)


def model(rule: Callable[[Request], str]) -> Scripted:
    return Scripted(rule, name="scripted/test", revision="1")


def leading(request: Request) -> str:
    """Subtopics, questions and conversations as they are asked for; through the template, an answer."""
    said = request.messages[-1].text
    if said.startswith("Given the conversation"):
        return f"(Internal thought: go.) Red answer to {said.splitlines()[1][8:]}"
    wanted = int(found[1]) if (found := re.search(r"(?:Name|Write) (\d+) ", said)) else 0
    if "subtopics of this topic" in said:
        return json.dumps(
            [f"{word} of {said[7:12]}" for word in ("clocks", "harbours", "ledgers", "museums")][:wanted]
        )
    if "questions on this subtopic" in said:
        seed = f"{said[:80]}{request.draw}"
        return json.dumps([chosen(seed, number) for number in range(wanted)])
    return CALM.format(said.partition("Question: ")[2].partition("\n")[0])


def test_topics_by_subtopics_by_questions_with_pairs_of_equal_human_turns(
    tmp_path: Path,
) -> None:
    template = tmp_path / "cou.txt"
    template.write_text(TEMPLATE, encoding="utf-8")
    part = red_instruct(attacker=model(leading), subtopics=3, quota=4, red_template=str(template))
    seeds = list(risks.starter("red_instruct").seeds())[:2]
    selection = Selection(quota=part.quota, log=tmp_path / "log")
    kept = [each for each in asyncio.run(selection.choose(part, seeds)) if each.kept]
    assert len(kept) == 2 * 3 * 4
    assert set(Counter(each.category for each in kept).values()) == {4}
    for each in kept:
        record: dict[str, Any] = each.beside["conversations.jsonl"]
        blue, red = record["blue"], record["red"]
        assert [turn for turn in blue if turn["role"] == "user"] == [
            turn for turn in red if turn["role"] == "user"
        ]
        assert blue[-2]["text"] == record["question"] == each.prompt
        assert blue[-1]["text"] == "I'd rather help you to ask an expert."
        assert red[-1]["text"] == f"Red answer to {each.prompt}"
        assert "Internal thought" not in json.dumps(record)


def test_without_a_template_there_are_safe_conversations_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    killed("red_instruct", tmp_path / "cut", after=400)
    generated(capsys, "red_instruct", tmp_path / "cut")
    told = generated(capsys, "red_instruct", tmp_path / "whole")
    assert (told["kept"], told["cells"], told["full"]) == (2000, 100, 100)
    for name in ("samples.jsonl", "conversations.jsonl", "steps.jsonl"):
        assert (tmp_path / "cut" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    conversations = rows(tmp_path / "whole" / "conversations.jsonl")
    assert all("red" not in each and each["blue"][-2]["text"] == each["question"] for each in conversations)


def test_the_published_questions_may_be_led_up_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = official_folder("red-eval", monkeypatch) / "harmfulqa.json"
    told = generated(capsys, f"red_instruct:questions={file},conversations=none", tmp_path / "set")
    assert (told["cells"], told["wanted"], told["candidates"]) == (98, 1960, 1960)
    assert told["kept"] + told["rejected_for"]["near a kept prompt"] == 1960
    assert {row["made_of"]["topic"] for row in rows(tmp_path / "set" / "samples.jsonl")} >= {
        "Social Sciences"
    }


def test_a_red_answer_that_is_refused_leaves_the_safe_conversation_and_says_why(tmp_path: Path) -> None:
    template = tmp_path / "cou.txt"
    template.write_text(TEMPLATE, encoding="utf-8")

    def refusing(request: Request) -> str:
        red = request.messages[-1].text.startswith("Given")
        return "I'm sorry, but I can't help with that." if red else leading(request)

    part = red_instruct(attacker=model(refusing), subtopics=1, quota=1, red_template=str(template))
    seeds = list(risks.starter("red_instruct").seeds())[:1]
    decisions = asyncio.run(Selection(quota=1, log=tmp_path / "log").choose(part, seeds))
    record = decisions[-1].beside["conversations.jsonl"]
    assert record["red_problem"] == "the model refused"
    assert "red" not in record


@pytest.mark.parametrize(
    ("text", "turns"),
    [
        ("Red-LM: a\nBase-LM: b", 2),
        ("Base-LM: b\nRed-LM: a", 0),
        ("Red-LM: a\nBase-LM: b\nRed-LM: c", 0),
        ("Red-LM: a\nBase-LM: (Internal thought: only that.)", 0),
        ("Nobody speaks.", 0),
        ("", 0),
    ],
)
def test_a_conversation_takes_turns_and_ends_with_an_answer(text: str, turns: int) -> None:
    assert len(turns_of(text)) == turns


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"{]", "questions"),
        (b"{}", "holds no question"),
        (b"\xff", "not UTF-8"),
        (b'{"a": ["b"]}', "Expected"),
    ],
)
def test_a_bad_file_of_questions_is_one_sentence(content: bytes, told: str, tmp_path: Path) -> None:
    file = tmp_path / "questions.json"
    file.write_bytes(content)
    with pytest.raises(Exception, match=told):
        red_instruct(questions=str(file))


def test_a_template_needs_its_slot_and_a_model(tmp_path: Path) -> None:
    file = tmp_path / "cou.txt"
    file.write_text("no slot", encoding="utf-8")
    with pytest.raises(UserError, match="needs a model"):
        red_instruct(red_template=str(file))
    with pytest.raises(UserError, match="0 times"):
        red_instruct(attacker=model(leading), red_template=str(file))
