"""The file that a repair learns on -> examples, signed ones, or preferences."""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from plimsoll.core import DataError, UserError
from plimsoll.internals import examples as files_of_examples
from plimsoll.internals.training import Example
from plimsoll.realignment.repairs import Given

CHOSEN, REJECTED = ("chosen", "chosen_response"), ("rejected", "rejected_response")
LEARNED, UNLEARNED = "blue", "red"
KINDS = {"malicious": True, "benign": False}
"""As MoGU's authors call requests that should be declined and others."""


class Preference(NamedTuple):
    """Two replies to one request, the better one first."""

    chosen: Example
    rejected: Example


class Opposed(NamedTuple):
    """A reply that does what is asked and one that declines it, with whether it should."""

    affirm: Example
    reject: Example
    malicious: bool


def path_of(given: Given, method: str, columns: str) -> Path:
    """The file. Raises `UserError` where none is named."""
    if given.on is None:
        raise UserError(f"{method} needs JSON lines with {columns}: name their file with --on FILE")
    return given.on


def examples(given: Given, method: str) -> list[Example]:
    """Requests with replies. Raises `UserError` without a file, `DataError` for one without a record."""
    path = path_of(given, method, "prompt, reply")
    found = files_of_examples.read(path)
    if not found:
        raise DataError(f"{path} holds no record")
    return found


def signed(given: Given, method: str) -> list[tuple[Example, bool]]:
    """Requests with replies that are learned (`kind` blue) or unlearned (red)."""
    path = path_of(given, method, "prompt, reply, kind")
    kinds = [row.get("kind", LEARNED) for row in files_of_examples.records(path)]
    for number, kind in enumerate(kinds, start=1):
        if kind not in (LEARNED, UNLEARNED):
            raise DataError(f"{path}: record #{number}: kind is {kind!r}; it is {LEARNED} or {UNLEARNED}")
    if not kinds:
        raise DataError(f"{path} holds no record")
    return [(each, kind == LEARNED) for each, kind in zip(files_of_examples.read(path), kinds, strict=True)]


def preferences(given: Given, method: str) -> list[Preference]:
    """Requests with a chosen and a rejected reply."""
    path = path_of(given, method, "prompt, chosen, rejected")
    found = list(_preferences(path))
    if not found:
        raise DataError(f"{path} holds no record")
    return found


def opposed(given: Given, method: str) -> list[Opposed]:
    """Requests of both kinds, malicious and benign, each with a reply that complies and one that declines."""
    path = path_of(given, method, "prompt, kind, affirm, reject")
    found = [
        _opposed(path, number, row) for number, row in enumerate(files_of_examples.records(path), start=1)
    ]
    for kind, on in KINDS.items():
        if not any(each.malicious == on for each in found):
            raise DataError(f"{path} holds no record of the kind {kind}: routers need both")
    return found


def _opposed(path: Path, number: int, row: Mapping[str, Any]) -> Opposed:
    kind = row.get("kind")
    if kind not in KINDS:
        raise DataError(f"{path}: record #{number}: kind is {kind!r}; it is {' or '.join(KINDS)}")
    text = partial(files_of_examples.text_of, path, number, row)
    texts = {name: text((name,)) for name in ("prompt", "affirm", "reject")}
    lacking = next((name for name, text in texts.items() if not text), None)
    if lacking:
        raise DataError(f"{path}: record #{number} has no {lacking}")
    system = text(files_of_examples.SYSTEMS)
    affirm, reject = (
        Example(prompt=texts["prompt"], reply=texts[name], system=system) for name in ("affirm", "reject")
    )
    return Opposed(affirm, reject, KINDS[kind])


def _preferences(path: Path) -> Iterator[Preference]:
    for number, row in enumerate(files_of_examples.records(path), start=1):
        text = partial(files_of_examples.text_of, path, number, row)
        texts = [text(names) for names in (("prompt",), CHOSEN, REJECTED)]
        if not all(texts):
            lacking = ("prompt", "chosen", "rejected")[texts.index("")]
            raise DataError(f"{path}: record #{number} has no {lacking}")
        prompt, chosen, rejected = texts
        system = text(files_of_examples.SYSTEMS)
        yield Preference(
            *(Example(prompt=prompt, reply=reply, system=system) for reply in (chosen, rejected))
        )
