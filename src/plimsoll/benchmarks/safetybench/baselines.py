"""Samples -> what guessing would score, and what was published (`published.toml`)."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct

from plimsoll.benchmarks.safetybench.categories import CODES, Language, Split
from plimsoll.core import Reference, Sample, decoding
from plimsoll.data import resources
from plimsoll.text.letters import index_of, letter

Guess = Callable[[Sample], float]
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
    chances: dict[str, dict[str, list[tuple[float, ...]]]] = {}
    for sample in samples:
        by_code = chances.setdefault(sample.language, {"": []})
        chance = tuple(guess(sample) for guess in GUESSES.values())
        by_code[""].append(chance)
        by_code.setdefault(sample.category, []).append(chance)
    for language, by_code in chances.items():
        for place, name in enumerate(GUESSES):
            yield Reference(
                name=name,
                kind="baseline",
                values={code: sum(row[place] for row in rows) / len(rows) for code, rows in by_code.items()},
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


def _random(sample: Sample) -> float:
    return 1 / len(sample.choices)


def _always(index: int) -> Guess:
    return lambda sample: float(index_of(sample.target or "") == index)


def _longest(sample: Sample) -> float:
    lengths = [len(option) for option in sample.choices]
    return float(lengths.index(max(lengths)) == index_of(sample.target or ""))


GUESSES: Mapping[str, Guess] = {
    "random guess": _random,
    **{f"always {letter(index)}": _always(index) for index in range(4)},
    "longest option": _longest,
}
