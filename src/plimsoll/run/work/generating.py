"""Candidates of any generator -> those that stay, by quota and budget, with every decision logged.

A run that was cut off goes on where its log ends: what was decided is neither asked nor decided again.
"""

from collections import Counter
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import msgspec
from msgspec import Struct

from plimsoll.core import (
    DataError,
    Generator,
    Model,
    Request,
    Sample,
    Sampling,
    decoding,
    files,
    replace,
    system,
    user,
)
from plimsoll.data import resources
from plimsoll.text.jaccard import script_tokens
from plimsoll.text.thoughts import split

NEAR = 0.7
"""Shared character 3-grams (Jaccard) from which on two prompts count as one: S-Eval's kind of filter."""
SHORTEST, LONGEST = 8, 4_000
"""Characters of a text that is believed to be a prompt."""


class Decision(Struct, frozen=True, kw_only=True):
    """What became of one candidate."""

    risk: str
    number: int
    prompt: str
    kept: bool
    reason: str = ""
    found: str | None = None
    """What the classifier took it for; nothing where it was not asked."""


@dataclass(frozen=True)
class Classifier:
    """Says which risk a prompt falls under, whatever it was written for."""

    model: Model
    definitions: Mapping[str, str]

    async def risk_of(self, prompt: str) -> str:
        """The id of one risk, `none`, or nothing where the reply names not exactly one."""
        texts = resources.table("run", "work", "generating.toml")
        listed = "\n".join(f"{name}: {text}" for name, text in self.definitions.items())
        before, _, after = texts["user"].replace("{categories}", listed).partition("{prompt}")
        request = Request(
            messages=(system(texts["system"]), user(before + prompt + after)),
            sampling=Sampling(temperature=0.0, max_tokens=256),
        )
        said = split((await self.model.generate(request)).text).answer.strip().strip("\"'`.*").lower()
        named = [name for name in (*self.definitions, "none") if name.lower() == said]
        return named[0] if named else ""


@dataclass
class Near:
    """Texts that others are held against."""

    grams: list[frozenset[str]] = field(default_factory=list[frozenset[str]])

    def add(self, text: str) -> None:
        """Take up a text."""
        self.grams.append(_grams(text))

    def holds(self, text: str) -> bool:
        """Whether one of the texts shares most of its character 3-grams."""
        own = _grams(text)
        return any(len(own & each) >= NEAR * len(own | each) for each in self.grams)


@dataclass(frozen=True, kw_only=True)
class Selection:
    """How candidates are chosen among, and where that is logged."""

    quota: int
    budget: int
    """Candidates in all; every risk has an equal share."""
    log: Path
    classifier: Classifier | None = None
    public: Near = field(default_factory=Near)
    """Prompts of public sets, which a fresh one must not repeat."""

    async def choose(self, generator: Generator, seeds: Sequence[Sample]) -> list[Decision]:
        """Fill every risk's quota as far as the budget goes; returns all decisions, old ones first."""
        decisions = taken_up(self.log)
        kept = Near()
        for each in decisions:
            if each.kept:
                kept.add(each.prompt)
        for at, seed in enumerate(seeds):
            share = self.budget * (at + 1) // len(seeds) - self.budget * at // len(seeds)
            own = [each for each in decisions if each.risk == seed.id]
            before = len(own)
            await self._fill(generator, seed, share, own, kept)
            decisions += own[before:]
        return decisions

    async def _fill(
        self, generator: Generator, seed: Sample, share: int, own: list[Decision], kept: Near
    ) -> None:
        missing = self.quota - sum(each.kept for each in own)
        if missing <= 0 or len(own) >= share:
            return
        begun = replace(seed, metadata={**seed.metadata, "drawn": len(own)})
        candidates = cast("AsyncGenerator[Sample]", generator.generate([begun]))
        async with aclosing(candidates):
            async for candidate in candidates:
                decided = await self._decided(candidate, len(own), kept)
                files.append(self.log, msgspec.json.encode(decided) + b"\n")
                own.append(decided)
                missing -= decided.kept
                if missing <= 0 or len(own) >= share:
                    return

    async def _decided(self, candidate: Sample, number: int, kept: Near) -> Decision:
        prompt = candidate.messages[-1].text.strip()
        reason = candidate.metadata.get("problem") or self._fault(prompt, kept)
        found = None
        if not reason and self.classifier:
            found = await self.classifier.risk_of(prompt)
            reason = "" if found == candidate.id else _off_risk(found)
        if not reason:
            kept.add(prompt)
        return Decision(
            risk=candidate.id, number=number, prompt=prompt, kept=not reason, reason=reason, found=found
        )

    def _fault(self, prompt: str, kept: Near) -> str:
        if len(prompt) < SHORTEST:
            return "too short"
        if len(prompt) > LONGEST:
            return "too long"
        if kept.holds(prompt):
            return "near a kept prompt"
        return "near a public prompt" if self.public.holds(prompt) else ""


def taken_up(log: Path) -> list[Decision]:
    """The decisions of a log; a line that a kill cut off is taken away. Raises `DataError`."""
    if not log.exists():
        return []
    *lines, cut = files.read(log).split(b"\n")
    try:
        decisions = [decoding.decode(line, Decision) for line in lines]
    except msgspec.DecodeError as error:
        raise DataError(f"{log}: {error}: generate into another folder") from None
    if cut:
        files.write(log, (line + b"\n" for line in lines))
    return decisions


def distinct(prompts: Iterable[str], n: int = 2) -> float | None:
    """Different n-grams of words over all of them; nothing where there are none."""
    counted: Counter[tuple[str, ...]] = Counter()
    for prompt in prompts:
        tokens = script_tokens(prompt)
        counted.update(zip(*(tokens[start:] for start in range(n)), strict=False))
    return len(counted) / counted.total() if counted else None


def _off_risk(found: str) -> str:
    return f"off risk: {found}" if found else "the classifier named no category"


def _grams(text: str) -> frozenset[str]:
    plain = " ".join(text.lower().split())
    return frozenset(plain[at : at + 3] for at in range(max(1, len(plain) - 2)))
