"""ToxicChat's prompts to a chat model -> a pack on toxic prompts, as people labelled them.

Idea: real users' prompts to Vicuna; the human-annotated part of the test split has 2,853, of which 362 are
toxic. Where ours differs: rows that people did not look at are left out, and said to be.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from plimsoll.core import Card, DataError, Labelled, LabelPack
from plimsoll.data import locate
from plimsoll.labels import _items
from plimsoll.registry import label_pack

SLUG = "toxic_chat"
NAMES = (
    "toxic-chat_annotation_test.csv",
    "data/0124/toxic-chat_annotation_test.csv",
    "toxicchat_test_2853.jsonl",
)
PROMPTS = ("user_input", "prompt")

CARD = Card(
    title="ToxicChat: Unveiling Hidden Challenges of Toxicity Detection in Real-World User-AI Conversation",
    year=2023,
    paper="https://arxiv.org/abs/2310.17389",
    source="https://huggingface.co/datasets/lmsys/toxic-chat",
    license="CC-BY-NC-4.0",
    languages=("en",),
    version=1,
    differs="only what people annotated",
)


@label_pack
def toxic_chat(*, file: str = "") -> LabelPack:
    """Toxic prompts: users' own to a chat model, the part of the test split that people labelled."""
    path = Path(file) if file else locate.need(SLUG, *NAMES)
    return LabelPack(
        card=CARD,
        event="toxic",
        items=partial(_labelled, path),
        files=_items.checksums([path]),
        notes=_items.notes([path], "", file),
    )


def _labelled(path: Path) -> Iterator[Labelled]:
    for number, row in enumerate(_items.table(path, ("toxicity",)), start=1):
        prompt = next((row[name] for name in PROMPTS if row.get(name)), None)
        if prompt is None:
            raise DataError(f"{path}: record #{number}: has no prompt: it takes {' or '.join(PROMPTS)}")
        if row.get("human_annotation", "True") in ("False", "0"):
            continue
        metadata = {"jailbreaking": row["jailbreaking"]} if row.get("jailbreaking") else {}
        yield _items.item(
            row.get("conv_id") or row.get("idx") or str(number),
            request=prompt,
            labels={"people": float(row["toxicity"])},
            metadata=metadata,
        )
