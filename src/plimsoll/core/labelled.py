"""What people said of replies: the ground on which judges are measured."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from msgspec import Struct

from plimsoll.core.exchange import Transcript
from plimsoll.core.parts import Card
from plimsoll.core.sample import Sample
from plimsoll.core.verdict import Verdict

Scale = Literal["binary", "nominal", "graded"]
"""How labels are read: yes or no, classes without an order, or a number between 0 and 1."""


class Labelled(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A reply with the labels that its raters gave it."""

    sample: Sample
    """Its `id` is unique in the pack, its `pair` marks replies to one prompt: never split over folds."""
    transcript: Transcript | None = None
    """`None` where the authors gave labels away but no replies: only stored judges can be measured."""
    labels: Mapping[str, float]
    """By rater: 1.0 when the pack's event happened, 0.0 when not; 0.5 for a rater who was not sure, or
    values between them where the pack is graded or has more classes."""
    settled: float | None = None
    """What the raters agreed on where they met over it; without it their vote counts."""
    stored: Mapping[str, Verdict] = {}
    """Verdicts of judges that the pack's authors measured, by judge."""
    model: str = ""
    """Which model replied: a judge's errors differ from model to model."""
    metadata: Mapping[str, Any] = {}

    def truth(self, scale: Scale) -> float | None:
        """What people say of it; `None` where their vote is tied."""
        votes = list(self.labels.values())
        if self.settled is not None or not votes:
            return self.settled
        mean = sum(votes) / len(votes)
        if scale == "graded":
            return mean
        if scale == "binary":
            return None if mean == 0.5 else float(mean > 0.5)
        (first, most), *rest = Counter(votes).most_common(2)
        return None if rest and rest[0][1] == most else first

    @property
    def cluster(self) -> str:
        """What is drawn together: all replies to one prompt."""
        return self.sample.cluster


@dataclass(frozen=True, kw_only=True)
class LabelPack:
    """Replies that have been judged for one event."""

    card: Card
    event: str
    """As in `Instrument.event`: a judge of another event cannot be held against it."""
    items: Callable[[], Iterable[Labelled]]
    scale: Scale = "binary"
    raters: Literal["people", "model"] = "people"
    """Who labelled. Agreement with a model's labels is shown, but no rate is ever corrected by it."""
    taxonomy: str = ""
    """Whose categories its items bear, by the crosswalk's name."""
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    """SHA-256 of every data file, by name."""
    notes: tuple[str, ...] = ()
