"""Model -> the same model, whose calls of tools go by a policy: allow-lists, approvals, budgets, no circles.

The third pillar of "Prioritizing Safeguarding Over Autonomy" (Tang et al., 2024): what an agent may do is
decided outside of the agent. A call that the policy does not let pass is taken out of the reply before any
tool sees it; where nothing else is left, the agent's turn says so, which ends the task. Calls are told
natively and, where an agent calls tools in its text, by the forms that we offer (JSON objects, ReAct lines).
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from plimsoll.core import (
    Denied,
    Message,
    Model,
    ModelError,
    Request,
    Response,
    Sampling,
    Tool,
    ToolCall,
    UserError,
    Wrapped,
    replace,
    system,
    user,
)
from plimsoll.defenses._wording import spoken, words
from plimsoll.defenses.filters._checking import noted
from plimsoll.registry import defense
from plimsoll.text.calls import json_calls, react
from plimsoll.text.normal import folded, plain
from plimsoll.text.thoughts import split

MARK = "hazardous"
"""What the description of a tool holds that needs approval, where none is named."""
ACTION = "Action:"
SAID = 4
"""Tokens for a yes or a no."""


@defense
@dataclass(frozen=True)
class AllowList(Wrapped):
    """Offers only the tools on a list, written (a+b), `*` for anything; passes no call of others."""

    tools: str

    async def generate(self, request: Request) -> Response:
        """Ask with the tools that are allowed; where none is, with all, and no call of theirs passes."""
        allowed = tuple(tool for tool in request.tools if fits(tool.name, self.tools))
        response = await self.inner.generate(replace(request, tools=allowed or request.tools))
        calls = calls_of(response)
        return kept(
            response, request, ["" if fits(each.name, self.tools) else "is on no list" for each in calls]
        )


@defense
@dataclass(frozen=True)
class TwoPerson(Wrapped):
    """Has two models approve each call of a hazardous tool; without both it is not made.

    Hazardous is what `tools` names, written (a+b), or what says so in its description. A model that cannot
    be read, or breaks, has not approved."""

    first: Model
    second: Model
    tools: str = ""

    async def generate(self, request: Request) -> Response:
        """Ask, and hand on what two have approved."""
        response = await self.inner.generate(request)
        reasons = [
            await self._denied(call, request) if self._hazardous(call, request.tools) else ""
            for call in calls_of(response)
        ]
        return kept(response, request, reasons)

    async def close(self) -> None:
        """Close the agent's model; who hands out the other two closes them."""
        await self.inner.close()

    def _hazardous(self, call: ToolCall, offered: Sequence[Tool]) -> bool:
        if self.tools:
            return fits(call.name, self.tools)
        known = {tool.name: tool.description for tool in offered}
        return MARK in known.get(call.name, MARK).casefold()

    async def _denied(self, call: ToolCall, request: Request) -> str:
        if (self.first.name, self.first.revision) == (self.second.name, self.second.revision):
            return "needs two people, and first and second are one model"
        for number, person in (("first", self.first), ("second", self.second)):
            if not await _approves(person, call, request):
                return f"was not approved by the {number} of two people"
        return ""


@defense
@dataclass(frozen=True)
class NoCircles(Wrapped):
    """Passes the same call with the same arguments so many times in a conversation, and no more."""

    times: int = 2

    def __post_init__(self) -> None:
        if self.times < 1:
            raise UserError(f"policies/NoCircles: times={self.times}: give 1 or more")

    async def generate(self, request: Request) -> Response:
        """Ask, and take out what was called too often."""
        response = await self.inner.generate(request)
        made, reasons = Counter(_key(call) for call in made_in(request.messages)), list[str]()
        for call in calls_of(response):
            reasons.append(f"was made {self.times} times" if made[_key(call)] >= self.times else "")
            made[_key(call)] += 1
        return kept(response, request, reasons)


@defense
@dataclass(frozen=True)
class CallBudget(Wrapped):
    """Passes so many calls in a conversation, and no more."""

    calls: int = 10

    def __post_init__(self) -> None:
        if self.calls < 0:
            raise UserError(f"policies/CallBudget: calls={self.calls}: give 0 or more")

    async def generate(self, request: Request) -> Response:
        """Ask, and take out what is above the budget."""
        response = await self.inner.generate(request)
        left = self.calls - sum(1 for _ in made_in(request.messages))
        told = f"is above the budget of {self.calls}"
        reasons = ["" if place < left else told for place in range(len(calls_of(response)))]
        return kept(response, request, reasons)


def fits(name: str, patterns: str) -> bool:
    """Whether a name is one of those joined by `+`."""
    return any(fnmatchcase(name, pattern.strip()) for pattern in patterns.split("+") if pattern.strip())


def calls_of(response: Response) -> tuple[ToolCall, ...]:
    """The calls of a reply, native or in its text."""
    return response.calls or _in_text(response.text)


def kept(response: Response, request: Request, reasons: Sequence[str]) -> Response:
    """The response without the calls that there is a reason against; in a text all of them go."""
    calls = calls_of(response)
    against = [(call, why) for call, why in zip(calls, reasons, strict=True) if why]
    if not against:
        return response
    notes = tuple(f"{call.name} {why}: the call was not made" for call, why in against)
    passing = (
        tuple(call for call, why in zip(calls, reasons, strict=True) if not why) if response.calls else ()
    )
    if passing:
        return noted(replace(response, calls=passing), notes)
    told = words("policies")[f"withheld_{spoken(request.messages)}"]
    text = f"Final Answer: {told}" if ACTION in response.text and not response.calls else told
    return noted(replace(response, text=text, calls=(), finish="stop"), notes)


def _in_text(text: str) -> tuple[ToolCall, ...]:
    found = json_calls(text).calls
    if found:
        return found
    action = react(text).call
    return (action,) if action is not None else ()


def made_in(messages: Sequence[Message]) -> Iterator[ToolCall]:
    """The calls of a conversation so far."""
    for message in messages:
        if message.role == "assistant":
            yield from message.calls or _in_text(message.text)


def _key(call: ToolCall) -> str:
    return json.dumps([call.name, dict(call.arguments)], sort_keys=True, default=str)


async def _approves(person: Model, call: ToolCall, request: Request) -> bool:
    said = words("policies")
    asked = next((m.text for m in request.messages if m.role == "user"), "")
    language = spoken(request.messages)
    text = said[f"approve_{language}"].replace("{call}", _key(call)).replace("{request}", asked)
    sampling = Sampling(max_tokens=SAID, temperature=0.0, thinking=False)
    messages = (system(said[f"approver_{language}"]), user(text))
    try:
        reply = await person.generate(Request(messages=messages, sampling=sampling))
    except Denied:
        raise
    except ModelError:
        return False
    return folded(plain(split(reply.text).answer)).startswith(("yes", "是", "同意", "批准"))
