"""Judges and a label pack -> what is known of each judge, and which of them is the better one."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import combinations
from random import Random

from msgspec import Struct

from plimsoll import __version__
from plimsoll.calibration.asking import Asked, Observer, Wired, ask, stored
from plimsoll.calibration.measure import Judged, errors, judged, slices
from plimsoll.calibration.nouns import FORMAT, Calibration
from plimsoll.calibration.packs import STORED, Fit, fit
from plimsoll.calibration.steadiness import Steadiness, steadiness
from plimsoll.core import Instrument, Judge, Labelled, LabelPack, Model, Outcome, UserError, Verdict, replace
from plimsoll.labels.named import pack_of
from plimsoll.run.ask.layers import Drawn
from plimsoll.run.ask.parts import build_judges, refuse_idle_model, takes_model
from plimsoll.run.ask.pool import Pool, Settings
from plimsoll.run.ask.wiring import Wiring
from plimsoll.stats.agreement import kappa_of
from plimsoll.stats.correction import best_weight, residual_variance
from plimsoll.stats.multiple import holm
from plimsoll.stats.redrawing import Table, kinds, redraw

SIGNIFICANT = 0.05
NOBODY = ""
"""In place of a judge where only the people are held against each other."""


ObserverOf = Callable[[Judge, int], Observer | None]
"""A judge that begins, and the number of its items -> who watches."""


def unseen(judge: Judge, total: int) -> Observer | None:
    """Nobody watches."""
    return None


@dataclass(frozen=True, kw_only=True)
class CalibrationSpec:
    """What is to be measured."""

    labels: str
    """Spec of a pack, or a file of JSON lines."""
    judges: tuple[str, ...]
    """Specs of judges, or `stored:NAME`."""
    judge_model: str = ""
    judge_options: dict[str, str] = field(default_factory=dict[str, str])
    limit: int | None = None
    same_event: bool = False
    threshold: float | None = None
    seed: int = 0
    repeats: int = 1
    """How often each judge is asked about each item; more than once tells how steady it is."""


class Difference(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How two judges' kappas differ on the same items."""

    first: str
    second: str
    value: float | None
    low: float | None = None
    high: float | None = None
    p: float = 1.0
    """Two-sided, from prompts drawn again; adjusted by Holm for the number of pairs."""
    n: int = 0
    """Items that both judged."""

    @property
    def told_apart(self) -> bool:
        """Whether one of them is the better one."""
        return self.value is not None and self.p < SIGNIFICANT


