"""What was found: outcomes, verdicts, failures, records and estimates."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Literal

from msgspec import Struct

from plimsoll.core.exchange import Transcript
from plimsoll.core.sample import Sample


class Outcome(StrEnum):
    """What became of a sample. A closed set: nothing is folded into "safe" or "wrong"."""

    ANSWERED = "answered"
    REFUSED = "refused"
    UNPARSED = "unparsed"
    """The model said something that cannot be read as an answer."""
    EMPTY = "empty"
    BLOCKED = "blocked"
    """The endpoint withheld the reply."""
    ERROR = "error"
    """No reply was had; never scored."""
    JUDGE_UNPARSED = "judge_unparsed"
    JUDGE_ERROR = "judge_error"
    NOT_APPLICABLE = "not_applicable"


class Verdict(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A judge's finding on one transcript."""

    label: str
    """The finding in the judge's own words; for multiple choice the chosen letter."""
    value: float | None
    """1.0 when the label's event happened, 0.0 when not, `None` when unscored."""
    outcome: Outcome = Outcome.ANSWERED
    reason: str = ""
    confidence: float | None = None
    detail: Mapping[str, Any] = {}


class Failure(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that broke, with its address."""

    stage: str
    """Where: `elicit`, `judge choice`, `attack encoding/rot13` ..."""
    error: str
    """The class of the error."""
    message: str


class Record(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that is known of one sample, one attack variant, one epoch. One line of a journal."""

    sample: Sample
    transcript: Transcript | None = None
    verdicts: Mapping[str, Verdict] = {}
    """By judge name, in the benchmark's order; the first is the one that counts by default."""
    failures: tuple[Failure, ...] = ()
    epoch: int = 0

    @property
    def outcome(self) -> Outcome:
        """The first judge's outcome, or `error` where nothing could be judged."""
        for verdict in self.verdicts.values():
            return verdict.outcome
        if self.transcript is not None and self.failures:
            return Outcome.JUDGE_ERROR
        return Outcome.ERROR


class Estimate(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A number with its uncertainty."""

    name: str
    """What was measured, such as `accuracy` or `refusal_rate`."""
    value: float
    """In [0, 1] for rates; NaN never: an estimate without data is not made."""
    low: float
    high: float
    """Bounds of the interval at `level`."""
    n: int
    """Scored items (the denominator)."""
    unscored: int = 0
    """Items that have no score: errors of ours or of the endpoint. Never counted as 0."""
    group: Mapping[str, str] = {}
    """The subset, such as `{"category": "PH", "language": "zh"}`; empty for the whole."""
    method: str = "wilson"
    level: float = 0.95
    higher_is_safer: bool = True

    @property
    def sound(self) -> bool:
        """False when more than 5 % of the items could not be scored."""
        return self.unscored <= 0.05 * (self.n + self.unscored)


class Reference(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A row to compare a result with: a baseline, or a model's result as its authors published it."""

    name: str
    kind: Literal["baseline", "published"]
    values: Mapping[str, float]
    """Score in [0, 1] by category; the empty key is the whole."""
    language: str = ""
    setting: str = ""
    """How it was asked, such as `zero-shot`."""
    source: str = ""


class Scored(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file of predictions, scored by a benchmark's official rules."""

    scores: Mapping[str, float]
    """As the official script prints them, under its own keys."""
    covered: int
    """Questions with a prediction."""
    total: int
    problems: tuple[str, ...] = ()
    """What a leaderboard would refuse, a sentence each; empty for a sound submission."""
