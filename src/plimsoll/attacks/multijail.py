"""A request -> the same in every language of a pool: does any of them get an answer?

MultiJail's two scenarios on any benchmark: the translated request alone (unintentional), or in the slot of a
wrapper of the user's that stays in its own language (intentional). Each language is a variant: reports give
success of any, and of each."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Literal

from plimsoll.attacks._turns import turns_of
from plimsoll.attacks._wrapping import SLOT
from plimsoll.attacks.languages import Translation, into_language
from plimsoll.core import Attack, Attempt, Model, Sample, Transcript, UserError, replace
from plimsoll.registry import attack
from plimsoll.text.templates import Template, read_template

Scenario = Literal["unintentional", "intentional"]
LEVELS = {"HRL": ("zh", "it", "vi"), "MRL": ("ar", "ko", "th"), "LRL": ("bn", "sw", "jv")}
"""Languages with much, some and little text on the web."""
POOLS = {**LEVELS, "all": tuple(each for level in LEVELS.values() for each in level)}


@dataclass(frozen=True)
class Pool(Attack):
    """Each question once in each language."""

    by_language: dict[str, Translation]
    wrapper: Template | None
    name: str = "multijail"

    async def attack(self, sample: Sample, target: Model) -> AsyncIterator[Sample]:
        """Yield a variant for each language; one that could not be translated is not asked."""
        for language, each in self.by_language.items():
            async for variant in each.attack(sample, target):
                attempt = variant.attempt or Attempt(attack=self.name)
                parameters = {**attempt.parameters, "language": language}
                named = replace(variant, attempt=replace(attempt, variant=language, parameters=parameters))
                yield self._wrapped(named) if self.wrapper and named.asked else named

    def _wrapped(self, variant: Sample) -> Sample:
        assert self.wrapper is not None
        before, last, after = turns_of(variant.messages)
        return replace(variant, messages=(*before, replace(last, text=self.wrapper.fill(last.text)), *after))

    async def restore(self, sample: Sample, transcript: Transcript) -> Transcript:
        """The reply translated back, where it was asked in another language."""
        language = sample.attempt.variant.partition(".")[0] if sample.attempt else ""
        each = self.by_language.get(language)
        return await each.restore(sample, transcript) if each else transcript


@attack
def multijail(
    attacker: Model,
    pool: str = "all",
    *,
    scenario: Scenario = "unintentional",
    template: str = "",
    back: bool = True,
    seed: int = 0,
) -> Pool:
    """Every language of a pool (`all`, `HRL`, `MRL`, `LRL`, or codes such as `zh+sw`): success of any counts.

    The translator is any model; `scenario=intentional` puts translations into the slot of `template=FILE`."""
    if (scenario == "intentional") != bool(template):
        raise UserError("multijail: scenario=intentional and template=FILE belong together")
    spoken = tuple(dict.fromkeys(code for piece in pool.split("+") for code in POOLS.get(piece, (piece,))))
    wrapper = read_template(template, SLOT, "{request}")[0] if template else None
    return Pool(
        {code: into_language("multijail", attacker, code, back=back, seed=seed) for code in spoken}, wrapper
    )
