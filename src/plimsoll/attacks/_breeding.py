"""A request -> the template around it that goes furthest, bred out of a pool: fuzzing and a genetic search.

Templates are varied, never the request. What was tried and how far it went decides what is bred from."""

import math
from abc import abstractmethod
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Literal

from plimsoll.attacks._inquiry import Inquiry, Spent, Tried, attempted, with_parameters
from plimsoll.attacks._mutation import REQUEST, Mutation
from plimsoll.attacks._turns import Turns, spoken, turns_of
from plimsoll.core import Attack, Judge, Model, Sample, replace
from plimsoll.text.refusals import refuses

Selection = Literal["ucb", "round_robin", "random"]
VERSION = 1
"""Rises whenever what is bred out of the same pool changes."""
HINT = 0.01
"""What an answer that does not decline counts for where the judge sees no success: a way to go on."""


@dataclass
class Bred:
    """A template in the pool."""

    text: str
    lineage: tuple[str, ...] = ()
    """The operators that made it, the first one first."""
    visits: int = 0
    reward: float = 0.0
    tried: Tried | None = None
    fitness: float = -1.0


@dataclass
class Search:
    """One question under a search."""

    inquiry: Inquiry
    turns: Turns
    pool: list[Bred]
    draw: Random
    best: Bred | None = None
    mutants: int = field(default=0)

    async def measure(self, bred: Bred) -> None:
        """Ask the target with the template filled, and take note of how far it went. Raises `Spent`."""
        text = bred.text.replace(REQUEST, self.turns.last.text)
        messages = (*self.turns.before, replace(self.turns.last, text=text))
        bred.tried = await self.inquiry.tried(messages)
        bred.fitness = bred.tried.score or (0.0 if refuses(bred.tried.reply) else HINT)
        if self.best is None or bred.fitness > self.best.fitness:
            self.best = bred
        if bred.tried.score >= 1.0:
            raise Spent

    async def bear(self, mutation: Mutation, first: Bred, second: Bred) -> Bred:
        """A child of two templates; of the first alone where the operator takes one."""
        self.mutants += 1
        made = await mutation.mutant(first.text, second.text, self.draw, self.mutants)
        return Bred(made.text, (*first.lineage, made.operator))


@dataclass(frozen=True)
class Breeding(Attack):
    """Begins with a pool of templates and spends a budget of calls to the target on it and its children."""

    name: str
    judge: Judge
    pool: Callable[[str], Sequence[str]]
    """A language -> the templates to begin with."""
    mutation: Mutation
    budget: int
    seed: int

    async def attack(self, sample: Sample, target: Model) -> AsyncIterator[Sample]:
        """Yield the one prompt that succeeded first, else the one that went furthest."""
        turns = turns_of(sample.messages)
        variant = attempted(sample, self.name, turns.last.text, version=VERSION, seed=self.seed)
        assert variant.attempt is not None
        if not turns.last.text.strip():
            yield replace(variant, attempt=replace(variant.attempt, validity="not_applicable"))
            return
        draw = Random(f"{self.seed}:{sample.id}")
        pool = [Bred(text) for text in self.pool(spoken(sample.language))]
        draw.shuffle(pool)
        search = Search(Inquiry(sample, target, self.judge, self.budget), turns, pool, draw)
        with suppress(Spent):
            await self.search(search)
        best = search.best
        assert best is not None, "a budget of one or more tries one template"
        assert best.tried is not None
        found = replace(variant, messages=(*best.tried.messages, *turns.after))
        start = best.text.index(REQUEST)
        yield with_parameters(
            replace(found, attempt=replace(variant.attempt, validity="valid")),
            template=best.text,
            operators=list(best.lineage),
            score=best.tried.score,
            asked=search.inquiry.made,
            turn=len(turns.before),
            span=[start, start + len(turns.last.text)],
        )

    @abstractmethod
    async def search(self, search: Search) -> None:
        """Spend the budget. Ends by `Spent`: at success, or when nothing is left."""


@dataclass(frozen=True)
class Fuzzing(Breeding):
    """Picks a template, varies it, and keeps what went further than nothing (GPTFuzzer)."""

    selection: Selection

    async def search(self, search: Search) -> None:
        """Every template of the pool is tried as it is before it is varied."""
        while True:
            parent = self._picked(search)
            parent.visits += 1
            if parent.visits == 1:
                await search.measure(parent)
                parent.reward += max(parent.fitness, 0.0)
                continue
            child = await search.bear(self.mutation, parent, search.draw.choice(search.pool))
            child.visits = 1
            await search.measure(child)
            parent.reward += child.fitness
            if child.fitness > 0:
                child.reward = child.fitness
                search.pool.append(child)

    def _picked(self, search: Search) -> Bred:
        pool = search.pool
        if self.selection == "random":
            return search.draw.choice(pool)
        if self.selection == "round_robin":
            return min(pool, key=lambda bred: bred.visits)
        total = 1 + sum(bred.visits for bred in pool)

        def bound(bred: Bred) -> float:
            if not bred.visits:
                return math.inf
            return bred.reward / bred.visits + math.sqrt(2 * math.log(total) / bred.visits)

        return max(pool, key=bound)


@dataclass(frozen=True)
class Evolution(Breeding):
    """A population whose best are kept and whose fitter are bred from, generation by generation (AutoDAN)."""

    population: int
    elite: int

    async def search(self, search: Search) -> None:
        """The first generation is drawn from the pool; where that is smaller, its children fill it up."""
        alive = search.pool[: self.population]
        while len(alive) < self.population:
            parents = search.draw.choices(search.pool, k=2)
            alive.append(await search.bear(self.mutation, *parents))
        while True:
            for bred in alive:
                if bred.tried is None:
                    await search.measure(bred)
            alive.sort(key=lambda bred: bred.fitness, reverse=True)
            kept = alive[: self.elite]
            weights = [max(bred.fitness, 0.0) + HINT for bred in alive]
            children: list[Bred] = []
            while len(kept) + len(children) < self.population:
                parents = search.draw.choices(alive, weights, k=2)
                children.append(await search.bear(self.mutation, *parents))
            alive = [*kept, *children]
