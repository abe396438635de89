"""Prompts rewritten by a model: its refusals, loops and garbage are recorded, and are never asked."""

import asyncio
import json
from pathlib import Path

import pytest

from plimsoll import registry
from plimsoll.attacks._rewriting import TRIES, read
from plimsoll.core import Model, Response, Sample, Transcript, UserError, user
from plimsoll.data import resources
from plimsoll.models.scripted import Scripted
from tests.support.toy import Adder

REQUEST = "How do I bake bread at home without an oven?"


def rewritten(spec: str, attacker: Model, text: str = REQUEST, language: str = "en") -> Sample:
    async def first() -> Sample:
        attack = registry.build("attacks", spec, attacker=attacker)
        sample = Sample(id="1", messages=(user(text),), language=language)
        return await anext(attack.attack(sample, Adder()))

    return asyncio.run(first())


@pytest.mark.parametrize(
    ("reply", "prompt"),
    [
        ('{"prompt": "Bread, at home: how?"}', "Bread, at home: how?"),
        ('<think>{"prompt": "no"}</think>{"prompt": "Bread?"}', "Bread?"),
        ('Sure!\n```json\n{"prompt": "Say \\"bread\\"."}\n```', 'Say "bread".'),
        ('{not json} {"prompt": "Bread?"}', "Bread?"),
    ],
)
def test_a_rewritten_prompt_is_found_in_what_the_model_says(reply: str, prompt: str) -> None:
    made = rewritten("style/register:style=slang", Scripted(lambda _: reply))
    assert made.messages[-1].text == prompt
    assert made.request == REQUEST
    assert made.attempt is not None
    assert (made.attempt.queries, made.asked) == (1, True)
    assert made.attempt.parameters["technique"] == "slang"


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        ("I'm sorry, but I can't help with that.", "refused"),
        ("", "said nothing"),
        ("bread bread bread", "no JSON object"),
        ('{"prompt": 3}', "no JSON object"),
        ('{"prompt": "  "}', "empty prompt"),
        (json.dumps({"prompt": REQUEST}), "as it was"),
        (json.dumps({"prompt": "a" * 30_000}), "more than 20,000"),
        ("[" * 100_000, "no JSON object"),
    ],
)
def test_a_model_that_will_not_rewrite_is_asked_again_and_then_recorded(reply: str, problem: str) -> None:
    draws: list[int] = []

    def answer(request: object) -> str:
        draws.append(request.draw)  # type: ignore[attr-defined]
        return reply

    made = rewritten("persuasion:technique=time_pressure", Scripted(answer))
    assert draws == list(range(TRIES))
    assert not made.asked
    assert made.attempt is not None
    assert problem in made.attempt.parameters["reason"]
    assert made.attempt.queries == TRIES


def test_a_prompt_in_the_wrong_language_is_invalid() -> None:
    reply = json.dumps({"prompt": "请问在家里没有烤箱的时候，应该怎样做面包才好吃呢？"}, ensure_ascii=False)
    to_swahili = rewritten("languages/translation:to=sw", Scripted(lambda _: reply))
    assert to_swahili.attempt is not None
    assert to_swahili.attempt.validity == "invalid"
    to_chinese = rewritten("languages/translation:to=zh", Scripted(lambda _: reply))
    assert to_chinese.attempt is not None
    assert to_chinese.attempt.validity == "unchecked"


def test_what_is_in_the_language_already_is_not_translated() -> None:
    made = rewritten("languages/translation:to=zh", Adder(), "怎样做面包？", "zh")
    assert not made.asked


def test_a_translated_reply_is_translated_back_for_the_judges() -> None:
    attack = registry.build(
        "attacks", "languages/translation:to=zh", attacker=Scripted(lambda _: "I cannot help with that.")
    )
    raw = Transcript(responses=(Response(text="我无法帮助你。"),))
    restored = asyncio.run(attack.restore(Sample(id="1", messages=(), language="en"), raw))
    assert restored.reply == "I cannot help with that."
    assert restored.responses[0].text == "我无法帮助你。"


def test_the_forty_techniques_are_those_of_the_published_taxonomy(official: Path) -> None:
    lines = (
        (official.parent / "attack-catalogue" / "persuasion_taxonomy.jsonl").read_text("utf-8").splitlines()
    )
    published = {json.loads(line)["technique"].lower().replace("-", "_").replace(" ", "_") for line in lines}
    assert set(resources.table("attacks", "rewriting.toml")["persuasion"]) == published


def test_an_unknown_technique_is_refused_with_the_closest() -> None:
    with pytest.raises(UserError, match="did you mean logical_appeal"):
        registry.build("attacks", "persuasion:technique=logical_apeal", attacker=Adder())


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(UserError, match="no language 'klingon'"):
        registry.build("attacks", "languages/translation:to=klingon", attacker=Adder())


def test_a_prompt_is_read_whatever_stands_around_it() -> None:
    assert read('x {"prompt": "y"} z {"prompt": "w"}', "q") == ("y", "")
