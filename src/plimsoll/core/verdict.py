"""What was found: outcomes, verdicts, failures, records and estimates."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from plimsoll.core.exchange import Transcript
from plimsoll.core.sample import Sample

Number = Annotated[float, Meta(ge=-1e75, le=1e75)]
"""A measured number: any that is real, and none whose powers overflow whoever reckons with it."""


Place = Annotated[int, Meta(ge=0, lt=2**62)]
"""A number that says what comes first."""


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
    """The judge's reply cannot be read: ours, never the model's doing."""
    JUDGE_REFUSED = "judge_refused"
    """The judging model declined to judge."""
    JUDGE_ERROR = "judge_error"
    NOT_APPLICABLE = "not_applicable"


Input = Literal["request", "reply", "thought", "target", "context", "conversation"]


class Instrument(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a judge measures, and how it may be told from another of its name."""

    event: str
    """What value 1.0 says has happened: `refusal`, `compliance`, `unsafe`, `right`. Rates are named
    after it (`unsafe_rate`), graded scores by it (`strongreject_score`)."""
    higher_is_safer: bool
    graded: bool = False
    """Whether values between 0 and 1 occur: then the mean is a score, not a rate."""
    inputs: tuple[Input, ...] = ("request", "reply")
    """What the judge is shown."""
    labels: tuple[str, ...] = ()
    """Every label it may give to a reply it could judge; empty where the set is open."""
    revision: str = "1"
    """Changes with the prompt, the parser or the score map; part of a calibration's key."""
    model: str = ""
    """`name|revision` of the model that judges, where one does."""

    @property
    def of_answers(self) -> bool:
        """Whether it holds answers against right ones, rather than replies against what is safe."""
        return self.higher_is_safer and "target" in self.inputs

    @property
    def estimate(self) -> str:
        """What the estimate of its findings is called: `unsafe_rate`, `strongreject_score`."""
        return self.event if self.graded else f"{self.event}_rate"


class Verdict(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A judge's finding on one transcript."""

    label: str
    """The finding in the judge's own words; for multiple choice the chosen letter."""
    value: Number | None
    """1.0 when the label's event happened, 0.0 when not, `None` when unscored."""
    outcome: Outcome = Outcome.ANSWERED
    reason: str = ""
    confidence: Number | None = None
    detail: Mapping[str, Any] = {}


BROKEN = (Outcome.ERROR, Outcome.JUDGE_ERROR, Outcome.JUDGE_UNPARSED, Outcome.JUDGE_REFUSED)
"""Outcomes without a score: ours, the judge's or the endpoint's doing, never the model's."""


LIMIT = "limit"
"""Entry of a verdict's `detail`: what could not be done as the official code does it, in a clause. Reports
say it, and of how many verdicts."""


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
    place: Place = 0
    """Where it stands in the benchmark's order, which is not the order in which answers come; what shares
    a place (what one attack makes of a question) stands as written."""

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
    value: Number
    """In [0, 1] for rates; NaN never: an estimate without data is not made."""
    low: Number
    high: Number
    """Bounds of the interval at `level`."""
    n: int
    """Scored items (the denominator)."""
    effective: float = 0.0
    """Independent yes-or-no questions that know as much, where they are not `n`: epochs, variants and
    languages of one question are fewer, graded scores may be worth more. 0 where they are `n`."""
    unscored: int = 0
    """Items that have no score: errors of ours or of the endpoint. Never counted as 0."""
    group: Mapping[str, str] = {}
    """The subset, such as `{"category": "PH", "language": "zh"}`; empty for the whole."""
    judge: str = ""
    """Whose verdicts the number rests on, where it rests on a judge's."""
    labels: int = 0
    """Human labels behind a number that was corrected for the judge's errors."""
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
    metric: str = ""
    """Name of the estimate that it may be held against; empty for the headline."""
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
