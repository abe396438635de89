"""A file of JSON lines -> a label pack: what `plimsoll label` writes, and anybody's own labels.

`docs/formats/labels.md` describes the format.
"""

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from plimsoll.core import (
    Card,
    DataError,
    Labelled,
    LabelPack,
    Message,
    Outcome,
    Response,
    Sample,
    Transcript,
    Verdict,
    user,
)
from plimsoll.core.labelled import Scale
from plimsoll.data import rows


class Row(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One labelled reply."""

    id: str
    """The sample's id, as in the run's records where the reply comes from a run."""
    event: str
    """What 1 says has happened: `refusal`, `unsafe` ... The same on every line."""
    labels: Mapping[str, float | None]
    """By rater: 1, 0, or 0.5 where the rater was not sure; null where the rater passed it over."""
    prompt: str = ""
    messages: tuple[Message, ...] = ()
    """The whole conversation, where it is more than the prompt."""
    reply: str | None = None
    language: str = "en"
    category: str = ""
    model: str = ""
    """Which model replied."""
    pair: str = ""
    run: str = ""
    """The run's id, where the lines are a random draw of its records."""
    epoch: int = 0
    left_out: tuple[str, ...] = ()
    """Categories of the run that were kept out of the draw: the labels say nothing of these."""
    chance: float = 0.0
    """With which the line was drawn, where that was not the same for all: it counts 1 over it."""
    settled: float | None = None
    """What the raters agreed on where they met over it."""
    stored: Mapping[str, float | None] = {}
    """What judges found that were asked before."""
    scale: Scale = "binary"


def read(path: Path) -> LabelPack:
    """Read a pack. Raises `DataError` with the first wrong record."""
    found = rows.read_jsonl(path, Row)
    if not found:
        raise DataError(f"{path}: holds no label")
    _checked(found, path)
    items = [_labelled(row) for row in found if any(value is not None for value in row.labels.values())]
    return LabelPack(
        card=_card(path, found),
        event=found[0].event,
        items=lambda: items,
        scale=found[0].scale,
        files={path.name: rows.checksum_of(path)},
    )


def _checked(found: list[Row], path: Path) -> None:
    rows.refuse_duplicates([_key(row) for row in found], path)
    for number, row in enumerate(found, start=1):
        if (row.event, row.scale) != (found[0].event, found[0].scale):
            raise DataError(
                f"{path}: record #{number}: is about {row.event} ({row.scale}), "
                f"the first one about {found[0].event} ({found[0].scale}): a pack is about one thing"
            )
        for rater, value in (*row.labels.items(), *row.stored.items(), ("settled", row.settled)):
            if value is not None and not 0 <= value <= 1:
                raise DataError(f"{path}: record #{number}: {rater} gave {value:g}: labels lie from 0 to 1")
        if row.scale == "binary" and row.settled not in (None, 0, 1):
            raise DataError(f"{path}: record #{number}: settled is {row.settled:g}: raters settle on 1 or 0")


def _labelled(row: Row) -> Labelled:
    messages = row.messages or ((user(row.prompt),) if row.prompt else ())
    return Labelled(
        sample=Sample(
            id=_key(row),
            messages=messages,
            request=row.prompt,
            category=row.category,
            language=row.language,
            pair=row.pair,
        ),
        transcript=None if row.reply is None else Transcript(responses=(Response(text=row.reply),)),
        labels={rater: value for rater, value in row.labels.items() if value is not None},
        settled=row.settled,
        stored={judge: _verdict(value) for judge, value in row.stored.items()},
        model=row.model,
        metadata={
            "run": row.run,
            "id": row.id,
            "epoch": row.epoch,
            "left_out": row.left_out,
            "chance": row.chance,
        },
    )


def _verdict(value: float | None) -> Verdict:
    if value is None:
        return Verdict(label="judge_unparsed", value=None, outcome=Outcome.JUDGE_UNPARSED)
    return Verdict(label=f"{value:g}", value=value)


def _key(row: Row) -> str:
    return f"{row.id}#{row.epoch}" if row.epoch else row.id


def _card(path: Path, found: list[Row]) -> Card:
    return Card(
        title=f"labels of {path.name}",
        year=0,
        paper="",
        source=str(path.name),
        license="your own",
        languages=tuple(sorted({row.language for row in found})),
        version=1,
        differs="none",
    )
