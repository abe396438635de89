"""The last user message -> the same in another writing, with a sentence around it; the reply -> plain again.

Writing and carrier are separate parts that combine: `encoding/base64:carrier=decode`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Literal, NamedTuple

from plimsoll.attacks._turns import spoken, turns_of
from plimsoll.core import (
    Attempt,
    ByRule,
    Message,
    Sample,
    Transcript,
    UserError,
    Validity,
    assistant,
    replace,
    system,
)
from plimsoll.data import resources
from plimsoll.text.codecs import Codec
from plimsoll.text.codecs.drawing import drawing
from plimsoll.text.codecs.letters import UPPER
from plimsoll.text.plainness import plainer, plainness

CarrierName = Literal["raw", "decode", "answer", "same", "expert", "taught"]
"""What stands around the payload: nothing; a request to decode and answer; a request to answer in plain
language; one to answer in the same writing; CipherChat's frame, a system prompt with examples; or
SORRY-Bench's, one English turn with the alphabet and three examples."""
LONG = 8
"""Characters from which on a reply is not taken for encoded by chance."""
VERSION = 1
"""Rises whenever what an attack makes of a sample changes."""


@dataclass(frozen=True)
class Transform(ByRule):
    """Rewrites the last user message, and reads replies that come back in the same writing.

    A sample whose letters the writing leaves as they are is marked `not_applicable`: an unchanged prompt
    is never counted as an attack."""

    name: str
    codec: Codec
    carrier: CarrierName = "raw"
    seed: int = 0

    @cached_property
    def _frames(self) -> Mapping[str, "Frame"]:
        return {language: frame_of(self.carrier, self.codec, language) for language in ("en", "zh")}

    def encode(self, text: str) -> str:
        """The payload of a text, drawn as for a sample without an id."""
        return self.codec.encode(text, self._draw(""))

    def decode(self, payload: str) -> str | None:
        """The text of a payload; nothing where it is damaged, or where nothing leads back."""
        return self.codec.decode(payload) if self.codec.decode else None

    def variants(self, sample: Sample) -> tuple[Sample]:
        """The one variant; the plain request is kept for the judges."""
        before, last, after = turns_of(sample.messages)
        plain, codec, trail = last.text, self.codec, (*sample.trail, self.name)
        write = codec.write
        try:
            payload = write(plain) if write else codec.encode(plain, self._draw(sample.id))
        except UnicodeEncodeError:  # no whole Unicode, which no bytes can hold
            payload = plain
        if payload == plain or not codec.applies(plain):
            nothing = Attempt(attack=self.name, validity="not_applicable")
            return (replace(sample, request=sample.request or plain, trail=trail, attempt=nothing),)
        frame = self._frames[spoken(sample.language)]
        first: tuple[Message, ...] = ()
        if frame.examples:
            text, start = frame.around(payload, codec, self._draw(f"{sample.id} examples"))
        else:
            text, start = frame.before + payload + frame.after, len(frame.before)
        if frame.system:
            first = frame.opening(codec, self._draw(f"{sample.id} examples"))
        attempt = Attempt(
            attack=self.name,
            validity=self._validity(plain, payload),
            parameters={
                "version": VERSION,
                "seed": self.seed,
                "carrier": self.carrier,
                "span": [start, start + len(payload)],
            },
        )
        messages = (*first, *before, replace(last, text=text), *after)
        return (
            replace(sample, request=sample.request or plain, trail=trail, messages=messages, attempt=attempt),
        )

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

    def _validity(self, text: str, payload: str) -> Validity:
        if self.codec.decode is None:
            return "unchecked"
        return "valid" if self.codec.leads_back(text, payload) else "invalid"

    def _draw(self, key: str) -> Random:
        # Seeded anew, which takes half as long as making one; nobody waits between a seed and its draws.
        self._random.seed(f"{self.seed}:{key}")
        return self._random

    @cached_property
    def _random(self) -> Random:
        return Random(0)


class Frame(NamedTuple):
    """A carrier in one language, for one writing."""

    before: str
    """What stands before the payload; `{examples}` in it stands for encoded examples."""
    after: str
    system: str
    """A system prompt; `{examples}` in it as well."""
    examples: tuple[str, ...]
    numbered: bool
    """Whether each example bears its number."""

    def around(self, payload: str, codec: Codec, draw: Random) -> tuple[str, int]:
        """The payload in its sentence with examples, and where it begins."""
        before = self._shown(self.before, codec, draw)
        return before + payload + self.after, len(before)

    def opening(self, codec: Codec, draw: Random) -> tuple[Message, ...]:
        """The system prompt with encoded examples, of a carrier that has one."""
        return (system(self._shown(self.system, codec, draw)),)

    def _shown(self, text: str, codec: Codec, draw: Random) -> str:
        if "{examples}" not in text:
            return text
        written = [codec.encode(each, draw) for each in self.examples]
        lines = [f"Example {n}: {each}" for n, each in enumerate(written)] if self.numbered else written
        return text.replace("{examples}", "\n".join(lines))


def frame_of(carrier: CarrierName, codec: Codec, spoken: str) -> Frame:
    """The carrier in English or Chinese; `taught` speaks English alone, as SORRY-Bench does."""
    texts = resources.table("attacks", "carriers.toml")[carrier]
    spoken = spoken if spoken in texts else "en"
    slots = {"{cipher}": codec.named(spoken), "{table}": _alphabet(codec) if carrier == "taught" else ""}

    def said(text: str) -> str:
        for slot, value in slots.items():
            text = text.replace(slot, value)
        return text

    before, after = map(said, texts[spoken].split("{payload}"))
    return Frame(
        before,
        after,
        system=said(texts.get(f"system_{spoken}", "")),
        examples=tuple(texts.get(f"examples_{spoken}", ())),
        numbered=carrier == "taught",
    )


def _alphabet(codec: Codec) -> str:
    """The signs of a writing that goes letter by letter, a line; nothing for one of bytes or code points."""
    if codec.moves is None or not codec.moves.match("A"):
        return ""
    return " ".join(f"{letter}={codec.encode(letter, drawing('')).strip()}" for letter in UPPER) + "\n"


def share_of(name: str, share: float) -> float:
    """A share of letters as a user gave it. Raises `UserError`."""
    if not 0 < share <= 1:
        raise UserError(f"{name}: {share} is no share: give more than 0 and at most 1")
    return share
