"""Guards and a set -> what was found of each, and how they differ."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import msgspec
from msgspec import Struct

from plimsoll.core import Guard, UserError, files
from plimsoll.guards.ensemble import read_state
from plimsoll.labels.named import pack_of
from plimsoll.run.ask.pool import Settings
from plimsoll.run.keep.manifest import Summary
from plimsoll.screening import parts, thresholds
from plimsoll.screening.hearing import Heard, Hearing, Named, ObserverOf, refuse_idle_model, unseen
from plimsoll.screening.hubs import Brought, brought
from plimsoll.screening.measure import (
    EMPTY,
    ERRORS,
    INTERVAL,
    UNDECIDED,
    Mark,
    marks,
    measured,
    refuse_one_class,
)
from plimsoll.screening.nouns import THRESHOLD, Cost, Disturbed, Pair, Screened, ScreeningSpec, Seen
from plimsoll.screening.online import Online, begun, online
from plimsoll.screening.paired import pairs
from plimsoll.screening.voting import Voted, voted


class Result(Struct, frozen=True, kw_only=True):
    """What was found of all guards."""

    guards: tuple[Screened, ...]
    pairs: tuple[Pair, ...] = ()
    disturbed: tuple[Disturbed, ...] = ()
    online: Online | None = None
    voted: Voted | None = None


def screen(
    goal: ScreeningSpec,
    *,
    settings: Settings | None = None,
    observer_of: ObserverOf = unseen,
    given: Mapping[str, Guard] | None = None,
) -> Result:
    """Have every guard classify the set, or take what it said before, and count. Raises `UserError`.

    `given` holds guards made in Python, by the text that stands for them."""
    if len(set(goal.guards)) < len(goal.guards):
        raise UserError("a guard is named twice: name each once")
    if (goal.online or goal.jury) and len(goal.guards) < 2:
        raise UserError(f"{'--online' if goal.online else '--jury'} needs at least two guards: name another")
    refuse_idle_model(goal, given or {})
    screening = _Screening(goal, Hearing(goal, settings or Settings(), observer_of, given or {}))
    found = tuple(map(screening.of, goal.guards))
    counted = screening.counted
    several = len(counted) > 1
    return Result(
        guards=found,
        pairs=pairs(counted, seed=goal.seed) if several else (),
        disturbed=tuple(screening.disturbed(spec, by) for by in goal.disturbed for spec in goal.guards),
        online=_learned(goal, screening.heard) if goal.online else None,
        voted=voted(screening.heard, margin=goal.margin) if goal.jury else None,
    )


def _learned(goal: ScreeningSpec, heard: Mapping[str, Sequence[Seen]]) -> Online:
    """The ensemble after all labels; its state is written down where a file is named."""
    path = Path(goal.state)
    rounds = max(map(len, heard.values()))
    state = (
        read_state(path)
        if goal.state and path.is_file()
        else begun(tuple(heard), rounds, goal.rate, goal.share)
    )
    if len(state.experts) != len(heard):
        raise UserError(f"--state {path} weighs {len(state.experts)} guards, and {len(heard)} are named")
    found = online(heard, state, goal.terms)
    if goal.state:
        files.write(path, [msgspec.json.encode(state), b"\n"])
    return found


@dataclass
class _Screening:
    """One set under way."""

    goal: ScreeningSpec
    hearing: Hearing
    on: Named = field(init=False)
    share: float | None = None
    apart: Named | None = None
    """The development split: a share of the set, or another one."""
    counted: dict[str, Sequence[Mark]] = field(default_factory=dict[str, Sequence[Mark]])
    heard: dict[str, Sequence[Seen]] = field(default_factory=dict[str, Sequence[Seen]])
    thresholds: dict[str, float | None] = field(default_factory=dict[str, "float | None"])

    def __post_init__(self) -> None:
        goal = self.goal
        self.aim = thresholds.aim_of(goal.aim)
        self.share = thresholds.share_of(goal.development) if goal.development else None
        self.on = Named(goal.labels, pack_of(goal.labels))
        if goal.development and self.share is None:
            self.apart = Named(goal.development, pack_of(goal.development))

    def of(self, spec: str) -> Screened:
        """What is found of one guard."""
        goal, heard = self.goal, self.hearing.hear(spec, self.on)
        every, learned = self._learned(spec, heard)
        threshold, chosen_on = goal.threshold, "given"
        if threshold is None and learned:
            threshold = thresholds.chosen(marks(learned), self.aim)
            chosen_on = f"chosen for {goal.aim} on {len(learned):,} conversations kept for it"
        kept = marks(every, threshold, goal.undecided)
        if not goal.one_class:
            refuse_one_class(kept, goal.labels)
        self.counted[spec], self.heard[spec], self.thresholds[spec] = kept, every, threshold
        event = heard.instrument.event if heard.instrument else self.on.pack.event
        positives = sum(mark.unsafe for mark in kept)
        hazards = self._hazards(kept)
        return Screened(
            guard=spec,
            revision=heard.instrument.revision if heard.instrument else "",
            model=heard.instrument.model if heard.instrument else "",
            set=goal.labels,
            reading="" if event == self.on.pack.event else f"{event} taken for {self.on.pack.event}",
            n=len(every),
            scored=sum(seen.score is not None for seen in every),
            unparsed=sum(seen.outcome in UNDECIDED and seen.outcome not in ERRORS for seen in every),
            errors=sum(seen.outcome in ERRORS for seen in every),
            empty=sum(seen.outcome in EMPTY for seen in every),
            tied=sum(seen.unsafe is None for seen in every),
            positives=positives,
            prevalence=positives / len(kept) if kept else None,
            threshold=THRESHOLD if threshold is None else threshold,
            threshold_from="the guard's own decision" if threshold is None else chosen_on,
            undecided=goal.undecided,
            figures=measured(kept, seed=goal.seed).figures,
            interval=INTERVAL,
            calibration=thresholds.calibrated(_scored(kept), marks(learned)),
            categories=(*parts.by_category(kept, seed=goal.seed), *hazards.parts) if goal.categories else (),
            named=hazards.named,
            slices=tuple(
                part
                for column in goal.slices
                for part in parts.by_column(kept, column, goal.labels, seed=goal.seed)
            ),
            failures=heard.summary.failures if heard.summary else {},
            unknown_codes=_unknown(every),
            cost=_cost(heard, every),
            prompt_sha256=heard.prompt,
            split_sha256=heard.split,
            run=str(heard.run.path) if heard.run else "",
            notes=(*heard.notes, *_notes(every)),
        )

    def disturbed(self, spec: str, by: str) -> Disturbed:
        """The guard on disturbed texts, beside the plain ones."""
        heard = self.hearing.hear(spec, self.on, by)
        kept = marks(heard.seen, self.thresholds[spec], self.goal.undecided)
        (pair,) = pairs({f"{spec} under {by}": kept, spec: self.counted[spec]}, seed=self.goal.seed)
        return Disturbed(
            guard=spec,
            by=by,
            figures=measured(kept, seed=self.goal.seed).figures,
            undecided=sum(seen.outcome in UNDECIDED for seen in heard.seen),
            left_out=max(0, len(self.heard[spec]) - len(heard.seen)),
            pair=pair,
        )

    def _hazards(self, kept: Sequence[Mark]) -> Brought:
        if not self.goal.categories:
            return Brought(named=None)
        return brought(kept, self.goal.taxonomy or self.on.pack.taxonomy, seed=self.goal.seed)

    def _learned(self, spec: str, heard: Heard) -> tuple[Sequence[Seen], Sequence[Seen]]:
        """What is measured on, and what is learned on."""
        if self.share is not None:
            learned, rest = thresholds.parted(heard.seen, self.share, self.goal.seed)
            return rest, learned
        return heard.seen, self.hearing.hear(spec, self.apart).seen if self.apart else ()


def _scored(kept: Sequence[Mark]) -> list[Mark]:
    return [mark for mark in kept if mark.seen.score is not None]


def _unknown(every: Sequence[Seen]) -> Mapping[str, int]:
    return Counter(code for seen in every for code in seen.unknown_codes)


def _notes(every: Sequence[Seen]) -> tuple[str, ...]:
    decided = {seen.score for seen in every if seen.score is not None}
    corner = decided and decided <= {0.0, 1.0}
    return ("the guard says yes or no: its curves have one corner",) if corner else ()


def _cost(heard: Heard, every: Sequence[Seen]) -> Cost:
    summary = heard.summary or Summary()
    times = sorted(seen.seconds for seen in every if seen.seconds)
    return Cost(
        seconds=summary.seconds,
        cached=summary.cached,
        input_tokens=summary.judging.input_tokens,
        output_tokens=summary.judging.output_tokens,
        dollars=summary.cost,
        median_ms=1000 * median(times) if times else None,
        p95_ms=1000 * times[min(len(times) - 1, int(0.95 * len(times)))] if times else None,
    )
