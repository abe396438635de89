"""The checklist of PRISMA-DFLLM: what a fine-tuning run and its evaluations fill, and what stays open.

Completeness is yes and half of partial over what applies, so what does not apply never lowers it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files as resources
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec
from msgspec import Struct

from plimsoll.core import DataError, UserError, decoding, did_you_mean, files
from plimsoll.documents import prisma_filling
from plimsoll.documents.gathering import Scope, kept_in
from plimsoll.documents.saying import say
from plimsoll.pages.document import Both, Document, Paragraph, Ruled, Section, Word
from plimsoll.pages.markup import bilingual

Status = Literal["yes", "partial", "no", "n.a."]
Kind = Literal["original", "added", "traice"]
WEIGHT: Mapping[Status, float] = {"yes": 1.0, "partial": 0.5, "no": 0.0}
RECORD = "finetuning.json"


class Item(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An item of the checklist."""

    id: str
    section: str
    en: str
    zh: str
    kind: Kind


class Filled(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An item with its answer."""

    item: Item
    status: Status = "no"
    where: str = ""
    """Page, section, file, or the answer itself."""
    by: Literal["", "run", "people"] = ""


class Changed(NamedTuple):
    """An item that two checklists answer differently."""

    id: str
    before: Status
    after: Status
    where: str


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    item: tuple[Item, ...]


@cache
def items() -> tuple[Item, ...]:
    """All items, in order."""
    text = (resources("plimsoll.documents") / "prisma.toml").read_text(encoding="utf-8")
    return decoding.toml(text, _File).item


def checklist(paths: Sequence[Path], scope: Scope) -> tuple[Filled, ...]:
    """The checklist as runs fill it, people's answers before theirs. Raises `UserError`, `DataError`."""
    tuned = next((path for path in paths if (path / RECORD).is_file()), None)
    runs = kept_in([path for path in paths if path is not tuned])
    if tuned is None and not runs:
        named = ", ".join(map(str, paths))
        raise UserError(f"{named} holds neither {RECORD} (plimsoll finetune writes it) nor a finished run")
    record = _record(tuned / RECORD) if tuned else None
    return filled(prisma_filling.answers(record, runs), scope.checklist)


def filled(known: Mapping[str, tuple[Status, str]], told: Mapping[str, str]) -> tuple[Filled, ...]:
    """Items with what a run knows and people say (`yes: page 4`). Raises `UserError`."""
    ids = [each.id for each in items()]
    for name, answer in told.items():
        if name not in ids:
            raise UserError(f"the checklist has no item {name!r}{did_you_mean(name, ids)}")
        if answer.partition(":")[0].strip() not in (*WEIGHT, "n.a."):
            raise UserError(f"item {name}: {answer!r} begins with none of yes, partial, no, n.a.")
    return tuple(_filled(each, known, told) for each in items())


def completeness(listed: Iterable[Filled]) -> float | None:
    """Yes and half of partial, over what applies; `None` where nothing does."""
    weights = [WEIGHT[each.status] for each in listed if each.status != "n.a."]
    return sum(weights) / len(weights) if weights else None


def diff(before: Iterable[Filled], after: Iterable[Filled]) -> tuple[Changed, ...]:
    """The items that are answered differently."""
    old: dict[str, Status] = {each.item.id: each.status for each in before}
    return tuple(
        Changed(each.item.id, old.get(each.item.id, "no"), each.status, each.where)
        for each in after
        if old.get(each.item.id, "no") != each.status
    )


def read(path: Path) -> tuple[Filled, ...]:
    """A checklist that was written as JSON. Raises `UserError`, `DataError`."""
    try:
        return decoding.decode(files.read(path), tuple[Filled, ...])
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror or error}") from None
    except msgspec.MsgspecError as error:
        raise DataError(f"{path}: is no checklist in JSON: {error}") from None


def encoded(listed: tuple[Filled, ...]) -> str:
    """A checklist as JSON."""
    return msgspec.json.format(msgspec.json.encode(listed), indent=1).decode() + "\n"


def rows(listed: Iterable[Filled]) -> list[tuple[str, ...]]:
    """For CSV, below `COLUMNS`."""
    return [
        (e.item.id, e.item.section, e.item.kind, e.item.en, e.item.zh, e.status, e.where, e.by)
        for e in listed
    ]


COLUMNS = ("id", "section", "kind", "en", "zh", "status", "where", "by")


def document(listed: tuple[Filled, ...], against: tuple[Filled, ...] | None = None) -> Document:
    """The checklist for people."""
    by_run = sum(each.by == "run" for each in listed)
    head = [
        Paragraph(say("prisma.answer", _percent(completeness(listed)), by_run), "answer"),
        Paragraph(
            say("prisma.added", _percent(completeness(e for e in listed if e.item.kind == "added"))), "lead"
        ),
        Paragraph(say("prisma.memory"), "lead"),
    ]
    sections = [
        Section(
            name.replace(" ", "-"),
            say("prisma.section", say(f"prisma.of.{name}"), _percent(completeness(_of(listed, name)))),
            [_table(list(_of(listed, name)))],
        )
        for name in dict.fromkeys(each.section for each in items())
    ]
    if against is not None:
        sections.insert(0, _changes(diff(against, listed)))
    return Document(title=say("prisma.title"), head=head, sections=sections)


def _changes(changes: tuple[Changed, ...]) -> Section:
    names = ("prisma.item", "prisma.before", "prisma.after", "prisma.where")
    table = Ruled(say("prisma.changes"), [say(name) for name in names], changes)
    return Section("changes", say("prisma.changes"), [table])


def _of(listed: Iterable[Filled], section: str) -> Iterator[Filled]:
    return (each for each in listed if each.item.section == section)


def _table(listed: list[Filled]) -> Ruled:
    body: list[tuple[Word, ...]] = [
        (
            each.item.id,
            Both(each.item.en, each.item.zh),
            say(f"prisma.status.{each.status}"),
            bilingual(each.where) if each.where else "–",
        )
        for each in listed
    ]
    columns = [say(name) for name in ("prisma.item", "prisma.text", "prisma.status", "prisma.where")]
    return Ruled(say("prisma.title"), columns, body)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f}"


def _filled(item: Item, known: Mapping[str, tuple[Status, str]], told: Mapping[str, str]) -> Filled:
    if item.id in told:
        status, _, where = told[item.id].partition(":")
        return Filled(
            item=item, status=decoding.converted(status.strip(), Status), where=where.strip(), by="people"
        )
    if item.id in known:
        status, where = known[item.id]
        return Filled(item=item, status=status, where=where, by="run")
    return Filled(item=item)


def _record(path: Path) -> prisma_filling.Training:
    try:
        return decoding.decode(files.read(path), prisma_filling.Training)
    except (OSError, msgspec.MsgspecError) as error:
        raise DataError(f"{path} cannot be read: {error}") from None
