"""Two assessments by the same cards -> per card what changed, with paired tests."""

from collections.abc import Iterator
from typing import NamedTuple

from plimsoll.cards.assessment import Assessment, Tested
from plimsoll.cards.results import CardResult, Results, results, sessions_seen
from plimsoll.comparison.compare import compare
from plimsoll.core import PlimsollError
from plimsoll.run.keep.folder import open_run
from plimsoll.stats.intervals import Interval
from plimsoll.stats.multiple import holm
from plimsoll.stats.paired import mcnemar_exact, newcombe_paired


class Change(NamedTuple):
    """How much more often a card's behaviour was seen in the second assessment, over what both asked."""

    card: str
    by: str
    """`sessions`, or the test set."""
    n: int
    before: float
    after: float
    difference: float
    low: float
    high: float
    p: float
    p_adjusted: float = 1.0
    """Holm's, over all of the difference's tests."""


class Moved(NamedTuple):
    """A card whose outcome is another one."""

    card: str
    before: str
    after: str


class AssessmentDiff(NamedTuple):
    """Two assessments held against each other."""

    changes: tuple[Change, ...]
    moved: tuple[Moved, ...]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    unpaired: tuple[str, ...]
    """What could not be paired, and why."""


def diff(before: Assessment, after: Assessment) -> AssessmentDiff:
    """Hold two assessments against each other. Raises `UserError`, `DataError`."""
    old, new = results(before), results(after)
    mine, theirs = _by_slug(old), _by_slug(new)
    shared = [slug for slug in mine if slug in theirs]
    found, unpaired = list[Change](), list[str]()
    for slug in shared:
        found += _of_sessions(before, after, slug)
        for change in _of_tests(before, after, slug):
            if isinstance(change, Change):
                found.append(change)
            else:
                unpaired.append(change)
    adjusted = holm([each.p for each in found])
    return AssessmentDiff(
        changes=tuple(each._replace(p_adjusted=p) for each, p in zip(found, adjusted, strict=True)),
        moved=tuple(
            Moved(slug, mine[slug].outcome, theirs[slug].outcome)
            for slug in shared
            if mine[slug].outcome != theirs[slug].outcome
        ),
        only_before=tuple(slug for slug in mine if slug not in theirs),
        only_after=tuple(slug for slug in theirs if slug not in mine),
        unpaired=tuple(unpaired),
    )


def _by_slug(found: Results) -> dict[str, CardResult]:
    return {each.planned.card.slug: each for each in found.cards}


def _of_sessions(before: Assessment, after: Assessment, slug: str) -> Iterator[Change]:
    """Sessions that were replayed keep their name: they are the pairs."""
    old, new = sessions_seen(before, slug), sessions_seen(after, slug)
    pairs = [(old[name], new[name]) for name in old if name in new]
    if not pairs:
        return
    both = sum(one and other for one, other in pairs)
    lost = sum(one and not other for one, other in pairs)
    gained = sum(other and not one for one, other in pairs)
    n = len(pairs)
    low, high = newcombe_paired(both, gained, lost, n - both - gained - lost)
    yield Change(
        slug, "sessions", n, (both + lost) / n, (both + gained) / n, (gained - lost) / n, low, high,
        mcnemar_exact(gained, lost),
    )  # fmt: skip


def _of_tests(before: Assessment, after: Assessment, slug: str) -> Iterator[Change | str]:
    new = {(each.benchmark, each.category): each for each in after.tests() if each.card == slug}
    for each in before.tests():
        other = new.get((each.benchmark, each.category))
        if each.card == slug and other is not None:
            try:
                yield _of_runs(before, each, after, other)
            except PlimsollError as error:
                yield f"{slug}, {each.benchmark}: {error}"


def _of_runs(before: Assessment, one: Tested, after: Assessment, other: Tested) -> Change:
    folders = [open_run(before.path / one.run), open_run(after.path / other.run)]
    (found,) = compare(folders)
    group = {"category": one.category} if one.category else {}
    chosen = next((each for each in found.differences if dict(each.group) == group), None)
    if chosen is None:
        raise PlimsollError(f"no questions of {one.category!r} were asked in both")
    share = (chosen.before, chosen.after)
    if found.higher_is_safer:
        was, now = (1 - each for each in share)
        bounds = Interval(-chosen.high, -chosen.low)
    else:
        (was, now), bounds = share, Interval(chosen.low, chosen.high)
    return Change(one.card, one.benchmark, chosen.n, was, now, now - was, *bounds, chosen.p)
