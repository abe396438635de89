"""Of several attacks one for each question, or one for each of several languages: the rest is theirs."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from random import Random

from plimsoll.core import Attack, Attempt, Model, Sample, Transcript, UserError, replace


@dataclass(frozen=True)
class Drawn(Attack):
    """One of several attacks, drawn by chance for each question."""

    name: str
    attacks: Sequence[Attack]
    seed: int

    async def attack(self, sample: Sample, target: Model) -> AsyncIterator[Sample]:
        """Yield what the attack that was drawn makes."""
        drawn = self._of(sample)
        async for variant in drawn.attack(sample, target):
            attempt = variant.attempt or Attempt(attack=self.name)
            parameters = {**attempt.parameters, "chosen": drawn.name}
            yield replace(
                variant,
                trail=(*sample.trail, self.name),
                attempt=replace(attempt, attack=self.name, parameters=parameters),
            )

    async def restore(self, sample: Sample, transcript: Transcript) -> Transcript:
        """Undo what was drawn for the question."""
        return await self._of(sample).restore(sample, transcript)

    def _of(self, sample: Sample) -> Attack:
        return Random(f"{self.seed}:{sample.question}").choice(self.attacks)


def needed(attacker: Model | None, spec: str) -> Model:
    """The attacker, where an attack cannot be made by rule. Raises `UserError`."""
    if attacker is None:
        raise UserError(f"{spec} is written by a model: add attacker=PROVIDER/MODEL")
    return attacker
