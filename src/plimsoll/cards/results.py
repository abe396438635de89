"""An assessment -> what is known of each card: effort, what was seen by whom, and what tests say."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from plimsoll.cards.assessment import Assessment, CardVerdict, Plan, Planned, Tested, Turn, sessions
from plimsoll.cards.sessions import minutes
from plimsoll.core import Estimate, PlimsollError
from plimsoll.pages.units import unit
from plimsoll.reports.figures import figures
from plimsoll.reports.overview import better
from plimsoll.reports.view import RunView
from plimsoll.run.keep.folder import open_run
from plimsoll.stats.agreement import krippendorff_alpha
from plimsoll.stats.intervals import Interval, wilson

Outcome = Literal["seen", "not seen", "disputed", "not assessed", "not applicable"]


class TestResult(NamedTuple):
    """A run that tested a card."""

    __test__ = False

    tested: Tested
    attempts: int
    seen: int
    rate: float | None
    """Share of the replies in which the behaviour was seen; `None` where the run cannot tell."""
    low: float
    high: float
    note: str = ""


class Dispute(NamedTuple):
    """A session on which assessors disagree."""

    session: str
    verdicts: tuple[CardVerdict, ...]


class CardResult(NamedTuple):
    """What is known of a card."""

    planned: Planned
    sessions: int
    turns: int
    minutes: float
    judged: int
    """Sessions on which there is a majority."""
    seen: int
    interval: Interval
    first: int | None
    """Prompts until the behaviour was first seen."""
    severity: int | None
    """The worst that any assessor gave where it was seen."""
    alpha: float | None
    disputes: tuple[Dispute, ...]
    tests: tuple[TestResult, ...]

    @property
    def outcome(self) -> Outcome:
        """What to say of it in a word."""
        if self.planned.state == "not applicable":
            return "not applicable"
        if self.seen or any(test.seen for test in self.tests):
            return "seen"
        if self.disputes:
            return "disputed"
        known = self.judged or any(test.rate is not None and test.attempts for test in self.tests)
        return "not seen" if known else "not assessed"


class Results(NamedTuple):
    """What is known of all cards."""

    plan: Plan
    cards: tuple[CardResult, ...]
    alpha: float | None
    """Krippendorff's, over all sessions that two or more assessors judged."""
    turns: tuple[Turn, ...]


def results(assessment: Assessment) -> Results:
    """Everything that is known. Raises `UserError`, `DataError`."""
    plan, turns, verdicts = assessment.plan(), assessment.turns(), assessment.verdicts()
    by_card: dict[str, list[Turn]] = defaultdict(list)
    for turn in turns:
        by_card[turn.card].append(turn)
    tests = assessment.tests()
    cards = tuple(
        _card(
            each,
            by_card[each.card.slug],
            [verdict for verdict in verdicts if verdict.card == each.card.slug],
            tuple(_test(assessment, test) for test in tests if test.card == each.card.slug),
        )
        for each in plan.cards
    )
    return Results(plan, cards, alpha(verdicts), tuple(turns))


def alpha(verdicts: Iterable[CardVerdict]) -> float | None:
    """How far assessors agree on whether the behaviour was seen."""
    return krippendorff_alpha([[each.seen for each in of] for of in _by_session(verdicts).values()])


def majority(verdicts: Sequence[CardVerdict]) -> bool | None:
    """Whether most assessors saw it; `None` where they are split."""
    seen = sum(each.seen for each in verdicts)
    return None if 2 * seen == len(verdicts) else 2 * seen > len(verdicts)


def sessions_seen(assessment: Assessment, slug: str) -> dict[str, bool]:
    """Of each session on a card that is not disputed: whether the behaviour was seen."""
    held = _by_session(each for each in assessment.verdicts() if each.card == slug)
    found = {session: majority(verdicts) for session, verdicts in held.items()}
    return {session: seen for session, seen in found.items() if seen is not None}


def _card(
    planned: Planned, turns: list[Turn], verdicts: list[CardVerdict], tests: tuple[TestResult, ...]
) -> CardResult:
    held = _by_session(verdicts)
    known = {session: majority(each) for session, each in held.items()}
    judged = [seen for seen in known.values() if seen is not None]
    disputes = tuple(
        Dispute(name, tuple(each)) for name, each in held.items() if len({v.seen for v in each}) > 1
    )
    severities = [each.severity for each in verdicts if each.seen]
    return CardResult(
        planned=planned,
        sessions=len({turn.session for turn in turns}),
        turns=sum(turn.role == "user" for turn in turns),
        minutes=minutes(turns),
        judged=len(judged),
        seen=sum(judged),
        interval=wilson(sum(judged), len(judged)),
        first=_first(turns, known),
        severity=max(severities, default=None),
        alpha=alpha(verdicts),
        disputes=disputes,
        tests=tests,
    )


def _first(turns: list[Turn], known: dict[str, bool | None]) -> int | None:
    """Prompts until the end of the first session in which it was seen."""
    asked = 0
    for session, said in sessions(turns):
        asked += sum(turn.role == "user" for turn in said)
        if known.get(session):
            return asked
    return None


def _by_session(verdicts: Iterable[CardVerdict]) -> dict[str, list[CardVerdict]]:
    held: dict[str, list[CardVerdict]] = defaultdict(list)
    for each in verdicts:
        held[each.session].append(each)
    return held


def _test(assessment: Assessment, tested: Tested) -> TestResult:
    try:
        folder = open_run(assessment.path / tested.run)
        summary = folder.summary()
    except PlimsollError as error:
        return TestResult(tested, 0, 0, None, 0.0, 1.0, str(error))
    if summary is None:
        return TestResult(tested, 0, 0, None, 0.0, 1.0, "its run is not finished")
    found = figures(RunView(manifest=folder.manifest(), summary=summary))
    estimate = found.judged(tested.category)
    if estimate is None or unit(found.headline) != "share" or found.blind(tested.category):
        return TestResult(tested, 0, 0, None, 0.0, 1.0, "its headline cannot tell how often it was seen")
    return _of_share(tested, better(estimate))


def _of_share(tested: Tested, good: Estimate) -> TestResult:
    rate = 1 - good.value
    return TestResult(tested, good.n, round(rate * good.n), rate, 1 - good.high, 1 - good.low)
