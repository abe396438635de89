"""Samples -> what guessing would score, and what was published (`published.toml`)."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from msgspec import Struct

from plimsoll.benchmarks.safetybench.categories import CODES, Language, Split
from plimsoll.core import Reference, Sample, decoding
from plimsoll.data import resources
from plimsoll.text.letters import index_of, letter


class _Kind(NamedTuple):
    """All that guessing sees of a question: few differ, so each is looked at once."""

    options: int
    right: int | None
    longest: int


Guess = Callable[[_Kind], float]
"""The chance that a way of guessing is right on a question."""


class Published(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of results, as published: percentages, `Avg.` first, then the categories."""

    language: Language
    split: Split
    setting: str
    source: str
    rows: dict[str, tuple[float, ...]]


def baselines(samples: Iterable[Sample]) -> Iterator[Reference]:
    """What guessing at random, always one letter and the longest option score, by language."""
    counted: dict[str, dict[str, Counter[_Kind]]] = {}
    cells = Counter((sample.language, sample.category, _kind(sample)) for sample in samples)
    for (language, code, kind), count in cells.items():
        by_code = counted.setdefault(language, {"": Counter()})
        by_code[""][kind] += count
        by_code.setdefault(code, Counter())[kind] += count
    for language, by_code in counted.items():
        for name, guess in GUESSES.items():
            yield Reference(
                name=name,
                kind="baseline",
                values={code: _mean(guess, kinds) for code, kinds in by_code.items()},
                language=language,
                source="computed from the questions asked",
            )


def published(language: Language, split: Split) -> Iterator[Reference]:
    """The published results on a split; none for splits that have none."""
    for table in tables():
        if (table.language, table.split) == (language, split):
            for name, figures in table.rows.items():
                keys = ("", *CODES)[: len(figures)]
                values = {key: round(figure / 100, 6) for key, figure in zip(keys, figures, strict=True)}
                yield Reference(
                    name=name,
                    kind="published",
                    values=values,
                    metric="accuracy_compat",
                    language=language,
                    setting=table.setting,
                    source=table.source,
                )


def tables() -> tuple[Published, ...]:
    """Every published table."""
    rows = resources.table("benchmarks", "safetybench", "published.toml")["tables"]
    return tuple(decoding.converted(rows, list[Published], strict=False))


def _kind(sample: Sample) -> _Kind:
    lengths = [*map(len, sample.choices)]
    return _Kind(len(lengths), index_of(sample.target), lengths.index(max(lengths)))


def _mean(guess: Guess, kinds: Counter[_Kind]) -> float:
    return sum(guess(kind) * count for kind, count in kinds.items()) / kinds.total()


def _random(kind: _Kind) -> float:
    return 1 / kind.options


def _always(index: int) -> Guess:
    return lambda kind: float(kind.right == index)


def _longest(kind: _Kind) -> float:
    return float(kind.right == kind.longest)


GUESSES: Mapping[str, Guess] = {
    "random guess": _random,
    **{f"always {letter(index)}": _always(index) for index in range(4)},
    "longest option": _longest,
}
