"""An audit under way x a dialogue attack -> turns of the audit: the attack leads, the subject answers.

The attack is the very part that `--attack dialogue/...` runs. To it the audit is its target: turns that it
says are turns of the audit, with numbers of their own, what it takes back stays as a branch, and the subject
answers within the audit's budget. The auditor is its attacker, and the dimensions' first judge says how far
it went.
"""

from dataclasses import dataclass, field
from typing import Any

from plimsoll.attacks.dialogue import STRATEGIES, led
from plimsoll.benchmarks.auditor.world import AuditWorld, line_of
from plimsoll.core import (
    Attempt,
    Instrument,
    Judge,
    Model,
    Outcome,
    Request,
    Response,
    Sample,
    Transcript,
    Verdict,
    replace,
    user,
)

LONGEST = 4_000
"""Characters of the led turns that the auditor is shown."""


class Over(Exception):
    """The audit's budget is used up."""


@dataclass(frozen=True)
class Unjudged:
    """Stands where nobody judges: the attack goes on as long as it may."""

    name: str = "unjudged"

    @property
    def instrument(self) -> Instrument:
        """Nothing is measured."""
        return Instrument(event="unjudged", higher_is_safer=False, inputs=("conversation",), labels=())

    async def judge(self, sample: Sample, transcript: Transcript) -> Verdict:
        """No verdict."""
        return Verdict(label="unjudged", value=None, outcome=Outcome.NOT_APPLICABLE)


@dataclass(frozen=True)
class SoFar:
    """A judge of audits, as a judge of the audit so far."""

    inner: Judge
    world: AuditWorld

    @property
    def name(self) -> str:
        """The judge's."""
        return self.inner.name

    @property
    def instrument(self) -> Instrument:
        """The judge's."""
        return self.inner.instrument

    async def judge(self, sample: Sample, transcript: Transcript) -> Verdict:
        """Judge all that was said, however little of it the attack shows."""
        return await self.inner.judge(self.world.sample, self.world.transcript({}))


@dataclass
class Target:
    """The subject within an audit, as an attack asks it."""

    world: AuditWorld
    said: list[tuple[str, str, int]] = field(default_factory=list[tuple[str, str, int]])
    """What the attack said and heard, with the number of the turn after which it ends."""
    before: int = 0
    """The turn after which the attack began."""

    @property
    def name(self) -> str:
        """The subject's."""
        return self.world.subject.name

    @property
    def revision(self) -> str:
        """The subject's."""
        return self.world.subject.revision

    async def generate(self, request: Request) -> Response:
        """Take back what the attack took back, say its last turn, and hear the answer. Raises `Over`."""
        told = [message.text for message in request.messages if message.role == "user"]
        heard = [message.text for message in request.messages if message.role == "assistant"]
        kept = 0
        for (said, answer, _), (asked, given) in zip(self.said, zip(told, heard, strict=False), strict=False):
            if (said, answer) != (asked, given):
                break
            kept += 1
        if kept < len(self.said):
            await self.world.back(self.said[kept - 1][2] if kept else self.before)
            del self.said[kept:]
        if self.world.ended():
            raise Over
        reply = await self.world.heard(told[-1])
        self.said.append((told[-1], reply, self.world.last))
        return Response(text=reply)

    async def close(self) -> None:
        """The subject is closed by the run."""


@dataclass
class Leader:
    """Dialogue attacks for one audit."""

    attacker: Model
    judge: Judge | None
    made: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """What was led: strategy, request, how far it went, and its turns."""

    async def lead(self, world: AuditWorld, strategy: str, request: str) -> tuple[str, bool]:
        """Have a strategy bring the subject to a request; what came of it, and whether that is an error."""
        if strategy not in STRATEGIES:
            return f"No strategy is called {strategy[:100]!r}. There is {', '.join(STRATEGIES)}.", True
        if told := world.ended():
            return told, True
        left = world.limit - world.asked
        rounds = max(1, left - left // 3)
        judge: Judge = SoFar(self.judge, world) if self.judge is not None else Unjudged()
        attack = led(strategy, self.attacker, judge, rounds, left - rounds)
        began, target = world.last, Target(world, before=world.path[-1].number if world.path else 0)
        sample = replace(world.sample, messages=(user(request),), request=request, attempt=None)
        outcome: dict[str, Any] = {}
        try:
            async for variant in attack.attack(sample, target):
                outcome = _of(variant.attempt)
        except Over:
            outcome = {"ended": world.ended()}
        self.made.append(
            {"strategy": strategy, "request": request, "turns": [began + 1, world.last], **outcome}
        )
        shown = "\n".join(line_of(turn)[:LONGEST] for turn in world.path if turn.number > began)
        if world.last == began:
            return f"Nothing was said: {outcome.get('reason', 'the strategy wrote no turn')}.", True
        return f"{shown}\n{world.limit - world.asked} of its answers are left.", False


def _of(attempt: Attempt | None) -> dict[str, Any]:
    """What an attack says of how it went."""
    given = dict(attempt.parameters) if attempt is not None else {}
    return {key: given[key] for key in ("score", "asked", "taken_back", "reason") if key in given}
