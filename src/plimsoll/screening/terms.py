"""How labels come to an ensemble that learns, and what its errors cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from plimsoll.core import UserError
from plimsoll.stats.hedge import LOSSES

MISS, ALARM = "miss", "alarm"


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How feedback comes, and what errors cost."""

    loss: str = "absolute"
    delay: int = 0
    """Rounds between a decision and its label."""
    shown: float = 1.0
    """Chance that a conversation is labelled at all; those that are flagged always are, where `flagged`."""
    flagged: bool = False
    costs: Mapping[str, float] = field(default_factory=dict[str, float])
    """By `miss`, `alarm`, or the category of what is missed; 1 without it."""
    threshold: float = 0.5
    seed: int = 0

    def __post_init__(self) -> None:
        if self.loss not in LOSSES:
            raise UserError(f"--loss {self.loss}: it takes {', '.join(LOSSES)}")
        if wrong := next((f"{key}={value:g}" for key, value in self.costs.items() if not value > 0), ""):
            raise UserError(f"--cost {wrong}: a cost is above 0")

    def cost(self, categories: Sequence[str], *, unsafe: bool) -> float:
        """What an error on a conversation costs, 1 the most."""
        highest = max([1.0, *self.costs.values()])
        if not unsafe:
            return self.costs.get(ALARM, 1.0) / highest
        named = [self.costs[each] for each in categories if each in self.costs]
        return max([*named, self.costs.get(MISS, 1.0)]) / highest


def feedback_of(text: str) -> tuple[bool, float]:
    """`all`, a share of what is labelled, or `flagged+SHARE`: all that is flagged and so much of the rest."""
    flagged, _, rest = text.partition("+") if text.startswith("flagged") else ("", "", text)
    try:
        share = 1.0 if rest == "all" else float(rest)
    except ValueError:
        share = 0.0
    if not 0 < share <= 1:
        raise UserError(
            f"--feedback {text}: it takes all, a share such as 0.2, or flagged+0.1: what is never looked "
            "at would count as right"
        )
    return bool(flagged), share
