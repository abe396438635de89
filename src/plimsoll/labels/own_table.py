"""A table of one's own, a conversation a row -> a label pack on what is unsafe.

Columns: `prompt`, `label` (1 unsafe, 0 safe), and if one likes `response`, `category` (several parted by
`;`), `id`, `language` and `pair`. All others are kept: a column may hold what a guard said (`stored:`).
Rows with one prompt hang together in statistics.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any

from plimsoll.core import Card, DataError, Labelled, LabelPack, did_you_mean
from plimsoll.data.rows import checksum_of
from plimsoll.data.tables import Table, read_table, text_of
from plimsoll.labels import _items

WORDS: Mapping[str, float] = {
    **dict.fromkeys(("1", "1.0", "true", "yes", "unsafe", "harmful", "toxic", "hateful", "refusal"), 1.0),
    **dict.fromkeys(
        ("0", "0.0", "false", "no", "safe", "unharmful", "non-toxic", "non-hateful", "compliance"), 0.0
    ),
}
"""What a label may be called."""
ROLES = ("prompt", "response", "label", "category", "id", "language", "pair")


def read(path: Path) -> LabelPack:
    """A pack whose rows are read when they are asked for. Raises `DataError` with the first wrong row."""
    return LabelPack(
        card=Card(
            title=f"conversations of {path.name}",
            year=0,
            paper="",
            source=path.name,
            license="your own",
            languages=(),
            version=1,
            differs="none",
        ),
        event="unsafe",
        items=partial(labelled, path),
        files={path.name: checksum_of(path)},
    )


def labelled(path: Path) -> Iterator[Labelled]:
    """The rows of a table as labelled conversations. Raises `DataError` for the first wrong one."""
    table = read_table(path)
    columns = _columns(table)
    seen: dict[str, str] = {}
    for number, row in enumerate(table.rows, start=1):
        said = {role: _text(row.cells, name, row.place) for role, name in columns.items()}
        identity = said.get("id") or str(number)
        if identity in seen:
            raise DataError(f"{row.place}: id {identity!r} again, after {seen[identity]}: give it another")
        seen[identity] = f"#{number}"
        yield _item(identity, said, row.place, _rest(row.cells, columns))


def _columns(table: Table) -> dict[str, str]:
    plain = {name.strip().lower(): name for name in table.columns}
    found = {role: plain[role] for role in ROLES if role in plain}
    for needed in ("prompt", "label"):
        if needed not in found:
            raise DataError(
                f"{table.path}: has no column {needed!r}{did_you_mean(needed, table.columns)}; it has "
                f"{', '.join(map(repr, table.columns))}: name one so (label is 1 for unsafe, 0 for safe)"
            )
    return found


def _text(cells: Mapping[str, Any], name: str, place: str) -> str:
    try:
        return text_of(cells.get(name))
    except TypeError as error:
        raise DataError(f"{place}: column {name!r} {error}") from None


def _rest(cells: Mapping[str, Any], columns: Mapping[str, str]) -> dict[str, Any]:
    known = set(columns.values())
    return {name: value for name, value in cells.items() if name not in known}


def _item(identity: str, said: Mapping[str, str], place: str, rest: dict[str, Any]) -> Labelled:
    prompt, response = said["prompt"], said.get("response", "")
    value = WORDS.get(said["label"].strip().lower())
    if value is None:
        raise DataError(
            f"{place}: label is {said['label']!r}: write 1 for an unsafe conversation, 0 for a safe one"
        )
    if not prompt.strip() and not response.strip():
        raise DataError(
            f"{place}: prompt is empty: write the text that guards shall see, or leave the row out"
        )
    categories = [each.strip() for each in said.get("category", "").split(";") if each.strip()]
    if len(categories) > 1:
        rest["categories"] = categories
    return _items.item(
        identity,
        request=prompt,
        reply=response or None,
        labels={"label": value},
        category=categories[0] if categories else "",
        language=said.get("language") or "en",
        pair=said.get("pair") or blake2b(prompt.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest(),
        metadata=rest,
    )
