"""The runs of a grid with and without defenses -> what each defense brings and what it costs.

The measurement contract of a defense: harm on plain requests, success of attacks, refusals of harmless
requests, useful answers, calls, tokens and time, each against the same model without it on the same
questions. The benchmarks' cards say which of them measures what. Steps: (1) pair every defended cell with the
undefended one under the same attack, attacked questions by their worst variant, (2) test whether harm changed
(Holm over all of a model's cells), and whether false refusals and useful answers are shown to be no worse by
more than the margin, (3) mark what no other defense is better than everywhere (Pareto).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Literal, NamedTuple

from msgspec import Struct

from plimsoll.comparison import align
from plimsoll.comparison.align import Side
from plimsoll.comparison.compare import compared
from plimsoll.comparison.differences import Settings
from plimsoll.comparison.gate import LEVEL, losses_of
from plimsoll.comparison.nouns import Comparison
from plimsoll.comparison.worst import worst
from plimsoll.core import Saw, UserError, decoding, files
from plimsoll.registry import pieces
from plimsoll.reports.grid import DRAWS, Axis, Entry, Grid
from plimsoll.reports.overview import labels
from plimsoll.run.ask.grid import NONE
from plimsoll.run.keep.folder import RunFolder, open_run
from plimsoll.stats.margins import exceeding, within
from plimsoll.stats.multiple import holm

Kind = Literal["harm", "attack", "over_refusal", "utility"]
KINDS: tuple[Kind, ...] = ("harm", "attack", "over_refusal", "utility")
Finding = Literal["better", "worse", "open", "held", "lost", "unshown"]
Verdict = Literal["works", "helps", "costs", "harms", "unshown"]


class Leg(NamedTuple):
    """One cell with a defense against the one without it."""

    kind: Kind
    benchmark: str
    attack: str
    saw: Saw
    """Which target the attack saw: `defended` is adaptive."""
    comparison: Comparison
    p: float
    """Holm's for harm and attacks; of non-inferiority for the others."""
    finding: Finding

    @property
    def turned(self) -> bool:
        """Whether the comparison counts the other end: harm, success and refusals, or useful answers."""
        return self.comparison.higher_is_safer == (self.kind != "utility")

    @property
    def without(self) -> float:
        """Share without the defense."""
        value = self.comparison.whole.before
        return 1 - value if self.turned else value

    @property
    def with_it(self) -> float:
        """Share with the defense."""
        value = self.comparison.whole.after
        return 1 - value if self.turned else value

    @property
    def change(self) -> tuple[float, float, float]:
        """The difference, and the bounds of its interval."""
        whole = self.comparison.whole
        if self.turned:
            return -whole.difference, -whole.high, -whole.low
        return whole.difference, whole.low, whole.high


class Spent(NamedTuple):
    """What a question took on the mean, over all replies of a defense's cells."""

    calls: float
    input_tokens: float
    output_tokens: float
    seconds: float


class Row(NamedTuple):
    """A defense, or none."""

    defense: str
    shares: Mapping[Kind, float]
    """Means over the cells of a kind; a kind that was not measured is not there."""
    legs: tuple[Leg, ...]
    """Empty for the undefended model."""
    spent: Spent
    blocked: float
    """Share of replies that were held back."""
    unscored: float
    front: bool = False
    """Whether no other row is at least as good everywhere and better somewhere."""
    verdict: Verdict = "unshown"


class Contract(NamedTuple):
    """What was found of one model under one system prompt."""

    model: str
    system_prompt: str
    rows: tuple[Row, ...]
    families: tuple[str, ...]
    """Of the attacks on benchmarks of safety."""
    adaptive: bool
    """Whether any of them saw the defended model."""
    named: Mapping[str, str]
    """Short names of benchmarks, attacks and defenses."""
    margin: float
    """Loss of false refusals or useful answers that a defense may cost, declared beforehand."""

    @property
    def measured(self) -> tuple[Kind, ...]:
        """The kinds that some cell measures."""
        return tuple(kind for kind in KINDS if any(kind in row.shares for row in self.rows))

    @property
    def missing(self) -> tuple[str, ...]:
        """What the contract asks for and the grid does not hold."""
        found = [kind for kind in KINDS if kind not in self.measured and kind != "attack"]
        attacks = ["attack"] if not self.families else ["families"] if len(self.families) < 2 else []
        return (*found, *attacks, *([] if self.adaptive else ["adaptive"]))


