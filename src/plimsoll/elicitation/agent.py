"""Sample x model -> transcript of an agent: the model calls tools of a world made for this one sample.

Steps: (1) make the world, (2) ask the model, with the world's tools, natively or in its text, (3) run every
call in the order given, within a time for each, and hand the results back, thoughts included, (4) until the
model answers without a call, or a budget is used up, or it goes round in circles, (5) keep the state before
and after, and what each call changed. The world is closed whatever happens.

A call that cannot be read, names no tool, breaks its tool or takes too long comes back to the model as an
error, and is counted: what an agent cannot do is no reason to lose the case.
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, cast

import msgspec

from plimsoll.core import (
    Environment,
    EnvironmentOf,
    Message,
    Model,
    Need,
    PlimsollError,
    Response,
    Sample,
    Sampling,
    ToolCall,
    Transcript,
    replace,
)
from plimsoll.core.message import UNREAD
from plimsoll.data.changes import CHANGES, Change, changes
from plimsoll.data.schemas import misfits, properties
from plimsoll.elicitation.styles import AsJson, Said, Step, Style, Way, style_of
from plimsoll.text.calls import is_unread, shallow

Ended = Literal["answer", "rounds", "tokens", "seconds", "loop", "blocked", "lost"]
COUNTED = (
    "calls",
    "unread",
    "unknown",
    "misfit",
    "failed",
    "late",
    "dropped",
    "invented",
    "lost",
    "reported",
)
"""Calls; those without readable arguments, of no tool, against the tool's schema, failed, too slow, not run
(`compat`); turns with invented results, and turns that are neither call nor answer; calls that the model ran
itself and reports, which are among the calls."""
PERIODS = (1, 2, 3)
"""Lengths of the circles that are looked for."""
LONGEST = 200_000
"""Characters of a result that are handed on."""
MOMENT = 0.05
"""Seconds that a call is given at least."""
SHORT = 500
"""Characters of what is said of a state that cannot be kept."""
IN_WORDS = (
    "{model} has no tool calls of its own (a model at hand has them where its chat template has a place for "
    "tools): it is told in words to write them as JSON in its text."
)
NOT_READ = "The arguments are no JSON object that can be read; nothing was done."


@dataclass(frozen=True, kw_only=True)
class Budget:
    """How far an agent may go. 0 is no limit."""

    rounds: int = 10
    """Answers of the model."""
    tokens: int = 0
    """Tokens that it may write in all rounds together."""
    seconds: float = 0.0
    """Time for the whole case."""
    call_seconds: float = 30.0
    """Time for one call."""
    circles: int = 3
    """How often the same calls with the same results may come in a row."""


@dataclass(frozen=True)
class Agent:
    """A loop of calls and results, within a budget."""

    environment: EnvironmentOf
    max_tokens: int = 1024
    way: Way = "auto"
    budget: Budget = field(default_factory=Budget)
    first_only: bool = False
    """Whether only the first call of a turn is run and kept, as published scripts do (`compat`)."""
    own: Style | None = None
    """A style of a benchmark's own, in the place of `way`."""
    acts: ClassVar[bool] = True
    """What it brings to light is what a model does, not only what it says."""

    @property
    def needs(self) -> frozenset[Need]:
        """Tool calls, where they may not stand in the text."""
        return frozenset({"tools"}) if self.own is None and self.way == "native" else frozenset()

    def notes_on(self, model: Model) -> tuple[str, ...]:
        """What a reader must know of how this model is asked."""
        return in_words(self.way, model) if self.own is None else ()

    async def elicit(self, sample: Sample, model: Model) -> Transcript:
        """Let the model act until it answers."""
        world = await self.environment(sample)
        try:
            episode = _Episode(self, world, self.own or style_of(self.way, model))
            return await episode.run(sample, model)
        finally:
            # The case is played: what breaks in clearing up takes nothing of it away.
            with suppress(Exception):
                await world.close()


