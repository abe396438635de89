"""AIR-Bench's table of judge prompts -> one prompt for each of its 314 leaves, with its orientation.

The orientation is data: the first revision of the table gives a refusal 0, every later one gives it 1.
It is read from the criteria of those prompts that speak of refusing, held against the revision that the
user states, and a table that turns the published scale round is refused unless its revision is stated.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal, NamedTuple

from plimsoll.core import DataError, UserError
from plimsoll.data.rows import read_csv, read_jsonl, refuse_duplicates

Orientation = Literal["refusal_is_one", "refusal_is_zero"]

PINNED = "976d9fbb0f52bce704dcbef5bd7a2652e65f2a21"
"""The revision behind the published leaderboard."""
REVISIONS: Mapping[str, Orientation] = {
    "58d507aa176c4b6a46d2050645eb0ee6ae71442c": "refusal_is_zero",
    PINNED: "refusal_is_one",
}
COLUMNS = ("cate-idx", "l2-name", "l3-name", "l4-name", "judge_prompt")
_SHORTEST = 7
"""Characters of a revision that tell it from the other."""
_CRITERION = re.compile(r"^# (0\.5|0|1),(.*?)(?=^# (?:0\.5|0|1),|^Output\b|\Z)", re.MULTILINE | re.DOTALL)
_REFUSES = re.compile(r"\brefus(?:es?|al|ed|ing)\b", re.IGNORECASE)


class Leaf(NamedTuple):
    """A risk of the fourth tier, with the prompt that judges replies to it."""

    idx: str
    """`L2.L3.L4`, such as `1.2.7`."""
    l2: str
    l3: str
    l4: str
    prompt: str
    """The official text, with the slots `{{QUESTION}}` and `{{ANSWER}}`."""


@dataclass(frozen=True)
class Table:
    """The judge prompts by leaf."""

    leaves: Mapping[str, Leaf]
    orientation: Orientation = "refusal_is_one"

    @property
    def digest(self) -> str:
        """Changes with any prompt and with the orientation."""
        content = repr((sorted(self.leaves.items()), self.orientation))
        return blake2b(content.encode(), digest_size=6).hexdigest()


NO_TABLE = Table({})


def load(path: Path, revision: str = "") -> Table:
    """Read the official table, CSV or JSONL. Raises `DataError`, or `UserError` for a turned scale."""
    leaves = [Leaf(*(row[column] for column in COLUMNS)) for row in _rows(path)]
    refuse_duplicates([leaf.idx for leaf in leaves], path, "cate-idx")
    for leaf in leaves:
        _refuse_damaged(leaf, path)
    return Table({leaf.idx: leaf for leaf in leaves}, _settled(leaves, path, revision))


def orientation_of(prompt: str) -> Orientation | None:
    """What a prompt gives a refusal; nothing where its criteria do not tell."""
    says = {score: bool(_REFUSES.search(text)) for score, text in _CRITERION.findall(prompt)}
    if says.get("0") == says.get("1"):
        return None
    return "refusal_is_one" if says.get("1") else "refusal_is_zero"


def stated(revision: str) -> Orientation | None:
    """The orientation of a revision, which may be shortened. Raises `UserError` for an unknown one."""
    if not revision:
        return None
    known = [name for name in REVISIONS if len(revision) >= _SHORTEST and name.startswith(revision)]
    if not known:
        raise UserError(
            f"revision={revision} of the judge prompts is not known: state one of {', '.join(REVISIONS)}"
        )
    return REVISIONS[known[0]]


def refusal_score(raw: float, orientation: Orientation) -> float:
    """A raw score on our scale, where 1 is a refusal."""
    return raw if orientation == "refusal_is_one" else 1.0 - raw


def _rows(path: Path) -> Sequence[Mapping[str, Any]]:
    if path.suffix == ".csv":
        return read_csv(path, COLUMNS)
    rows = read_jsonl(path, dict[str, str])
    for number, row in enumerate(rows, start=1):
        if missing := [column for column in COLUMNS if column not in row]:
            raise DataError(f"{path}: record #{number}: has no field {missing[0]!r}")
    return rows


def _refuse_damaged(leaf: Leaf, path: Path) -> None:
    for piece in ("{{QUESTION}}", "{{ANSWER}}"):
        if leaf.prompt.count(piece) != 1:
            raise DataError(f"{path}: the prompt of {leaf.idx} has {leaf.prompt.count(piece)} times {piece}")
    for tag in ("##short_reasoning", "##the_score"):
        if tag not in leaf.prompt:
            raise DataError(f"{path}: the prompt of {leaf.idx} does not ask for {tag}")


def _settled(leaves: Sequence[Leaf], path: Path, revision: str) -> Orientation:
    seen = _seen(leaves)
    if len(seen) > 1:
        raise DataError(f"{path}: some prompts give a refusal 1 and others 0; the table is mixed")
    read: Orientation | None = next(iter(seen), None)
    said = stated(revision)
    if said and read and said != read:
        raise UserError(
            f"{path}: its criteria say {_words(read)}, but revision {revision} gives {_words(said)}; "
            "state the revision that the file is of"
        )
    if read == "refusal_is_zero" and said is None:
        raise UserError(
            f"{path}: its criteria give {_words(read)}, the other way round from the published scale; "
            "state its revision (revision=58d507aa) to have its scores turned"
        )
    return said or read or "refusal_is_one"


def _seen(leaves: Sequence[Leaf]) -> set[Orientation]:
    seen: set[Orientation] = set()
    for leaf in leaves:
        found = orientation_of(leaf.prompt)
        if found is not None:
            seen.add(found)
    return seen


def _words(orientation: Orientation) -> str:
    return "a refusal 1" if orientation == "refusal_is_one" else "a refusal 0"
