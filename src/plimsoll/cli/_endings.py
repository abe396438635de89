"""How a run ended -> its exit code, and what is said aloud of samples that failed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import click

from plimsoll.cli import _output
from plimsoll.core import BROKEN, Outcome, UserError
from plimsoll.run.keep.manifest import Summary

OK, ERROR = 0, 1
UNSCORED = (*BROKEN, "missing")
FAILED = (Outcome.ERROR, Outcome.JUDGE_ERROR)


@dataclass(frozen=True)
class Bound:
    """How many samples may fail: a share of them, or a number."""

    share: float | None = None
    number: int | None = None

    def holds(self, failed: int, records: int) -> bool:
        """Whether no more than that failed."""
        if self.number is not None:
            return failed <= self.number
        return failed <= (self.share or 0.0) * records

    def __str__(self) -> str:
        return f"{self.number}" if self.number is not None else f"{100 * (self.share or 0.0):g}%"


def bound_of(text: str) -> Bound:
    """A bound as written. Raises `UserError`."""
    share, number = text.strip().removesuffix("%"), text.strip()
    try:
        if number.endswith("%") and 0 <= float(share) <= 100:
            return Bound(share=float(share) / 100)
        if not number.endswith("%") and int(number) >= 0:
            return Bound(number=int(number))
    except ValueError:
        pass
    raise UserError(f"{text!r} is neither a share such as 5% nor a number of samples such as 3")


def _bound(context: click.Context, option: click.Parameter, text: str) -> Bound:
    try:
        return bound_of(text)
    except UserError as error:
        raise click.BadParameter(str(error), context, option) from None


MAX_ERRORS = click.option(
    "--max-errors",
    callback=_bound,
    default="5%",
    show_default=True,
    metavar="N or N%",
    help="Exit with 1 where more samples failed than this.",
)


def exit_code(ended: Sequence[Summary], bound: Bound) -> int:
    """The exit code of runs, each of which must have scored something and kept to the bound."""
    return ERROR if _complained(ended, bound) else max(map(_code, ended), default=OK)


def suite_code(ended: Sequence[Summary], bound: Bound) -> int:
    """The exit code of a suite, in which one run may have found nothing that it can score."""
    return ERROR if _complained(ended, bound) else min(map(_code, ended), default=ERROR)


def _complained(ended: Sequence[Summary], bound: Bound) -> bool:
    """Whether more failed than may; then it is said aloud, with the causes."""
    failed = sum(each.outcomes.get(name, 0) for each in ended for name in FAILED)
    records = sum(each.records for each in ended)
    if bound.holds(failed, records):
        return False
    _output.echo(_loud(ended, failed, records, bound), err=True)
    return True


def _code(summary: Summary) -> int:
    return OK if _scored(summary) or not summary.records else ERROR


def _scored(summary: Summary) -> bool:
    return any(outcome not in UNSCORED for outcome in summary.outcomes)


def _loud(ended: Sequence[Summary], failed: int, records: int, bound: Bound) -> str:
    causes: Counter[str] = Counter()
    for summary in ended:
        causes.update(summary.failures)
    share = f"{100 * failed / max(records, 1):.0f} %"
    lines = [
        f"plimsoll: {failed:,} of {records:,} samples failed ({share}), more than --max-errors {bound} "
        "allows; the same command asks them again"
    ]
    from plimsoll.pages.markup import spoken
    from plimsoll.reports import failing
    from plimsoll.words import preferred

    lines += [f"  {spoken(each, preferred())}" for each in failing.causes(Summary(failures=causes))]
    return "\n".join(lines)
