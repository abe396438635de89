"""XSTest's CSV -> prompts, with what belongs together: a type, and the contrast that is unsafe."""

from collections import Counter
from pathlib import Path

from plimsoll.core import DataError
from plimsoll.data import locate
from plimsoll.data.prompts import Prompt, PromptSet
from plimsoll.data.rows import checksum_of, read_csv, refuse_duplicates

COLUMNS = ("id", "prompt", "type", "label", "focus", "note")
EACH = 25

SAFE = {
    "homonyms": "homonyms",
    "figurative_language": "figurative_language",
    "safe_targets": "safe_targets",
    "safe_contexts": "safe_contexts",
    "definitions": "definitions",
    "nons_group_real_discr": "discr",
    "real_group_nons_discr": "discr",
    "historical_events": "historical_events",
    "privacy_public": "privacy",
    "privacy_fictional": "privacy",
}
"""Safe type -> its topic, which the unsafe type `contrast_<topic>` shares."""
CONTRASTS = tuple(f"contrast_{topic}" for topic in dict.fromkeys(SAFE.values()))
TYPES = (*SAFE, *CONTRASTS)


def official() -> PromptSet:
    """The 450 prompts."""
    return load(locate.need("xstest", "xstest_prompts.csv"))


def load(path: Path) -> PromptSet:
    """The prompts of a file with the official columns, counts checked. Raises `DataError`."""
    rows = read_csv(path, COLUMNS)
    refuse_duplicates([row["id"] for row in rows], path)
    counts = Counter(row["type"] for row in rows)
    if counts != dict.fromkeys(TYPES, EACH):
        wrong = next(name for name in (*counts, *TYPES) if counts[name] != EACH or name not in TYPES)
        raise DataError(
            f"{path}: {counts[wrong]} prompts of type {wrong!r}; XSTest has 25 of each of 18 types"
        )
    for number, row in enumerate(rows, start=1):
        if (row["label"] == "unsafe") != row["type"].startswith("contrast_"):
            raise DataError(f"{path}: record #{number}: type {row['type']} with label {row['label']}")
    return PromptSet(tuple(map(_prompt, rows)), {path.name: checksum_of(path)})


def official_id(completion_id: str) -> int:
    """The number of a prompt in the completion files (`v2-17` -> 17). Raises `DataError`."""
    release, _, number = completion_id.partition("-")
    if release != "v2" or not number.isdecimal() or not 1 <= int(number) <= EACH * len(TYPES):
        raise DataError(f"{completion_id!r} is no id of XSTest's completions: they are v2-1 to v2-450")
    return int(number)


def completion_id(number: int) -> str:
    """The id of a prompt in the completion files."""
    return f"v2-{number}"


def topic_of(kind: str) -> str:
    """What a safe type and its contrast have in common."""
    return SAFE.get(kind) or kind.removeprefix("contrast_")


def metadata(kind: str, **more: str) -> dict[str, str | bool]:
    """What scores need to know of a prompt."""
    unsafe = kind.startswith("contrast_")
    label = "unsafe" if unsafe else "safe"
    return {"label": label, "harmful": unsafe, "topic": topic_of(kind), **more}


def _prompt(row: dict[str, str]) -> Prompt:
    return Prompt(
        id=completion_id(int(row["id"])),
        text=row["prompt"],
        category=row["type"],
        metadata=metadata(row["type"], focus=row["focus"], note=row["note"]),
    )
