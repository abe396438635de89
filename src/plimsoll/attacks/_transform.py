"""The last user message -> the same in another writing, with a sentence around it; the reply -> plain again.

Writing and carrier are separate parts that combine: `encoding/base64:carrier=decode`.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from random import Random
from typing import Literal

from plimsoll.attacks._turns import turns_of
from plimsoll.core import (
    Attack,
    Attempt,
    Message,
    Model,
    Sample,
    Transcript,
    UserError,
    assistant,
    replace,
    system,
)
from plimsoll.data import resources
from plimsoll.text.codecs import Codec
from plimsoll.text.codecs.drawing import drawing
from plimsoll.text.plainness import plainer, plainness

CarrierName = Literal["raw", "decode", "answer", "same", "expert"]
"""What stands around the payload: nothing; a request to decode and answer; a request to answer in plain
language; one to answer in the same writing; or CipherChat's frame, a system prompt with examples."""
LONG = 8
"""Characters from which on a reply is not taken for encoded by chance."""
VERSION = 1
"""Rises whenever what an attack makes of a sample changes."""


@dataclass(frozen=True)
class Transform(Attack):
    """Rewrites the last user message, and reads replies that come back in the same writing.

    A sample whose letters the writing leaves as they are is marked `not_applicable`: an unchanged prompt
    is never counted as an attack."""

    name: str
    codec: Codec
    carrier: CarrierName = "raw"
    seed: int = 0

    def encode(self, text: str) -> str:
        """The payload of a text, drawn as for a sample without an id."""
        return self.codec.encode(text, self._draw(""))

    def decode(self, payload: str) -> str | None:
        """The text of a payload; nothing where it is damaged, or where nothing leads back."""
        return self.codec.decode(payload) if self.codec.decode else None

    async def attack(self, sample: Sample, target: Model) -> AsyncIterator[Sample]:
        """Yield the one variant; the plain request is kept for the judges."""
        before, last, after = turns_of(sample.messages)
        attacked = replace(sample, request=sample.request or last.text, trail=(*sample.trail, self.name))
        payload = self._payload(last.text, sample.id)
        if payload == last.text or not self.codec.applies(last.text):
            yield replace(attacked, attempt=Attempt(attack=self.name, validity="not_applicable"))
            return
        frame = Frame.of(self.carrier, self.codec, sample.language)
        text, start = frame.around(payload)
        first = frame.opening(self.codec, self._draw(f"{sample.id} examples")) if frame.system else ()
        yield replace(
            attacked,
            messages=(*first, *before, replace(last, text=text), *after),
            attempt=Attempt(
                attack=self.name,
                validity=self._validity(last.text, payload),
                parameters={
                    "version": VERSION,
                    "seed": self.seed,
                    "carrier": self.carrier,
                    "span": [start, start + len(payload)],
                },
            ),
        )

    def _payload(self, text: str, key: str) -> str:
        """The text in the writing; as it is where it is no whole Unicode, which no bytes can hold."""
        try:
            return self.codec.encode(text, self._draw(key))
        except UnicodeEncodeError:
            return text

    async def restore(self, sample: Sample, transcript: Transcript) -> Transcript:
        """Decode a reply that is in the writing; the raw one stays in the responses.

        Many models answer in plain words however they are asked: of reply and decoded reply the one that
        reads like language counts. Where neither does, a longer reply that can be decoded was written so:
        what comes out is for the attack before this one in a chain."""
        reply = transcript.reply
        plain = self.decode(reply)
        if plain is None or (plainer(reply, plain) == reply and not self._in_writing(reply)):
            return transcript
        return replace(transcript, messages=(*transcript.messages[:-1], assistant(plain)))

    def _in_writing(self, reply: str) -> bool:
        return self.codec.moves is None and len(reply) >= LONG and not plainness(reply)

    def _validity(self, text: str, payload: str) -> Literal["valid", "invalid", "unchecked"]:
        if self.codec.decode is None:
            return "unchecked"
        return "valid" if self.codec.decode(payload) == self.codec.kept(text) else "invalid"

    def _draw(self, key: str) -> Random:
        return drawing(f"{self.seed}:{key}")


@dataclass(frozen=True)
class Frame:
    """A carrier in one language."""

    template: str
    """Ends or begins with the slot of the payload; holds it once."""
    system: str
    examples: tuple[str, ...]
    cipher: str

    @classmethod
    def of(cls, carrier: CarrierName, codec: Codec, language: str) -> "Frame":
        """The carrier for a sample's language; English for languages that it is not written in."""
        texts, spoken = (
            resources.table("attacks", "carriers.toml")[carrier],
            "zh" if language.startswith("zh") else "en",
        )
        return cls(
            template=texts[spoken],
            system=texts.get(f"system_{spoken}", ""),
            examples=tuple(texts.get(f"examples_{spoken}", ())),
            cipher=codec.named(language),
        )

    def around(self, payload: str) -> tuple[str, int]:
        """The payload in its sentence, and where it begins."""
        before, after = (piece.replace("{cipher}", self.cipher) for piece in self.template.split("{payload}"))
        return before + payload + after, len(before)

    def opening(self, codec: Codec, draw: Random) -> tuple[Message, ...]:
        """The system prompt with encoded examples, of a carrier that has one."""
        examples = "\n".join(codec.encode(each, draw) for each in self.examples)
        return (system(self.system.replace("{cipher}", self.cipher).replace("{examples}", examples)),)


def share_of(name: str, share: float) -> float:
    """A share of letters as a user gave it. Raises `UserError`."""
    if not 0 < share <= 1:
        raise UserError(f"{name}: {share} is no share: give more than 0 and at most 1")
    return share