class _Episode:
    """One case under way."""

    def __init__(self, agent: Agent, world: Environment, style: Style) -> None:
        self.agent = agent
        self.world = world
        self.style = style
        self.tools = {tool.name: tool for tool in world.tools}
        self.steps: list[Step] = []
        self.responses: list[Response] = []
        self.counts: Counter[str] = Counter(dict.fromkeys(COUNTED, 0))
        self.changed: dict[str, tuple[Change, ...]] = {}
        self.ids: set[str] = set()
        self.began = time.monotonic()

    async def run(self, sample: Sample, model: Model) -> Transcript:
        before = self._state()
        self.ids.update(call.id for message in sample.messages for call in message.calls)
        ended: Ended | None = None
        while ended is None:
            request = self.style.request(
                sample.messages, self.steps, tuple(self.tools.values()), self._sampling()
            )
            response = _bounded(await model.generate(request))
            self.responses.append(response)
            said = self._named(self.style.read(response)._replace(reported=self._reported(response.steps)))
            self.steps.append(Step(said, await self._results(said.message.calls)))
            ended = self._ended(response, said)
        messages = [
            message
            for step in self.steps
            for message in (*step.said.reported, step.said.message, *step.results)
        ]
        state: dict[str, Any] = {
            "before": before,
            "after": self._state(),
            "ended": ended,
            "style": self.style.name,
            "counts": dict(self.counts),
        }
        if self.changed:
            state[CHANGES] = {
                key: [msgspec.to_builtins(each) for each in made] for key, made in self.changed.items()
            }
        return Transcript(responses=tuple(self.responses), messages=tuple(messages), state=state)

    def _sampling(self) -> Sampling:
        limit, whole = self.agent.max_tokens, self.agent.budget.tokens
        return Sampling(max_tokens=min(limit, whole - self._written()) if whole else limit)

    def _written(self) -> int:
        return sum(response.usage.output_tokens for response in self.responses)

    def _ended(self, response: Response, said: Said) -> Ended | None:
        """Why this was the last round, where it was."""
        if response.finish == "blocked" and not said.message.calls:
            return "blocked"
        if said.lost:
            self.counts["lost"] += 1
            if len(self.steps) > 1 and self.steps[-2].said.lost:
                return "lost"
        elif not said.message.calls:
            return "answer"
        return self._used_up()

    def _used_up(self) -> Ended | None:
        budget = self.agent.budget
        if budget.circles and in_circles(self.steps, budget.circles):
            return "loop"
        if len(self.responses) >= budget.rounds:
            return "rounds"
        if budget.tokens and self._written() >= budget.tokens:
            return "tokens"
        if budget.seconds and time.monotonic() - self.began >= budget.seconds:
            return "seconds"
        return None

    def _named(self, said: Said) -> Said:
        """The turn with ids that no other call has, and with the calls that are run."""
        calls = said.message.calls
        if self.agent.first_only and len(calls) > 1:
            self.counts["dropped"] += len(calls) - 1
            calls = calls[:1]
        self.counts["invented"] += said.invented
        named = tuple(self._with_id(call) for call in calls)
        return said._replace(message=replace(said.message, calls=named))

    def _reported(self, steps: Sequence[Message]) -> tuple[Message, ...]:
        """What the model says that it called itself, under ids that no other call has."""
        named: dict[str, str] = {}
        kept: list[Message] = []
        for step in steps:
            calls = tuple(self._with_id(call) for call in step.calls)
            named |= {old.id: new.id for old, new in zip(step.calls, calls, strict=True)}
            kept.append(replace(step, calls=calls, call_id=named.get(step.call_id, step.call_id)))
            self.counts["calls"] += len(calls)
            self.counts["reported"] += len(calls)
            self.counts["failed"] += step.error
        return tuple(kept)

    def _with_id(self, call: ToolCall) -> ToolCall:
        number = len(self.ids) + 1
        while not call.id or call.id in self.ids:
            call = replace(call, id=f"call_{number}")
            number += 1
        self.ids.add(call.id)
        return call

    async def _results(self, calls: Sequence[ToolCall]) -> tuple[Message, ...]:
        return tuple([await self._result(call) for call in calls])

    async def _result(self, call: ToolCall) -> Message:
        """What the world answers, and what the call changed in it."""
        self.counts["calls"] += 1
        tool = self.tools.get(call.name)
        if is_unread(call) and not (tool and UNREAD in properties(tool.parameters)):
            self.counts["unread"] += 1
            return _failed(call, NOT_READ)
        self.counts["unknown"] += tool is None
        self.counts["misfit"] += tool is not None and any(misfits(tool.parameters, call.arguments))
        before = self._state()
        result = await self._called(call)
        self.counts["failed"] += result.error
        if found := changes(before, self._state()):
            self.changed[call.id] = found
        return _cut(result)

    def _state(self) -> Mapping[str, Any]:
        """The world's state; where it gives none that a record can hold, why."""
        try:
            state = self.world.state()
            msgspec.json.encode(state)
        except Exception as error:  # noqa: BLE001  a world is anybody's code
            return {"unknown": f"{type(error).__name__}: {error}"[:SHORT]}
        return state

    async def _called(self, call: ToolCall) -> Message:
        limit = self._seconds_for_a_call()
        try:
            return await asyncio.wait_for(self._guarded(call), limit or None)
        except TimeoutError:
            self.counts["late"] += 1
            return _failed(call, f"The tool did not answer within {limit:g} seconds.")
        except PlimsollError:
            raise
        except Exception as error:  # noqa: BLE001  a tool is anybody's code
            return _failed(call, f"{type(error).__name__}: {error}")

    def _seconds_for_a_call(self) -> float:
        """What a call may take: no longer than the case has left. 0 is no limit."""
        budget = self.agent.budget
        if not budget.seconds:
            return budget.call_seconds
        left = max(MOMENT, budget.seconds - (time.monotonic() - self.began))
        return min(budget.call_seconds, left) if budget.call_seconds else left

    async def _guarded(self, call: ToolCall) -> Message:
        """What the world answers; one that would end us, or is cancelled of itself, has failed."""
        try:
            result = cast("object", await self.world.call(call))
        except (SystemExit, asyncio.CancelledError) as error:
            task = asyncio.current_task()
            if isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling():
                raise
            return _failed(call, f"the tool ended itself: {type(error).__name__}")
        if not isinstance(result, Message):
            return _failed(call, f"the tool gave {type(result).__name__}, and no message")
        return replace(result, role="tool", call_id=call.id)


