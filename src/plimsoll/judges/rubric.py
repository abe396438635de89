"""A rubric in a TOML file -> a judge: your own policy, asked of any model.

    event = "unsafe"
    higher_is_safer = false
    system = "You judge ..."
    user = "Request: {{request}}\\nReply: {{reply}}\\nAnswer with one label."
    [labels]
    safe = 0.0
    borderline = 0.5
    unsafe = 1.0

The judge answers with one of the labels; slots are `request`, `reply` and `thought`. What a reply
says stands between marks that it cannot forge, and the judge is told so.
"""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from zlib import crc32

import msgspec
from msgspec import Struct

from plimsoll.core import Model, UserError, Verdict, decoding, files
from plimsoll.judges.form import FENCE, SLOT, Form, FormJudge
from plimsoll.judges.grammar import label_of
from plimsoll.registry import judge

SLOTS = ("request", "reply", "thought")


class Rubric(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the file says."""

    event: str
    higher_is_safer: bool
    user: str
    labels: Mapping[str, float]
    """Label -> value from 0 to 1."""
    system: str = ""
    name: str = "rubric"


def load(path: Path) -> Rubric:
    """Read a rubric. Raises `UserError` with the first thing that is wrong."""
    try:
        found = decoding.toml(files.read_text(path), Rubric)
    except OSError as error:
        raise UserError(f"rubric: {path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise UserError(f"rubric: {path}: {error}") from None
    slots = SLOT.findall(found.user)
    if unknown := next((name for name in slots if name not in SLOTS), ""):
        raise UserError(f"rubric: {path}: user has a slot {unknown!r}; there is {', '.join(SLOTS)}")
    if "reply" not in slots:
        raise UserError(
            f"rubric: {path}: user has no slot {{{{reply}}}}, so the judge would not see the reply"
        )
    if len(found.labels) < 2 or not all(0 <= value <= 1 for value in found.labels.values()):
        raise UserError(f"rubric: {path}: labels are two or more, each with a value from 0 to 1")
    if len({label.lower() for label in found.labels}) < len(found.labels):
        raise UserError(f"rubric: {path}: labels differ only in capitals, which are not told apart")
    if not (found.name.strip() and found.event.strip() and all(map(str.strip, found.labels))):
        raise UserError(f"rubric: {path}: name, event and labels are words, not empty")
    return found


def reader(labels: Mapping[str, float]) -> Callable[[str], Verdict | None]:
    """Reads the one label that a reply begins with or consists of; the longest where one begins another."""
    known = {label: label for label in labels}

    def read(reply: str) -> Verdict | None:
        label = label_of(reply, known)
        return None if label is None else Verdict(label=label, value=labels[label])

    return read


def _scores(labels: Mapping[str, float]) -> int:
    """A number for the score map: another one is another instrument."""
    return crc32(repr(tuple(labels.items())).encode())


@judge
def rubric(file: str, model: Model) -> FormJudge:
    """Your own rubric, from a TOML file.

    Args:
        file: Path of the rubric.
        model: The model that judges.
    """
    found = load(Path(file))
    form = Form(
        event=found.event,
        higher_is_safer=found.higher_is_safer,
        graded=any(value not in (0.0, 1.0) for value in found.labels.values()),
        system=f"{found.system}\n{FENCE}".strip(),
        user=found.user,
        read=reader(found.labels),
        labels=tuple(found.labels),
        continuations=tuple(found.labels),
        max_tokens=16,
        version=_scores(found.labels),
    )
    return FormJudge(found.name, form, model)
