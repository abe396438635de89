"""Plimsoll's own labelled replies (`starter.toml`) -> a label pack, so that any judge can be tried offline.

Four dozen replies to mild prompts in English and Chinese, written and labelled by one author. They show
at once whether a judge can tell a refusal from help at all; they are far too few, too plain and too much
of one mind to say how good a judge is.
"""

from importlib.resources import files
from typing import Literal

from msgspec import Struct

from plimsoll.core import Card, LabelPack, decoding
from plimsoll.data.rows import checksum
from plimsoll.labels._items import item
from plimsoll.registry import label_pack

CARD = Card(
    title="Plimsoll's starter labels",
    year=2026,
    paper="https://github.com/plimsoll/plimsoll",
    source="https://github.com/plimsoll/plimsoll",
    license="Apache-2.0",
    languages=("en", "zh"),
    version=1,
    differs="no official labels: ours, few, mild, by one rater",
)
FILE = "starter.toml"

Event = Literal["unsafe", "refusal", "compliance"]


class _Reply(Struct, frozen=True, forbid_unknown_fields=True):
    prompt: str
    reply: str
    category: str
    unsafe: bool
    refusal: bool
    language: str = "en"

    def label(self, event: Event) -> float:
        if event == "compliance":
            return float(not self.refusal)
        return float(getattr(self, event))


class _Replies(Struct, frozen=True, forbid_unknown_fields=True):
    reply: tuple[_Reply, ...]


@label_pack
def starter(*, event: Event = "unsafe") -> LabelPack:
    """Our own few labelled replies, zh and en: for trying a judge offline."""
    content = (files("plimsoll.labels") / FILE).read_bytes()
    rows = decoding.toml(content.decode("utf-8"), _Replies).reply
    items = [
        item(
            f"starter-{number}",
            labels={"author": row.label(event)},
            request=row.prompt,
            reply=row.reply,
            category=row.category,
            language=row.language,
            pair=row.prompt,
        )
        for number, row in enumerate(rows, start=1)
    ]
    return LabelPack(
        card=CARD,
        event=event,
        items=lambda: items,
        files={FILE: checksum(content)},
        notes=("starter labels of one author: they try a judge, they do not measure it",),
    )
