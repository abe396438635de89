"""What is asked of a screening, what a guard said of one conversation, and what was found of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from msgspec import Struct

from plimsoll.screening.terms import Terms

Undecided = Literal["apart", "block", "pass", "wrong"]
"""How a conversation counts on which a guard gave no verdict: not at all, as unsafe, as safe, as an error."""
FORMAT = 1
"""Version of what `--json` prints."""
THRESHOLD = 0.5


@dataclass(frozen=True, kw_only=True)
class ScreeningSpec:
    """What is to be measured."""

    guards: tuple[str, ...]
    """Specs of guards; `stored:COLUMN` for what stands in the set."""
    labels: str
    """Spec of a label pack, or a file."""
    model: str = ""
    """The model that guards ask whose specs leave it out."""
    options: Mapping[str, str] = field(default_factory=dict[str, str])
    limit: int | None = None
    threshold: float | None = None
    undecided: Undecided = "apart"
    development: str = ""
    """A set, or a share of this one, on which the threshold is chosen and scores are calibrated."""
    aim: str = "f1"
    """What the threshold is chosen for: `f1`, or `false_alarms=0.05`, or `recall=0.9`."""
    categories: bool = False
    """Whether every category is shown by itself."""
    taxonomy: str = ""
    """Whose categories the set bears, where its pack does not say."""
    disturbed: tuple[str, ...] = ()
    """What texts are put through to hold the guard against itself."""
    one_class: bool = False
    """Whether labels of one kind alone are measured, as far as they can be."""
    online: bool = False
    """Whether an ensemble learns from the labels, one after the other."""
    terms: Terms = field(default_factory=Terms)
    rate: str = "anytime"
    """`anytime`, `best` for the known number of rounds, or a number."""
    share: float = 0.0
    state: str = ""
    """File that the ensemble begins with, and is left in."""
    jury: bool = False
    """Whether the guards vote."""
    margin: float = 0.9
    slices: tuple[str, ...] = ()
    """Columns of the set by whose values the numbers are shown."""
    seed: int = 0


class Seen(NamedTuple):
    """A conversation with what people and the guard say of it."""

    id: str
    cluster: str
    unsafe: bool | None
    """What people say; `None` where their vote is tied."""
    score: float | None
    """How likely it is unsafe, as the guard says; `None` where it gave no verdict."""
    flagged: bool | None
    """The guard's own decision."""
    outcome: str
    categories: tuple[str, ...]
    """Those that people named."""
    known: Mapping[str, bool]
    """Of each category whether it holds, where people looked; absent ones are unknown."""
    codes: tuple[str, ...]
    """Categories that the guard named."""
    unknown_codes: tuple[str, ...]
    scores: Mapping[str, float]
    """By category, where the guard says them."""
    language: str
    seconds: float
    metadata: Mapping[str, object]


class Figure(Struct, frozen=True, kw_only=True):
    """A number with its interval; all three `None` where the labels do not define it."""

    value: float | None
    low: float | None = None
    high: float | None = None


NOTHING = Figure(value=None)


class Part(Struct, frozen=True, kw_only=True):
    """The numbers of a category or slice."""

    name: str
    reading: str
    """What the category stands against: `all` others, `benign` ones only; or the kind of the slice."""
    positives: int
    negatives: int
    figures: Mapping[str, Figure]


class Named(Struct, frozen=True, kw_only=True):
    """How far the categories agree, over unsafe conversations of which people named any."""

    over: str
    """The taxonomy of both, or `hub`."""
    n: int
    exact: float
    """Share on which both name the same ones."""
    overlap: float
    """Share on which they have one in common."""
    micro_f1: float | None
    macro_f1: float | None


class Calibrated(Struct, frozen=True, kw_only=True):
    """How far scores are probabilities, before and after they are mended on the development split."""

    ece: float | None
    brier: float | None
    temperature: float | None = None
    ece_temperature: float | None = None
    ece_isotonic: float | None = None
    development: int = 0
    """Conversations that the mending was learned on; 0 where there were none."""


class Cost(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the verdicts took."""

    seconds: float = 0.0
    cached: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    dollars: float | None = None
    median_ms: float | None = None
    p95_ms: float | None = None


class Screened(Struct, frozen=True, kw_only=True):
    """What was found of one guard on one set."""

    format: int = FORMAT
    guard: str
    revision: str
    model: str
    set: str
    reading: str
    """How the guard's event stands for the set's, where they are not the same; else empty."""
    n: int
    scored: int
    unparsed: int
    errors: int
    empty: int
    tied: int
    """Conversations on which people's votes are tied: no label, so no part of any number."""
    positives: int
    prevalence: float | None
    """The AUPRC of a guard that knows nothing."""
    threshold: float
    threshold_from: str
    undecided: Undecided
    figures: Mapping[str, Figure]
    """`auprc`, `auroc`, `f1`, `precision`, `recall`, `false_alarms`."""
    interval: str
    """How the intervals were made."""
    calibration: Calibrated
    categories: tuple[Part, ...]
    slices: tuple[Part, ...]
    named: Named | None
    """How far the guard's categories are people's."""
    failures: Mapping[str, int]
    """Causes of errors, and how many each had."""
    unknown_codes: Mapping[str, int]
    """Codes that the guard named and its policy does not have, and how often."""
    cost: Cost
    prompt_sha256: str
    split_sha256: str
    run: str = ""
    notes: tuple[str, ...] = ()


class Pair(Struct, frozen=True, kw_only=True):
    """How two guards differ on the conversations that both decided."""

    first: str
    second: str
    n: int
    differences: Mapping[str, Figure]
    p: Mapping[str, float]
    """Two-sided, by the same redraws of prompts; adjusted by Holm over the pairs of guards."""
    only_first: int
    """Conversations that the first guard alone decides rightly."""
    only_second: int
    p_decisions: float
    """McNemar's exact test on right decisions, a prompt that repeats counted once. Adjusted too."""


class Disturbed(Struct, frozen=True, kw_only=True):
    """A guard on texts that were disturbed, beside the same guard on the plain ones."""

    guard: str
    by: str
    """The attack, `forged_end`, or `category_order`."""
    figures: Mapping[str, Figure]
    undecided: int
    """Conversations without a verdict, once disturbed."""
    left_out: int
    """Conversations that the attack does not apply to."""
    pair: Pair
    """Disturbed minus plain."""
