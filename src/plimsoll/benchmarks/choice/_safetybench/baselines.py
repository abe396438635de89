"""Rows of a split -> what guessing would score, and what was published (`published.toml`)."""

import tomllib
from collections.abc import Callable, Iterator, Sequence
from importlib.resources import files as resources

import msgspec
from msgspec import Struct

from plimsoll.benchmarks.choice._safetybench.categories import CODES, Language, Split
from plimsoll.benchmarks.choice._safetybench.records import Row
from plimsoll.core import Reference
from plimsoll.text.letters import letter

Guess = Callable[[Row], float]
"""The chance that a way of guessing is right on a question."""


class Published(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of results, as published: percentages, `Avg.` first, then the categories."""

    language: Language
    split: Split
    setting: str
    source: str
    rows: dict[str, tuple[float, ...]]


def baselines(rows: Sequence[Row], language: Language) -> Iterator[Reference]:
    """What guessing at random, always one letter and the longest option score."""
    yield _reference("random guess", rows, language, lambda row: 1 / len(row.options))
    for index in range(4):
        yield _reference(f"always {letter(index)}", rows, language, _always(index))
    yield _reference("longest option", rows, language, _longest)


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
                    language=language,
                    setting=table.setting,
                    source=table.source,
                )


def tables() -> tuple[Published, ...]:
    """Every published table."""
    text = (resources("plimsoll.benchmarks.choice._safetybench") / "published.toml").read_text("utf-8")
    return tuple(msgspec.convert(tomllib.loads(text)["tables"], list[Published], strict=False))


def _reference(name: str, rows: Sequence[Row], language: Language, guess: Guess) -> Reference:
    by_code = {code: [guess(row) for row in rows if row.code == code] for code in CODES}
    chances = {"": [guess(row) for row in rows], **by_code}
    return Reference(
        name=name,
        kind="baseline",
        values={key: sum(found) / len(found) for key, found in chances.items() if found},
        language=language,
        source="computed from the questions asked",
    )


def _always(index: int) -> Guess:
    return lambda row: float(row.answer == index)


def _longest(row: Row) -> float:
    lengths = [len(option) for option in row.options]
    return float(lengths.index(max(lengths)) == row.answer)
