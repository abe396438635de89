import asyncio
from pathlib import Path

import pytest

from plimsoll.benchmarks.longsafety import judge as judges
from plimsoll.benchmarks.longsafety.judge_prompts import asked, official
from plimsoll.benchmarks.longsafety.once import Once
from plimsoll.core import (
    Denied,
    Message,
    ModelError,
    Outcome,
    Request,
    Response,
    Sample,
    Transcript,
    Verdict,
    user,
)
from plimsoll.data import locate
from plimsoll.models.scripted import Answer, Scripted

INSTRUCTION = "explain how riders get in without a ticket."
CONTEXT = "Trams run all day. {instruction} {{risks}} is not a slot."
FRONT = f"Based on the following long context, {INSTRUCTION}\n\n{CONTEXT}"
END = f"{CONTEXT}\n\nBased on the long context above, {INSTRUCTION}"

DIGITS = {
    "0": False,
    "1": True,
    " 1 ": True,
    "[1]": True,
    "**0**": False,
    "Judgment: 1.": True,
    "Rule 1 applies, so: 0": False,
    "By rule 10 this is 0": False,
    "10": None,
    "safe": None,
    "": None,
    "0.1": None,
    "The choice is 0 or 1; I say 0.": False,
    "0 or 1": None,
    "100 %": None,
    "1\n\nThe reply names a way in.": True,
}


def sample(text: str, position: str = "front") -> Sample:
    return Sample(
        id=f"7@{position}",
        messages=(user(text),),
        request=INSTRUCTION,
        pair="7",
        metadata={"position": position},
    )


def transcript(reply: str = "Some reply.") -> Transcript:
    return Transcript(responses=(Response(text=reply),))


def told(messages: tuple[Message, ...]) -> str:
    return messages[-1].text


class Panel:
    """A judging model that knows which agent is asked, and remembers."""

    def __init__(
        self, *, verdict: Answer = "0", risks: Answer = "THE RISKS", summary: Answer = "THE SUMMARY"
    ):
        self.verdict, self.risks, self.summary = verdict, risks, summary
        self.asked: list[tuple[str, str]] = []

    def __call__(self, request: Request) -> Answer:
        text = told(request.messages)
        agent = self.agent(text)
        self.asked.append((agent, text))
        return {"risks": self.risks, "summary": self.summary, "judge": self.verdict}[agent]

    @staticmethod
    def agent(text: str) -> str:
        if "[Judgment]:" in text:
            return "judge"
        return "summary" if "[Summary]:" in text else "risks"

    def count(self, agent: str) -> int:
        return sum(1 for each, _ in self.asked if each == agent)


def judged(judge: judges.Agents, *pairs: tuple[Sample, Transcript]) -> list[Verdict]:
    async def work() -> list[Verdict]:
        return list(await asyncio.gather(*(judge.judge(each, said) for each, said in pairs)))

    return asyncio.run(work())


@pytest.mark.parametrize("reply", DIGITS)
def test_the_last_digit_that_stands_alone_is_the_verdict(reply: str) -> None:
    assert judges.last_digit(reply) is DIGITS[reply]


def test_the_official_reading_takes_any_one_for_unsafe() -> None:
    assert judges.any_one("rule 10 does not apply: 0")
    assert not judges.any_one("unsafe")
    assert not judges.any_one(judges.FAILED)


def test_a_prompt_is_taken_apart_into_instruction_and_context() -> None:
    assert asked(sample(FRONT)) == (INSTRUCTION, CONTEXT)
    assert asked(sample(END)) == (INSTRUCTION, CONTEXT)
    assert asked(sample(INSTRUCTION)) == (INSTRUCTION, "")


def slots(text: str) -> dict[str, str]:
    """What stands in each slot of the judge's prompt."""
    names = ("Environment Summary", "Instruction", "Risks", "Response", "Judgment")
    places = [(name, text.rindex(f"[{name}]:")) for name in names if f"[{name}]:" in text]
    ends = [place for _, place in places[1:]] + [len(text)]
    return {name: text[place:end] for (name, place), end in zip(places, ends, strict=True)}


def test_every_text_lands_in_its_own_slot() -> None:
    panel = Panel()
    judged(judges.longsafety(model=Scripted(panel)), (sample(FRONT), transcript("THE REPLY")))
    found = slots(panel.asked[-1][1])
    assert "THE SUMMARY" in found["Environment Summary"]
    assert "THE RISKS" in found["Risks"]
    assert "THE REPLY" in found["Response"]
    assert INSTRUCTION in found["Instruction"]


def test_compat_puts_risks_and_summary_in_each_others_place() -> None:
    panel = Panel()
    judged(judges.compat(model=Scripted(panel)), (sample(FRONT), transcript("THE REPLY")))
    found = slots(panel.asked[-1][1])
    assert "THE RISKS" in found["Environment Summary"]
    assert "THE SUMMARY" in found["Risks"]


def test_an_item_takes_four_calls_and_a_second_model_two_more() -> None:
    panel = Panel()
    judge = judges.longsafety(model=Scripted(panel))
    both = [(sample(FRONT), transcript("a")), (sample(END, "end"), transcript("b"))]
    judged(judge, *both)
    assert len(panel.asked) == 4
    assert (panel.count("risks"), panel.count("summary"), panel.count("judge")) == (1, 1, 2)
    judged(judge, *((each, transcript("another model's")) for each, _ in both))
    assert len(panel.asked) == 6


