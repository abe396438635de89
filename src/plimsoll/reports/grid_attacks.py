"""The attacked cells of a grid -> how often each attack succeeds, and how often it still asks what was asked.

An attack that is broken looks like a safe model: validity stands beside success. A success is a record
whose verdict lies at the end that is less safe; it is counted over variants, and over questions of which
any variant succeeded. Attacks on one model are alternatives: p-values are Holm's over all of them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from msgspec import Struct

from plimsoll.core import BROKEN, Validity, decoding, files
from plimsoll.core.hidden import visible
from plimsoll.pages.markup import Said, Table, key
from plimsoll.pages.words import percent
from plimsoll.reports.grid import Entry, Grid
from plimsoll.reports.tables import MISSING
from plimsoll.run.ask.grid import NONE
from plimsoll.run.keep.folder import open_run
from plimsoll.stats.clusters import Known, Sums, share
from plimsoll.stats.multiple import holm

NEAR = 1e-6


class _Attempt(Struct, gc=False):
    validity: Validity = "unchecked"


class _Sample(Struct, gc=False):
    id: str
    language: str = "en"
    pair: str = ""
    origin: str = ""
    attempt: _Attempt | None = None


class _Verdict(Struct, gc=False):
    value: float | None
    outcome: str = "answered"


class _Line(Struct):
    sample: _Sample
    verdicts: dict[str, _Verdict] = {}


@dataclass
class Tried:
    """What became of one attack in one cell."""

    validity: dict[str, Counter[Validity]] = field(default_factory=dict[str, Counter[Validity]])
    """By language."""
    values: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    """Of the judge, by question."""

    @property
    def counted(self) -> Counter[Validity]:
        """Over all languages."""
        return sum(self.validity.values(), Counter[Validity]())


class Success(NamedTuple):
    """How often an attack succeeded."""

    mean: Known
    """Over variants, each question as one cluster."""
    any: Known
    """Over questions: whether any variant succeeded."""
    variants: int
    questions: int


def tried(path: Path) -> Tried:
    """Read a run of one attack."""
    found, decode = Tried(), decoding.Decoder(_Line).decode
    with files.opened(path) as file:
        for line in file:
            if not line.endswith(b"\n"):
                break
            read = decode(line)
            sample = read.sample
            validity: Validity = sample.attempt.validity if sample.attempt else "valid"
            found.validity.setdefault(sample.language, Counter())[validity] += 1
            verdict = next(iter(read.verdicts.values()), None)
            if verdict is not None and verdict.value is not None and verdict.outcome not in BROKEN:
                question = sample.pair or sample.origin or sample.id
                found.values.setdefault(question, []).append(verdict.value)
    return found


def successes(found: Tried, entry: Entry) -> Mapping[str, list[float]] | None:
    """What was seen by question, 1.0 where the attack succeeded; nothing where the headline is no share."""
    estimate = entry.judged or entry.estimate
    values = [value for each in found.values.values() for value in each]
    if estimate is None or not values:
        return None
    mean = sum(values) / len(values)
    if abs(mean - estimate.value) < NEAR:
        event_is_unsafe = not estimate.higher_is_safer
    elif abs(1 - mean - estimate.value) < NEAR:
        event_is_unsafe = estimate.higher_is_safer
    else:
        return None
    turned = found.values.items()
    return {question: [v if event_is_unsafe else 1 - v for v in each] for question, each in turned}


def success(held: Iterable[Mapping[str, list[float]]]) -> Success | None:
    """Several attacks' successes as one: any of them counts."""
    joined: dict[str, list[float]] = {}
    for each in held:
        for question, values in each.items():
            joined.setdefault(question, []).extend(values)
    mean = share(Counter(Sums(sum(values), len(values)) for values in joined.values()))
    any_of = share(Counter(Sums(max(values), 1) for values in joined.values()))
    if mean is None or any_of is None:
        return None
    return Success(mean, any_of, sum(map(len, joined.values())), len(joined))


def tables(found: Grid) -> Iterator[Table]:
    """For each model, benchmark, defense and system prompt: success, then validity."""
    for where, group in _groups(found).items():
        folders = [open_run(found.path.parent / entry.cell.run) for entry in group]
        read = [tried(folder.records_path) for folder in folders]
        title = " · ".join(part for part in where if part != NONE)
        if folders[0].manifest().measures == "safety":
            yield from _success_table(title, group, read, _against(found))
        yield _validity_table(title, group, read)


