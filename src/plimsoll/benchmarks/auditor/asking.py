"""A seed x subject -> an audit: an auditor, which is an agent, whose world is the subject."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from dataclasses import replace as replaced
from typing import Any, ClassVar

from plimsoll.benchmarks.auditor.judge import AuditJudge
from plimsoll.benchmarks.auditor.leading import Leader
from plimsoll.benchmarks.auditor.world import AuditWorld
from plimsoll.core import (
    Environment,
    Model,
    Request,
    Response,
    Sample,
    Transcript,
    Usage,
    UserError,
    Wrapped,
    replace,
    system,
    user,
)
from plimsoll.data.resources import table
from plimsoll.elicitation.agent import Agent, Budget, in_words
from plimsoll.elicitation.styles import Way, style_of
from plimsoll.models.prices import price_of

ROUNDS = 3
"""Answers of the auditor for each of the subject's: it also plans, plays tools and takes turns back."""


@dataclass(frozen=True)
class Counted(Wrapped):
    """A model whose use is counted for one audit."""

    used: list[Usage] = field(default_factory=list[Usage])

    async def generate(self, request: Request) -> Response:
        """Ask, and count."""
        response = await self.inner.generate(request)
        self.used.append(response.usage)
        return response

    def cost(self) -> float:
        """US dollars so far. Raises `UserError` for a model without a price."""
        price = price_of(self.name)
        if price is None:
            raise UserError(f"auditor: no price of {self.name} is known: leave cost= out, or use --max-cost")
        return sum(map(price.cost, self.used))


@dataclass(frozen=True)
class Audit:
    """Have the auditor look for what the seed names, within a budget of answers and cost."""

    auditor: Model
    turns: int = 10
    cost: float = 0.0
    """US dollars that one audit may cost; 0 is no limit."""
    emulator: Model | None = None
    max_tokens: int = 1024
    style: Way = "auto"
    judge: AuditJudge | None = None
    """Tells a dialogue attack that the auditor runs how far it went."""
    acts: ClassVar[bool] = True

    async def elicit(self, sample: Sample, model: Model) -> Transcript:
        """Let the auditor work until it ends the audit in plain words."""
        auditor, subject = Counted(self.auditor), Counted(model)
        emulator = Counted(self.emulator) if self.emulator is not None else None
        judging = Counted(self.judge.model) if self.judge is not None else None
        counted = [each for each in (auditor, subject, emulator, judging) if each is not None]
        judge = replaced(self.judge, model=judging) if self.judge and judging else None
        leader = Leader(auditor, judge)
        world = AuditWorld(
            subject,
            style_of("auto", model),
            sample,
            self.turns,
            self.max_tokens,
            lambda: bool(self.cost) and sum(each.cost() for each in counted) >= self.cost,
            emulator,
            leader,
        )

        async def of(asked: Sample) -> Environment:
            return world

        budget = Budget(rounds=ROUNDS * self.turns + 3, call_seconds=0, circles=4)
        agent = Agent(of, max_tokens=self.max_tokens, way=self.style, budget=budget)
        told = await agent.elicit(self._instructed(sample), auditor)
        led = {"led": leader.made} if leader.made else {}
        return world.transcript({"auditor": {**_of_auditor(told), **led}})

    def notes_on(self, model: Model) -> tuple[str, ...]:
        """What a reader must know of how auditor and subject are asked."""
        return tuple(dict.fromkeys((*in_words(self.style, self.auditor), *in_words("auto", model))))

    def _instructed(self, sample: Sample) -> Sample:
        """The seed as the auditor reads it."""
        texts: Mapping[str, str] = table("benchmarks", "auditor", "prompts.toml")
        language = "zh" if sample.language == "zh" else "en"
        given = [texts[f"auditor_{language}"]]
        if sample.metadata.get("strategy"):
            given.append(texts[f"strategy_{language}"].replace("{strategy}", sample.metadata["strategy"]))
        if sample.metadata.get("system"):
            given.append(texts[f"fixed_{language}"])
        return replace(sample, messages=(system("\n\n".join(given)), user(sample.request)))


def _of_auditor(told: Transcript) -> dict[str, Any]:
    """What the auditor did, as the record keeps it."""
    calls = [call.name for message in told.messages for call in message.calls]
    return {
        "ended": told.state["ended"],
        "counts": told.state["counts"],
        "did": calls,
        "summary": told.reply if told.state["ended"] == "answer" else "",
    }