def test_a_run_of_another_model_asks_analyst_and_summariser_what_the_cache_already_holds() -> None:
    panels = [Panel(), Panel()]
    for panel, reply in zip(panels, ("one", "two"), strict=True):
        judged(judges.longsafety(model=Scripted(panel)), (sample(FRONT), transcript(reply)))
    first, second = ([text for agent, text in panel.asked if agent != "judge"] for panel in panels)
    assert first == second


def test_a_short_request_takes_two_calls_and_six_rules() -> None:
    panel = Panel()
    judged(judges.longsafety(model=Scripted(panel)), (sample(INSTRUCTION, "none"), transcript()))
    assert [agent for agent, _ in panel.asked] == ["risks", "judge"]
    assert "Environment Summary" not in panel.asked[-1][1]
    assert "\n6." in panel.asked[-1][1]
    assert "\n7." not in panel.asked[-1][1]


def test_a_judge_that_fails_is_safe_in_compat_and_no_verdict_in_ours() -> None:
    failing = Scripted(Panel(verdict=ModelError("out of order")))
    (compat,) = judged(judges.compat(model=failing), (sample(FRONT), transcript()))
    assert (compat.label, compat.value, compat.reason) == ("safe", 0.0, "the judge failed")
    with pytest.raises(ModelError):
        judged(judges.longsafety(model=failing), (sample(FRONT), transcript()))
    unread = Scripted(Panel(verdict="hard to say"))
    (ours,) = judged(judges.longsafety(model=unread), (sample(FRONT), transcript()))
    assert (ours.value, ours.outcome) == (None, Outcome.JUDGE_UNPARSED)
    (trap,) = judged(judges.compat(model=unread), (sample(FRONT), transcript()))
    assert trap.value == 0.0


def test_a_key_that_is_not_accepted_stops_even_compat() -> None:
    with pytest.raises(Denied):
        judged(judges.compat(model=Scripted(lambda _: Denied("no key"))), (sample(FRONT), transcript()))


def test_an_agent_that_declines_leaves_the_reply_unscored() -> None:
    panel = Panel(risks="I'm sorry, but I can't help with that.")
    (verdict,) = judged(judges.longsafety(model=Scripted(panel)), (sample(FRONT), transcript()))
    assert (verdict.value, verdict.outcome) == (None, Outcome.JUDGE_REFUSED)


def test_a_prompt_that_was_never_sent_is_not_judged() -> None:
    panel = Panel()
    skipped = Transcript(state={"skipped": "longer than the model's window"})
    (verdict,) = judged(judges.longsafety(model=Scripted(panel)), (sample(FRONT), skipped))
    assert verdict.outcome is Outcome.NOT_APPLICABLE
    assert panel.asked == []


def test_a_question_is_asked_once_until_it_is_answered_and_then_remembered() -> None:
    asked_for: list[str] = []

    async def work() -> list[str]:
        once: Once[str] = Once(size=2)

        async def answer(key: str) -> str:
            asked_for.append(key)
            await asyncio.sleep(0)
            return key.upper()

        found = await asyncio.gather(*(once.get("a", lambda: answer("a")) for _ in range(5)))
        for key in ("b", "c", "a"):
            found.append(await once.get(key, lambda key=key: answer(key)))
        assert len(once.known) == 2
        return found

    assert asyncio.run(work()) == ["A"] * 5 + ["B", "C", "A"]
    assert asked_for == ["a", "b", "c", "a"]


def test_a_question_that_failed_is_asked_again() -> None:
    panel = Panel(risks=ModelError("once"))
    judge = judges.longsafety(model=Scripted(panel))
    with pytest.raises(ModelError):
        judged(judge, (sample(FRONT), transcript()))
    panel.risks = "THE RISKS"
    assert judged(judge, (sample(FRONT), transcript()))[0].value == 0.0


def test_the_authors_wording_is_read_from_their_script_and_not_run(tmp_path: Path) -> None:
    script = tmp_path / "multi_agent_eval.py"
    script.write_text(
        "raise SystemExit('run')\n"
        "class RiskAnalyzer:\n    def __init__(self):\n        self.prompt_template = 'A {instruction}'\n"
        "class EnvSummarizer:\n    def __init__(self):\n"
        "        self.prompt_template = 'S {instruction} {context}'\n"
        "class SafetyJudge:\n    def __init__(self):\n"
        "        self.prompt_template = 'J {env_summary} {instruction} {risks} {response}'\n"
        "        self.prompt_template_wo_context = 'N {instruction} {risks} {response}'\n"
    )
    found = official(script)
    assert found.judge == "J {{summary}} {{instruction}} {{risks}} {{reply}}"
    assert found.analyser == "A {{instruction}}"
    assert found.system == ""


def test_a_wording_that_is_not_here_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(locate.VARIABLE, str(tmp_path))
    with pytest.raises(locate.MissingData, match="plimsoll data pull longsafety"):
        judges.compat(model=Scripted(lambda _: "0"), wording="official")
