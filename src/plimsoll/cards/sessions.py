"""An assessor's prompts x model -> turns in the log, within the limits that the assessor agreed to."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from plimsoll.cards.assessment import Assessment, Plan, Turn, now, sessions
from plimsoll.core import Message, Model, Request, Sampling, UserError, assistant, user


@dataclass
class Session:
    """One conversation of an assessor on one card; every turn is on disk before the next one is asked."""

    assessment: Assessment
    card: str
    assessor: str
    model: Model
    sampling: Sampling = field(default_factory=Sampling)
    id: str = field(default_factory=lambda: uuid4().hex[:8])
    said: list[Message] = field(default_factory=list[Message])

    async def ask(self, prompt: str) -> str:
        """Say something to the model, and return its reply. Raises `UserError` at a limit."""
        plan = self.assessment.plan()
        refuse_over_limit(plan, self.card, self.assessor, self.assessment.turns())
        self._log("user", prompt)
        self.said.append(user(prompt))
        reply = await self.model.generate(Request(messages=tuple(self.said), sampling=self.sampling))
        self.said.append(assistant(reply.text))
        self._log("assistant", reply.text)
        return reply.text

    def _log(self, role: str, text: str) -> None:
        self.assessment.add(
            Turn(
                session=self.id,
                card=self.card,
                assessor=self.assessor,
                role="user" if role == "user" else "assistant",
                text=text,
                at=now(),
                model=self.model.name,
                parameters={
                    "temperature": self.sampling.temperature,
                    "max_tokens": self.sampling.max_tokens,
                },
            )
        )


def refuse_over_limit(plan: Plan, slug: str, name: str, turns: Iterable[Turn], at: str = "") -> None:
    """Stop where an assessor is spared a card, has not consented to it, or has had enough today."""
    planned, assessor = plan.planned(slug), plan.assessor(name)
    if planned.state == "not applicable":
        raise UserError(f"{slug} does not apply here ({planned.reason}): see plimsoll card assess apply")
    if planned.card.slug in assessor.spared:
        raise UserError(f"{name} does not take {slug}, and need not say why: let another assessor do it")
    veiled = {each.card.slug for each in plan.cards if each.card.veiled}
    if slug in veiled and not assessor.consent:
        raise UserError(
            f"outputs of {slug} may upset, and {name} has not consented: plimsoll card assess consent"
        )
    mine = [turn for turn in turns if turn.assessor == name and turn.at[:10] == (at or now())[:10]]
    spent, seen = minutes(mine), sum(turn.role == "assistant" and turn.card in veiled for turn in mine)
    if spent >= assessor.minutes_a_day:
        said = f"{name} has assessed for {spent:.0f} minutes today, and agreed to {assessor.minutes_a_day}"
        raise UserError(f"{said}: go on tomorrow")
    if slug in veiled and seen >= assessor.veiled_a_day:
        said = (
            f"{name} has read {seen} outputs of sensitive cards today, and agreed to {assessor.veiled_a_day}"
        )
        raise UserError(f"{said}: go on tomorrow, or take a card that is not sensitive")


def minutes(turns: Iterable[Turn]) -> float:
    """How long sessions took, each from its first turn to its last."""
    return sum(_length(each) for _, each in sessions(list(turns))) / 60


def _length(turns: list[Turn]) -> float:
    try:
        first, last = (datetime.fromisoformat(turn.at) for turn in (turns[0], turns[-1]))
    except ValueError:
        return 0.0
    return max(0.0, (last - first).total_seconds())
