"""An error, or a reply without text -> whether the endpoint's content filter withheld it.

One table for all endpoints (`filters.toml`), looked at before the status: filters answer with 200, 400,
403, 451 and 500 alike. It is read when the first odd reply comes.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from plimsoll.core import decoding

LONGEST_CODE = 80
LONGEST_TEXT = 8192
LONGEST_READ = 65_536
"""Characters of a whole error that are searched."""
DEEPEST = 8
ECHOED = frozenset({"input", "flagged_input", "prompt", "messages", "body", "request", "ctx"})
"""Keys under which endpoints repeat what they were sent: prompts speak of filters too."""
CODED = ("code", "type", "status", "reason")
"""What the names of fields with codes end in."""
FOR_LEGAL_REASONS = 451
OURS = frozenset({401, 402, 407})
"""Statuses that speak of who asks: whatever is said there, it is no filter of prompts."""


ECHO = re.compile(r"\binput(?:_value)?=['\"].{0,4000}?(?=, input_type=|$)", re.DOTALL)
"""So does pydantic, within a text."""


class _Marks(NamedTuple):
    codes: frozenset[str]
    messages: re.Pattern[str]
    finishes: tuple[str, ...]
    before: re.Pattern[str]
    empty: re.Pattern[bytes]
    account: re.Pattern[str]
    away: re.Pattern[str]


def is_withheld(status: int, body: bytes) -> bool:
    """Whether an error body says that a content filter was at work."""
    if status == FOR_LEGAL_REASONS:
        return True
    if status in OURS or body.lstrip()[:1] == b"<":
        return False
    marks = _marks()
    leaves = _first(_leaves("", _document(body)))
    if any(marks.account.search(leaf.text) for leaf in leaves):
        return False
    if any(_is_code(leaf, marks.codes) for leaf in leaves):
        return True
    if any(marks.away.search(leaf.text) for leaf in leaves):
        return False
    return any(marks.messages.search(leaf.text) for leaf in leaves)


@cache
def is_withholding(finish: str) -> bool:
    """Whether a finish reason is a content filter's."""
    marks = _marks()
    plain = _plain(finish)
    return plain.startswith(marks.finishes) or marks.before.sub("", plain).startswith(marks.finishes)


def is_emptied(body: bytes) -> bool:
    """Whether the body of a reply without text says that a filter took the text away."""
    return _marks().empty.search(body) is not None


@cache
def _marks() -> _Marks:
    table = decoding.toml((files("plimsoll.models") / "filters.toml").read_text(encoding="utf-8"))
    account, away = table.pop("account"), table.pop("away")

    def all_of(kind: str) -> list[str]:
        return [mark for rows in table.values() for mark in rows.get(kind, ())]

    return _Marks(
        frozenset(map(_plain, all_of("codes"))),
        re.compile("|".join(all_of("messages")), re.IGNORECASE),
        tuple(map(_plain, all_of("finishes"))),
        re.compile(f"^(?:{'|'.join(map(_plain, all_of('before')))})+"),
        re.compile("|".join(all_of("empty")).encode(), re.IGNORECASE),
        re.compile("|".join(account["messages"]), re.IGNORECASE),
        re.compile("|".join(away["messages"]), re.IGNORECASE),
    )


def _plain(code: str) -> str:
    return re.sub(r"[\W_]+", "", code[:LONGEST_CODE]).lower()


def _document(body: bytes) -> Any:
    try:
        return decoding.decode(body)
    except (ValueError, RecursionError):
        return body[:LONGEST_TEXT].decode("utf-8", "replace")


class _Leaf(NamedTuple):
    key: str
    text: str


def unechoed(text: str) -> str:
    """What an endpoint says without what it repeats of the request."""
    return ECHO.sub("", text) if "input" in text else text


def _first(leaves: Iterator[_Leaf]) -> list[_Leaf]:
    """As many as are worth a search: a body may hold millions."""
    found, left = list[_Leaf](), LONGEST_READ
    for leaf in leaves:
        found.append(leaf)
        left -= len(leaf.text) + 1
        if left < 0:
            break
    return found


def _is_code(leaf: _Leaf, codes: frozenset[str]) -> bool:
    """Whole, or a part of it: `InternalError.Algo.DataInspectionFailed`."""
    if not leaf.key.lower().endswith(CODED):
        return False
    return any(_plain(part) in codes for part in (leaf.text, *re.split(r"[.:/]", leaf.text[:LONGEST_CODE])))


def _leaves(key: str, document: Any, depth: int = 0) -> Iterator[_Leaf]:
    """Every text and number of a document, those inside a text that is JSON too."""
    if depth > DEEPEST:
        return
    if isinstance(document, str):
        text = unechoed(document[:LONGEST_TEXT])
        yield _Leaf(key, text)
        inside = _document(text.encode("utf-8", "replace")) if text[:1] in ("{", "[") else text
        if not isinstance(inside, str):
            yield from _leaves(key, inside, depth + 1)
    elif isinstance(document, int) and not isinstance(document, bool):
        yield _Leaf(key, str(document))
    elif isinstance(document, Mapping):
        for name, value in document.items():  # pyright: ignore[reportUnknownVariableType]
            if name not in ECHOED:
                yield from _leaves(str(name), value, depth + 1)  # pyright: ignore[reportUnknownArgumentType]
    elif isinstance(document, list):
        for value in document[:100]:  # pyright: ignore[reportUnknownVariableType]
            yield from _leaves(key, value, depth + 1)
