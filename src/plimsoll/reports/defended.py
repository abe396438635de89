"""The runs of a grid with and without defenses, or of several models -> what each brings and what it costs.

The measurement contract of a defense: harm on plain requests, success of attacks, refusals of harmless
requests, useful answers, calls, tokens and time, each against the same model without it on the same
questions. The benchmarks' cards say which of them measures what. Steps: (1) pair every defended cell with the
undefended one under the same attack, attacked questions by their worst variant, (2) test whether harm changed
and whether more false refusals or fewer useful answers than the margin allows are shown (Holm over all of a
model's cells of either), or whether it is shown that there are not, cell by cell, since a defense works only
where all are, (3) mark what no other defense is better than everywhere (Pareto).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import fsum
from typing import Literal, NamedTuple

from plimsoll.comparison import align
from plimsoll.comparison.compare import compared
from plimsoll.comparison.differences import Settings
from plimsoll.comparison.gate import LEVEL, losses_of
from plimsoll.comparison.nouns import Comparison
from plimsoll.core import Saw, UserError
from plimsoll.registry import pieces
from plimsoll.reports.grid import DRAWS, Axis, Entry, Grid
from plimsoll.reports.measured import Cell, Kind, Spent
from plimsoll.reports.overview import labels
from plimsoll.run.ask.grid import NONE
from plimsoll.stats.margins import exceeding, within
from plimsoll.stats.multiple import holm

Over = Literal["defense", "model"]
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


class Row(NamedTuple):
    """A defense, or none; or one of several models."""

    name: str
    shares: Mapping[Kind, float]
    """Means over the cells of a kind; a kind that was not measured is not there."""
    places: frozenset[tuple[str, str]]
    """Benchmarks and attacks that they rest on."""
    legs: tuple[Leg, ...]
    """Empty for the undefended model."""
    spent: Spent
    blocked: float
    """Share of replies that were held back."""
    unscored: float
    front: bool = False
    """Whether no other row is at least as good everywhere and better somewhere. Rows that lack a cell are
    on no front and beat nobody: what was not measured is not good."""
    verdict: Verdict = "unshown"


class Contract(NamedTuple):
    """What was found of one model under one system prompt; or of several models under one defense."""

    over: Over
    """What its rows are alternatives of."""
    first: str
    """The row that the others are held against."""
    model: str
    """The model of all rows, or the defense."""
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
    def places(self) -> frozenset[tuple[str, str]]:
        """Benchmarks and attacks that any row was measured by."""
        return frozenset[tuple[str, str]]().union(*(row.places for row in self.rows))

    @property
    def missing(self) -> tuple[str, ...]:
        """What the contract asks for and the grid does not hold."""
        found = [kind for kind in KINDS if kind not in self.measured and kind != "attack"]
        if self.over == "model":
            return tuple(found)
        attacks = ["attack"] if not self.families else ["families"] if len(self.families) < 2 else []
        return (*found, *attacks, *([] if self.adaptive else ["adaptive"]))


def contracts(found: Grid) -> Iterator[Contract]:
    """One for each model and system prompt, where the undefended model and a defense were run."""
    defenses = found.values("defense")
    if NONE not in defenses or len(defenses) == 1:
        return
    cells = _cells(found, lambda entry: True)
    for model in found.values("model"):
        for prompt in found.values("system_prompt"):
            here = [
                cell
                for cell in cells
                if cell.entry.at("model") == model and cell.entry.at("system_prompt") == prompt
            ]
            if any(cell.entry.cell.defense != NONE for cell in here):
                yield _contract(_Asked("defense", NONE, model, prompt), here, found)


def rivals(found: Grid) -> Iterator[Contract]:
    """One for each defense and system prompt, where several models were run: each against the first.

    Attacked cells are left out; so is what one kind of benchmark alone was measured by.
    """
    first, *others = found.values("model")
    if not others:
        return
    cells = _cells(found, lambda entry: entry.cell.attack == NONE)
    for defense in found.values("defense"):
        for prompt in found.values("system_prompt"):
            here = [
                cell
                for cell in cells
                if cell.entry.at("defense") == defense and cell.entry.at("system_prompt") == prompt
            ]
            made = _contract(_Asked("model", first, defense, prompt), here, found)
            if len(made.measured) > 1 and len(made.rows) > 1:
                yield made


class _Asked(NamedTuple):
    """What a contract is about."""

    over: Over
    first: str
    model: str
    system_prompt: str


def _cells(found: Grid, wanted: Callable[[Entry], bool]) -> list[Cell]:
    return [Cell.of(found, entry) for entry in found.entries if entry.cell.run and wanted(entry)]


def _names(found: Grid) -> dict[str, str]:
    """Short names of benchmarks, attacks and defenses."""
    named = dict(found.named)
    axes: tuple[Axis, ...] = ("attack", "defense")
    for axis in axes:
        specs = found.values(axis)
        named |= dict(zip(specs, labels(specs), strict=True))
    return named


def _contract(of: _Asked, cells: Sequence[Cell], grid: Grid) -> Contract:
    names = dict.fromkeys(cell.entry.at(of.over) for cell in cells)
    plain = {_place(cell): cell for cell in cells if cell.entry.at(of.over) == of.first}
    legs = _tested(
        [
            _Untested(cell.entry.at(of.over), leg)
            for cell in cells
            if cell.kind and cell.entry.at(of.over) != of.first and _place(cell) in plain
            if (leg := _leg(plain[_place(cell)], cell)) is not None
        ],
        grid.margin,
    )
    rows = [_row(name, [cell for cell in cells if cell.entry.at(of.over) == name], legs) for name in names]
    attacked = [cell for cell in cells if cell.kind == "attack"]
    found = Contract(
        **of._asdict(),
        rows=tuple(rows),
        families=tuple(dict.fromkeys(_families(cell.entry.cell.attack for cell in attacked))),
        adaptive=any(cell.saw == "defended" for cell in attacked),
        named=_names(grid),
        margin=grid.margin,
    )
    return found._replace(rows=tuple(_judged(found, row) for row in rows))


def _place(cell: Cell) -> tuple[str, str]:
    return cell.entry.cell.benchmark, cell.entry.cell.attack


def _families(attacks: Iterable[str]) -> Iterator[str]:
    """`encoding` of `encoding/base64`; a chain is of the families of its links."""
    for attack in attacks:
        for link in pieces(attack, "+") if attack != NONE else ():
            yield link.partition(":")[0].partition("/")[0]


class _Untested(NamedTuple):
    name: str
    leg: Leg


def _leg(before: Cell, after: Cell) -> Leg | None:
    try:
        comparison = compared(align.align(before.side, after.side), Settings(draws=DRAWS))
    except UserError:
        return None  # no scored question in common
    assert after.kind is not None
    cell = after.entry.cell
    return Leg(after.kind, cell.benchmark, cell.attack, after.saw, comparison, comparison.whole.p, "open")


def _tested(legs: Sequence[_Untested], margin: float) -> dict[str, list[Leg]]:
    """The legs of each row with their findings."""
    harms = [leg.kind in ("harm", "attack") for _, leg in legs]
    losses = [losses_of(leg.comparison, leg.comparison.whole) for _, leg in legs]
    changed = iter(holm([leg.p for (_, leg), harm in zip(legs, harms, strict=True) if harm]))
    dear = iter(holm([exceeding(lost, margin) for lost, harm in zip(losses, harms, strict=True) if not harm]))
    found: dict[str, list[Leg]] = {}
    for (name, leg), harm, lost in zip(legs, harms, losses, strict=True):
        done = _changed(leg, next(changed)) if harm else _no_worse(leg, within(lost, margin), next(dear))
        found.setdefault(name, []).append(done)
    return found


def _changed(leg: Leg, p: float) -> Leg:
    finding: Finding = "open" if p >= LEVEL else "better" if leg.change[0] < 0 else "worse"
    return leg._replace(p=p, finding=finding)


def _no_worse(leg: Leg, held: float, lost: float) -> Leg:
    finding: Finding = "held" if held < LEVEL else "lost" if lost < LEVEL else "unshown"
    return leg._replace(p=held, finding=finding)


def _row(name: str, cells: Sequence[Cell], legs: Mapping[str, Sequence[Leg]]) -> Row:
    shares: dict[Kind, list[float]] = {}
    places: set[tuple[str, str]] = set()
    for cell in cells:
        if cell.kind and (share := cell.share) is not None:
            shares.setdefault(cell.kind, []).append(share)
            places.add(_place(cell))
    outcomes = [seen.outcome for cell in cells for seen in cell.side.seen]
    unscored = sum(seen.value is None for cell in cells for seen in cell.side.seen)
    asked = sum(cell.spent[1] for cell in cells) or 1
    return Row(
        name=name,
        shares={kind: fsum(each) / len(each) for kind, each in shares.items()},
        places=frozenset(places),
        legs=tuple(legs.get(name, ())),
        spent=Spent(*(fsum(cell.spent[0][place] for cell in cells) / asked for place in range(4))),
        blocked=outcomes.count("blocked") / (len(outcomes) or 1),
        unscored=unscored / (len(outcomes) or 1),
    )


def _judged(found: Contract, row: Row) -> Row:
    whole = [each for each in found.rows if each.places == found.places]
    here = _costs(row, found.measured)
    rivals = [_costs(other, found.measured) for other in whole if other.name != row.name]
    beaten = any(
        all(a <= b for a, b in zip(rival, here, strict=True)) and rival != here
        for rival in rivals
        if row in whole
    )
    front = row in whole and len(found.measured) > 1 and not beaten
    return row._replace(front=front, verdict=_verdict(found, row))


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
