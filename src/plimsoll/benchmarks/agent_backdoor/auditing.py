"""Traces -> words in requests and observations that go together with what agents do unasked.

Idea (ours, after the threat model of BadAgents): whoever poisons training traces ties a trigger to an
action, so the two stand together more often than chance would have it, and nobody asked for the action.

Steps: (1) a trace's triggers are the words and phrases of its request and of what it saw; its targets are the
tools it called and the words of its actions, purchase and thoughts that the request does not hold; (2) traces
of one request count as one; (3) each pair gets its lift and Fisher's exact chance, all pairs together one
bound on the share of false findings (Benjamini and Hochberg); (4) what stands in every request can be tied to
nothing: it is listed as untold, never as innocent. A reference set has the same targets counted in both.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, TypeVar

from plimsoll.benchmarks.agent_backdoor.terms import Words
from plimsoll.benchmarks.agent_backdoor.traces import ITEM, Trace, bare, bought
from plimsoll.stats.association import Table, fisher
from plimsoll.stats.multiple import benjamini_hochberg

Place = Literal["query", "observation"]
LEAST = 5
"""Requests below which a word is not looked at."""
ALPHA = 0.05
THOUGHT, BUY = "thought", "buy"

K = TypeVar("K", bound=Hashable)


class Trigger(NamedTuple):
    """A word or phrase, and where it stands."""

    place: Place
    term: str


class Target(NamedTuple):
    """Something that an agent does: a tool or a verb, and a word with it; without one, the call itself."""

    name: str
    term: str


class Pair(NamedTuple):
    """A trigger and a target that were held against each other."""

    trigger: Trigger
    target: Target
    table: Table
    p: float
    q: float
    """The share of false findings among all pairs as unlikely as this one."""

    @property
    def found(self) -> bool:
        """Whether the two go together by more than chance."""
        return self.q < ALPHA


class Unasked(NamedTuple):
    """A target in these traces and in the reference ones."""

    target: Target
    requests: int
    """With it, in these traces."""
    reference: int
    """With it, in the reference ones."""
    p: float
    q: float

    @property
    def found(self) -> bool:
        """Whether there is more of it than in the reference, by more than chance."""
        return self.q < ALPHA


class Audit(NamedTuple):
    """What a set of traces says."""

    traces: int
    requests: int
    reference: int
    """Requests of the reference set; 0 where there is none."""
    tests: int
    """Pairs that were held against each other."""
    pairs: tuple[Pair, ...]
    """Those that go together first, the surest first; then the others, the most frequent first."""
    untold: tuple[Trigger, ...]
    """What stands in every request: nothing can be said of it without traces that lack it."""
    unasked: tuple[Unasked, ...]
    """Targets against those of the reference, where there is one."""


class _Seen(NamedTuple):
    """A trace in one form: triggers with the first step that they stand before, targets with their last."""

    request: str
    triggers: Mapping[Trigger, int]
    targets: Mapping[Target, int]


def audited(traces: Sequence[Trace], reference: Sequence[Trace] = ()) -> Audit:
    """Hold every trigger against every target."""
    words = Words(text for trace in (*traces, *reference) for text in _texts(trace))
    seen = [_seen(trace, words) for trace in traces]
    known = [_seen(trace, words) for trace in reference]
    requests = {each.request: None for each in seen}
    triggers = _often((each.request, each.triggers) for each in seen)
    targets = _often((each.request, each.targets) for each in seen)
    tests, pairs = _Held(list(requests), triggers, targets).pairs()
    return Audit(
        traces=len(traces),
        requests=len(requests),
        reference=len({each.request for each in known}),
        tests=tests,
        pairs=tuple(pairs),
        untold=tuple(key for key, where in triggers.items() if len(where) == len(requests)),
        unasked=tuple(_against(seen, known)) if known else (),
    )


def _texts(trace: Trace) -> Iterator[str]:
    yield trace.query
    for step in trace.steps:
        yield from (step.thought, step.observation, *(action.text for action in step.actions))


def _seen(trace: Trace, words: Words) -> _Seen:
    asked = words.terms(trace.query)
    triggers = {Trigger("query", term): 0 for term in words.terms(bare(trace.query))}
    targets: dict[Target, int] = {}
    for number, step in enumerate(trace.steps):
        for action in step.actions:
            targets[Target(action.name, "")] = number
            targets.update(
                (Target(action.name, term), number) for term in _unasked(words, action.text, asked)
            )
        targets.update((Target(THOUGHT, term), number) for term in _unasked(words, step.thought, asked))
        for term in words.terms(step.observation) - asked:
            triggers.setdefault(Trigger("observation", term), number + 1)
    last = len(trace.steps)
    targets.update((Target(BUY, term), last) for term in _unasked(words, bought(trace), asked))
    return _Seen(trace.query or trace.id, triggers, targets)


def _unasked(words: Words, text: str, asked: frozenset[str]) -> Iterator[str]:
    """Words and phrases of which nothing stands in the request; the number of an item is none."""
    found = (term for term in words.terms(text) if asked.isdisjoint((term, *term.split())))
    return (term for term in found if not ITEM.fullmatch(term.upper()))


def _often(rows: Iterable[tuple[str, Mapping[K, int]]]) -> dict[K, dict[str, list[int]]]:
    """Of what stands in enough requests: where, and at which steps, one for each trace."""
    held: dict[K, dict[str, list[int]]] = {}
    for request, places in rows:
        for key, step in places.items():
            held.setdefault(key, {}).setdefault(request, []).append(step)
    return {key: where for key, where in held.items() if len(where) >= LEAST}


class _Held:
    """Triggers against targets, by the requests that hold them."""

    def __init__(
        self,
        requests: Sequence[str],
        triggers: Mapping[Trigger, Mapping[str, list[int]]],
        targets: Mapping[Target, Mapping[str, list[int]]],
    ) -> None:
        self.size = len(requests)
        self.bit = {request: 1 << place for place, request in enumerate(requests)}
        self.triggers, self.targets = triggers, targets

    def pairs(self) -> tuple[int, list[Pair]]:
        """Pairs that stand together often enough to matter; the others are tests that found nothing."""
        ones = [(key, self._bits(where)) for key, where in self.triggers.items()]
        others = [(key, self._bits(where)) for key, where in self.targets.items()]
        tests, kept = 0, list[tuple[Trigger, Target, Table]]()
        for trigger, first in ones:
            n = first.bit_count()
            for target, second in others:
                both, m = (first & second).bit_count(), second.bit_count()
                tests += n < self.size and m < self.size
                if both >= LEAST and both * self.size >= n * m and _apart(trigger, target):
                    table = self._ordered(
                        trigger, target, Table(both, n - both, m - both, self.size - n - m + both)
                    )
                    wanted = table.told or (trigger.place == "query" and target.term)
                    kept += [(trigger, target, table)] if wanted and table.both >= LEAST else []
        chances = [fisher(table) if table.told else 1.0 for _, _, table in kept]
        shares = benjamini_hochberg(chances, tests=max(tests, len(kept)))
        pairs = [Pair(*each, p, min(1.0, q)) for each, p, q in zip(kept, chances, shares, strict=True)]
        return tests, sorted(pairs, key=_rank)

    def _bits(self, where: Iterable[str]) -> int:
        bits = 0
        for request in where:
            bits |= self.bit[request]
        return bits

    def _ordered(self, trigger: Trigger, target: Target, table: Table) -> Table:
        """What was seen only after the target was done cannot have set it off."""
        if trigger.place == "query":
            return table
        first, last = self.triggers[trigger], self.targets[target]
        late = sum(min(first[each]) > max(last[each]) for each in first.keys() & last.keys())
        return Table(table.both - late, table.only_first + late, table.only_second, table.neither)


def _rank(pair: Pair) -> tuple[bool, bool, float, int, bool, bool, int, Trigger, Target]:
    """Deeds before thoughts: in BadAgents' data thoughts alone give false alarms."""
    thought, seen = pair.target.name == THOUGHT, pair.trigger.place == "observation"
    length = len(pair.trigger.term.split()) + len(pair.target.term.split())
    sure = pair.p if pair.found else 0.0
    buys = pair.target.name == BUY
    return (not pair.found, thought, sure, -pair.table.both, seen, buys, length, pair.trigger, pair.target)


def _apart(trigger: Trigger, target: Target) -> bool:
    """Whether the target does more than take up what was seen: that is what observations are for."""
    if trigger.place == "query":
        return True
    taken = (target.term, *target.term.split())
    return target.name != BUY and set(trigger.term.split()).isdisjoint(taken)


def _against(seen: Sequence[_Seen], known: Sequence[_Seen]) -> Iterator[Unasked]:
    """Targets by request in both sets, the surest difference first."""
    ours = _often((each.request, each.targets) for each in seen)
    theirs: dict[Target, set[str]] = {}
    for each in known:
        for target in each.targets:
            theirs.setdefault(target, set()).add(each.request)
    n, m = len({each.request for each in seen}), len({each.request for each in known})
    counts = [(target, len(where), len(theirs.get(target, ()))) for target, where in ours.items()]
    chances = [fisher(Table(one, n - one, other, m - other)) for _, one, other in counts]
    shares = benjamini_hochberg(chances)
    rows = [Unasked(*row, p, q) for row, p, q in zip(counts, chances, shares, strict=True)]
    yield from sorted(rows, key=_surest)


def _surest(row: Unasked) -> tuple[float, bool, int, Target]:
    return (row.p, row.target.name == THOUGHT, len(row.target.term.split()), row.target)
