"""A wording, a policy and a model -> a guard: what the model is shown, and what its words and tokens come to.

What cannot be read is never called safe: it is `unparsed`, and whoever uses the guard decides. The whole
reply is kept, so that it can be read again.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, Literal, NamedTuple

from plimsoll.core import Instrument, Message, Model, Outcome, Request, Response, Sampling, Verdict, user
from plimsoll.core import replace as core_replace
from plimsoll.guards import _first_token
from plimsoll.guards._reading import Reading
from plimsoll.guards._verdicts import EMPTY, decided, instrument
from plimsoll.guards.policies import Policy
from plimsoll.text.refusals import refuses
from plimsoll.text.thoughts import split

Way = Literal["chat", "raw", "turns", "choice"]
"""How the model is asked: `chat` sends the guard's prompt as a user's message, `raw` the whole text with its
marks to a model at hand, `turns` the bare conversation to an endpoint whose own template makes the prompt,
`choice` has the model weigh `safe` against `unsafe`, so that it cannot leave the format."""

RIVALS = 20
"""Likeliest tokens that are asked for; endpoints grant no more."""
SHOWN = {"user": "User", "tool": "User", "assistant": "Agent"}


class Turn(NamedTuple):
    """A turn of the conversation, as guard prompts name its speaker."""

    role: str
    text: str


def turns_of(messages: Sequence[Message]) -> tuple[Turn, ...]:
    """User and agent; instructions from above are the operator's, and are not judged."""
    return tuple(Turn(SHOWN[each.role], each.text) for each in messages if each.role in SHOWN)


def is_blank(messages: Sequence[Message]) -> bool:
    """Whether the last turn says nothing that could be judged."""
    turns = turns_of(messages)
    return not turns or not turns[-1].text.strip()


def filled(text: str, slots: Mapping[str, str]) -> str:
    """A text with its slots filled once: what stands in a slot is never filled again."""
    return re.sub("|".join(map(re.escape, slots)), lambda slot: slots[slot[0]], text)


@dataclass(frozen=True, kw_only=True)
class Wording:
    """A published form: what is asked, and how the answer is read."""

    prompt: Callable[[Sequence[Turn], Policy], str]
    read: Callable[[str, Policy, str], Reading | None]
    """Reply, policy and the role that is judged -> what was said; nothing where it cannot be read."""
    score: Callable[[Response, str], float | None]
    """The chance of unsafe, from the tokens and the role that is judged."""
    wrap: str = "{prompt}"
    """The marks around the prompt, where the model is given the whole text."""
    max_tokens: int = 20
    continuations: tuple[str, str] = ("safe", "unsafe")
    version: int = 1
    """Rises with the parser."""


@dataclass(frozen=True)
class Asked:
    """A model that is asked in a guard's wording."""

    name: str
    wording: Wording
    policy: Policy
    model: Model
    way: Way = "chat"
    overrule: Callable[[Reading], Reading] = field(default=lambda reading: reading)
    """What a mode makes of a reading, such as whether `Needs Caution` is unsafe."""
    mode: str = ""

    @property
    def prompt_sha256(self) -> str:
        """SHA-256 of the prompt around a conversation of one word, in either role."""
        around = [(Turn("User", "{}"),), (Turn("User", "{}"), Turn("Agent", "{}"))]
        prompts = [
            self.wording.wrap.replace("{prompt}", self.wording.prompt(each, self.policy)) for each in around
        ]
        return sha256("\n".join([*prompts, self.way, self.mode]).encode()).hexdigest()

    @property
    def instrument(self) -> Instrument:
        """What it finds, and by which prompt, parser and model."""
        return instrument(
            f"{self.prompt_sha256[:12]}-{self.wording.version}", f"{self.model.name}|{self.model.revision}"
        )

    def request(self, messages: Sequence[Message]) -> Request:
        """What the model is asked."""
        sampling = Sampling(max_tokens=self.wording.max_tokens, temperature=0.0)
        if self.way == "turns":
            return Request(messages=tuple(messages), sampling=sampling, logprobs=RIVALS)
        prompt = self.wording.prompt(turns_of(messages), self.policy)
        if self.way == "raw":
            whole = self.wording.wrap.replace("{prompt}", prompt)
            return Request(messages=(user(whole),), sampling=sampling, logprobs=RIVALS, template="raw")
        if self.way == "choice":
            return Request(
                messages=(user(prompt),), sampling=sampling, continuations=self.wording.continuations
            )
        return Request(messages=(user(prompt),), sampling=sampling, logprobs=RIVALS)

    async def classify(self, messages: Sequence[Message]) -> Verdict:
        """Ask, and read the answer."""
        if is_blank(messages):
            return EMPTY
        response = await self.model.generate(self.request(messages))
        role = turns_of(messages)[-1].role
        weighed = _first_token.weighed(response) if self.way == "choice" else None
        if weighed is not None:
            return timed(found(self.policy, Reading(weighed >= 0.5), weighed, response.text), response)
        said = split(response.text).answer
        reading = self.wording.read(said, self.policy, role)
        if response.finish == "blocked" or reading is None:
            return timed(unread(response, said), response)
        score = self.wording.score(response, role)
        return timed(found(self.policy, self.overrule(reading), score, response.text), response)


