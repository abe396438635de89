"""A summary's failures -> how many samples failed, each cause in its own words, and what helps."""

from collections.abc import Iterator

from plimsoll.pages.markup import Said, bilingual, key
from plimsoll.reports.view import RunView
from plimsoll.run.keep.manifest import Summary

SHOWN = 3
"""Causes that are told at the top; the notes hold them all."""
FAILED = ("error", "judge_error")
REMEDIES = (
    ("Late", "failing.late"),
    ("Overloaded", "failing.overloaded"),
    ("ContextExceeded", "failing.context"),
    ("Denied", "failing.denied"),
    ("TransientError", "failing.unreachable"),
    ("ServerFault", "failing.server"),
)
SAYS_IT = ("-M ", "--", "base_url")
"""What stands in a cause that tells its remedy itself."""


def warnings(view: RunView) -> list[Said]:
    """How many failed, and the most frequent causes with what helps; nothing where none failed."""
    summary = view.summary
    failed = sum(summary.outcomes.get(name, 0) for name in FAILED)
    if not failed:
        return []
    counts = f"{failed:,}", f"{summary.records:,}"
    return [key("failing.lead", *counts), *causes(summary)]


def causes(summary: Summary) -> Iterator[Said]:
    """The most frequent ones: number, stage, the endpoint's own sentence and address, and the remedy."""
    often = sorted(summary.failures.items(), key=lambda pair: -pair[1])
    for cause, number in often[:SHOWN]:
        told = key("failing.cause", f"{number:,}", bilingual(cause))
        remedy = _remedy(cause)
        yield key("failing.helped", told, key(remedy)) if remedy else told


def _remedy(cause: str) -> str:
    """What to try, where the cause does not say it itself."""
    if any(sign in cause for sign in SAYS_IT):
        return ""
    return next((words for error, words in REMEDIES if f": {error}" in cause), "")
