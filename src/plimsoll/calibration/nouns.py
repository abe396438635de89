"""What is known of a judge once it was held against people."""

from collections.abc import Mapping

from msgspec import Struct

from plimsoll.core.labelled import Scale

FORMAT = 1
"""Version of the calibration file."""


class Bounds(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A number with its interval, where there is one."""

    value: float
    low: float | None = None
    high: float | None = None


class Slice(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a judge fares on the whole pack or on a part of it. What is not defined is not there."""

    group: Mapping[str, str] = {}
    """`{"model": "vicuna-7b"}`, `{"category": ...}`, `{"language": ...}`; empty for the whole."""
    items: int = 0
    """All that were put to the judge."""
    undecided: int = 0
    """Of these, the ones on which the people's vote is tied."""
    refused: int = 0
    """Of these, the ones the judge declined to judge."""
    unparsed: int = 0
    failed: int = 0
    n: int = 0
    """Those with a verdict and a decided label: what the numbers below rest on."""
    kappa: Bounds | None = None
    """Cohen's kappa; percentile interval, prompts weighed anew as clusters."""
    ac1: float | None = None
    accuracy: float | None = None
    balanced_accuracy: float | None = None
    f1: float | None = None
    macro_f1: float | None = None
    mcc: float | None = None
    positives: int = 0
    """Items that people say yes to."""
    negatives: int = 0
    sensitivity: float | None = None
    specificity: float | None = None
    said: float | None = None
    """Rate that the judge reports."""
    truth: float | None = None
    """Rate that people report, on the same items."""
    scores: Mapping[str, float] = {}
    """Of judges that give numbers: auroc, auprc, brier, ece; bias, mae, spearman, kendall."""
    alpha: float | None = None
    """Krippendorff's alpha among the people themselves."""
    people_kappa: float | None = None
    """Cohen's kappa between them, where there are two and the same two everywhere."""


class ModelErrors(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a judge fares on one model's replies, in labels that count as independent."""

    model: str
    """Empty where the pack does not say who replied."""
    positives: float = 0.0
    """Replies that people say yes to; fewer than there are where prompts repeat."""
    found: float = 0.0
    """Of these, the ones the judge says yes to."""
    negatives: float = 0.0
    left: float = 0.0
    """Of these, the ones the judge leaves alone."""


class Calibration(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A judge held against a label pack."""

    format: int = 1
    """Not written where it is 1, so the default stays 1 whatever `FORMAT` becomes."""
    judge: str
    event: str
    revision: str = ""
    """Of the instrument: prompt, parser and score map."""
    model: str = ""
    """`name|revision` of the model that judges."""
    pack: str
    """The pack's spec or path, as written."""
    pack_event: str
    scale: Scale = "binary"
    raters: str = "people"
    """`people`, or `model` where a model labelled: then no rate is corrected by it."""
    reading: str = ""
    """How the judge's values were read for this pack: turned round, cut at a threshold, by another name."""
    threshold: float | None = None
    turned: bool = False
    """Whether the judge's event is the opposite of the pack's."""
    files: Mapping[str, str] = {}
    slices: tuple[Slice, ...]
    """The whole first."""
    errors: tuple[ModelErrors, ...] = ()
    """By the model that replied; empty in calibrations of before, and where labels are not yes or no."""
    residual: float | None = None
    """Variance of people's value less lambda times the judge's, with one error of each kind more than was
    seen: what human labels must still settle."""
    weight: float = 0.0
    """Lambda."""
    spread: float | None = None
    """Variance of people's value: what they would have to settle without a judge."""
    seconds: float = 0.0
    calls: int = 0
    cached: int = 0
    """Answers taken from the cache: with any of them, `seconds` says little."""
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = None
    """US dollars spent, where the price is known."""
    notes: tuple[str, ...] = ()
    created: str = ""
    plimsoll: str = ""

    @property
    def whole(self) -> Slice:
        """The whole pack."""
        return self.slices[0]

    @property
    def seconds_per_1000(self) -> float | None:
        """Seconds for a thousand items."""
        items = self.whole.items
        return 1000 * self.seconds / items if items and self.seconds else None

    @property
    def tokens_per_1000(self) -> float | None:
        """Tokens in and out for a thousand items, as if none had been in the cache."""
        return _whole_price(self, self.input_tokens + self.output_tokens)

    @property
    def cost_per_1000(self) -> float | None:
        """US dollars for a thousand items, as if none had been in the cache."""
        return None if self.cost is None else _whole_price(self, self.cost)


def _whole_price(of: Calibration, used: float) -> float | None:
    items = of.whole.items
    return 1000 * used * (of.calls + of.cached) / of.calls / items if of.calls and items else None
