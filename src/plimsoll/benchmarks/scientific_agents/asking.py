"""A case in several sessions x agent -> one transcript: the world stays, what was said may be forgotten.

A task that is cut into harmless-looking pieces is put to the agent piece by piece. In `separate` sessions it
remembers nothing of the earlier ones, but the laboratory does; `joined` is one conversation.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from plimsoll.benchmarks.scientific_agents.dataset import SESSIONS
from plimsoll.core import (
    Environment,
    EnvironmentOf,
    Message,
    Model,
    Need,
    Response,
    Sample,
    Tool,
    ToolCall,
    Transcript,
    replace,
    user,
)
from plimsoll.data.changes import CHANGES
from plimsoll.elicitation.agent import Agent, counts_of

Memory = Literal["separate", "joined"]


@dataclass(frozen=True)
class Sessions:
    """Plays cases of one session as they are, and others session by session in one world."""

    environment: EnvironmentOf
    agent: Agent
    """Its environment is not asked: a case's world is made once."""
    memory: Memory = "separate"
    acts: ClassVar[bool] = True

    @property
    def needs(self) -> frozenset[Need]:
        """What the agent needs."""
        return self.agent.needs

    def notes_on(self, model: Model) -> tuple[str, ...]:
        """What a reader must know of how this model is asked."""
        return self.agent.notes_on(model)

    async def elicit(self, sample: Sample, model: Model) -> Transcript:
        """Let the model act in every session."""
        requests: Sequence[str] = sample.metadata.get(SESSIONS, ())
        world = await self.environment(sample)
        try:
            if not requests:
                return await self._played(sample, world, model)
            return await self._all(sample, requests, world, model)
        finally:
            await world.close()

    async def _all(
        self, sample: Sample, requests: Sequence[str], world: Environment, model: Model
    ) -> Transcript:
        asked = sample.messages[:-1]
        whole: list[Transcript] = []
        so_far: tuple[Message, ...] = ()
        for number, request in enumerate(requests, start=1):
            known = so_far if self.memory == "joined" else ()
            session = replace(sample, messages=(*asked, *known, user(request)))
            found = numbered(await self._played(session, world, model), number)
            whole.append(found)
            so_far = (*so_far, user(request), *found.messages)
        return together(requests, whole)

    async def _played(self, sample: Sample, world: Environment, model: Model) -> Transcript:
        async def held(_: Sample) -> Environment:
            return _Kept(world)

        return await _with(self.agent, held).elicit(sample, model)


def _with(agent: Agent, environment: EnvironmentOf) -> Agent:
    return Agent(
        environment,
        max_tokens=agent.max_tokens,
        way=agent.way,
        budget=agent.budget,
        first_only=agent.first_only,
        own=agent.own,
    )


@dataclass(frozen=True)
class _Kept:
    """A world that is not closed with the session."""

    world: Environment

    @property
    def tools(self) -> Sequence[Tool]:
        return self.world.tools

    async def call(self, call: ToolCall) -> Message:
        return await self.world.call(call)

    def state(self) -> Mapping[str, Any]:
        return self.world.state()

    async def close(self) -> None:
        """Whoever made the world closes it."""


def numbered(transcript: Transcript, number: int) -> Transcript:
    """A session whose calls bear names that no other session's have."""

    def name(of: str) -> str:
        return f"s{number}-{of}" if of else of

    messages = tuple(
        replace(
            message,
            call_id=name(message.call_id),
            calls=tuple(replace(call, id=name(call.id)) for call in message.calls),
        )
        for message in transcript.messages
    )
    changed: Mapping[str, Any] = transcript.state.get(CHANGES, {})
    state = {**transcript.state, **({CHANGES: {name(key): each for key, each in changed.items()}})}
    return replace(transcript, messages=messages, state=state)


def together(requests: Sequence[str], sessions: Sequence[Transcript]) -> Transcript:
    """The sessions as one transcript; the first request stands in the sample already."""
    messages: list[Message] = []
    responses: list[Response] = []
    counts: Counter[str] = Counter()
    changed: dict[str, Any] = {}
    for number, (request, session) in enumerate(zip(requests, sessions, strict=True)):
        messages += [user(request)] if number else []
        messages += session.messages
        responses += session.responses
        counts.update(counts_of(session))
        changed |= session.state.get(CHANGES, {})
    last = sessions[-1].state
    state = {
        **last,
        "before": sessions[0].state.get("before"),
        "counts": dict(counts),
        "ended_by_session": [each.state.get("ended") for each in sessions],
        **({CHANGES: changed} if changed else {}),
    }
    return Transcript(responses=tuple(responses), messages=tuple(messages), state=state)
