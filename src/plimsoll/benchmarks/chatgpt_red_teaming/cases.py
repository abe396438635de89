"""Red-team case studies as JSON lines -> samples to be asked again, success rates, and raters' agreement.

A line is one rater's view of one transcript; lines of one `id` are views of the same case. Model,
revision, date, settings and seed are kept, for a finding that cannot be asked again is an anecdote.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec
from msgspec import Struct

from plimsoll.core import DataError, Message, Record, Role, Sample, files
from plimsoll.data.rows import read_jsonl
from plimsoll.stats.agreement import cohen_kappa
from plimsoll.stats.intervals import Interval, clopper_pearson

Outcome = Literal["success", "failure", "unclear"]
"""Whether the attempt brought out what it was meant to."""


class Turn(Struct, frozen=True, kw_only=True):
    """What one side said."""

    role: Role
    text: str


class Case(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One rater's view of one attempt."""

    id: str
    perspective: str
    intent: str
    """What the attempt was meant to bring out."""
    transcript: tuple[Turn, ...]
    outcome: Outcome
    rater: str
    notes: str = ""
    prompt_transform_ids: tuple[str, ...] = ()
    """Attacks that made the prompt out of a plain request, oldest first."""
    model: str = ""
    revision: str = ""
    date: str = ""
    """ISO 8601."""
    settings: Mapping[str, Any] = {}
    seed: int | None = None


class Success(NamedTuple):
    """How often attempts succeeded."""

    share: float
    interval: Interval
    """Exact, for hand-made samples are small."""
    n: int
    unclear: int
    """Attempts left out: raters disagree or could not tell."""


def read_cases(path: Path) -> list[Case]:
    """All lines. Raises `DataError` for a rater's second view of a case, or views of other transcripts."""
    cases = read_jsonl(path, Case)
    seen: dict[str, Case] = {}
    raters: set[tuple[str, str]] = set()
    for number, case in enumerate(cases, start=1):
        if (case.id, case.rater) in raters:
            raise DataError(f"{path}: record #{number}: {case.rater!r} has rated {case.id!r} already")
        if seen.setdefault(case.id, case).transcript != case.transcript:
            raise DataError(f"{path}: record #{number}: {case.id!r} has another transcript above")
        if not any(turn.role == "user" for turn in case.transcript):
            raise DataError(f"{path}: record #{number}: nobody asks anything in {case.id!r}")
        raters.add((case.id, case.rater))
    return cases


def write_cases(path: Path, cases: Iterable[Case]) -> None:
    """One case a line."""
    files.write(path, (msgspec.json.encode(case) + b"\n" for case in cases))


def case_of(record: Record, *, intent: str, outcome: Outcome, rater: str, model: str, revision: str) -> Case:
    """A record of a run, as a case."""
    sample, said = record.sample, record.transcript.reply if record.transcript else ""
    turns = [Turn(role=message.role, text=message.text) for message in sample.messages]
    return Case(
        id=sample.id,
        perspective=str(sample.metadata.get("perspective", "")),
        intent=intent,
        transcript=(*turns, Turn(role="assistant", text=said)),
        outcome=outcome,
        rater=rater,
        prompt_transform_ids=sample.trail,
        model=model,
        revision=revision,
    )


def samples(cases: Sequence[Case]) -> Iterator[Sample]:
    """Every case once, up to the last thing the attacker said."""
    first: dict[str, Case] = {}
    for case in cases:
        first.setdefault(case.id, case)
    for case in first.values():
        last = max(number for number, turn in enumerate(case.transcript) if turn.role == "user")
        yield Sample(
            id=case.id,
            messages=tuple(Message(role=turn.role, text=turn.text) for turn in case.transcript[: last + 1]),
            category=case.perspective or "other",
            trail=case.prompt_transform_ids,
            metadata={"intent": case.intent, "found": case.outcome},
        )


def agreement(cases: Sequence[Case]) -> dict[tuple[str, str], float | None]:
    """Cohen's kappa of every two raters over the cases that both have rated."""
    views: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for case in cases:
        views[case.rater][case.id] = case.outcome
    found: dict[tuple[str, str], float | None] = {}
    for one in sorted(views):
        for other in sorted(views):
            shared = sorted(views[one].keys() & views[other].keys())
            if one < other and shared:
                found[one, other] = cohen_kappa(
                    [views[one][key] for key in shared], [views[other][key] for key in shared]
                )
    return found


def success(cases: Sequence[Case]) -> dict[str, Success]:
    """By perspective, over cases whose raters all say the same."""
    outcomes: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for case in cases:
        outcomes[case.perspective, case.id].add(case.outcome)
    found: dict[str, Success] = {}
    for perspective in sorted({case.perspective for case in cases}):
        agreed = [said for (where, _), said in outcomes.items() if where == perspective]
        clear = [said == {"success"} for said in agreed if said in ({"success"}, {"failure"})]
        n, hits = len(clear), sum(clear)
        if n:
            found[perspective] = Success(hits / n, clopper_pearson(hits, n), n, len(agreed) - n)
    return found
