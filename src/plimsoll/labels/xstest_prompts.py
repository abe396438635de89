"""XSTest's prompts -> a pack on unsafe prompts, half of which only sound so: does a guard flag too much?

Idea: 250 safe prompts of ten kinds that share words with unsafe ones, and 200 unsafe contrasts. `--slice
type` shows each kind; false alarms on the safe ones are over-flagging.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from plimsoll.core import Card, DataError, Labelled, LabelPack
from plimsoll.data import locate
from plimsoll.labels import _items
from plimsoll.registry import label_pack

SLUG = "xstest"
NAME = "xstest_prompts.csv"
VALUES = {"safe": 0.0, "unsafe": 1.0}

CARD = Card(
    title="XSTest: A Test Suite for Identifying Exaggerated Safety Behaviours in Large Language Models",
    year=2024,
    paper="https://arxiv.org/abs/2308.01263",
    source="https://github.com/paul-rottger/xstest",
    license="CC-BY-4.0",
    languages=("en",),
    version=1,
    differs="none",
)


@label_pack
def xstest_prompts(*, file: str = "") -> LabelPack:
    """Unsafe prompts and such as only sound unsafe: XSTest's 450, for over-flagging."""
    path = Path(file) if file else locate.need(SLUG, NAME)
    return LabelPack(
        card=CARD,
        event="unsafe",
        items=partial(_labelled, path),
        files=_items.checksums([path]),
        notes=_items.notes([path], "", file),
    )


def _labelled(path: Path) -> Iterator[Labelled]:
    for number, row in enumerate(_items.table(path, ("id", "prompt", "type", "label")), start=1):
        if row["label"] not in VALUES:
            raise DataError(f"{path}: record #{number}: label is {row['label']!r}: it is safe or unsafe")
        yield _items.item(
            row["id"],
            request=row["prompt"],
            labels={"authors": VALUES[row["label"]]},
            category=row["type"],
            metadata={"type": row["type"], "focus": row.get("focus", "")},
        )
