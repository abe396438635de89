"""A request -> many small disturbances of it, of which any may succeed; or the first attack that does."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from plimsoll.attacks._inquiry import Inquiry, Spent, with_parameters
from plimsoll.attacks._turns import turns_of
from plimsoll.core import Attack, Attempt, ByRule, Judge, Model, Sample, Transcript, replace
from plimsoll.text.codecs import letters, noise


@dataclass(frozen=True)
class BestOfN(ByRule):
    """So many disturbed copies of the request, each a variant of its own."""

    n: int
    rate: float
    seed: int
    name: str = "search/best_of_n"

    def variants(self, sample: Sample) -> Iterator[Sample]:
        """The copies: letters swapped within words, capitals by chance, signs put in."""
        before, last, after = turns_of(sample.messages)
        for number in range(1, self.n + 1):
            draw = Random(f"{self.seed}:{sample.id}:{number}")
            text = letters.random_capitals(0.5).encode(last.text, draw)
            for slip in ("swap", "punctuation"):
                text = noise.slips(slip, self.rate).encode(text, draw)
            yield replace(
                sample,
                messages=(*before, replace(last, text=text), *after),
                request=sample.request or last.text,
                trail=(*sample.trail, self.name),
                attempt=Attempt(
                    attack=self.name,
                    variant=str(number),
                    validity="not_applicable" if text == last.text else "unchecked",
                    parameters={"seed": self.seed, "rate": self.rate},
                ),
            )


@dataclass(frozen=True)
class FirstSuccess(Attack):
    """Tries one attack after the other until a judge says that one succeeded."""

    attacks: tuple[Attack, ...]
    judge: Judge
    budget: int
    seed: int
    name: str = "search/first_success"

    async def attack(self, sample: Sample, target: Model) -> AsyncIterator[Sample]:
        """Yield the first variant that succeeds; else the one that went furthest."""
        _, last, _ = turns_of(sample.messages)
        inquiry = Inquiry(sample, target, self.judge, self.budget)
        best, furthest = sample, -1.0
        places = list(enumerate(self.attacks))
        order = Random(f"{self.seed}:{sample.id}").sample(places, len(places))
        try:
            for place, each in order:
                async for variant in each.attack(sample, target):
                    if not variant.asked:
                        continue
                    tried = await inquiry.tried(variant.messages)
                    if tried.score > furthest:
                        best, furthest = (
                            with_parameters(variant, chosen=each.name, place=place, score=tried.score),
                            tried.score,
                        )
                    if tried.score >= 1.0:
                        raise Spent
        except Spent:
            pass
        attempt = best.attempt or Attempt(attack=self.name, validity="not_applicable")
        yield replace(
            best,
            request=sample.request or last.text,
            trail=(*sample.trail, self.name),
            attempt=replace(attempt, attack=self.name, queries=inquiry.made),
        )

    async def restore(self, sample: Sample, transcript: Transcript) -> Transcript:
        """Undo what the chosen attack did."""
        return await undone(self.attacks, self.name, sample, transcript)


async def undone(attacks: Sequence[Attack], name: str, sample: Sample, transcript: Transcript) -> Transcript:
    """The reply without what the chosen one of several attacks did: two may differ in an argument alone."""
    known: Mapping[str, Any] = sample.attempt.parameters if sample.attempt else {}
    place: int | None = known.get(name, known).get("place")  # in a chain, under the attack's name
    return transcript if place is None else await attacks[place].restore(sample, transcript)
