"""Failures -> their causes in words: those that differ in their numbers alone are one."""

import re
from dataclasses import dataclass, field

from plimsoll.core import Failure

MOST = 20
"""Causes that are told apart; what comes after them is told by stage and error."""
LONGEST = 400
NUMBER = re.compile(r"\d+|\b[0-9a-f]{8,}\b")


@dataclass
class Causes:
    """The causes met so far, each in the words in which it was first told."""

    _known: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])

    def of(self, failure: Failure) -> str:
        """Stage, error and what was said."""
        address = f"{failure.stage}: {failure.error}"
        pattern = (address, NUMBER.sub("#", failure.message[:LONGEST]))
        if pattern not in self._known and len(self._known) >= MOST:
            return address
        told = f"{address}: {failure.message[:LONGEST]}" if failure.message else address
        return self._known.setdefault(pattern, told)
