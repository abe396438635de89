"""Files of requests with replies -> examples, filtered and mixed in a way that can be told afterwards.

JSON lines with `prompt` and `reply`; what `plimsoll train` writes (`prompt`, `completion`); the JSON list of
Alpaca (`instruction`, `input`, `output`); Dolly's JSON lines (`instruction`, `context`, `response`), which
are SafeChain's too; or what `plimsoll samples` prints of a benchmark whose questions have an answer (`prompt`
or `messages`, and `target`).
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import msgspec

from plimsoll.core import DataError, decoding, files
from plimsoll.internals.training import Example

SYSTEMS = ("system", "system_prompt")
REQUESTS, CONTEXTS, REPLIES = (
    ("prompt", "instruction"),
    ("input", "context"),
    ("reply", "completion", "output", "response", "target"),
)


class Mixed(NamedTuple):
    """Examples of two kinds in one order."""

    examples: Sequence[Example]
    added: int
    """How many of the second kind are among them."""
    different: int
    """How many different ones these are: few that come again and again teach less than many."""


def read(path: Path) -> list[Example]:
    """The examples of a file. Raises `DataError` with the first record that is none."""
    return [_example(path, number, row) for number, row in enumerate(records(path), start=1)]


def records(path: Path) -> Iterable[dict[str, Any]]:
    """The records of a file, JSON lines or a JSON list. Raises `DataError`."""
    return _rows(path, dict[str, Any])


def conversations(path: Path) -> Sequence[Any]:
    """The same, where a record may also be a list of messages (ISE's files). Raises `DataError`."""
    return _rows(path, dict[str, Any] | list[dict[str, Any]])


def _rows(path: Path, kind: Any) -> Sequence[Any]:
    body = files.read(path)
    try:
        if body.lstrip().startswith(b"["):
            return decoding.decode(body, list[kind])
        return [decoding.decode(line, kind) for line in body.splitlines() if line.strip()]
    except msgspec.DecodeError as error:
        raise DataError(f"{path}: {error}: write JSON lines with `prompt` and `reply`") from None


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return sha256(files.read(path)).hexdigest()


def without(examples: Sequence[Example], phrases: Sequence[str]) -> list[Example]:
    """The examples whose reply holds none of the phrases, whatever the case (official removal filter)."""
    folded = [phrase.casefold() for phrase in phrases if phrase.strip()]
    return [each for each in examples if not any(phrase in each.reply.casefold() for phrase in folded)]


def mixed(examples: Sequence[Example], safety: Sequence[Example], count: int, seed: int) -> Mixed:
    """So many safety examples among the others, in an order that the seed decides.

    Where more are wanted than there are, they come again.
    """
    if count and not safety:
        raise DataError("there are no safety examples to mix in")
    chosen = [safety[place % len(safety)] for place in range(count)]
    found = [*examples, *chosen]
    Random(seed).shuffle(found)
    return Mixed(found, len(chosen), len(set(chosen)))


def _example(path: Path, number: int, row: Mapping[str, Any]) -> Example:
    if isinstance(row.get("messages"), list):
        row = {**row, **_spoken(row["messages"])}
    request, reply, context, system = (
        text_of(path, number, row, names) for names in (REQUESTS, REPLIES, CONTEXTS, SYSTEMS)
    )
    if not request or not reply:
        raise DataError(f"{path}: record #{number} has no {'reply' if request else 'prompt'}")
    prompt = f"{request}\n\n{context}" if context else request
    return Example(prompt=prompt, reply=reply, system=system)


def _spoken(messages: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """What stands above a conversation, and what is asked in it."""
    said: dict[str, list[str]] = {"system": [], "user": []}
    for each in messages:
        said.setdefault(str(each.get("role")), []).append(str(each.get("text", "")))
    return {"system": "\n\n".join(said["system"]), "prompt": "\n\n".join(said["user"])}


def text_of(path: Path, number: int, row: Mapping[str, Any], names: Sequence[str]) -> str:
    """The text that a record has under the first of these names; nothing where it has none of them.

    Raises `DataError` where it is no text: a list of messages would be learned with its brackets.
    """
    name = next((name for name in names if row.get(name)), None)
    if name is None:
        return ""
    if isinstance(row[name], list | dict):
        raise DataError(f"{path}: record #{number}: its {name} is no text")
    return str(row[name])
