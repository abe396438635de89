"""Specs or objects of one's own -> finished runs: what Python and the command line both call.

run = plimsoll.evaluate("safetybench:split=starter", model="scripted/letter-A")
run.headline.value
plimsoll.compare(before, after)
"""

from plimsoll.evaluation.evaluate import compare, evaluate, evaluate_async, grid, grid_async, load
from plimsoll.evaluation.results import Compared, GridResult, Run

__all__ = [
    "Compared",
    "GridResult",
    "Run",
    "compare",
    "evaluate",
    "evaluate_async",
    "grid",
    "grid_async",
    "load",
]