def contracts(found: Grid) -> Iterator[Contract]:
    """One for each model and system prompt, where the undefended model and a defense were run."""
    defenses = found.values("defense")
    if NONE not in defenses or len(defenses) == 1:
        return
    named = dict(found.named)
    axes: tuple[Axis, ...] = ("attack", "defense")
    for axis in axes:
        specs = found.values(axis)
        named |= dict(zip(specs, labels(specs), strict=True))
    cells = {entry.cell.run: _Cell.of(found, entry) for entry in found.entries if entry.cell.run}
    for model in found.values("model"):
        for prompt in found.values("system_prompt"):
            here = [
                cells[entry.cell.run]
                for entry in found.entries
                if entry.cell.run and entry.at("model") == model and entry.at("system_prompt") == prompt
            ]
            if any(cell.entry.cell.defense != NONE for cell in here):
                yield _contract(model, prompt, here, named, found.margin)


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
class _Cell:
    """A run of the grid, read."""

    entry: Entry
    kind: Kind | None
    """Nothing for attacked cells of benchmarks that do not measure safety."""
    side: Side
    saw: Saw
    spent: tuple[Spent, int]
    """Sums, and the questions that they are of."""

    @staticmethod
    def of(found: Grid, entry: Entry) -> "_Cell":
        folder = open_run(found.path.parent / entry.cell.run)
        side = align.side(folder)
        attacked = entry.cell.attack != NONE
        measures = side.manifest.measures
        kind: Kind | None = measures if measures != "safety" else "attack" if attacked else "harm"
        kind = None if attacked and measures != "safety" else kind
        if attacked:
            side = worst(side, higher_is_safer=_higher(entry))
        return _Cell(entry, kind, side, *_read(folder, defended=entry.cell.defense != NONE))

    @property
    def share(self) -> float | None:
        """Harm, success or refusals; for utility the useful answers."""
        values = [seen.value for seen in self.side.seen if seen.value is not None]
        if not values or self.entry.estimate is None:
            return None
        mean = fsum(values) / len(values)
        return 1 - mean if _higher(self.entry) == (self.kind != "utility") else mean


def _higher(entry: Entry) -> bool:
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


def _contract(
    model: str, prompt: str, cells: Sequence[_Cell], named: Mapping[str, str], margin: float
) -> Contract:
    defenses = dict.fromkeys(cell.entry.cell.defense for cell in cells)
    plain = {_place(cell): cell for cell in cells if cell.entry.cell.defense == NONE}
    legs = _tested(
        [
            leg
            for cell in cells
            if cell.kind and cell.entry.cell.defense != NONE and _place(cell) in plain
            if (leg := _leg(plain[_place(cell)], cell)) is not None
        ],
        margin,
    )
    rows = [
        _row(defense, [cell for cell in cells if cell.entry.cell.defense == defense], legs)
        for defense in defenses
    ]
    attacked = [cell for cell in cells if cell.kind == "attack"]
    found = Contract(
        model=model,
        system_prompt=prompt,
        rows=tuple(rows),
        families=tuple(dict.fromkeys(_families(cell.entry.cell.attack for cell in attacked))),
        adaptive=any(cell.saw == "defended" for cell in attacked),
        named=named,
        margin=margin,
    )
    return found._replace(rows=tuple(_judged(found, row) for row in rows))


def _place(cell: _Cell) -> tuple[str, str]:
    return cell.entry.cell.benchmark, cell.entry.cell.attack