class Result(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was found of all judges."""

    calibrations: tuple[Calibration, ...]
    differences: tuple[Difference, ...] = ()
    live: tuple[bool, ...] = ()
    """Which of them were asked now, and so may be kept for reports."""
    steadiness: Steadiness | None = None
    """Of judges that were asked several times."""


def calibrate(
    goal: CalibrationSpec, *, settings: Settings | None = None, observer_of: ObserverOf = unseen
) -> Result:
    """Hold every judge against the pack, and where there are several, against each other."""
    pack = pack_of(goal.labels)
    every = list(pack.items())
    if not every:
        raise UserError(f"{goal.labels} holds no label yet: label some replies first (plimsoll label)")
    if any(item.metadata.get("chance") for item in every):
        raise UserError(
            f"{goal.labels} was drawn where judges are unsure: how far a judge agrees with people there says "
            "nothing of the rest; plimsoll report RUN --labels weighs them, or label an even draw"
        )
    if goal.repeats > 1 and pack.scale != "binary":
        raise UserError(
            f"--repeats compares how often judges are right: {goal.labels} has no yes or no labels"
        )
    items = _chosen(every, goal)
    if len(items) < len(every):
        pack = dataclasses.replace(
            pack, notes=(*pack.notes, f"a random draw of {len(items):,} out of {len(every):,} items")
        )
    pool = Pool(settings or Settings())
    built = _built(goal, pool)
    hows = {
        spec: fit(spec, wired.judge.instrument, pack, same=goal.same_event, threshold=goal.threshold)
        for spec, wired in built.items()
    }
    asked = (
        ask(
            list(built.values()),
            items,
            pool=pool,
            observer_of=observer_of,
            repeats=goal.repeats,
        )
        if built
        else []
    )
    answers = dict(zip(built, asked, strict=True))
    made: list[Calibration] = []
    found: list[list[Judged | None]] = []
    runs: dict[str, list[list[Judged]]] = {}
    for spec in goal.judges or (NOBODY,):
        how = hows.get(spec, Fit(False, goal.threshold, ""))
        answered = answers.get(spec)
        said = answered.verdicts if answered else _said(spec, items)
        rows = [_judged(item, verdict, how, pack) for item, verdict in zip(items, said, strict=True)]
        found.append(rows)
        if answered and answered.again:
            every_run = (answered.verdicts, *answered.again)
            runs[spec] = [
                [judged(item, verdict, how, pack.scale) for item, verdict in zip(items, run, strict=True)]
                for run in every_run
            ]
        judge = built[spec].judge if spec in built else None
        made.append(_calibration(goal, pack, spec, judge, how=how, rows=rows, asked=answered))
    return Result(
        calibrations=tuple(made),
        differences=differences(goal.judges, found, seed=goal.seed),
        live=tuple(spec in built for spec in goal.judges),
        steadiness=steadiness(runs) if runs else None,
    )


def differences(
    names: Sequence[str], found: Sequence[Sequence[Judged | None]], *, seed: int = 0
) -> tuple[Difference, ...]:
    """Every pair of judges, on the items that both of them judged; clusters are drawn again."""
    made = [
        _difference(names[one], names[other], found[one], found[other], seed=seed)
        for one, other in combinations(range(len(names)), 2)
    ]
    adjusted = holm([each.p for each in made])
    return tuple(replace(each, p=p) for each, p in zip(made, adjusted, strict=True))


def _difference(
    first: str,
    second: str,
    one: Sequence[Judged | None],
    other: Sequence[Judged | None],
    *,
    seed: int,
) -> Difference:
    rows = [
        (a.cluster, (a.truth, a.value, b.value))
        for a, b in zip(one, other, strict=True)
        if a and b and a.truth is not None and a.value is not None and b.value is not None
    ]
    drawn = redraw(kinds(rows), _kappa_difference, seed=seed)
    if drawn.value is None or drawn.percentile is None:
        return Difference(first=first, second=second, value=drawn.value, n=len(rows))
    # One draw more on either side: a share of no draws is not a chance of nothing.
    p = min(1.0, 2 * min(drawn.below, 1 - drawn.below) + 0.002) if drawn.value else 1.0
    low, high = drawn.percentile
    return Difference(first=first, second=second, value=drawn.value, low=low, high=high, p=p, n=len(rows))


def _kappa_difference(table: Table) -> float | None:
    first: dict[tuple[float, float], float] = {}
    second: dict[tuple[float, float], float] = {}
    for (truth, one, other), n in table.items():
        first[truth, one] = first.get((truth, one), 0) + n
        second[truth, other] = second.get((truth, other), 0) + n
    a, b = kappa_of(first), kappa_of(second)
    return None if a is None or b is None else a - b


def _said(spec: str, items: Sequence[Labelled]) -> Sequence[Verdict | None]:
    if spec == NOBODY:
        return [Verdict(label="", value=None, outcome=Outcome.NOT_APPLICABLE) for _ in items]
    return stored(spec.removeprefix(STORED), items)


def _chosen(items: list[Labelled], goal: CalibrationSpec) -> list[Labelled]:
    if goal.limit is None or goal.limit >= len(items):
        return items
    places = sorted(Random(f"{goal.seed}:labels").sample(range(len(items)), goal.limit))
    return [items[place] for place in places]


def _built(goal: CalibrationSpec, pool: Pool) -> dict[str, Wired]:
    specs = [spec for spec in dict.fromkeys(goal.judges) if not spec.startswith(STORED)]
    if len(set(goal.judges)) < len(goal.judges):
        raise UserError("a judge is named twice: name each once")
    refuse_idle_model(goal.judge_model, specs)
    return {spec: _wired(spec, goal, _Drawing(pool) if goal.repeats > 1 else Wiring(pool)) for spec in specs}


class _Drawing(Wiring):
    """Models that draw anew each time that a judge is asked."""

    def model(self, spec: str, options: Mapping[str, str] | None = None) -> Model:
        """The model in its layers, each repeat a draw of its own."""
        return Drawn(super().model(spec, options))


def _wired(spec: str, goal: CalibrationSpec, wiring: Wiring) -> Wired:
    asks = bool(goal.judge_model) and takes_model(spec)
    model = wiring.model(goal.judge_model, goal.judge_options) if asks else None
    (judge,) = build_judges([spec], wiring, model)
    return Wired(judge, wiring)


def _judged(item: Labelled, verdict: Verdict | None, how: Fit, pack: LabelPack) -> Judged | None:
    return None if verdict is None else judged(item, verdict, how, pack.scale)


def _guarded(table: dict[tuple[float, float], float]) -> dict[tuple[float, float], float]:
    """With one false alarm and one miss more: no errors seen is not no errors made."""
    more = {(0.0, 1.0): 1, (1.0, 0.0): 1}
    return {pair: table.get(pair, 0) + more.get(pair, 0) for pair in {**table, **more}}


def _calibration(
    goal: CalibrationSpec,
    pack: LabelPack,
    spec: str,
    judge: Judge | None,
    *,
    how: Fit,
    rows: Iterable[Judged | None],
    asked: Asked | None,
) -> Calibration:
    seen = [row for row in rows if row is not None]
    kind = judge.instrument if judge else Instrument(event=pack.event, higher_is_safer=False, revision="")
    table: dict[tuple[float, float], float] = {}
    for row in seen:
        if row.truth is not None and row.value is not None:
            table[row.truth, row.value] = table.get((row.truth, row.value), 0) + 1
    weight = best_weight(table) if table else 0.0
    used = asked or Asked(verdicts=())
    return Calibration(
        format=FORMAT,
        judge=judge.name if judge else spec,
        event=kind.event,
        revision=kind.revision,
        model=kind.model,
        pack=goal.labels,
        pack_event=pack.event,
        scale=pack.scale,
        raters=pack.raters,
        reading=how.said,
        threshold=how.threshold,
        turned=how.turned,
        files=pack.files,
        slices=slices(seen, pack.scale, seed=goal.seed),
        errors=tuple(errors(seen)) if pack.scale == "binary" else (),
        residual=residual_variance(_guarded(table), weight) if table else None,
        weight=weight,
        spread=residual_variance(table, 0.0) if table else None,
        seconds=used.seconds,
        calls=used.calls,
        cached=used.cached,
        input_tokens=used.usage.input_tokens,
        output_tokens=used.usage.output_tokens,
        cost=used.cost,
        notes=pack.notes,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        plimsoll=__version__,
    )
