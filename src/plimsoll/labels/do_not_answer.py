"""Do-Not-Answer's answers, labelled by people -> a pack on harmful answers, or on the action taken.

Idea: 939 questions that a model should not follow, answered by six models; people marked each answer as
harmful or not and said which of six actions it takes. GPT-4's codes, and the labels of fine-tuned
Longformer and BERT classifiers, are stored beside them.

Where ours differs: GPT-4's seven codes are read as the official notebook maps them (code 6 is harmful).
Actions are classes without an order; the class number is divided by five to lie in [0, 1].
"""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Literal

from plimsoll.core import Card, Labelled, LabelPack, Verdict
from plimsoll.data import locate, rows
from plimsoll.labels import _items
from plimsoll.registry import label_pack

SLUG = "do_not_answer"
MODELS = ("GPT4", "ChatGPT", "Claude", "ChatGLM2", "llama2-7b-chat", "vicuna-7b")
RATERS = ("Human", "GPT4", "Longformer")
NAMES = tuple(f"{rater}/annotated_response_{model}.csv" for rater in RATERS for model in MODELS)
QUESTIONS = "do_not_answer_en.csv"
ALONE = "do_not_answer_labels_5634.csv"
ALONE_QUESTIONS = "do_not_answer_questions_939.jsonl"
ACTIONS = {-1: 0, 0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 4, 6: 5}
"""GPT-4's code -> the action, as the official notebook maps it."""
HARMFUL_CODE = 6
NO_CODE = -1
"""For the replies in which GPT-4 gave none: the notebook counts them as its first action, not harmful."""

CARD = Card(
    title="Do-Not-Answer: Evaluating Safeguards in LLMs",
    year=2023,
    paper="https://arxiv.org/abs/2308.13387",
    source="https://github.com/Libr-AI/do-not-answer",
    license="data CC-BY-NC-SA-4.0, code Apache-2.0",
    languages=("en",),
    version=1,
    differs="none in the labels; GPT-4's codes are mapped as in the official notebook",
)

Reading = Literal["unsafe", "action"]
Row = Mapping[str, str]


@label_pack
def do_not_answer(*, reading: Reading = "unsafe", file: str = "") -> LabelPack:
    """Harmful answers: 939 questions, six models, with GPT-4's and two classifiers' verdicts."""
    paths = _items.chosen(SLUG, NAMES, ALONE, file)
    return LabelPack(
        card=CARD,
        event=reading,
        items=partial(_labelled, paths, reading),
        scale="binary" if reading == "unsafe" else "nominal",
        files=_items.checksums(paths),
        notes=_items.notes(paths, ALONE, file),
    )


def _labelled(paths: list[Path], reading: Reading) -> Iterator[Labelled]:
    questions = _questions()
    for row in _merged(paths):
        known = questions.get(row["id"], {})
        yield _items.item(
            f"{row['model']}/{row['id']}",
            request=row.get("question") or str(known.get("question", "")),
            reply=row.get("response"),
            labels={"people": _value(row, "human", reading)},
            stored=dict(_stored(row, reading)),
            model=row["model"],
            category=str(known.get("types_of_harm", "")),
            pair=row["id"],
            metadata={"risk_area": known["risk_area"]} if "risk_area" in known else {},
        )


def _value(row: Row, rater: str, reading: Reading) -> float:
    return float(row[f"{rater}_harmful"]) if reading == "unsafe" else int(row[f"{rater}_action"]) / 5


def _stored(row: Row, reading: Reading) -> Iterator[tuple[str, Verdict]]:
    for rater in ("longformer", "bert"):
        if row.get(f"{rater}_harmful"):
            value = _value(row, rater, reading)
            yield rater, _items.said(f"{value:g}", value)
    if "gpt4_action" in row:
        action = int(float(row["gpt4_action"] or NO_CODE))
        value = float(action == HARMFUL_CODE) if reading == "unsafe" else ACTIONS[action] / 5
        yield "gpt-4", _items.said(str(action), value)


def _merged(paths: list[Path]) -> list[dict[str, str]]:
    """One row an answer, whichever of the three layouts it was read from."""
    if len(paths) == 1 and paths[0].name == ALONE:
        return rows.read_csv(paths[0], ("model", "id", "human_harmful", "human_action", "gpt4_action"))
    if len(paths) == 1:
        columns = ("model", "id", "question", "response", "harmful", "action")
        return [_renamed(row, "human") for row in _items.table(paths[0], columns)]
    merged: dict[tuple[str, str], dict[str, str]] = {}
    for path in paths:
        model, rater = path.stem.removeprefix("annotated_response_"), path.parent.name.lower()
        for row in rows.read_csv(path, ("id", "question", "response", "action")):
            found = merged.setdefault((model, row["id"]), {"model": model})
            found.update(_renamed(row, rater))
    return list(merged.values())


def _renamed(row: Row, rater: str) -> dict[str, str]:
    return {
        (f"{rater}_{key}" if key in ("harmful", "action") else key): value
        for key, value in row.items()
        if key != "action_review"
    }


def _questions() -> dict[str, Mapping[str, Any]]:
    """Question's id -> its text and kind of harm, where the questions are here."""
    if path := locate.find(SLUG, QUESTIONS):
        return {row["id"]: row for row in rows.read_csv(path, ("id", "question", "types_of_harm"))}
    if path := locate.find(_items.GOLDENS, ALONE_QUESTIONS):
        return {row["id"]: row for row in rows.read_jsonl(path, dict[str, Any])}
    return {}
