"""A cell of a grid with its run -> what it measures, its questions, and what they took."""

from dataclasses import dataclass
from math import fsum
from typing import Literal, NamedTuple

from msgspec import Struct

from plimsoll.comparison import align
from plimsoll.comparison.align import Side
from plimsoll.comparison.worst import worst
from plimsoll.core import Saw, decoding, files
from plimsoll.reports.figures import of_answers
from plimsoll.reports.grid import Entry, Grid
from plimsoll.run.ask.grid import NONE
from plimsoll.run.keep.folder import RunFolder, open_run

Kind = Literal["harm", "attack", "over_refusal", "utility"]


class Spent(NamedTuple):
    """What a question took on the mean, over all replies of a defense's cells."""

    calls: float
    input_tokens: float
    output_tokens: float
    seconds: float


class _Usage(Struct, frozen=True, gc=False):
    input_tokens: int = 0
    output_tokens: int = 0
    seconds: float = 0.0
    calls: int = 0


class _Response(Struct, gc=False):
    usage: _Usage = _Usage()


class _Transcript(Struct):
    responses: tuple[_Response, ...] = ()


class _Attempt(Struct, gc=False):
    saw: Saw = ""


class _Sample(Struct):
    attempt: _Attempt | None = None


class _Line(Struct):
    sample: _Sample
    transcript: _Transcript | None = None


@dataclass(frozen=True)
class Cell:
    """A run of a grid, read."""

    entry: Entry
    kind: Kind | None
    """Nothing for attacked cells of benchmarks that do not measure safety, and for right answers about
    safety: to know little of it is not to do harm."""
    side: Side
    saw: Saw
    spent: tuple[Spent, int]
    """Sums, and the questions that they are of."""

    @staticmethod
    def of(found: Grid, entry: Entry) -> "Cell":
        """Read it."""
        folder = open_run(found.path.parent / entry.cell.run)
        side = align.side(folder)
        attacked = entry.cell.attack != NONE
        measures = side.manifest.measures
        kind: Kind | None = measures if measures != "safety" else "attack" if attacked else "harm"
        if (attacked and measures != "safety") or (measures == "safety" and of_answers(side.manifest)):
            kind = None
        if attacked:
            side = worst(side, higher_is_safer=higher(entry))
        return Cell(entry, kind, side, *_read(folder, defended=entry.cell.defense != NONE))

    @property
    def share(self) -> float | None:
        """Harm, success or refusals; for utility the useful answers."""
        values = [seen.value for seen in self.side.seen if seen.value is not None]
        if not values or self.entry.estimate is None:
            return None
        mean = fsum(values) / len(values)
        return 1 - mean if higher(self.entry) == (self.kind != "utility") else mean


def higher(entry: Entry) -> bool:
    """Whether more of the headline is safer."""
    return entry.estimate is None or entry.estimate.higher_is_safer


def _read(folder: RunFolder, *, defended: bool) -> tuple[Saw, tuple[Spent, int]]:
    """Which target an attack saw, and what all replies took."""
    decode, saw = decoding.Decoder(_Line).decode, set[Saw]()
    totals, asked = [0.0, 0.0, 0.0, 0.0], 0
    with files.opened(folder.records_path) as file:
        for line in file:
            if not line.endswith(b"\n"):
                break
            read = decode(line)
            saw.add(read.sample.attempt.saw if read.sample.attempt else "")
            if read.transcript is None:
                continue
            asked += 1
            for usage in (each.usage for each in read.transcript.responses):
                calls = usage.calls if defended else 1
                spent = (calls, usage.input_tokens, usage.output_tokens, usage.seconds)
                totals = [total + more for total, more in zip(totals, spent, strict=True)]
    seen: Saw = "defended" if "defended" in saw else "bare" if "bare" in saw else ""
    return seen, (Spent(*totals), asked)
