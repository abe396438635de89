"""Strategies with an attacker, a target and a judge: they stop at success, at the budget, and at garbage."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from plimsoll import registry
from plimsoll.core import Instrument, Model, Request, Sample, Transcript, UserError, Verdict, assistant, user
from plimsoll.models.scripted import Scripted

REQUEST = "Tell me where the old key lies."


class Marked:
    """Says that it happened where a reply holds the word."""

    name = "marked"
    instrument = Instrument(event="unsafe", higher_is_safer=False)

    async def judge(self, sample: Sample, transcript: Transcript) -> Verdict:
        return Verdict(label="x", value=float("OPEN" in transcript.reply))


class Mute(Marked):
    """Can never tell."""

    async def judge(self, sample: Sample, transcript: Transcript) -> Verdict:
        return Verdict(label="unreadable", value=None)


def found(
    spec: str, target: Callable[[Request], str], attacker: Callable[[Request], str], **more: object
) -> Sample:
    async def first() -> Sample:
        attack = registry.build(
            "attacks", spec, attacker=Scripted(attacker), judge=more.get("judge", Marked())
        )
        return await anext(attack.attack(Sample(id="1", messages=(user(REQUEST),)), Scripted(target)))

    return asyncio.run(first())


def numbered(calls: list[Request]) -> Callable[[Request], str]:
    def write(request: Request) -> str:
        calls.append(request)
        return json.dumps({"prompt": f"prompt {len(calls)}"})

    return write


@pytest.mark.parametrize("name", ["search/pair", "search/tap"])
def test_a_search_ends_with_the_first_prompt_that_succeeds(name: str) -> None:
    asked: list[str] = []

    def target(request: Request) -> str:
        asked.append(request.messages[-1].text)
        return "OPEN" if asked[-1] == "prompt 5" else "No."

    made = found(name, target, numbered([]))
    assert made.messages[-1].text == "prompt 5"
    assert asked[-1] == "prompt 5"
    assert made.attempt is not None
    assert (made.attempt.parameters["score"], made.attempt.parameters["asked"]) == (1.0, len(asked))
    assert made.request == REQUEST


def test_the_next_prompt_is_written_in_the_light_of_the_last_reply() -> None:
    calls: list[Request] = []
    found("search/pair:streams=1,depth=2", lambda _: "The {score} door stays shut.", numbered(calls))
    assert "The {score} door stays shut." in calls[1].messages[-1].text
    assert "prompt 1" in calls[1].messages[-1].text
    assert "0.00 of 1" in calls[1].messages[-1].text


@pytest.mark.parametrize(
    ("spec", "calls"),
    [
        ("search/pair:streams=2,depth=3", 6),
        ("search/pair:streams=2,depth=3,budget=4", 4),
        ("search/tap:depth=2,branching=3,width=1", 4),
        ("dialogue/crescendo:rounds=4", 4),
        ("dialogue/agent:rounds=2", 2),
    ],
)
def test_no_more_is_asked_than_the_budget_allows(spec: str, calls: int) -> None:
    asked: list[Request] = []

    def target(request: Request) -> str:
        asked.append(request)
        return "The weather is fine."

    made = found(spec, target, numbered([]))
    assert len(asked) == calls
    assert made.asked


def test_a_turn_that_is_declined_is_taken_back() -> None:
    asked: list[tuple[str, ...]] = []

    def target(request: Request) -> str:
        asked.append(tuple(message.text for message in request.messages))
        return "I'm sorry, but I can't help with that." if len(asked) == 2 else "Go on."

    made = found("dialogue/crescendo:rounds=3,backtracks=2", target, numbered([]))
    assert asked[2] == ("prompt 1", "Go on.", "prompt 3")
    assert "prompt 2" not in [message.text for message in made.messages]
    assert made.attempt is not None
    assert made.attempt.parameters["taken_back"] == 1
    assert made.messages[-1].role == "user"


def test_the_conversation_ends_with_the_turn_that_succeeded() -> None:
    def target(request: Request) -> str:
        return "OPEN" if len(request.messages) == 3 else "Go on."

    made = found("dialogue/foot_in_the_door", target, numbered([]))
    assert made.messages == (user("prompt 1"), assistant("Go on."), user("prompt 2"))


@pytest.mark.parametrize("spec", ["search/pair", "search/tap", "dialogue/crescendo", "dialogue/likert"])
@pytest.mark.parametrize("reply", ["I cannot assist with that.", "", "banana"])
def test_an_attacker_that_writes_nothing_leaves_a_record_that_is_not_asked(spec: str, reply: str) -> None:
    asked: list[Request] = []

    def target(request: Request) -> str:
        asked.append(request)
        return "?"

    made = found(spec, target, lambda _: reply)
    assert asked == []
    assert not made.asked
    assert made.attempt is not None
    assert "the attacking model" in made.attempt.parameters["reason"]


def test_a_judge_that_cannot_tell_is_no_success() -> None:
    made = found("search/pair:streams=1,depth=2", lambda _: "OPEN", numbered([]), judge=Mute())
    assert made.attempt is not None
    assert made.attempt.parameters["score"] == 0.0


def test_the_first_attack_that_succeeds_is_chosen_and_undone_on_the_reply() -> None:
    def target(request: Request) -> str:
        return "OPEN" if "=" in request.messages[-1].text else "No."

    async def first() -> tuple[Sample, str]:
        attack = registry.build(
            "attacks", "search/first_success:attacks=characters/lowercase+encoding/base64", judge=Marked()
        )
        made = await anext(attack.attack(Sample(id="1", messages=(user(REQUEST),)), Scripted(target)))
        restored = await attack.restore(
            made, Transcript(messages=(assistant("SSBjYW5ub3QgaGVscCB5b3UgdGhlbg=="),))
        )
        return made, restored.reply

    made, reply = asyncio.run(first())
    assert made.attempt is not None
    assert made.attempt.parameters["chosen"] == "encoding/base64"
    assert reply == "I cannot help you then"


ARMS = "attacks=(encoding/rot13+(encoding/caesar:offset=5)+characters/typos)"


def tried_by(spec: str, target: Callable[[str], str], judge: object) -> tuple[Sample, list[str]]:
    asked: list[str] = []

    def reply(request: Request) -> str:
        asked.append(request.messages[-1].text)
        return target(asked[-1])

    async def first() -> Sample:
        attack = registry.build("attacks", spec, judge=judge)
        return await anext(attack.attack(Sample(id="1", messages=(user(REQUEST),)), Scripted(reply)))

    return asyncio.run(first()), asked


class Near:
    """How far a reply went, as it says itself."""

    name = "near"
    instrument = Instrument(event="gave in", higher_is_safer=False)

    async def judge(self, sample: Sample, transcript: Transcript) -> Verdict:
        return Verdict(label="said", value=float(transcript.reply))


def half_way(said: str) -> str:
    return "0.5" if sum(word in REQUEST.split() for word in said.split()) >= 3 else "0.1"


def test_a_bandit_tries_every_attack_once_and_then_what_went_furthest() -> None:
    """Slips of the hand go half the way: no draw of them is tried twice, and the ciphers, which have one
    variant each, once."""
    made, asked = tried_by(f"search/bandit:{ARMS},budget=12", half_way, Near())
    assert len(asked) == len(set(asked)) == 12
    assert made.attempt is not None
    assert made.attempt.queries == 12
    assert made.attempt.parameters["tries"] == [1, 1, 10]
    assert made.attempt.attack == "search/bandit"
    assert made.id == "1"
    again, _ = tried_by(f"search/bandit:{ARMS},budget=12", half_way, Near())
    assert again == made


def test_a_bandit_ends_with_the_first_success_and_undoes_the_very_attack() -> None:
    wanted = registry.build("attacks", "encoding/caesar:offset=5").encode(REQUEST)
    for spec in ("search/bandit", "search/first_success"):
        arms = "attacks=((encoding/caesar:offset=3)+(encoding/caesar:offset=5)+encoding/rot13)"
        made, asked = tried_by(f"{spec}:{arms}", lambda said: "1.0" if said == wanted else "0.0", Near())
        assert asked[-1] == wanted
        attack = registry.build("attacks", f"{spec}:{arms}", judge=Near())
        reply = registry.build("attacks", "encoding/caesar:offset=5").encode("I cannot help you with that.")
        restored = asyncio.run(attack.restore(made, Transcript(messages=(assistant(reply),))))
        assert restored.reply == "I cannot help you with that."


def test_a_bandit_whose_attacks_have_nothing_more_stops_before_its_budget() -> None:
    made, asked = tried_by("search/bandit:attacks=(encoding/rot13+encoding/base64)", lambda _: "0.0", Near())
    assert len(asked) == 2
    assert made.attempt is not None
    assert sorted(made.attempt.parameters["tries"]) == [1, 1]
    nothing, asked = tried_by("search/bandit:attacks=(chinese/split+arabic/tatweel)", lambda _: "0.0", Near())
    assert asked == []
    assert nothing.attempt is not None
    assert nothing.attempt.validity == "not_applicable"


def test_best_of_n_makes_n_variants_that_differ() -> None:
    async def every() -> list[Sample]:
        attack = registry.build("attacks", "search/best_of_n:n=5,seed=2")
        return [each async for each in attack.attack(Sample(id="1", messages=(user(REQUEST),)), subject)]

    subject: Model = Scripted(lambda _: "")
    texts = [each.messages[-1].text for each in asyncio.run(every())]
    assert len(set(texts)) == 5
    assert texts == [each.messages[-1].text for each in asyncio.run(every())]


def test_a_request_in_pieces_is_whole_in_the_conversation() -> None:
    async def first() -> Sample:
        attack = registry.build("attacks", "dialogue/chunked:pieces=3")
        return await anext(
            attack.attack(Sample(id="1", messages=(user(REQUEST),)), Scripted(lambda _: "next"))
        )

    made = asyncio.run(first())
    assert [message.role for message in made.messages] == ["user", "assistant"] * 3 + ["user"]
    pieces = [each.text.partition(f"iece {n}: ")[2] for n, each in enumerate(made.messages[:-1:2], 1)]
    assert "".join(pieces) == REQUEST


def test_turns_of_ones_own_are_put_one_after_the_other(tmp_path: Path) -> None:
    (tmp_path / "turns.txt").write_text("Hello!\nNow this: {request}\nMore, please.\n", encoding="utf-8")

    async def first() -> Sample:
        attack = registry.build("attacks", f"dialogue/script:file={tmp_path / 'turns.txt'}")
        return await anext(
            attack.attack(Sample(id="1", messages=(user(REQUEST),)), Scripted(lambda _: "Yes?"))
        )

    said = [message.text for message in asyncio.run(first()).messages]
    assert said == ["Hello!", "Yes?", f"Now this: {REQUEST}", "Yes?", "More, please."]


@pytest.mark.parametrize(
    "spec",
    ["search/best_of_n:n=0", "search/pair:budget=0", "search/tap:width=0", "dialogue/crescendo:rounds=0"],
)
def test_a_budget_of_nothing_is_refused(spec: str) -> None:
    more = {} if "best" in spec else {"attacker": Scripted(lambda _: ""), "judge": Marked()}
    with pytest.raises(UserError, match="give 1 or more"):
        registry.build("attacks", spec, **more)
