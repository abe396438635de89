"""`--until` as written -> the criterion by which a run may stop early."""

import re
from typing import Literal, NamedTuple

from plimsoll.core import UserError

_WIDTH = re.compile(r"(?:±|\+-|\+/-)\s*(\d+(?:\.\d+)?)\s*%")


class Criterion(NamedTuple):
    """When enough is known: the interval is narrow enough, or lies on one side of a baseline."""

    kind: Literal["width", "side"]
    half_width: float = 0.0
    baseline: str = ""


def parse(text: str) -> Criterion:
    """Read `--until`. Raises `UserError`."""
    if found := _WIDTH.fullmatch(text.strip()):
        half_width = float(found[1]) / 100
        if 0 < half_width < 0.5:
            return Criterion("width", half_width=half_width)
    kind, _, rest = text.strip().partition("=")
    if kind in ("better-than", "better_than") and rest.strip():
        return Criterion("side", baseline=rest.strip())
    raise UserError(
        f"--until {text!r} cannot be read: write '±2%' (or '+-2%') for an interval of that half width, or "
        "'better-than=BASELINE' with a number like 36.7%, the name of a baseline, or a run folder"
    )
