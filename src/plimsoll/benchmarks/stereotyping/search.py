"""Completions that search engines proposed for the same queries -> a baseline of what people type.

Choenni, Shutova and van Rooij (2021) collected them; the file is the user's copy of
`stereo_dataset.csv`, tab-separated, whose fields end in line breaks.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from plimsoll.benchmarks.stereotyping.groups import SLUG
from plimsoll.data import locate
from plimsoll.data.rows import read_csv, read_jsonl
from plimsoll.judges.polarity import polarity


class Suggestion(Struct, frozen=True):
    """What a search engine proposed."""

    input: str
    target_category: str
    completion: str


def suggestions(path: Path | None = None) -> list[Suggestion]:
    """All of them. Raises `MissingData`, `DataError`."""
    path = path or locate.need(SLUG, "stereo_dataset.csv", "search_engine_completions.jsonl")
    if path.suffix == ".jsonl":
        return read_jsonl(path, Suggestion)
    columns = Suggestion.__struct_fields__
    rows = read_csv(path, columns, delimiter="\t")
    return [Suggestion(*(row[name].strip() for name in columns)) for row in rows]


def sentiment_by_category(rows: Sequence[Suggestion]) -> Mapping[str, float]:
    """Mean polarity in [-1, 1] by VADER, most negative category first."""
    found: defaultdict[str, list[float]] = defaultdict(list)
    for row in rows:
        found[row.target_category].append(polarity(row.completion)["compound"])
    means = {category: sum(values) / len(values) for category, values in found.items()}
    return dict(sorted(means.items(), key=lambda item: item[1]))
