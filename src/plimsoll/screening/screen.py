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
from plimsoll.screening.nouns import THRESHOLD, Cost, Disturbed, Pair, Screened, Seen, Wish
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
    wish: Wish,
    *,
    settings: Settings | None = None,
    observer_of: ObserverOf = unseen,
    given: Mapping[str, Guard] | None = None,
) -> Result:
    """Have every guard classify the set, or take what it said before, and count. Raises `UserError`.

    `given` holds guards made in Python, by the text that stands for them."""
    if len(set(wish.guards)) < len(wish.guards):
        raise UserError("a guard is named twice: name each once")
    if (wish.online or wish.jury) and len(wish.guards) < 2:
        raise UserError(f"{'--online' if wish.online else '--jury'} needs at least two guards: name another")
    refuse_idle_model(wish, given or {})
    screening = _Screening(wish, Hearing(wish, settings or Settings(), observer_of, given or {}))
    found = tuple(map(screening.of, wish.guards))
    counted = screening.counted
    several = len(counted) > 1
    return Result(
        guards=found,
        pairs=pairs(counted, seed=wish.seed) if several else (),
        disturbed=tuple(screening.disturbed(spec, by) for by in wish.disturbed for spec in wish.guards),
        online=_learned(wish, screening.heard) if wish.online else None,
        voted=voted(screening.heard, margin=wish.margin) if wish.jury else None,
    )


def _learned(wish: Wish, heard: Mapping[str, Sequence[Seen]]) -> Online:
    """The ensemble after all labels; its state is written down where a file is named."""
    path = Path(wish.state)
    rounds = max(map(len, heard.values()))
    state = (
        read_state(path)
        if wish.state and path.is_file()
        else begun(tuple(heard), rounds, wish.rate, wish.share)
    )
    if len(state.experts) != len(heard):
        raise UserError(f"--state {path} weighs {len(state.experts)} guards, and {len(heard)} are named")
    found = online(heard, state, wish.terms)
    if wish.state:
        files.write(path, [msgspec.json.encode(state), b"\n"])
    return found


@dataclass
class _Screening:
    """One set under way."""

    wish: Wish
    hearing: Hearing
    on: Named = field(init=False)
    share: float | None = None
    apart: Named | None = None
    """The development split: a share of the set, or another one."""
    counted: dict[str, Sequence[Mark]] = field(default_factory=dict[str, Sequence[Mark]])
    heard: dict[str, Sequence[Seen]] = field(default_factory=dict[str, Sequence[Seen]])
    thresholds: dict[str, float | None] = field(default_factory=dict[str, "float | None"])

    def __post_init__(self) -> None:
        wish = self.wish
        self.aim = thresholds.aim_of(wish.aim)
        self.share = thresholds.share_of(wish.development) if wish.development else None
        self.on = Named(wish.labels, pack_of(wish.labels))
        if wish.development and self.share is None:
            self.apart = Named(wish.development, pack_of(wish.development))

    def of(self, spec: str) -> Screened:
        """What is found of one guard."""
        wish, heard = self.wish, self.hearing.hear(spec, self.on)
        every, learned = self._learned(spec, heard)
        threshold, chosen_on = wish.threshold, "given"
        if threshold is None and learned:
            threshold = thresholds.chosen(marks(learned), self.aim)
            chosen_on = f"chosen for {wish.aim} on {len(learned):,} conversations kept for it"
        kept = marks(every, threshold, wish.undecided)
        if not wish.one_class:
            refuse_one_class(kept, wish.labels)
        self.counted[spec], self.heard[spec], self.thresholds[spec] = kept, every, threshold
        event = heard.instrument.event if heard.instrument else self.on.pack.event
        positives = sum(mark.unsafe for mark in kept)
        hazards = self._hazards(kept)
        return Screened(
            guard=spec,
            revision=heard.instrument.revision if heard.instrument else "",
            model=heard.instrument.model if heard.instrument else "",
            set=wish.labels,
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
            undecided=wish.undecided,
            figures=measured(kept, seed=wish.seed).figures,
            interval=INTERVAL,
            calibration=thresholds.calibrated(_scored(kept), marks(learned)),
            categories=(*parts.by_category(kept, seed=wish.seed), *hazards.parts) if wish.categories else (),
            named=hazards.named,
            slices=tuple(
                part
                for column in wish.slices
                for part in parts.by_column(kept, column, wish.labels, seed=wish.seed)
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
        kept = marks(heard.seen, self.thresholds[spec], self.wish.undecided)
        (pair,) = pairs({f"{spec} under {by}": kept, spec: self.counted[spec]}, seed=self.wish.seed)
        return Disturbed(
            guard=spec,
            by=by,
            figures=measured(kept, seed=self.wish.seed).figures,
            undecided=sum(seen.outcome in UNDECIDED for seen in heard.seen),
            left_out=max(0, len(self.heard[spec]) - len(heard.seen)),
            pair=pair,
        )

    def _hazards(self, kept: Sequence[Mark]) -> Brought:
        if not self.wish.categories:
            return Brought(named=None)
        return brought(kept, self.wish.taxonomy or self.on.pack.taxonomy, seed=self.wish.seed)

    def _learned(self, spec: str, heard: Heard) -> tuple[Sequence[Seen], Sequence[Seen]]:
        """What is measured on, and what is learned on."""
        if self.share is not None:
            learned, rest = thresholds.parted(heard.seen, self.share, self.wish.seed)
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
