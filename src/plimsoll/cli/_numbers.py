"""An option's text -> a finite number: NaN lies in no range, and yet no comparison says so."""

from math import isfinite
from typing import Any

import click


class Real(click.FloatRange):
    """A number that is finite, within its bounds."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read it, or fail as options do."""
        found: float = super().convert(value, param, ctx)
        if not isfinite(found):
            self.fail(f"{value} is no finite number.", param, ctx)
        return found
