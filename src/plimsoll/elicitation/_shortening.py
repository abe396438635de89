"""A request that does not fit the model's context -> the same question with fewer shots."""

from collections.abc import Callable

from plimsoll.core import ContextExceeded, Model, Request, Sample, Transcript

Shorten = Callable[[Sample], Sample | None]
"""Makes the sample with its first shot dropped, or `None` where no shot is left to drop."""


def never(sample: Sample) -> Sample | None:
    """Nothing can be dropped: what is too long stays too long."""
    return None


async def ask(
    sample: Sample, model: Model, request: Callable[[Sample], Request], shorten: Shorten
) -> Transcript:
    """Send the request; drop shots from the front, never the question, until it fits."""
    dropped = 0
    while True:
        try:
            response = await model.generate(request(sample))
        except ContextExceeded:
            shorter = shorten(sample)
            if shorter is None:
                raise
            sample, dropped = shorter, dropped + 1
        else:
            said = (*response.steps, response.message) if response.steps else ()
            state = {"shots_dropped": dropped} if dropped else {}
            return Transcript(responses=(response,), messages=said, state=state)
