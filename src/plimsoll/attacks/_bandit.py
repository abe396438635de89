"""A request and several attacks -> the variant that goes furthest, by trying what went furthest so far."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random

from plimsoll.attacks._inquiry import Inquiry, Spent, with_parameters
from plimsoll.attacks._sampling import undone
from plimsoll.attacks._turns import turns_of
from plimsoll.core import Attack, Attempt, Judge, Model, Sample, Transcript, replace


@dataclass
class _Arm:
    """One of the attacks: its place among them, its variants, and how far those went that were tried."""

    place: int
    stream: AsyncIterator[Sample]
    scores: list[float] = field(default_factory=list[float])

    @property
    def mean(self) -> float:
        return sum(self.scores) / len(self.scores)


@dataclass(frozen=True)
class Bandit(Attack):
    """Tries every attack once, then mostly the one whose tries went furthest, by a judge (epsilon-greedy).

    It learns within a question: what one question taught is no other's, so that order changes nothing."""

    attacks: tuple[Attack, ...]
    judge: Judge
    budget: int
    epsilon: float
    seed: int
    name: str = "search/bandit"

    async def attack(self, sample: Sample, target: Model) -> AsyncIterator[Sample]:
        """Yield the first variant that succeeds; else the one that went furthest."""
        plain = turns_of(sample.messages).last.text
        inquiry = Inquiry(sample, target, self.judge, self.budget)
        draw = Random(f"{self.seed}:{sample.id}")
        arms = [_Arm(place, _fresh(each, sample, target)) for place, each in enumerate(self.attacks)]
        arms, best, furthest = draw.sample(arms, len(arms)), sample, -1.0
        tries = [0] * len(arms)
        while arms and furthest < 1.0:
            arm = self._chosen(arms, draw)
            variant = await anext(arm.stream, None)
            if variant is None:
                arms.remove(arm)
                continue
            try:
                tried = await inquiry.tried(variant.messages)
            except Spent:
                break
            tries[arm.place] += 1
            arm.scores.append(tried.score)
            if tried.score > furthest:
                chosen = self.attacks[arm.place].name
                best = with_parameters(variant, chosen=chosen, place=arm.place, score=tried.score)
                furthest = tried.score
        attempt = best.attempt or Attempt(attack=self.name, validity="not_applicable")
        known = {**attempt.parameters, "tries": tries, "seed": self.seed}
        yield replace(
            best,
            request=sample.request or plain,
            trail=(*sample.trail, self.name),
            attempt=replace(attempt, attack=self.name, queries=inquiry.made, parameters=known),
        )

    def _chosen(self, arms: Sequence[_Arm], draw: Random) -> _Arm:
        if untried := next((arm for arm in arms if not arm.scores), None):
            return untried
        return draw.choice(arms) if draw.random() < self.epsilon else max(arms, key=lambda arm: arm.mean)

    async def restore(self, sample: Sample, transcript: Transcript) -> Transcript:
        """Undo what the chosen attack did."""
        return await undone(self.attacks, self.name, sample, transcript)


async def _fresh(attack: Attack, sample: Sample, target: Model) -> AsyncIterator[Sample]:
    """An attack's variants, each once; then those of other draws, until these bring nothing new."""
    seen = set[tuple[str, ...]]()
    for number in count():
        known = len(seen)
        drawn = replace(sample, id=f"{sample.id}~{number}") if number else sample
        async for variant in attack.attack(drawn, target):
            said = tuple(message.text for message in variant.messages)
            if variant.asked and said not in seen:
                seen.add(said)
                yield replace(variant, id=sample.id)
        if len(seen) == known:
            return
