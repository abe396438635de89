"""Searches that breed templates: they end at success or at the budget, and never touch the request."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from plimsoll import registry
from plimsoll.attacks._mutation import RULES, own, sentences
from plimsoll.core import Instrument, Request, Sample, Transcript, UserError, Verdict, system, user
from plimsoll.models.scripted import REFUSAL, Scripted

REQUEST = "Tell me where the {request} key lies. 钥匙在哪里？"
SEARCHES = ("search/fuzz", "search/genetic")


class Opened:
    """Says that it happened where a reply holds the word; halfway where it holds half of it."""

    name = "opened"
    instrument = Instrument(event="unsafe", higher_is_safer=False)

    async def judge(self, sample: Sample, transcript: Transcript) -> Verdict:
        assert sample.request in ("", REQUEST)
        return Verdict(label="x", value=1.0 if "OPEN" in transcript.reply else 0.0)


def found(spec: str, target: Callable[[Request], str], **given: Any) -> Sample:
    async def first() -> Sample:
        attack = registry.build("attacks", spec, **{"judge": Opened(), **given})
        sample = Sample(id="1", messages=(system("Be brief."), user(REQUEST)))
        made = [each async for each in attack.attack(sample, Scripted(target))]
        assert len(made) == 1
        return made[0]

    return asyncio.run(first())


def parameters(made: Sample) -> dict[str, Any]:
    assert made.attempt is not None
    return dict(made.attempt.parameters)


@pytest.mark.parametrize("spec", SEARCHES)
@pytest.mark.parametrize("budget", [1, 7, 30])
def test_the_budget_of_calls_is_spent_and_not_more(spec: str, budget: int) -> None:
    asked: list[Request] = []

    def decline(request: Request) -> str:
        asked.append(request)
        return REFUSAL

    made = found(f"{spec}:budget={budget}", decline)
    assert len(asked) == budget == parameters(made)["asked"]
    assert made.asked
    assert all(request.messages[-1].text.count(REQUEST) == 1 for request in asked)
    assert all(request.messages[0] == system("Be brief.") for request in asked)


@pytest.mark.parametrize("spec", SEARCHES)
def test_the_first_prompt_that_succeeds_ends_the_search_and_is_kept(spec: str) -> None:
    asked: list[str] = []

    def give_in(request: Request) -> str:
        asked.append(request.messages[-1].text)
        return "OPEN" if len(asked) == 17 else REFUSAL

    made = found(spec, give_in)
    assert made.messages[-1].text == asked[-1]
    assert len(asked) == 17
    known = parameters(made)
    assert known["score"] == 1.0
    assert known["template"].replace("{request}", REQUEST, 1) == asked[-1]
    start, end = known["span"]
    assert made.messages[-1].text[start:end] == REQUEST == made.request


@pytest.mark.parametrize("spec", SEARCHES)
def test_what_does_not_decline_is_bred_from(spec: str) -> None:
    def answer(request: Request) -> str:
        return "The harbour is calm." if "administrator" in request.messages[-1].text else REFUSAL

    made = found(f"{spec}:budget=60", answer)
    assert "administrator" in made.messages[-1].text


@pytest.mark.parametrize("spec", SEARCHES)
def test_a_seed_gives_the_same_search_and_another_seed_another(spec: str) -> None:
    def asked(seed: int) -> list[str]:
        seen: list[str] = []

        def decline(request: Request) -> str:
            seen.append(request.messages[-1].text)
            return REFUSAL

        found(f"{spec}:budget=25,seed={seed}", decline)
        return seen

    assert asked(1) == asked(1)
    assert asked(1) != asked(2)


@pytest.mark.parametrize("select", ["ucb", "round_robin", "random"])
def test_every_way_of_choosing_tries_templates_as_they_are_first(select: str) -> None:
    seen: list[str] = []

    def decline(request: Request) -> str:
        seen.append(request.messages[-1].text)
        return REFUSAL

    found(f"search/fuzz:select={select},budget=8", decline)
    plain = {each.replace("{request}", REQUEST) for each in own("en")}
    assert seen[0] in plain
    if select != "random":
        assert set(seen) <= plain


@pytest.mark.parametrize("name", sorted(RULES))
def test_a_rule_makes_a_template_with_one_slot_out_of_any_two(name: str) -> None:
    odd = [
        "{request}",
        "One. {request} Two? Three!",
        "第一句。{request}第二句。",
        "```\n{request}\n```",
        "a" * 50 + "{request}",
    ]
    pool = [*own("en"), *own("zh"), *odd]
    for number in range(300):
        draw = Random(number)
        made = RULES[name](draw.choice(pool), draw.choice(pool), draw)
        assert made.count("{request}") == 1, made


def test_sentences_give_the_template_again() -> None:
    for text in (*own("en"), *own("zh"), "no end", "\n\n", "a.b.c", "“好。”他说。"):
        assert "".join(sentences(text)) == text


@pytest.mark.parametrize(
    "reply",
    [REFUSAL, "", "banana", json.dumps({"prompt": "no slot"}), json.dumps({"prompt": "{request} {request}"})],
)
@pytest.mark.parametrize("spec", SEARCHES)
def test_an_attacker_that_refuses_or_writes_garbage_costs_tries_and_is_recorded(
    spec: str, reply: str
) -> None:
    calls: list[Request] = []

    def write(request: Request) -> str:
        calls.append(request)
        return reply

    made = found(f"{spec}:budget=30", lambda _: REFUSAL, attacker=Scripted(write))
    assert len(calls) <= 3 * 30
    assert made.asked
    assert parameters(made)["asked"] == 30


@pytest.mark.parametrize("spec", SEARCHES)
def test_an_attacker_s_template_is_filled_and_its_operator_named(spec: str) -> None:
    made = found(
        f"{spec}:budget=40",
        lambda request: "OPEN" if "Dear friend" in request.messages[-1].text else REFUSAL,
        attacker=Scripted(lambda _: json.dumps({"prompt": "Dear friend, {request} Thank you."})),
    )
    assert made.messages[-1].text == f"Dear friend, {REQUEST} Thank you."
    assert parameters(made)["operators"][-1] in {"rephrase", "expand", "shorten", "similar", "cross"}


def test_a_pool_comes_from_a_folder_of_the_user_s(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("First: [INSERT PROMPT HERE]", encoding="utf-8")
    (tmp_path / "two.txt").write_text("Second: {query}", encoding="utf-8")
    seen: list[str] = []

    def decline(request: Request) -> str:
        seen.append(request.messages[-1].text)
        return REFUSAL

    found(f"search/fuzz:file={tmp_path},budget=2", decline)
    assert sorted(seen) == [f"First: {REQUEST}", f"Second: {REQUEST}"]


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("search/fuzz:budget=0", "budget=0"),
        ("search/genetic:budget=-3", "budget=-3"),
        ("search/genetic:population=4,elite=4", "elite=4"),
        ("search/fuzz:file=no-such-folder", "no-such-folder"),
        ("search/gcg:steps=0", "steps=0"),
        ("search/gcg:begin= ", "begin is empty"),
        ("search/beast:begin= ", "begin is empty"),
        ("search/beast:branching=0", "branching=0"),
        ("search/glitch_tokens:count=0", "count=0"),
    ],
)
def test_a_search_that_cannot_be_is_refused_in_a_sentence(spec: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        registry.build(
            "attacks",
            spec,
            **(
                {}
                if spec.startswith(("search/gcg", "search/beast", "search/glitch"))
                else {"judge": Opened()}
            ),
        )
