"""Text -> text and back: the attack that rewrites the last user message."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from plimsoll.core import Attack, Model, Sample, Transcript, assistant, replace


@dataclass(frozen=True)
class Transform(Attack):
    """Encodes the last user message and decodes the reply."""

    name: str
    encode: Callable[[str], str]
    decode: Callable[[str], str]

    async def attack(self, sample: Sample, target: Model) -> AsyncIterator[Sample]:
        """Yield the one encoded variant; the plain request is kept for the judges."""
        *before, last = sample.messages
        yield replace(
            sample,
            messages=(*before, replace(last, text=self.encode(last.text))),
            request=sample.request or last.text,
            trail=(*sample.trail, self.name),
        )

    async def restore(self, sample: Sample, transcript: Transcript) -> Transcript:
        """Decode the reply; the raw one stays in the responses."""
        return replace(transcript, messages=(assistant(self.decode(transcript.reply)),))
