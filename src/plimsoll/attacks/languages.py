"""A request -> the same request in another language, or in several, translated by a model.

Stored parallel questions need no translator: benchmarks that have them take `languages=`."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from dataclasses import replace as replaced

from plimsoll.attacks._rewriting import Rewriting
from plimsoll.attacks._turns import turns_of
from plimsoll.core import (
    Attack,
    Attempt,
    Model,
    Request,
    Sample,
    Sampling,
    Transcript,
    UserError,
    assistant,
    replace,
    user,
)
from plimsoll.data import resources
from plimsoll.registry import attack


@dataclass(frozen=True)
class Translation(Attack):
    """Has the request translated, and the reply translated back where judges are to read it."""

    name: str
    rewriting: Rewriting
    back: bool

    async def attack(self, sample: Sample, target: Model) -> AsyncIterator[Sample]:
        """Yield the one variant; none is asked of a sample that is in that language already."""
        if sample.language == self.rewriting.language:
            plain = sample.request or turns_of(sample.messages).last.text
            attempt = Attempt(attack=self.name, validity="not_applicable")
            yield replace(sample, request=plain, trail=(*sample.trail, self.name), attempt=attempt)
            return
        async for variant in self.rewriting.attack(sample, target):
            yield variant

    async def restore(self, sample: Sample, transcript: Transcript) -> Transcript:
        """The reply in the sample's own language; the raw one stays in the responses."""
        if not self.back or not transcript.reply.strip():
            return transcript
        texts = resources.table("attacks", "rewriting.toml")
        language = texts["languages"].get(sample.language, sample.language)
        asked = texts["translate"]["back"].strip().replace("{language}", language)
        before, _, after = asked.partition("{request}")
        request = Request(
            messages=(user(before + transcript.reply + after),),
            sampling=Sampling(temperature=0.0, max_tokens=4096),
        )
        plain = (await self.rewriting.attacker.generate(request)).text.strip()
        if not plain:
            return transcript
        return replace(transcript, messages=(*transcript.messages[:-1], assistant(plain)))


@attack
def translation(attacker: Model, to: str = "zh", back: bool = True, seed: int = 0) -> Translation:
    """Into the language of a code (`zh`, `sw`, `bn` ...); replies are translated back before they are judged.

    The translator is any model, and the record names it."""
    return into_language("languages/translation", attacker, to, back=back, seed=seed)


def into_language(name: str, attacker: Model, to: str, *, back: bool = True, seed: int = 0) -> Translation:
    """A translation under the name of an attack. Raises `UserError` where the language is not known."""
    texts = resources.table("attacks", "rewriting.toml")
    if to not in texts["languages"]:
        raise UserError(f"{name}: no language {to!r}; known are {', '.join(texts['languages'])}")
    known = texts["translate"]
    rewriting = Rewriting(name, attacker, known["technique"], known["definition"], language=to, seed=seed)
    return Translation(name, rewriting, back)


@attack
def mixed(attacker: Model, languages: tuple[str, ...] = ("en", "zh", "sw"), seed: int = 0) -> Rewriting:
    """Phrases in several languages (code switching)."""
    texts = resources.table("attacks", "rewriting.toml")
    if unknown := next((each for each in languages if each not in texts["languages"]), None):
        raise UserError(
            f"languages/mixed: no language {unknown!r}; known are {', '.join(texts['languages'])}"
        )
    names = ", ".join(texts["languages"][each] for each in languages)
    definition = texts["translate"]["mixed"].replace("{languages}", names)
    return replaced(
        Rewriting("languages/mixed", attacker, "code switching", definition, seed=seed), language="mixed"
    )
