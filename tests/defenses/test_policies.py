"""What an agent may do is decided outside of it: lists, approvals, circles, budgets."""

import asyncio

import pytest

from plimsoll.core import Message, ModelError, Request, Response, Tool, ToolCall, UserError, assistant, user
from plimsoll.models.scripted import Answer, Scripted
from plimsoll.registry import build

READ, START = ToolCall(id="1", name="read_sheet"), ToolCall(id="2", name="start_machine")
TOOLS = (
    Tool(name="read_sheet", description="Read."),
    Tool(name="start_machine", description="Hazardous: starts."),
)
IN_JSON = '{"name": "start_machine", "arguments": {}}'
IN_LINES = "Thought: go\nAction: start_machine\nAction Input: {}"


def guarded(policy: str, said: Response | str, *before: Message, **people: Answer) -> Response:
    """What comes through a policy of an agent that says so."""
    agent = Scripted(lambda _: said)
    model_of = {
        name: Scripted(lambda _, a=answer: a, name=f"scripted/{name}") for name, answer in people.items()
    }
    part = build("defenses", policy, inner=agent, model_of=lambda spec: model_of[spec])
    request = Request(messages=(user("Run the machine."), *before), tools=TOOLS)
    return asyncio.run(part.generate(request))


def test_a_call_that_is_on_no_list_is_taken_out_and_the_others_stay() -> None:
    found = guarded("policies/AllowList:tools=read_*", Response(calls=(READ, START)))
    assert [call.name for call in found.calls] == ["read_sheet"]
    assert "start_machine is on no list" in found.notes[0]


def test_a_tool_that_is_on_no_list_is_not_offered() -> None:
    agent = Scripted(lambda request: " ".join(tool.name for tool in request.tools))
    part = build("defenses", "policies/AllowList:tools=read_*+ask", inner=agent)
    assert asyncio.run(part.generate(Request(messages=(user("x"),), tools=TOOLS))).text == "read_sheet"


@pytest.mark.parametrize("said", [Response(calls=(START,)), IN_JSON, IN_LINES])
def test_what_is_left_of_a_turn_without_its_call_ends_the_task_in_every_form(said: Response | str) -> None:
    found = guarded("policies/AllowList:tools=read_*", said)
    assert not found.calls
    assert "start_machine" not in found.text
    assert found.text.startswith("Final Answer:") == (said == IN_LINES)
    assert found.notes


@pytest.mark.parametrize(
    ("first", "second", "passes"),
    [
        ("yes", "Yes.", True),
        ("yes", "no", False),
        ("no", "yes", False),
        ("perhaps", "yes", False),
        ("是", "同意", True),
    ],
)
def test_a_hazardous_call_needs_both(first: str, second: str, passes: bool) -> None:
    found = guarded("policies/TwoPerson:first=a,second=b", Response(calls=(START,)), a=first, b=second)
    assert bool(found.calls) is passes


def test_whoever_breaks_has_not_approved_and_what_is_not_hazardous_needs_nobody() -> None:
    broken = ModelError("down")
    assert not guarded(
        "policies/TwoPerson:first=a,second=b", Response(calls=(START,)), a="yes", b=broken
    ).calls
    assert guarded("policies/TwoPerson:first=a,second=b", Response(calls=(READ,)), a="no", b="no").calls


def test_a_call_of_an_unknown_tool_is_hazardous() -> None:
    odd = Response(calls=(ToolCall(id="3", name="made_up"),))
    assert not guarded("policies/TwoPerson:first=a,second=b", odd, a="no", b="no").calls


def test_one_model_is_not_two_people() -> None:
    found = guarded("policies/TwoPerson:first=a,second=a", Response(calls=(START,)), a="yes")
    assert not found.calls
    assert "first and second are one model" in found.notes[0]


@pytest.mark.parametrize(
    "made", [Message(role="assistant", calls=(START,)), assistant(IN_JSON), assistant(IN_LINES)]
)
def test_the_same_call_is_not_made_a_third_time(made: Message) -> None:
    assert guarded("policies/NoCircles", Response(calls=(START,)), made).calls
    assert not guarded("policies/NoCircles", Response(calls=(START,)), made, made).calls
    assert guarded("policies/NoCircles", Response(calls=(READ,)), made, made).calls


def test_calls_above_the_budget_are_not_made() -> None:
    made = Message(role="assistant", calls=(READ,))
    found = guarded("policies/CallBudget:calls=2", Response(calls=(READ, START)), made)
    assert [call.name for call in found.calls] == ["read_sheet"]
    assert not guarded("policies/CallBudget:calls=1", Response(calls=(START,)), made).calls


def test_the_same_call_twice_in_a_turn_counts_twice() -> None:
    twice = Response(calls=(START, START, START))
    assert len(guarded("policies/NoCircles", twice).calls) == 2
    assert len(guarded("policies/CallBudget:calls=1", twice).calls) == 1


def test_a_turn_without_calls_is_left_alone() -> None:
    for policy in ("policies/AllowList:tools=x", "policies/NoCircles", "policies/CallBudget:calls=0"):
        found = guarded(policy, Response(text="All is well."))
        assert (found.text, found.notes) == ("All is well.", ())


@pytest.mark.parametrize("policy", ["policies/NoCircles:times=0", "policies/CallBudget:calls=-1"])
def test_numbers_that_make_no_policy_are_refused(policy: str) -> None:
    with pytest.raises(UserError):
        guarded(policy, "x")
