"""Prompts of CoSAlign-Test, CoSApien or our starter set, and a config -> samples under that config."""

import hashlib
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from msgspec import Struct

from plimsoll.benchmarks.cosa.taxonomy import CONFIGS, DEFINITIONS, SCENARIOS, Policy, permitted
from plimsoll.core import DataError, Sample, decoding, system, user
from plimsoll.data import locate, rows
from plimsoll.data import prompts as _prompts
from plimsoll.data.resources import table

SLUG = "cosa"
WHOLE, COUNT = "cosalign_test.jsonl", 400
VERIFIED = ("test_set_verification.tsv", "cosalign_test_sample_1200.jsonl")
SAMPLE = "150 verified prompts of each config, a part of CoSAlign-Test (400 of each)."
COSAPIEN = "cosapien.jsonl"
KINDS = ("1", "2", "3")


class Row(Struct, frozen=True, kw_only=True):
    """A prompt, the config it is asked under, and its kind there."""

    prompt: str
    config: str = ""
    scenario: str = ""
    situation: int | str = ""

    @property
    def kind(self) -> str:
        """1 wholly permitted, 2 in part, 3 not at all: what the situation ends in."""
        last = str(self.situation)[-1:]
        return last if last in KINDS else ""


@dataclass(frozen=True)
class Loaded:
    """Rows with the checksums of their files, and what a reader must know."""

    rows: tuple[Row, ...]
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    notes: tuple[str, ...] = ()


class _Templates(Struct, frozen=True):
    templates: tuple[str, ...]
    prose: str


def official() -> Loaded:
    """CoSAlign-Test: the whole where it is here, else the verified part."""
    whole = locate.find(SLUG, WHOLE)
    path = whole or locate.need(SLUG, *VERIFIED)
    found = read(path)
    for config in {row.config for row in found}:
        permitted(config)
    if whole:
        _refuse_wrong_counts(found, path)
    return Loaded(found, {path.name: rows.checksum_of(path)}, () if whole else (SAMPLE,))


def cosapien() -> Loaded:
    """CoSApien: 40 prompts under each of five policies in prose."""
    path = locate.need(SLUG, COSAPIEN)
    found = read(path)
    for number, row in enumerate(found, start=1):
        if row.scenario not in SCENARIOS:
            raise DataError(f"{path}: record #{number}: {row.scenario!r} is none of {', '.join(SCENARIOS)}")
    return Loaded(found, {path.name: rows.checksum_of(path)})


def starter() -> Loaded:
    """Our own mild prompts, under configs of which they are of each kind."""
    found = _prompts.starter(SLUG)
    listed = tuple(
        Row(prompt=each.text, config=each.category, situation=str(each.metadata["kind"]))
        for each in found.prompts
    )
    return Loaded(listed, found.files, found.notes)


def read(path: Path) -> tuple[Row, ...]:
    """Rows of a JSONL file, or of the authors' table of verified prompts."""
    if path.suffix == ".jsonl":
        return tuple(rows.read_jsonl(path, Row))
    listed = rows.read_csv(path, ("test spec", "prompt", "situation"), delimiter="\t")
    return tuple(
        Row(prompt=row["prompt"], config=row["test spec"], situation=row["situation"]) for row in listed
    )


def harms(policy: Policy) -> str:
    """The list of what a policy permits, with definitions; `None.` where that is nothing."""
    return "\n".join(f"- {name}: {DEFINITIONS[name]}" for name in policy.permitted) or "None."


def render(policy: Policy, *, seed: int, key: str) -> str:
    """A policy as a system prompt, in one of ten wordings that the seed and the key choose."""
    if policy.prose:
        return _templates().prose.strip().replace("{policy}", policy.prose)
    chosen = random.Random(f"{seed}:{key}").choice(_templates().templates)
    return chosen.strip().replace("{harms}", harms(policy))


def wordings(policy: Policy) -> tuple[str, ...]:
    """All ten wordings of a policy."""
    return tuple(text.strip().replace("{harms}", harms(policy)) for text in _templates().templates)


@dataclass(frozen=True)
class Samples:
    """Rows as samples under their policies; sized, and built anew each time."""

    rows: Sequence[Row]
    policies: Mapping[str, Policy]
    seed: int

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Sample]:
        numbers = dict.fromkeys(self.policies, 0)
        for row in self.rows:
            config = row.config or row.scenario
            numbers[config] += 1
            yield sample(row, self.policies[config], f"{config}-{numbers[config]:04d}", self.seed)


def sample(row: Row, policy: Policy, sample_id: str, seed: int) -> Sample:
    """A prompt under a policy. Equal prompts under several configs are a pair."""
    about = {"config": policy.id, "kind": row.kind}
    told = {"policy": policy.prose} if policy.prose else {"permitted": list(policy.permitted)}
    return Sample(
        id=sample_id,
        messages=(system(render(policy, seed=seed, key=sample_id)), user(row.prompt)),
        category=row.config or row.scenario,
        pair=hashlib.sha256(row.prompt.encode("utf-8", "surrogatepass")).hexdigest()[:16],
        metadata={**about, **told},
    )


def _refuse_wrong_counts(found: Sequence[Row], path: Path) -> None:
    held = [row.config for row in found]
    for config in CONFIGS:
        if held.count(config) != COUNT:
            raise DataError(
                f"{path}: {held.count(config):,} prompts under {config}, the official set has {COUNT}"
            )


@cache
def _templates() -> _Templates:
    return decoding.converted(table("benchmarks", "cosa", "templates.toml"), _Templates)
