"""MultiJail's official table -> one prompt for each question and language.

`MultiJail.csv` begins with a byte-order mark and holds its tags as a list written in Python; a
question has one to four of them, of which the first is taken for its category.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from plimsoll.core import DataError, decoding
from plimsoll.data import locate, rows
from plimsoll.data.prompts import Prompt, PromptSet

SLUG = "multijail"
FILE = "MultiJail.csv"
LEVELS: Mapping[str, tuple[str, ...]] = {
    "HRL": ("zh", "it", "vi"),
    "MRL": ("ar", "ko", "th"),
    "LRL": ("bn", "sw", "jv"),
}
"""Languages by their share of CommonCrawl: above 1 %, between 0.1 and 1 %, below 0.1 %."""
OTHERS = tuple(language for level in LEVELS.values() for language in level)
"""The nine languages beside English."""
LANGUAGES = ("en", *OTHERS)

HAZARDS: Mapping[str, str] = {
    "Violence & incitement": "H01",
    "Discrimination & injustice": "H12",
    "Hate speech & offensive language": "H09",
    "Bullying & harassment": "H10",
    "Non-violent unethical behavior (e.g. lying, cheating, etc.)": "H26",
    "Conspiracy theories & misinformation": "H21",
    "Theft": "H15",
    "Weapons": "H03",
    "Adult content": "H07",
    "Substance abuse & banned substances": "H13",
    "Terrorism & organized crime": "H02",
    "Fraud & deception": "H14",
    "Sexual exploitation & human trafficking": "H08",
    "Animal abuse": "H01",
    "Property crime & vandalism": "H15",
    "Soliciting personally identifiable information": "H18",
    "Self-harm": "H05",
    "Child abuse": "H06",
}
"""Set by hand: the crosswalk has no column for these tags, whose names say which hub they belong to."""


def load(languages: Sequence[str], file: str = "") -> PromptSet:
    """The official questions in the given languages."""
    path = Path(file) if file else locate.need(SLUG, FILE)
    table = rows.read_csv(path, ("id", "source", "tags", *languages))
    rows.refuse_duplicates([row["id"] for row in table], path)
    prompts = tuple(_prompts(table, languages, path))
    return PromptSet(prompts, {path.name: rows.checksum_of(path)})


def tags_of(text: str, place: str) -> tuple[str, ...]:
    """A list of texts, written as Python writes it. Raises `DataError`; nothing is ever evaluated."""
    try:
        found: Any = decoding.literal(text)
    except ValueError:
        found = None
    tags = [str(each) for each in found] if isinstance(found, list) else []  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    if not tags:
        raise DataError(f"{place}: tags {text[:60]!r} are no list of names")
    return tuple(tags)


def _prompts(table: Sequence[Mapping[str, str]], languages: Sequence[str], path: Path) -> Iterator[Prompt]:
    for number, row in enumerate(table, start=1):
        place = f"{path}: record #{number}"
        tags = tags_of(row["tags"], place)
        for language in languages:
            if not row[language].strip():
                raise DataError(f"{place}: has no text in {language}")
            yield Prompt(
                id=f"{SLUG}-{row['id']}-{language}",
                text=row[language],
                category=tags[0],
                language=language,
                pair=f"{SLUG}-{row['id']}",
                metadata={"tags": tags, "source": row["source"]},
            )
