"""A comparison -> the same with each run's number corrected for what its judge gets wrong, or why it is not.

The paired differences stay as judged: how a judge errs on each of two models is seldom known so well that
the difference of its errors could be taken off.
"""

from pathlib import Path

from plimsoll.calibration.correct import corrections
from plimsoll.comparison.nouns import Comparison, RunName
from plimsoll.core import replace
from plimsoll.pages.words import CORRECTED
from plimsoll.run.keep.folder import RunFolder


def corrected(found: Comparison) -> Comparison:
    """The comparison of two runs whose folders are at hand."""
    return replace(found, before=_known(found.before, found), after=_known(found.after, found))


def _known(run: RunName, found: Comparison) -> RunName:
    folder = RunFolder(Path(run.path))
    summary = folder.summary()
    if summary is None:
        return run
    made = corrections(summary, folder.manifest(), folder)
    named = (
        each
        for each in made.summary.estimates
        if each.name == found.metric + CORRECTED and not each.group and each.judge in ("", found.judge)
    )
    return replace(run, corrected=next(named, None), notes=made.notes)
