"""What a comparison found: differences, flips, parity. Read by reports, gates and pages."""

from collections.abc import Mapping

from msgspec import Struct

from plimsoll.core import Estimate


class RunName(Struct, frozen=True, kw_only=True):
    """A run that was compared."""

    path: str
    id: str
    model: str
    benchmark: str
    records: int
    starter: bool = False
    """Whether a starter set was asked, not the official data."""
    corrected: Estimate | None = None
    """The run's number, corrected for what its judge gets wrong; nothing where that is not known."""
    notes: tuple[str, ...] = ()
    """How it was corrected, or why it was not."""


class Profile(Struct, frozen=True, array_like=True):
    """Independent questions that are alike."""

    total: float
    """What the differences of a question's pairs add up to."""
    items: int
    """Pairs that a question has: several where epochs, languages or templates repeat."""
    count: int
    """How many such questions there are."""


class Shrunk(Struct, frozen=True, kw_only=True):
    """A difference with what those of the subsets beside it say of it."""

    value: float
    low: float
    high: float


class Difference(Struct, frozen=True, kw_only=True):
    """How much more the second run scored on the questions that both answered."""

    group: Mapping[str, str]
    """The subset; empty for the whole."""
    n: int
    """Pairs of scored answers."""
    clusters: int
    """Independent questions behind them; fewer than `n` where epochs, languages or templates repeat."""
    before: float
    after: float
    difference: float
    low: float
    high: float
    method: str
    """Of the interval: `newcombe_paired` or `cluster_robust`."""
    bootstrap_low: float
    bootstrap_high: float
    draws: int
    p: float
    test: str
    """`mcnemar_exact`, `sign_flip_exact` or `sign_flip_normal`."""
    p_adjusted: float
    """Holm's, over the subsets of the same kind."""
    gained: int
    """Pairs in which the second run scored more."""
    lost: int
    discordance: float
    detectable: float | None
    """The smallest difference that this many questions show at 80 % power."""
    needed: int | None
    """How many questions the wished difference needs at 80 % power."""
    profiles: tuple[Profile, ...] = ()
    """What the independent questions came to."""
    partial: Shrunk | None = None
    """Partially pooled, where it rests on few independent questions and there are others of its kind."""


class Flip(Struct, frozen=True, kw_only=True):
    """A question that the two runs answered with another score."""

    id: str
    epoch: int
    category: str
    language: str
    target: str
    before: float
    after: float
    before_label: str
    after_label: str
    before_outcome: str
    after_outcome: str
    before_line: int
    after_line: int
    before_offset: int
    after_offset: int


class Parity(Struct, frozen=True, kw_only=True):
    """One run's first language minus its second, over questions asked in both."""

    languages: tuple[str, str]
    category: str
    n: int
    before: float
    after: float
    change: float
    low: float
    high: float
    p: float
    """Of the change between the runs."""
    before_low: float
    before_high: float
    before_p: float
    after_low: float
    after_high: float
    after_p: float


class Comparison(Struct, frozen=True, kw_only=True):
    """Two runs held against each other."""

    benchmark: str
    metric: str
    judge: str
    higher_is_safer: bool
    before: RunName
    """The baseline."""
    after: RunName
    matched_by: str
    shared: int
    """Questions that both runs scored."""
    unscored: int
    only_before: int
    only_after: int
    wished: float
    """The difference that `needed` is about."""
    warnings: tuple[str, ...]
    differences: tuple[Difference, ...]
    parity: tuple[Parity, ...]
    flips: tuple[Flip, ...]

    @property
    def whole(self) -> Difference:
        """The difference over everything."""
        return self.differences[0]

    def loss(self, difference: Difference) -> float:
        """How much less safe the second run is there; negative where it is safer."""
        return -difference.difference if self.higher_is_safer else difference.difference
