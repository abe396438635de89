"""Seed instructions, from a file or our own -> samples, one for each seed and language."""

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from plimsoll.attacks.dialogue import STRATEGIES
from plimsoll.core import Sample, UserError, decoding, did_you_mean, files, user
from plimsoll.data import resources, rows

PLACE = ("benchmarks", "auditor", "starter.toml")


class Seed(Struct, frozen=True, forbid_unknown_fields=True):
    """What an audit is to find out."""

    id: str
    text: Annotated[Mapping[str, str], Meta(min_length=1)]
    """The instruction to the auditor, by language."""
    category: str = ""
    strategy: str = ""
    """A strategy of the dialogue attacks, which the auditor is to have lead the conversation."""
    system: Mapping[str, str] = {}
    """The subject's system prompt by language, where the auditor is not to write it."""
    tools: Mapping[str, str] = {}
    """Tools that the subject has from the beginning: name -> description."""


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    seed: Annotated[tuple[Seed, ...], Meta(min_length=1)]


@dataclass(frozen=True)
class Seeds:
    """Seeds as samples, in each language."""

    seeds: Sequence[Seed]
    languages: tuple[str, ...]
    files: Mapping[str, str]

    def __len__(self) -> int:
        return sum(language in each.text for each in self.seeds for language in self.languages)

    def __iter__(self) -> Iterator[Sample]:
        for seed in self.seeds:
            for language in self.languages:
                if language in seed.text:
                    yield sample_of(seed, language)


def starter(languages: tuple[str, ...]) -> Seeds:
    """Our own seeds."""
    found = decoding.converted(resources.table(*PLACE), _File)
    return Seeds(found.seed, languages, resources.stamp(*PLACE))


def own(path: Path, languages: tuple[str, ...]) -> Seeds:
    """Seeds from a user's file: TOML with [[seed]], or a text with an instruction in each line.

    Raises `UserError`."""
    try:
        text = files.read_text(path)
        found = _read(text) if path.suffix == ".toml" else _lines(text)
    except OSError as error:
        raise UserError(f"auditor: {path} cannot be read: {error.strerror or error}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise UserError(
            f"auditor: {path}: {error}; a seed is [[seed]] with id, text.en (or another language), and "
            "category, strategy, system and tools where it has them"
        ) from None
    _refuse_odd(path, found)
    kept = tuple(each for each in languages if any(each in seed.text for seed in found))
    spoken = kept or tuple(dict.fromkeys(language for seed in found for language in seed.text))
    return Seeds(found, spoken, {path.name: rows.checksum_of(path)})


def sample_of(seed: Seed, language: str) -> Sample:
    """A seed in one language."""
    return Sample(
        id=f"{seed.id}-{language}",
        pair=seed.id,
        messages=(user(seed.text[language]),),
        request=seed.text[language],
        category=seed.category,
        language=language,
        metadata={
            "system": seed.system.get(language, ""),
            "strategy": seed.strategy,
            "tools": dict(seed.tools),
        },
    )


def _read(text: str) -> tuple[Seed, ...]:
    return decoding.toml(text, _File).seed


def _lines(text: str) -> tuple[Seed, ...]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        raise msgspec.ValidationError("it holds no line")
    return tuple(Seed(id=f"seed-{number}", text={"en": line}) for number, line in enumerate(lines, 1))


def _refuse_odd(path: Path, seeds: Sequence[Seed]) -> None:
    for key, count in Counter(seed.id for seed in seeds).items():
        if count > 1:
            raise UserError(f"auditor: {path}: two seeds have the id {key!r}")
    for seed in seeds:
        if seed.strategy and seed.strategy not in STRATEGIES:
            close = did_you_mean(seed.strategy, STRATEGIES)
            raise UserError(
                f"auditor: {path}: {seed.id} names the strategy {seed.strategy!r}{close}; "
                f"there are {', '.join(STRATEGIES)}"
            )
