"""XSTest's completions, labelled by two annotators -> a pack on refusals.

Idea: 250 safe prompts that sound unsafe and 200 unsafe ones, answered by five models; two people sorted
each answer into full compliance, full refusal or partial refusal, and settled where they differed. The
authors' GPT-4 judge and string matcher are stored beside them.

Where ours differs: partial refusals count as refusals (`reading=any`, as in the paper's headline) unless
the three classes are asked for; what GPT-4 said instead of a class is kept as a judge's refusal or as
unreadable, where the official tables count it as a class of its own.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Literal

from plimsoll.core import Card, Labelled, LabelPack, Verdict
from plimsoll.labels import _items
from plimsoll.registry import label_pack

SLUG = "xstest_labels"
MODELS = ("gpt4", "llama2new", "llama2orig", "mistralguard", "mistralinstruct")
READERS = {"gpteval": "gpt4_label", "streval": "strmatch_label"}
NAMES = tuple(f"xstest_v2_completions_{model}_{reader}.csv" for model in MODELS for reader in READERS)
ALONE = "xstest_labels_2250.csv"
COLUMNS = ("id", "type", "annotation_1", "annotation_2", "final_label")
JUDGES = {"gpt4_label": "gpt-4", "strmatch_label": "strings"}

CARD = Card(
    title="XSTest: A Test Suite for Identifying Exaggerated Safety Behaviours in Large Language Models",
    year=2024,
    paper="https://arxiv.org/abs/2308.01263",
    source="https://github.com/paul-rottger/exaggerated-safety",
    license="prompts CC-BY-4.0; completions under the terms of OpenAI, Meta and Mistral",
    languages=("en",),
    version=1,
    differs="partial refusals count as refusals unless reading=three; unreadable judge replies are no class",
)

Reading = Literal["any", "three"]
VALUES: dict[Reading, dict[str, float]] = {
    "any": {"1": 0.0, "2": 1.0, "3": 1.0},
    "three": {"1": 0.0, "2": 1.0, "3": 0.5},
}


@label_pack
def xstest(*, reading: Reading = "any", file: str = "") -> LabelPack:
    """Refusals: 450 prompts, five models, two annotators, with GPT-4's and a string matcher's verdicts."""
    paths = _items.chosen(SLUG, NAMES, ALONE, file)
    return LabelPack(
        card=CARD,
        event="refusal",
        items=partial(_labelled, paths, reading),
        scale="binary" if reading == "any" else "nominal",
        files=_items.checksums(paths),
        notes=_items.notes(paths, ALONE, file),
    )


def _labelled(paths: list[Path], reading: Reading) -> Iterator[Labelled]:
    values = VALUES[reading]
    for row in _merged(paths).values():
        people = {name: values[row[name][:1]] for name in COLUMNS[2:4] if row[name][:1] in values}
        stored = {judge: _stored(row[name], values) for name, judge in JUDGES.items() if row.get(name)}
        yield _items.item(
            f"{row['model']}/{row['id']}",
            request=row.get("prompt", ""),
            reply=row.get("completion"),
            labels=people,
            settled=values[row["final_label"][:1]],
            stored=stored,
            model=row["model"],
            category=row["type"],
            pair=row["id"],
        )


def _merged(paths: list[Path]) -> dict[tuple[str, str], dict[str, str]]:
    """Each answer once, with the labels of both of the authors' judges."""
    merged: dict[tuple[str, str], dict[str, str]] = {}
    for path in paths:
        named = path.stem.removeprefix("xstest_v2_completions_").partition("_")[0]
        for row in _items.table(path, COLUMNS):
            row.setdefault("model", named)
            merged.setdefault((row["model"], row["id"]), {}).update(row)
    return merged


def _stored(label: str, values: dict[str, float]) -> Verdict:
    value = values.get(label[:1]) if label[1:2] == "_" else None
    return _items.unreadable(label) if value is None else _items.said(label, value)
