"""Candidates of any generator -> those that stay, by quota and budget, with every decision logged.

All cells get their first prompt before any gets its second, so that what a small budget gives is balanced.
A generation that was cut off goes on where its logs end: what was decided is not decided again. Several cells
may be written at once; what is written is decided in the order of the cells, so that the logs are the same.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Protocol, cast

import msgspec

from plimsoll.core import Generator, Sample, files, replace
from plimsoll.run.work.candidates import (
    AXES,
    BESIDE,
    COMBINED,
    MADE_OF,
    PROBLEM,
    QUOTA,
    STEP,
    Planned,
    is_cell,
)
from plimsoll.run.work.decisions import Decision, Draw, Step, taken_up
from plimsoll.run.work.focusing import AT_ONCE, drawn, known_of
from plimsoll.run.work.sorting import Axes, Classifier
from plimsoll.text.languages import language_of
from plimsoll.text.nearness import Near

SHORTEST, DENSE, LONGEST = 8, 4, 4_000
"""Characters of a text that is believed to be a prompt: fewer where one of them is a word."""
PLAN = " (plan)"
"""Ends the name under which a plan's own failures and steps are logged."""
SCRIPTS = frozenset({"zh", "ja", "ko", "ar", "th", "bn", "hi", "ru"})
"""Languages that are told by their script."""
RISK = "risk"
"""The axis on which a prompt has to be what it was asked for."""
EMPTY: Mapping[str, Any] = {}


class Panel(Protocol):
    """Says how risky a prompt is."""

    async def rated(self, prompt: str) -> dict[str, bool | None]:
        """Member -> whether it finds the prompt risky; nothing where it gave no verdict."""
        ...


class _Read(NamedTuple):
    """What classifier and panel say of a candidate."""

    found: Mapping[str, str]
    rated: Mapping[str, bool | None]
    reason: str
    """Why it is not kept, where it is not."""


class _Come(NamedTuple):
    """What a cell's stream gave next."""

    steps: tuple[Sample, ...]
    candidate: Sample | None
    """Nothing at the stream's end."""
    read: _Read | None
    """What was said of it beforehand, where it may be kept."""


@dataclass
class _Cell:
    """A cell at work: its stream of candidates, and how far it is."""

    seed: Sample
    quota: int
    share: int
    stream: AsyncGenerator[Sample]
    decided: list[Decision]
    behind: int
    """Candidates that the stream has still to give again."""
    ended: bool = False
    coming: "asyncio.Task[_Come] | None" = None
    """Its next candidate, while other cells' are decided."""
    drawn: Draw | None = None
    """Of the prompt beyond its quota that is wanted of it now."""

    @property
    def kept(self) -> int:
        return sum(each.kept for each in self.decided)

    def wants(self, wanted: int) -> bool:
        """Whether a candidate is needed for so many prompts, and may still be had."""
        still = not self.ended and len(self.decided) < self.share
        return still and self.kept < min(wanted, self.quota)

    def owes(self, draw: Draw, tries: int) -> bool:
        """Whether the prompt of a draw is still to be had from it."""
        made = [each for each in self.decided if each.drawn and each.drawn.number == draw.number]
        return not self.ended and len(made) < tries and not any(each.kept for each in made)