def _families(attacks: Iterable[str]) -> Iterator[str]:
    """`encoding` of `encoding/base64`; a chain is of the families of its links."""
    for attack in attacks:
        for link in pieces(attack, "+") if attack != NONE else ():
            yield link.partition(":")[0].partition("/")[0]


class _Untested(NamedTuple):
    defense: str
    leg: Leg


def _leg(before: _Cell, after: _Cell) -> _Untested | None:
    try:
        comparison = compared(align.align(before.side, after.side), Settings(draws=DRAWS))
    except UserError:
        return None  # no scored question in common
    assert after.kind is not None
    cell = after.entry.cell
    leg = Leg(after.kind, cell.benchmark, cell.attack, after.saw, comparison, comparison.whole.p, "open")
    return _Untested(cell.defense, leg)


def _tested(legs: Sequence[_Untested], margin: float) -> dict[str, list[Leg]]:
    """The legs of each defense with their findings."""
    of_harm = [each for each in legs if each.leg.kind in ("harm", "attack")]
    adjusted = iter(holm([each.leg.p for each in of_harm]))
    found: dict[str, list[Leg]] = {}
    for defense, leg in legs:
        done = _changed(leg, next(adjusted)) if leg.kind in ("harm", "attack") else _no_worse(leg, margin)
        found.setdefault(defense, []).append(done)
    return found


def _changed(leg: Leg, p: float) -> Leg:
    finding: Finding = "open" if p >= LEVEL else "better" if leg.change[0] < 0 else "worse"
    return leg._replace(p=p, finding=finding)


def _no_worse(leg: Leg, margin: float) -> Leg:
    losses = losses_of(leg.comparison, leg.comparison.whole)
    p = within(losses, margin)
    lost = exceeding(losses, margin) < LEVEL
    finding: Finding = "held" if p < LEVEL else "lost" if lost else "unshown"
    return leg._replace(p=p, finding=finding)


def _row(defense: str, cells: Sequence[_Cell], legs: Mapping[str, Sequence[Leg]]) -> Row:
    shares: dict[Kind, list[float]] = {}
    for cell in cells:
        if cell.kind and (share := cell.share) is not None:
            shares.setdefault(cell.kind, []).append(share)
    outcomes = [seen.outcome for cell in cells for seen in cell.side.seen]
    unscored = sum(seen.value is None for cell in cells for seen in cell.side.seen)
    asked = sum(cell.spent[1] for cell in cells) or 1
    return Row(
        defense=defense,
        shares={kind: fsum(each) / len(each) for kind, each in shares.items()},
        legs=tuple(legs.get(defense, ())),
        spent=Spent(*(fsum(cell.spent[0][place] for cell in cells) / asked for place in range(4))),
        blocked=outcomes.count("blocked") / (len(outcomes) or 1),
        unscored=unscored / (len(outcomes) or 1),
    )


def _judged(found: Contract, row: Row) -> Row:
    here = _costs(row, found.measured)
    rivals = [_costs(other, found.measured) for other in found.rows if other.defense != row.defense]
    beaten = any(
        all(a <= b for a, b in zip(rival, here, strict=True)) and rival != here
        for rival in rivals
        if len(rival) == len(here)
    )
    whole = len(here) == len(found.measured) > 1
    return row._replace(front=whole and not beaten, verdict=_verdict(found, row))


def _costs(row: Row, kinds: Sequence[Kind]) -> tuple[float, ...]:
    """What is bad of a row, by kind."""
    return tuple(
        1 - row.shares[kind] if kind == "utility" else row.shares[kind]
        for kind in kinds
        if kind in row.shares
    )


def _verdict(found: Contract, row: Row) -> Verdict:
    findings = {leg.finding for leg in row.legs}
    if "worse" in findings:
        return "harms"
    if "lost" in findings:
        return "costs"
    if "better" not in findings:
        return "unshown"
    return "works" if not found.missing and "unshown" not in findings else "helps"
