"""A question and a chain of attacks -> its variants, each named, counted and kept as it comes."""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field

from plimsoll.core import Attack, Attempt, ByRule, Model, Sample, Validity, replace, stage
from plimsoll.run.ask.layers import EPOCH
from plimsoll.run.ask.parts import Chain
from plimsoll.run.ask.tracing import TRACE, Trace
from plimsoll.run.keep.variants import Call, Made, Variants

CHAINED = "+"
"""Stands for the attack while a chain is at work; its parameters are told apart by the attacks' names."""


@dataclass
class Making:
    """One chain at work on one question."""

    sample: Sample
    chain: Chain
    label: str
    """The chain in ids: its name, or its spec where two chains share a name."""
    target: Model
    store: Variants | None = None
    """Where variants are kept; nothing in a rehearsal."""
    _names: set[str] = field(default_factory=set[str])
    _stream: AsyncIterator[Sample] | None = None

    async def next(self) -> Sample | None:
        """The next variant: of those that are kept already, then of those that the attack makes.

        Nothing where there are no more. Raises `StageError`."""
        if self._stream is None:
            self._stream = self._asking()
        return await anext(self._stream, None)

    def by_rule(self) -> Iterator[Sample] | None:
        """All variants, where no model is asked for them. Raises `StageError` on the way.

        They are made again at no cost: nothing is traced, and nothing kept."""
        return None if self.chain.asks else self._ruled()

    def _ruled(self) -> Iterator[Sample]:
        chain, sample, number = self.chain, self.sample, 0
        first, *more = chain.by_rule
        # One attack by itself, which most are, needs none of the steps of a chain.
        alone = not more and sample.attempt is None
        with stage(f"attack {first.name}"):
            for raw in first.variants(sample) if alone else _ruled(sample, chain.by_rule):
                number += 1
                said = raw.attempt or Attempt(attack="")
                name = self._named(said.variant or str(number), number)
                attempt = replace(said, attack=chain.spec, variant=name)
                yield replace(raw, id=self._id(name), origin=sample.question, attempt=attempt)

    async def _asking(self) -> AsyncIterator[Sample]:
        question, chain, store = self.sample.question, self.chain.spec, self.store
        known = store is not None and store.knows(question, chain)
        stored = list(store.of(question, chain)) if store and known else []
        for sample in stored:
            self._names.add(sample.attempt.variant if sample.attempt else "")
            yield sample
        if store and known and store.complete(question, chain):
            return
        trace = Trace(
            list(store.answers(question, chain)) if store and known else (), self._heard if store else None
        )
        held: list[Sample] = []
        number = 0
        attacked = _chained(self.sample, self.chain.attacks, self.target)
        while True:
            # Its calls are traced, and drawn as those of the first epoch.
            traced, epoch = TRACE.set(trace), EPOCH.set(0) if EPOCH.get() else None
            try:
                raw = await anext(attacked, None)
            finally:
                TRACE.reset(traced)
                if epoch:
                    EPOCH.reset(epoch)
            if raw is None:
                break
            number += 1
            if number > len(stored):
                variant = self._variant(raw, number, trace)
                # What asked no model is made again at no cost: it is kept only where order wants it. A search
                # in weights calls no model, and says how often it ran one.
                if store:
                    held.append(variant)
                    if stored or trace.calls or (raw.attempt and raw.attempt.queries):
                        self._keep(held)
                yield variant
            trace.forget()
        if store and (stored or len(held) < number):
            self._keep(held)
            store.add(Made(origin=question, attack=chain))

    def _keep(self, held: list[Sample]) -> None:
        for variant in held if self.store else ():
            assert self.store is not None
            self.store.add(Made(origin=self.sample.question, attack=self.chain.spec, sample=variant))
        held.clear()

    def _heard(self, call: Call) -> None:
        assert self.store is not None
        self.store.add(Made(origin=self.sample.question, attack=self.chain.spec, calls=(call,)))

    def failed(self) -> Sample:
        """What stands for the variants that a broken attack did not make."""
        return replace(
            self.sample,
            id=self._id("failed"),
            origin=self.sample.question,
            attempt=Attempt(attack=self.chain.spec, variant="failed"),
        )

    def _variant(self, raw: Sample, number: int, trace: Trace) -> Sample:
        said = raw.attempt or Attempt(attack="")
        name = self._named(said.variant or str(number), number)
        attempt = replace(
            said,
            attack=self.chain.spec,
            variant=name,
            queries=said.queries or len(trace.calls),
            cost=trace.cost if said.cost is None else said.cost,
            saw=trace.saw,
        )
        return replace(raw, id=self._id(name), origin=self.sample.question, attempt=attempt)

    def _named(self, name: str, number: int) -> str:
        name = f"{name}.{number}" if name in self._names else name
        self._names.add(name)
        return name

    def _id(self, variant: str) -> str:
        return f"{self.sample.id}@{self.label}#{variant}"


def _ruled(sample: Sample, attacks: Sequence[ByRule]) -> Iterator[Sample]:
    """All variants of a chain that asks no model, each attack applied to what the ones before made."""
    first, *rest = attacks
    with stage(f"attack {first.name}"):
        for variant in first.variants(replace(sample, attempt=None) if sample.attempt else sample):
            made = _linked(sample, variant, first)
            if not rest or not made.asked:
                yield made  # what an attack leaves as it is, the chain does not apply to
            else:
                yield from _ruled(made, rest)


async def _chained(sample: Sample, attacks: Sequence[Attack], target: Model) -> AsyncIterator[Sample]:
    """The same of a chain in which models are asked."""
    first, *rest = attacks
    with stage(f"attack {first.name}"):
        async for variant in first.attack(
            replace(sample, attempt=None) if sample.attempt else sample, target
        ):
            made = _linked(sample, variant, first)
            if not rest or not made.asked:
                yield made
                continue
            async for deeper in _chained(made, rest, target):
                yield deeper


def _linked(sample: Sample, variant: Sample, attack: Attack) -> Sample:
    """A variant that knows what the attacks before did to its sample."""
    if sample.attempt is None:
        return variant
    return replace(variant, attempt=_joined(sample.attempt, variant.attempt, attack.name))


WORST_FIRST: tuple[Validity, ...] = ("not_applicable", "invalid", "unchecked", "valid")


def _joined(before: Attempt, made: Attempt | None, attack: str) -> Attempt:
    """What is known of a variant that several attacks made, one on the other's."""
    if made is None:
        return before
    known = dict(before.parameters) if before.attack == CHAINED else {before.attack: before.parameters}
    return replace(
        made,
        attack=CHAINED,
        variant=".".join(filter(None, (before.variant, made.variant))),
        queries=before.queries + made.queries,
        cost=None if before.cost is None and made.cost is None else (before.cost or 0) + (made.cost or 0),
        validity=min(before.validity, made.validity, key=WORST_FIRST.index),
        sampling={**before.sampling, **made.sampling},
        parameters={**known, attack: made.parameters},
    )
