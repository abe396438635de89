"""A reply that holds JSON -> what it names as the answer, however deep and however loosely written."""

from collections.abc import Iterator
from typing import Any, cast

import msgspec

from plimsoll.core import decoding
from plimsoll.text.expressions import expression
from plimsoll.text.letters import LETTERS
from plimsoll.text.normal import straight

_ANSWERS = frozenset((
    "answer", "answers", "choice", "option", "letter", "selection", "final_answer", "finalanswer",
    "final", "correct_answer", "correctanswer", "correct_option", "correct_choice", "correct",
    "selected_option", "selected", "selected_answer", "selected_choice", "chosen", "chosen_option",
    "answer_letter", "answer_choice", "best_answer", "best_option", "my_answer", "ans", "prediction",
    "predicted_answer", "response", "result", "label", "id", "pick", "答案", "选项", "选择", "正确答案",
    "最终答案", "正确选项", "回答", "结论",
))  # fmt: skip
_INDICES = frozenset(("answer_index", "choice_index", "option_index", "index", "answer_idx"))
_FIRST = frozenset(
    ("final_answer", "finalanswer", "answer", "答案", "正确答案", "最终答案", "correct_answer")
)
"""Where an object holds several of the names, these decide."""
_DEEP = 5
_TRAILING = expression(r",(?=\s{0,8}[}\]])")
_BARE = expression(r"(?<=[:\[,])(\s{0,8})([A-Z])(?=\s{0,8}[,}\]])")

Named = list[str | int]
"""What stands under the names of answers: texts, and whole numbers that count options from nought."""


def named_answers(raw: str) -> Named | None:
    """What JSON in the reply names as the answer; `None` where there is no such JSON."""
    found = _decoded(raw)
    if isinstance(found, list) and not (raw.lstrip(" \n`json").startswith("[") and '"' in raw):
        return None
    if isinstance(found, list) and all(isinstance(each, str) for each in cast("list[Any]", found)):
        texts = cast("list[str]", found)
        return [*texts] if texts and all(len(each.strip("()., ")) == 1 for each in texts) else None
    named = list(_named(found, 0))
    return named or None


def _decoded(raw: str) -> Any:
    places = [place for mark in "{[" if (place := raw.find(mark)) >= 0]
    end = max(raw.rfind("}"), raw.rfind("]"))
    if not places or end <= min(places):
        return None
    for begin in sorted(places):
        for text in _spellings(raw[begin : end + 1]):
            try:
                return decoding.decode(text)
            except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
                continue
    return None


def _spellings(text: str) -> Iterator[str]:
    """The text, and as it would be with commas, quotes and letters as JSON wants them."""
    yield text
    text = _BARE.sub(r'\1"\2"', _TRAILING.sub("", straight(text)))
    yield text
    if '"' not in text:
        yield text.replace("'", '"')


def _named(value: Any, depth: int) -> Iterator[str | int]:
    if depth > _DEEP:
        return
    if isinstance(value, list):
        for each in cast("list[Any]", value):
            yield from _named(each, depth + 1)
    if not isinstance(value, dict):
        return
    entries = {_key(name): each for name, each in cast("dict[Any, Any]", value).items()}
    if ticked := _ticked(entries):
        yield from ticked
        return
    names = entries.keys() & _FIRST or entries.keys() & (_ANSWERS | _INDICES)
    if names:
        for name in names:
            yield from _said(name, entries[name], depth)
        return
    for each in entries.values():
        yield from _named(each, depth + 1)


def _said(name: str, value: Any, depth: int) -> Iterator[str | int]:
    if isinstance(value, list):
        for each in cast("list[Any]", value):
            yield from _said(name, each, depth + 1)
    elif isinstance(value, dict):
        inner = list(_named(value, depth + 1))
        yield from inner or [""]
    elif isinstance(value, str) or (type(value) is int and name in _INDICES):
        yield value
    else:
        yield ""


def _ticked(entries: dict[str, Any]) -> list[str]:
    """`{"A": false, "B": true}`, `{"B": "its text"}`."""
    if not entries or any(len(name) != 1 or name.upper() not in LETTERS for name in entries):
        return []
    true = [name.upper() for name, value in entries.items() if value is True]
    if true:
        return true
    return [name.upper() for name in entries] if len(entries) == 1 else []


def _key(name: Any) -> str:
    return str(name).strip().lower().replace(" ", "_").replace("-", "_")
