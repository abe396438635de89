"""Samples and chains of attacks -> their variants, before anybody is asked for an answer."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass

from plimsoll.core import Model, Request, Response, Sample, UserError
from plimsoll.run.ask.parts import Chain
from plimsoll.run.work.variants import Making


@dataclass(frozen=True)
class NoTarget:
    """Stands for the attacked model where none was named."""

    name: str = "no target"
    revision: str = ""

    async def generate(self, request: Request) -> Response:
        """Refuse. Raises `UserError`."""
        raise UserError("this attack questions the model under attack: name one with --model")

    async def close(self) -> None:
        """Nothing to let go of."""


async def attacked(
    samples: Iterable[Sample], chains: Sequence[Chain], target: Model
) -> AsyncIterator[Sample]:
    """Every sample's variants under every chain; the sample itself under none. Raises `StageError`."""
    for sample in samples:
        for chain in chains:
            if not chain.attacks:
                yield sample
                continue
            making = Making(sample, chain, chain.spec, target)
            ruled = making.by_rule()
            while (variant := next(ruled, None) if ruled else await making.next()) is not None:
                yield variant
