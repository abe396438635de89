"""Errors with an address and a remedy.

PlimsollError
├── UserError            stops before the first call; says what to change (exit 2)
│   ├── MissingExtra     a library that this part needs is not installed
│   └── Unmet            a model lacks what this part needs of it
├── DataError            a data file is not what it should be: file and first wrong record
├── ModelError           this request failed for good; recorded as a failure, never scored
│   ├── TransientError   may succeed when asked again
│   │   ├── Unreadable   a reply came that cannot be read
│   │   └── Overloaded   the endpoint asks for fewer or later calls (429, 502, 503)
│   │       └── Late     no answer within the time that a call is given
│   ├── ContextExceeded  the request is longer than the model's context
│   └── Denied           the endpoint refuses us altogether (401, 403): the run stops
├── BudgetExceeded       the cost limit is reached: the run stops, resumable
└── StageError           any of these, or a bug, with the stage it happened in
"""

from collections.abc import Iterable
from difflib import get_close_matches
from types import TracebackType

from plimsoll.core.extras import absent_for, remedy

LONGEST = 2_000
"""Characters of a message about somebody else's file."""


class PlimsollError(Exception):
    """Root of all errors that Plimsoll raises on purpose."""


class UserError(PlimsollError):
    """Wrong input: the message names the value, the place and the remedy."""


class MissingExtra(UserError):
    """An optional library is missing."""

    def __init__(self, part: str, extra: str) -> None:
        super().__init__(remedy(part, extra, absent_for(extra)))
        self.extra = extra


class Unmet(UserError):
    """A model cannot give what a part needs of it: another model may."""


class DataError(PlimsollError):
    """A data file does not hold what it should.

    Reasons of libraries quote what they met, be it megabytes: of a long message the middle is left out, so
    that place and remedy stay."""

    def __init__(self, message: str) -> None:
        long = len(message) > LONGEST
        super().__init__(f"{message[: LONGEST // 2]} […] {message[-LONGEST // 2 :]}" if long else message)


class ModelError(PlimsollError):
    """A request that failed and will fail again."""


class TransientError(ModelError):
    """A request that failed and may succeed later."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        """Seconds that the endpoint asked us to wait."""


class Overloaded(TransientError):
    """The endpoint is asked for too much."""


class Late(Overloaded):
    """No answer came in time: the endpoint has more to do than it can."""


class Unreadable(TransientError):
    """A reply came that is cut short, no JSON, or of another shape than it should be."""


class ContextExceeded(ModelError):
    """The request does not fit the model's context."""


class Denied(ModelError):
    """The endpoint does not accept us: wrong key, no right, no such model."""


class BudgetExceeded(PlimsollError):
    """The limit on the cost of a run is reached."""


class StageError(PlimsollError):
    """An error with the stage it happened in; the cause is `__cause__`."""

    def __init__(self, stage: str, cause: Exception) -> None:
        super().__init__(f"{stage}: {type(cause).__name__}: {cause}")
        self.stage = stage
        self.cause = cause


STOPS_THE_RUN = (UserError, DataError, Denied, BudgetExceeded)
"""Errors that are not one sample's: they pass through every stage."""


class Stage:
    """A block with an address."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        """Nothing is needed before."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give an error the address, unless it has one or stops the run."""
        if error is None:
            return
        if isinstance(error, Exception) and not isinstance(error, (StageError, *STOPS_THE_RUN)):
            raise StageError(self.name, error) from error


def stage(name: str) -> Stage:
    """Give whatever escapes the block the address `name`, once."""
    return Stage(name)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean x?` for the closest known words, or nothing."""
    close = get_close_matches(word, list(known), n=3, cutoff=0.6)
    return f"; did you mean {' or '.join(close)}?" if close else ""