def found(policy: Policy, reading: Reading, score: float | None, reply: str) -> Verdict:
    """The verdict of a reading; how sure it is, where the tokens tell."""
    detail: dict[str, Any] = {"guard_reply": reply}
    if reading.categories:
        detail["categories"] = [policy.address(each) for each in reading.categories]
    if reading.unknown:
        detail["unknown"] = list(reading.unknown)
    if reading.also:
        detail["also"] = dict(reading.also)
    if score is not None:
        detail["score"] = score
    return decided(unsafe=reading.unsafe, chance=score, detail=detail)


def timed(verdict: Verdict, response: Response) -> Verdict:
    """The verdict with what the call took, waiting for its turn aside."""
    seconds = response.usage.seconds
    return core_replace(verdict, detail={**verdict.detail, "seconds": seconds}) if seconds else verdict


def unread(response: Response, said: str) -> Verdict:
    """No verdict, and why: the guard declined, or said what cannot be read."""
    declined = response.finish == "blocked" or refuses(said)
    outcome = Outcome.JUDGE_REFUSED if declined else Outcome.JUDGE_UNPARSED
    reason = (
        "the guard's reply ended at its token limit" if response.finish == "length" and not declined else ""
    )
    return Verdict(
        label=outcome.value, value=None, outcome=outcome, reason=reason, detail={"guard_reply": response.text}
    )


@dataclass(frozen=True)
class EachCategory:
    """A guard that is asked of every category alone; the likeliest one decides."""

    inner: Asked

    @property
    def name(self) -> str:
        """The guard's name."""
        return self.inner.name

    @property
    def prompt_sha256(self) -> str:
        """Of the prompt with all categories, and that they are asked one by one."""
        return sha256(f"each {self.inner.prompt_sha256}".encode()).hexdigest()

    @property
    def instrument(self) -> Instrument:
        """As the guard's, asked otherwise."""
        inner = self.inner.instrument
        return Instrument(
            event=inner.event,
            higher_is_safer=False,
            inputs=inner.inputs,
            labels=inner.labels,
            revision=f"{inner.revision}-each",
            model=inner.model,
        )

    async def classify(self, messages: Sequence[Message]) -> Verdict:
        """Ask of each; one that cannot be read leaves the whole undecided, unless another is unsafe."""
        policy = self.inner.policy
        found: dict[str, Verdict] = {}
        for each in policy.categories:
            alone = replace(self.inner, policy=policy.only([each.code]))
            found[policy.address(each)] = await alone.classify(messages)
        return _together(found)


def _together(found: Mapping[str, Verdict]) -> Verdict:
    unsafe = [code for code, verdict in found.items() if verdict.value]
    broken = next((verdict for verdict in found.values() if verdict.value is None), None)
    if broken is not None and not unsafe:
        return broken
    scores = {code: _score(verdict) for code, verdict in found.items() if verdict.value is not None}
    highest = max(scores.values())
    detail: dict[str, Any] = {"scores": scores, "score": highest}
    if unsafe:
        detail["categories"] = unsafe
    return Verdict(
        label="unsafe" if unsafe else "safe",
        value=float(bool(unsafe)),
        confidence=round(highest if unsafe else 1 - highest, 6),
        detail=detail,
    )


def _score(verdict: Verdict) -> float:
    said = verdict.detail.get("score")
    return float(said) if isinstance(said, (int, float)) else verdict.value or 0.0