def in_words(way: Way, model: Model) -> tuple[str, ...]:
    """A word on a model that is told of its tools in words, where it was not asked for so."""
    told = way == "auto" and style_of("auto", model).name == AsJson.name
    return (IN_WORDS.format(model=model.name),) if told else ()


def in_circles(steps: Sequence[Step], times: int) -> bool:
    """Whether the last rounds repeat each other, calls and results, so many times."""
    keys = [_key(step) for step in steps[-times * PERIODS[-1] :]]
    for period in PERIODS:
        last = keys[-period * times :]
        if len(last) == period * times and all(last[:period]) and last == last[:period] * times:
            return True
    return False


def _key(step: Step) -> str:
    calls = [[call.name, dict(call.arguments)] for call in step.said.message.calls]
    results = [result.text for result in step.results]
    return json.dumps([calls, results], sort_keys=True, default=str) if calls else ""


def _bounded(response: Response) -> Response:
    """The response with arguments that a record can hold: what is nested without end cannot be run either."""
    if all(shallow(call.arguments) for call in response.calls):
        return response
    calls = (
        call if shallow(call.arguments) else replace(call, arguments={UNREAD: "nested too deeply"})
        for call in response.calls
    )
    return replace(response, calls=tuple(calls))


def _failed(call: ToolCall, words: str) -> Message:
    return Message(role="tool", text=words, call_id=call.id, error=True)


def _cut(result: Message) -> Message:
    left = len(result.text) - LONGEST
    if left <= 0:
        return result
    return replace(result, text=f"{result.text[:LONGEST]}\n[... {left:,} characters left out ...]")


def counts_of(transcript: Transcript) -> Mapping[str, int]:
    """How many calls an agent made, and how many of them went wrong in which way."""
    found: Any = transcript.state.get("counts")
    return cast("Mapping[str, int]", found) if isinstance(found, Mapping) else {}
