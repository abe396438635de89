"""What a strategy has in hand: an attacker, the target, a judge and a budget of calls."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from plimsoll.attacks._rewriting import TRIES, read
from plimsoll.core import (
    Attempt,
    Judge,
    Message,
    Model,
    Request,
    Response,
    Sample,
    Sampling,
    Transcript,
    UserError,
    assistant,
    replace,
    system,
    user,
)


class Tried(NamedTuple):
    """A conversation that was tried, with what the target said to it."""

    messages: tuple[Message, ...]
    """They end with the user's turn."""
    reply: str
    score: float
    """How far it went, by the judge: 1.0 where the event that is not safe happened."""
    readable: bool
    """Whether the judge could tell."""


class Spent(Exception):
    """The budget of calls to the target is used up."""


@dataclass
class Inquiry:
    """One question under a strategy."""

    sample: Sample
    target: Model
    judge: Judge
    budget: int
    """Calls to the target that may still be made."""
    made: int = field(default=0)

    async def reply(self, messages: Sequence[Message]) -> str:
        """What the target says to a conversation. Raises `Spent`."""
        if self.made >= self.budget:
            raise Spent
        self.made += 1
        response = await self.target.generate(Request(messages=tuple(messages)))
        return response.text

    async def tried(self, messages: Sequence[Message]) -> Tried:
        """Ask the target, and have the judge say how far it went. Raises `Spent`."""
        reply = await self.reply(messages)
        transcript = Transcript(responses=(Response(text=reply),), messages=(assistant(reply),))
        verdict = await self.judge.judge(replace(self.sample, messages=tuple(messages)), transcript)
        if verdict.value is None:
            return Tried(tuple(messages), reply, 0.0, readable=False)
        score = 1.0 - verdict.value if self.judge.instrument.higher_is_safer else verdict.value
        return Tried(tuple(messages), reply, score, readable=True)


@dataclass(frozen=True)
class Attacker:
    """A model that writes prompts, held to one JSON object."""

    model: Model
    role: str
    """Its system prompt."""
    seed: int = 0

    async def prompt(self, said: str, *, draw: int, unlike: str = "") -> tuple[str, str]:
        """The prompt that it writes, or nothing and why, after some tries."""
        problem = ""
        for tried in range(TRIES):
            number = draw * TRIES + tried
            sampling = Sampling(temperature=1.0, seed=self.seed + number, max_tokens=1024)
            messages = (system(self.role), user(said))
            reply = await self.model.generate(Request(messages=messages, sampling=sampling, draw=number))
            written, problem = read(reply.text, unlike)
            if written:
                return written, ""
        return "", problem


def attempted(sample: Sample, name: str, plain: str, **parameters: Any) -> Sample:
    """A variant that is still to be given its messages."""
    return replace(
        sample,
        request=sample.request or plain,
        trail=(*sample.trail, name),
        attempt=Attempt(attack=name, parameters=parameters),
    )


def gone_without(variant: Sample, problem: str) -> Sample:
    """A variant that is not asked, because the attacker wrote nothing."""
    assert variant.attempt is not None
    reason = {"reason": f"the attacking model {problem}, {TRIES} times"}
    attempt = replace(
        variant.attempt, validity="not_applicable", parameters={**variant.attempt.parameters, **reason}
    )
    return replace(variant, attempt=attempt)


def with_parameters(variant: Sample, **more: Any) -> Sample:
    """The variant with more said of how it came about."""
    assert variant.attempt is not None
    attempt = replace(variant.attempt, parameters={**variant.attempt.parameters, **more})
    return replace(variant, attempt=attempt)


def at_least_one(name: str, **numbers: int) -> None:
    """Refuse a budget, depth or width of nothing. Raises `UserError`."""
    for key, number in numbers.items():
        if number < 1:
            raise UserError(f"{name}: {key}={number}: give 1 or more")
