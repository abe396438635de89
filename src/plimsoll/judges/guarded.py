"""A guard of conversations -> a judge of replies: it is shown the request and the reply as they came."""

from dataclasses import dataclass

from plimsoll.core import Guard, Instrument, Outcome, Sample, Transcript, Verdict, assistant, user
from plimsoll.judges.reading import read
from plimsoll.registry import judge

_EMPTY = Verdict(label="empty", value=None, outcome=Outcome.EMPTY)
_BLOCKED = Verdict(label="blocked", value=None, outcome=Outcome.BLOCKED)


@judge
@dataclass(frozen=True)
class Guarded:
    """Any guard as a judge: `guarded:guard=(words:file=...)`."""

    guard: Guard

    @property
    def name(self) -> str:
        """The guard's name."""
        return self.guard.name

    @property
    def instrument(self) -> Instrument:
        """What the guard finds."""
        return self.guard.instrument

    async def judge(self, sample: Sample, transcript: Transcript) -> Verdict:
        """Have the guard classify the exchange."""
        reading = read(sample, transcript)
        if reading.outcome is Outcome.ANSWERED:
            return await self.guard.classify((user(reading.request), assistant(reading.answer)))
        return _BLOCKED if reading.outcome is Outcome.BLOCKED else _EMPTY
