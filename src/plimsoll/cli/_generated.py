"""What was generated -> the files of a data set, and what is told of it."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

import msgspec

from plimsoll.benchmarks.prompts import dataset
from plimsoll.cli import _output
from plimsoll.core import files
from plimsoll.generators import measuring
from plimsoll.run.work.decisions import Decision
from plimsoll.run.work.generating import RISK, Selection
from plimsoll.text.diversity import Embed

MADE = "made.json"
"""Holds what `--json` prints."""
LONGEST = 80
"""Characters of a name that are told."""


class Made(NamedTuple):
    """A generation that has come to its end."""

    out: Path
    spec: str
    decisions: Sequence[Decision]
    selection: Selection
    sort: Embed | None
    """Embeddings that stand in for a classifier."""
    embedding: str
    embed: Embed | None

    @property
    def kept(self) -> list[Decision]:
        """The decisions that made a prompt."""
        return [each for each in self.decisions if each.kept]


def write(made: Made) -> None:
    """The samples, the card, and what belongs beside them."""
    files.write(
        made.out / f"{dataset.SAMPLES}.jsonl", (msgspec.json.encode(row) + b"\n" for row in _rows(made))
    )
    beside: dict[str, dict[bytes, None]] = {}
    for each in made.kept:
        for name, record in each.beside.items():
            records = cast("list[Any]", record) if isinstance(record, list) else [record]
            beside.setdefault(name, {}).update((msgspec.json.encode(one), None) for one in records)
    for name, lines in beside.items():
        whole = [b"[", b",\n".join(lines), b"]\n"] if name.endswith(".json") else [*_lines(lines)]
        files.write(made.out / name, whole)


def told(made: Made) -> dict[str, Any]:
    """Counts, coverage, variety and the data set's path; kept in the folder, too."""
    selection = made.selection
    kept = made.kept
    prompts = [each.prompt for each in kept]
    found: Sequence[Mapping[str, str]] = [each.found for each in kept if each.found]
    if made.sort:
        found = measuring.nearest(prompts, selection.axes, made.sort)
    said: dict[str, Any] = {
        "path": str(made.out),
        **measuring.counts(made.decisions, selection.cells, selection.quota),
        **measuring.achieved(found, made.decisions, selection.cells, selection.quota),
        "by_level": measuring.by_level(kept),
        "diversity": measuring.variety(prompts, made.embedding, made.embed),
        "contamination": measuring.contamination(prompts, selection.public),
        "panel": measuring.ratings(made.decisions),
        "focus": measuring.focus(made.decisions),
    }
    said["wanted"] += selection.focus
    files.write(made.out / MADE, [msgspec.json.format(msgspec.json.encode(said)), b"\n"])
    _card(made, said)
    return said


def show(said: Mapping[str, Any]) -> None:
    """The same for people."""
    _output.echo(
        f"{said['kept']:,} of {said['wanted']:,} prompts wanted, out of {said['candidates']:,} candidates"
    )
    for reason, number in said["rejected_for"].items():
        _output.echo(f"{number:6,} rejected: {reason}")
    if holes := said["holes"]:
        first = ", ".join(each[:LONGEST] for each in holes[:5])
        _output.echo(f"{len(holes):,} of {said['cells']:,} cells have no prompt: {first}")
    if said["coverage"] is not None:
        _output.echo(f"{said['coverage']:.0%} of the cells are full by what the classifier found")
    for name, each in said["contamination"].items():
        _output.echo(f"nearest to {name}: {each['nearest'] or 0:.2f} of the 3-grams in common")
    if said["kept"]:
        _output.echo(f"plimsoll run {said['path']} asks them")


def _rows(made: Made) -> Iterator[dict[str, Any]]:
    for each in made.kept:
        row: dict[str, Any] = {
            "id": f"{each.risk}#{each.number}",
            "prompt": each.prompt,
            "category": each.category,
            "language": each.language,
            "generator": made.spec,
            **{axis: value for axis, value in each.asked.items() if axis != RISK},
        }
        if each.pair:
            row["pair"] = each.pair
        if each.made_of:
            row["made_of"] = each.made_of
        yield row


def _card(made: Made, said: Mapping[str, Any]) -> None:
    variety = said["diversity"]
    known = {key: f"{variety[key]:.2f}" for key in ("distinct_2", "self_bleu") if variety[key] is not None}
    notes = [
        f"{said['kept']} of {said['wanted']} prompts in {said['full']} of {said['cells']} full cells, out of "
        f"{said['candidates']} candidates.",
        "What the prompts are was not checked by a classifier."
        if said["coverage"] is None
        else f"By the classifier {said['coverage']:.0%} of the cells are full.",
        *([f"Variety: {', '.join(f'{key} {value}' for key, value in known.items())}."] if known else ()),
        "Written by a generator, not by people: read a sample before you rely on it.",
    ]
    card: dict[str, Any] = {
        "title": "Generated prompts",
        "source": f"plimsoll generate {made.spec}",
        "license": "the user's own",
        "notes": notes,
    }
    lines = (f"{key} = {msgspec.json.encode(value).decode()}\n" for key, value in card.items())
    files.write_text(made.out / dataset.CARD, "".join(lines))


def _lines(records: Mapping[bytes, None]) -> Iterator[bytes]:
    return (each + b"\n" for each in records)
