"""A way of asking -> the same for questions with pictures, which not every model takes."""

from dataclasses import dataclass

from plimsoll.core import Elicitation, Model, Need, Sample, Transcript


@dataclass(frozen=True)
class WithPictures:
    """Asks as the way inside it does, of models that take pictures."""

    inner: Elicitation
    needs: frozenset[Need] = frozenset({"images"})

    async def elicit(self, sample: Sample, model: Model) -> Transcript:
        """Ask the model about the sample."""
        return await self.inner.elicit(sample, model)