def plain(found: Grid) -> Iterator[dict[str, Any]]:
    """What programs read: one object for each attacked cell."""
    for group in _groups(found).values():
        p = _adjusted(group)
        for entry, adjusted in zip(group, p, strict=True):
            read = tried(open_run(found.path.parent / entry.cell.run).records_path)
            held = successes(read, entry)
            known = success([held]) if held else None
            cell = entry.cell
            yield {
                "model": cell.model,
                "benchmark": cell.benchmark,
                "attack": cell.attack,
                "defense": cell.defense,
                "system_prompt": cell.system_prompt,
                "success": None if known is None else known.mean._asdict(),
                "any_variant": None if known is None else known.any._asdict(),
                "variants": 0 if known is None else known.variants,
                "questions": 0 if known is None else known.questions,
                "p_holm": adjusted,
                "validity": dict(read.counted),
            }


def _groups(found: Grid) -> dict[tuple[str, ...], list[Entry]]:
    """Attacked cells that were run, by model, benchmark, defense and system prompt."""
    groups: dict[tuple[str, ...], list[Entry]] = {}
    for entry in found.entries:
        cell = entry.cell
        if cell.run and cell.attack != NONE:
            where = (cell.model, cell.benchmark, cell.defense, cell.system_prompt)
            groups.setdefault(where, []).append(entry)
    return groups


def _success_table(title: str, group: list[Entry], read: list[Tried], against: Said) -> Iterator[Table]:
    held = [successes(each, entry) for each, entry in zip(read, group, strict=True)]
    known = [each for each in held if each is not None]
    if not known:
        return
    p = _adjusted(group)
    rows: list[tuple[Said, ...]] = [
        (entry.cell.attack, *_cells(success([each]) if each else None), _p(p[place]))
        for place, (entry, each) in enumerate(zip(group, held, strict=True))
    ]
    if len(known) > 1:
        rows.append((key("grid.attacks.all", str(len(known))), *_cells(success(known)), MISSING))
    columns = ("grid.axis.attack", "grid.attacks.mean", "grid.attacks.any", "grid.attacks.of")
    yield Table(key("grid.attacks.success", title), (*map(key, columns), against), rows)


def _against(found: Grid) -> Said:
    """The head of the column of p-values: the baseline has no attack only where one was run without."""
    first = found.conditions["attack"]
    return key("grid.attacks.p") if first == NONE else key("grid.attacks.p_first", visible(first))


def _validity_table(title: str, group: list[Entry], read: list[Tried]) -> Table:
    several = len({language for each in read for language in each.validity}) > 1
    rows: list[tuple[Said, ...]] = []
    for entry, each in zip(group, read, strict=True):
        for language, counted in each.validity.items():
            name = f"{entry.cell.attack} · {language}" if several else entry.cell.attack
            rows.append((name, *_parts(counted)))
    columns = (
        "grid.axis.attack",
        "grid.attacks.valid",
        "grid.attacks.invalid",
        "grid.attacks.unchecked",
        "grid.attacks.not_applicable",
        "grid.attacks.of_variants",
    )
    return Table(key("grid.attacks.validity", title), tuple(map(key, columns)), rows)


def _parts(counted: Counter[Validity]) -> tuple[str, ...]:
    whole = counted.total()
    kinds: tuple[Validity, ...] = ("valid", "invalid", "unchecked", "not_applicable")
    return (*(percent(counted[kind] / whole) for kind in kinds), str(whole))


def _cells(found: Success | None) -> tuple[str, ...]:
    if found is None:
        return MISSING, MISSING, MISSING
    return _shown(found.mean), _shown(found.any), f"{found.variants:,} / {found.questions:,}"


def _shown(known: Known) -> str:
    return f"{percent(known.value)} ({percent(known.low)}–{percent(known.high)})"


def _adjusted(group: list[Entry]) -> list[float | None]:
    """Holm's p-values of the paired differences to the plain questions."""
    found = [entry.comparison.whole.p if entry.comparison else None for entry in group]
    adjusted = iter(holm([p for p in found if p is not None]))
    return [None if p is None else next(adjusted) for p in found]


def _p(value: float | None) -> str:
    return MISSING if value is None else f"{value:.3g}"
