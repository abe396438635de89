"""A request -> the same in other words, written by a model; its refusals are a result, not an error."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from plimsoll.attacks._turns import turns_of
from plimsoll.core import (
    Attack,
    Attempt,
    Model,
    Request,
    Sample,
    Sampling,
    Validity,
    decoding,
    replace,
    system,
    user,
)
from plimsoll.data import resources
from plimsoll.text.languages import is_short, language_of
from plimsoll.text.refusals import refuses
from plimsoll.text.thoughts import split

VERSION = 1
"""Rises whenever the rewriting model is asked in other words."""
TRIES = 3
"""How often a rewriting model is asked that refuses or answers something else."""
LONGEST = 20_000
"""Characters of a rewritten prompt that is still believed to be one."""


@dataclass(frozen=True)
class Rewriting(Attack):
    """Has the last user message rewritten. Where the rewriting model will not or cannot, after some tries,
    the variant is not asked, and the record says why."""

    name: str
    attacker: Model
    technique: str
    definition: str
    language: str = ""
    """What to write in; empty for the sample's own."""
    seed: int = 0

    async def attack(self, sample: Sample, target: Model) -> AsyncIterator[Sample]:
        """Yield the one variant."""
        before, last, after = turns_of(sample.messages)
        language = self.language or sample.language
        written, problem = "", ""
        tried = 0
        while not written and tried < TRIES:
            reply = await self.attacker.generate(self.asked(last.text, language, tried))
            written, problem = read(reply.text, last.text)
            tried += 1
        parameters = {
            "version": VERSION,
            "seed": self.seed,
            "technique": self.technique,
            "attacker": f"{self.attacker.name}|{self.attacker.revision}",
            "tries": tried,
        }
        attacked = replace(sample, request=sample.request or last.text, trail=(*sample.trail, self.name))
        if not written:
            reason = {"reason": f"the rewriting model {problem}, {tried} times"}
            attempt = Attempt(
                attack=self.name, validity="not_applicable", queries=tried, parameters=parameters | reason
            )
            yield replace(attacked, attempt=attempt)
            return
        yield replace(
            attacked,
            messages=(*before, replace(last, text=written), *after),
            attempt=Attempt(
                attack=self.name,
                validity=in_language(written, language),
                queries=tried,
                parameters=parameters,
            ),
        )

    def asked(self, text: str, language: str, tried: int = 0) -> Request:
        """What the rewriting model is asked; another draw at each try."""
        texts = resources.table("attacks", "rewriting.toml")
        slots = {
            "technique": self.technique.replace("_", " "),
            "definition": self.definition,
            "language": texts["languages"].get(language, "the language of the prompt"),
        }
        said = texts["user"].strip()
        for slot, value in slots.items():
            said = said.replace(f"{{{slot}}}", value)
        before, _, after = said.partition("{request}")
        return Request(
            messages=(system(texts["system"]), user(before + text + after)),
            sampling=Sampling(temperature=1.0, seed=self.seed + tried, max_tokens=1024),
            draw=tried,
        )


def read(reply: str, text: str) -> tuple[str, str]:
    """What a rewriting model wrote: the prompt, or nothing and what was wrong with the reply."""
    said = split(reply).answer.strip()
    if not said:
        return "", "said nothing"
    prompt = _in_json(said)
    if prompt is None:
        return "", "refused" if refuses(said) else "gave no JSON object with a prompt"
    prompt = whole_unicode(prompt).strip()
    if not prompt:
        return "", "gave an empty prompt"
    if prompt == text.strip():
        return "", "gave the prompt back as it was"
    if len(prompt) > LONGEST:
        return "", f"gave more than {LONGEST:,} characters"
    return prompt, ""


def whole_unicode(text: str) -> str:
    """The text with half surrogates, which JSON can bring and no file can hold, as question marks."""
    return text.encode("utf-8", "replace").decode()


def in_language(text: str, language: str) -> Validity:
    """Whether a prompt is in the language that was asked for, as far as that can be told."""
    found = "" if is_short(text) else language_of(text)
    if not found or language not in resources.table("attacks", "rewriting.toml")["languages"]:
        return "unchecked"
    return "unchecked" if found == language else "invalid"


def _in_json(said: str) -> str | None:
    at = said.find("{")
    while at >= 0:
        try:
            value, _ = decoding.beginning(said, at)
        except ValueError:
            at = said.find("{", at + 1)
            continue
        found = value.get("prompt") if isinstance(value, dict) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
        return found if isinstance(found, str) else None
    return None
