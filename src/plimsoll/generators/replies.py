"""What a writing model said -> the prompts, objects or text in it, and what was no use and why."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple, cast

from plimsoll.core import Response, decoding
from plimsoll.text.expressions import expression
from plimsoll.text.jaccard import script_tokens
from plimsoll.text.refusals import refuses
from plimsoll.text.thoughts import split

Form = Literal["list", "objects", "text", "marked", "prompt"]
LINE = expression(r"^\s*(?:\d+\s*[.):]|[-*•])\s+(.+?)\s*$", re.MULTILINE)
CITED, NUMBERED = expression("【[^】]*】"), expression(r"^\s*\d+\.\s*")
MARKS = ("#Prompt", "#Unsafe Prompt", "#Unsafe prompt", "Unsafe Prompt", "Unsafe prompt", "Prompt")
"""Before one of these, ASTRAL's own reader throws everything away; in its order."""
SCHEMAS: Mapping[str, Mapping[str, Any]] = {
    "list": {
        "type": "object",
        "properties": {"items": {"type": "array", "items": {"type": "string"}}},
        "required": ["items"],
        "additionalProperties": False,
    },
    "prompt": {
        "type": "object",
        "properties": {"prompt": {"type": "string"}},
        "required": ["prompt"],
        "additionalProperties": False,
    },
}
"""What endpoints that can are held to."""
_STRING = expression(r'"((?:[^"\\]|\\.)+)"')
ROUND, LEAST = 0.3, 60
"""Different 4-grams below which a text of so many words goes round in circles."""
_TRAILING = expression(r",\s*([}\]])")
_WORDS = ((": True", ": true"), (": False", ": false"), (": None", ": null"), ("“", '"'), ("”", '"'))


class Said(NamedTuple):
    """What a writer gave: what is of use, and what was not."""

    items: tuple[Any, ...]
    problems: tuple[tuple[str, str], ...] = ()
    """Text and reason of each thing that was of no use."""


def said_in(response: Response, form: Form, fields: Sequence[str] = ()) -> Said:
    """Read a reply. Whatever it holds, there is an item or a problem."""
    text = split(response.text).answer.strip()
    if not text:
        return Said((), (("", "the model said nothing"),))
    if in_circles(text):
        return Said((), ((text, "the model went round in circles"),))
    found = _READERS[form](text, fields)
    if found.items or found.problems:
        return found
    wanted = {"list": "list", "objects": "JSON object", "prompt": "JSON object with a prompt"}.get(
        form, "text"
    )
    return Said((), ((text, "the model refused" if refuses(text) else f"the model gave no {wanted}"),))


def in_circles(text: str) -> bool:
    """Whether a text says the same few things over and over."""
    words = script_tokens(text)
    grams = [tuple(words[at : at + 4]) for at in range(len(words) - 3)]
    return len(words) >= LEAST and len(set(grams)) < ROUND * len(grams)


def marked(text: str) -> list[str]:
    """Prompts out of lines as ASTRAL reads them: without numbers, citations and what stands before a mark."""
    found: list[str] = []
    for line in CITED.sub("", text).splitlines():
        rest = NUMBERED.sub("", line)
        mark = next((each for each in MARKS if each in rest), "")
        rest = rest.partition(mark)[2] if mark else rest
        if rest := rest.strip().removeprefix(":").strip().strip("\"“”'").strip():
            found.append(rest)
    return found


def objects_in(text: str) -> Iterator[tuple[Any, str]]:
    """Every JSON object of a text, small faults mended, with its text; `None` where it cannot be mended."""
    at = text.find("{")
    while at >= 0:
        try:
            value, end = decoding.beginning(text, at)
        except ValueError:
            end = _line_end(text, at)
            value = _mended(text[at:end])
        yield (value if isinstance(value, dict) else None), text[at:end]
        at = text.find("{", end)


def _line_end(text: str, at: int) -> int:
    """Where a broken object ends: before the next line that begins one, or at the end."""
    next_one = text.find("\n{", at + 1)
    return next_one if next_one >= 0 else len(text)


def _mended(text: str) -> Any:
    for wrong, right in _WORDS:
        text = text.replace(wrong, right)
    text = _TRAILING.sub(r"\1", text).strip().removesuffix("```").strip().rstrip(",")
    for ending in ("", '"}', "}", "]}", '"]}'):
        try:
            return decoding.beginning(text + ending)[0]
        except ValueError:
            continue
    return None


def _list(text: str, fields: Sequence[str]) -> Said:
    at = text.find("[")
    while at >= 0:
        try:
            value, _ = decoding.beginning(text, at)
        except ValueError:
            value = _STRING.findall(text, at)  # cut off at the limit: what is whole stays
        if isinstance(value, list):
            listed = [each for each in cast("list[Any]", value) if isinstance(each, str) and each.strip()]
            if listed:
                return Said(tuple(each.strip() for each in listed))
        at = text.find("[", at + 1)
    return Said(tuple(found.strip().strip('"*') for found in LINE.findall(text)))


def _objects(text: str, fields: Sequence[str]) -> Said:
    items: list[Any] = []
    problems: list[tuple[str, str]] = []
    for value, written in objects_in(text):
        if value is None:
            problems.append((written, "the model gave a broken JSON object"))
        elif lacking := [name for name in fields if not value.get(name)]:
            problems.append((written, f"the object lacks {', '.join(lacking)}"))
        else:
            items.append(value)
    return Said(tuple(items), tuple(problems))


def _prompt(text: str, fields: Sequence[str]) -> Said:
    found = next((value for value, _ in objects_in(text) if value is not None), None)
    said = found.get("prompt") if found else None
    return Said((said.strip(),)) if isinstance(said, str) and said.strip() else Said(())


def _text(text: str, fields: Sequence[str]) -> Said:
    return Said(()) if refuses(text) else Said((text,))


def _marked(text: str, fields: Sequence[str]) -> Said:
    return Said(()) if refuses(text) else Said(tuple(marked(text)))


_READERS = {"list": _list, "objects": _objects, "prompt": _prompt, "text": _text, "marked": _marked}