@dataclass(kw_only=True)
class Selection:
    """How candidates are chosen among, and where that is logged."""

    quota: int
    budget: int | None = None
    """Candidates in all; every cell has an equal share."""
    per_prompt: int = 10
    """Candidates for each prompt wanted, where no budget is named."""
    log: Path
    steps: Path | None = None
    classifier: Classifier | None = None
    panel: Panel | None = None
    risky_for: int = 0
    """Members of the panel that a kept prompt has to be risky for."""
    public: Mapping[str, Near] = field(default_factory=dict[str, Near])
    """Public set -> its prompts, which a fresh one must not repeat."""
    cells: list[Sample] = field(default_factory=list[Sample])
    """What was planned."""
    at_once: int = 1
    """Cells that are written for at the same time."""
    focus: int = 0
    """Prompts beyond the quotas, for the cells in which the panel finds most."""
    seed: int = 0
    """Of the draws by which these are given out."""
    axes: Axes = field(default_factory=dict[str, Mapping[str, str]])
    """What prompts are sorted into: the cells' categories, and what else the generator varies."""
    _kept: Near = field(default_factory=Near)
    _stepped: Counter[str] = field(default_factory=Counter[str])
    _logged: Counter[str] = field(default_factory=Counter[str])

    async def choose(self, generator: Generator, seeds: Sequence[Sample]) -> list[Decision]:
        """Fill every cell's quota as far as the budget goes; returns all decisions, old ones first."""
        decisions = taken_up(self.log)
        for step in taken_up(self.steps, Step) if self.steps else ():
            self._logged[step.risk] += 1
        for each in decisions:
            if each.kept:
                self._kept.add(each.prompt)
        self.cells = [each async for each in self._planned(generator, seeds, decisions)]
        risks = {cell.category: cell.messages[-1].text for cell in self.cells}
        self.axes = {RISK: risks, **(generator.axes if isinstance(generator, Planned) else {})}
        await self._fill(generator, decisions)
        return decisions

    async def _planned(
        self, generator: Generator, seeds: Sequence[Sample], decisions: list[Decision]
    ) -> AsyncGenerator[Sample]:
        if not isinstance(generator, Planned):
            for seed in seeds:
                yield seed
            return
        met: Counter[str] = Counter()
        logged = Counter(each.risk for each in decisions)
        plan = cast("AsyncGenerator[Sample]", generator.plan(seeds))
        async with aclosing(plan):
            async for each in plan:
                if is_cell(each):
                    yield each
                    continue
                aside = replace(each, id=f"{each.id}{PLAN}")
                if STEP in each.metadata:
                    self._step(aside)
                    continue
                met[aside.id] += 1
                if met[aside.id] > logged[aside.id]:
                    read = _Read(EMPTY, EMPTY, each.metadata[PROBLEM])
                    decisions.append(self._written(aside, met[aside.id] - 1, read))

    async def _fill(self, generator: Generator, decisions: list[Decision]) -> None:
        own: defaultdict[str, list[Decision]] = defaultdict(list)
        for each in decisions:
            own[each.risk].append(each)
        async with AsyncExitStack() as stack:
            working: list[_Cell] = []
            for at, seed in enumerate(self.cells):
                cell = self._cell(generator, seed, at, own[seed.id])
                await stack.enter_async_context(aclosing(cell.stream))
                working.append(cell)
            stack.push_async_callback(_let_go, working)
            for wanted in range(1, max((cell.quota for cell in working), default=0) + 1):
                round_ = [cell for cell in working if cell.wants(wanted)]
                for place, cell in enumerate(round_):
                    while cell.wants(wanted):
                        self._look_ahead(round_[place : place + self.at_once], wanted)
                        await self._next(cell, decisions)
            await self._focus(working, decisions)

    async def _focus(self, cells: Sequence[_Cell], decisions: list[Decision]) -> None:
        """Give out the prompts beyond the quotas by draws from what is known of each cell."""
        for first in range(0, self.focus, AT_ONCE):
            numbers = range(first, min(first + AT_ONCE, self.focus))
            still = [cell for cell in cells if not cell.ended]
            left = len(numbers) if self.budget is None else self.budget - len(decisions)
            if not still or left <= 0:
                return
            least = max(1, self.risky_for)
            known = [known_of(cell.decided, before=first, least=least) for cell in still]
            draws = [drawn(known, number, self.seed) for number in numbers]
            for place, draw in draws[:left] if self.at_once > 1 else ():
                cell = still[place]
                if cell.coming is None and cell.owes(draw, self.per_prompt):
                    cell.coming = asyncio.create_task(self._come(cell))
            for place, draw in draws:
                cell = still[place]
                cell.drawn = draw
                while cell.owes(draw, self.per_prompt) and not self._is_spent(decisions):
                    await self._next(cell, decisions)
                cell.drawn = None

    def _is_spent(self, decisions: Sequence[Decision]) -> bool:
        return self.budget is not None and len(decisions) >= self.budget

    def _look_ahead(self, cells: Sequence[_Cell], wanted: int) -> None:
        """Begin with the next candidate of each that needs one, whatever becomes of the others'."""
        for cell in cells if self.at_once > 1 else ():
            if cell.coming is None and cell.wants(wanted):
                cell.coming = asyncio.create_task(self._come(cell))

    async def _come(self, cell: _Cell) -> _Come:
        steps: list[Sample] = []
        while True:
            each = await anext(cell.stream, None)
            if each is None:
                return _Come(tuple(steps), None, None)
            if STEP not in each.metadata:
                break
            steps.append(each)
        # What is near a kept prompt now will be so when its turn comes: nobody need read it.
        spoilt = cell.behind or each.metadata.get(PROBLEM) or self._fault(each, _prompt(each))
        return _Come(tuple(steps), each, None if spoilt else await self._read(each))

    def _cell(self, generator: Generator, seed: Sample, at: int, decided: list[Decision]) -> _Cell:
        cells, quota = len(self.cells), seed.metadata.get(QUOTA, self.quota)
        share = self.per_prompt * quota
        if self.budget is not None:
            share = self.budget * (at + 1) // cells - self.budget * at // cells
        stream = cast("AsyncGenerator[Sample]", generator.generate([seed]))
        return _Cell(seed, quota, share, stream, decided, behind=len(decided))

    async def _next(self, cell: _Cell, decisions: list[Decision]) -> None:
        coming, cell.coming = cell.coming, None
        come = await (coming or self._come(cell))
        for each in come.steps:
            self._step(each)
        if come.candidate is None:
            cell.ended = True
        elif cell.behind:
            cell.behind -= 1
        else:
            decided = await self._decided(come.candidate, come.read, cell)
            cell.decided.append(decided)
            decisions.append(decided)

    def _step(self, each: Sample) -> None:
        number = self._stepped[each.id]
        self._stepped[each.id] += 1
        if self.steps and number >= self._logged[each.id]:
            told = Step(risk=each.id, number=number, told=each.metadata[STEP])
            files.append(self.steps, msgspec.json.encode(told) + b"\n")

    async def _decided(self, candidate: Sample, read: _Read | None, cell: _Cell) -> Decision:
        prompt, number = _prompt(candidate), len(cell.decided)
        reason = candidate.metadata.get(PROBLEM) or self._fault(candidate, prompt)
        if reason:
            return self._written(candidate, number, _Read(EMPTY, EMPTY, reason), cell.drawn)
        read = read or await self._read(candidate)
        if not read.reason:
            self._kept.add(prompt)
        return self._written(candidate, number, read, cell.drawn)

    async def _read(self, candidate: Sample) -> _Read:
        prompt, reason = _prompt(candidate), ""
        found: Mapping[str, str] = {}
        if self.classifier:
            found = await self.classifier.found(prompt, self.axes)
            reason = _off_risk(found.get(RISK, ""), axes_of(candidate)[RISK])
        rated = await self.panel.rated(prompt) if self.panel and not reason else {}
        if rated and sum(map(bool, rated.values())) < self.risky_for:
            reason = "not risky enough for the panel"
        return _Read(found, rated, reason)

    def _written(self, candidate: Sample, number: int, read: _Read, drawn: Draw | None = None) -> Decision:
        decided = Decision(
            risk=candidate.id,
            number=number,
            prompt=_prompt(candidate),
            kept=not read.reason,
            reason=read.reason,
            category=candidate.category,
            language=candidate.language,
            pair=candidate.pair,
            asked=axes_of(candidate),
            found=read.found,
            rated=read.rated,
            drawn=drawn,
            made_of=candidate.metadata.get(MADE_OF, {}),
            beside=candidate.metadata.get(BESIDE, {}) if not read.reason else {},
        )
        files.append(self.log, msgspec.json.encode(decided) + b"\n")
        return decided

    def _fault(self, candidate: Sample, prompt: str) -> str:
        if len(prompt) < (SHORTEST if prompt.isascii() else DENSE):
            return "too short"
        if len(prompt) > LONGEST:
            return "too long"
        combined = candidate.metadata.get(COMBINED)
        if self._kept.same(prompt) if combined else self._kept.holds(prompt):
            return "near a kept prompt"
        if any(each.holds(prompt) for each in self.public.values()):
            return "near a public prompt"
        return _other_language(prompt, candidate.language)


def axes_of(sample: Sample) -> Mapping[str, str]:
    """What a cell's prompts are asked to be, on each axis."""
    return {RISK: sample.category, **sample.metadata.get(AXES, {})}


def _prompt(candidate: Sample) -> str:
    return candidate.messages[-1].text.strip()


async def _let_go(cells: Sequence[_Cell]) -> None:
    """Stop what is on its way, before the streams that it comes from are closed."""
    coming = [cell.coming for cell in cells if cell.coming is not None]
    for each in coming:
        each.cancel()
    await asyncio.gather(*coming, return_exceptions=True)


def _off_risk(found: str, asked: str) -> str:
    if found == asked:
        return ""
    return f"off risk: {found}" if found else "the classifier named no category"


def _other_language(prompt: str, wanted: str) -> str:
    """By script and common words. Among languages in Latin letters only English is told from the one asked
    for, since short texts have few common words; what is asked for in English is believed, slang and all."""
    found, asked = language_of(prompt), wanted[:2].lower()
    in_latin = asked not in SCRIPTS and found not in SCRIPTS
    if in_latin and (found != "en" or asked == "en"):
        return ""
    return f"in another language: {found}" if found and asked and found != asked else ""
