"""Predictions of experts, and what came true -> weights that follow the best of them, and its regret.

Each round every expert says how likely an event is; the mixture by weight is what is acted on; the losses
then lower the weights, w <- w exp(-rate loss), kept as logarithms. For losses that are convex and within
[0, 1] the mixture loses at most sqrt(T ln N / 2) more than the best expert over T rounds (Cesa-Bianchi and
Lugosi 2006, chapter 2). Fixed share (Herbster and Warmuth 1998) lets weights move on where the best changes.
"""

from collections.abc import Sequence
from math import exp, fsum, log, sqrt

from msgspec import Struct

CLOSE = 1e-6
"""How near to 0 and 1 a probability may come under log loss."""


def absolute(said: float, happened: float) -> float:
    """The distance: for yes and no the share of errors."""
    return abs(said - happened)


def square(said: float, happened: float) -> float:
    """The squared distance; with the rate 1/2 the regret never passes 2 ln N."""
    return (said - happened) ** 2


def logarithmic(said: float, happened: float) -> float:
    """The surprise; with the rate 1 the weights are Bayes' posterior, and the regret never passes ln N."""
    held = min(1 - CLOSE, max(CLOSE, said))
    return -log(held if happened else 1 - held)


LOSSES = {"absolute": absolute, "square": square, "log": logarithmic}


def best_rate(experts: int, rounds: int) -> float:
    """The rate of the smallest bound where the number of rounds is known."""
    return sqrt(8 * log(experts) / rounds)


def bound(experts: int, rounds: int, rate: float = 0.0) -> float:
    """The most that Hedge loses beyond the best expert, at a fixed rate or at one that falls with time."""
    if rounds == 0:
        return 0.0
    if rate:
        return log(experts) / rate + rate * rounds / 8
    return 2 * sqrt(rounds * log(experts) / 2) + sqrt(log(experts) / 8)


class State(Struct, kw_only=True):
    """All that Hedge knows; it can be written down and taken up again to the same next decision."""

    experts: tuple[str, ...]
    rate: float = 0.0
    """Fixed; 0 where it falls with time, sqrt(8 ln N / t), because nobody knows how long this goes."""
    share: float = 0.0
    """Part of the weight that is dealt out evenly each round."""
    rounds: int = 0
    logs: list[float] = []
    """Logarithms of the weights, where these are carried from round to round (a fixed rate, or a share)."""
    losses: list[float] = []
    """Of each expert so far."""
    mixture: float = 0.0
    """Loss of the mixture so far."""
    squares: float = 0.0
    """Sum of squared importances of the rounds: how much partial feedback widens the bound."""

    def __post_init__(self) -> None:
        size = len(self.experts)
        self.logs = self.logs or [0.0] * size
        self.losses = self.losses or [0.0] * size

    @property
    def weights(self) -> list[float]:
        """How far each expert is followed in the next round; they sum to 1."""
        logs = self.logs
        if not self.rate and not self.share:
            falling = sqrt(8 * log(max(2, len(self.experts))) / (self.rounds + 1))
            logs = [-falling * loss for loss in self.losses]
        highest = max(logs)
        raw = [exp(each - highest) for each in logs]
        whole = fsum(raw)
        return [each / whole for each in raw]

    def mixed(self, said: Sequence[float | None]) -> float | None:
        """What the experts say together; one who says nothing sleeps, and the others' weights stand alone."""
        awake = [(weight, each) for weight, each in zip(self.weights, said, strict=True) if each is not None]
        whole = fsum(weight for weight, _ in awake)
        if not awake:
            return None
        if not whole:
            return fsum(each for _, each in awake) / len(awake)
        return fsum(weight * each for weight, each in awake) / whole

    def learn(self, losses: Sequence[float | None], chance: float = 1.0) -> None:
        """Take in what each expert lost in a round that was shown with this chance.

        A loss counts one over the chance, so that the sums are right on the mean (Exp3); one who slept loses
        what the mixture lost."""
        weights = self.weights
        awake = [(weight, loss) for weight, loss in zip(weights, losses, strict=True) if loss is not None]
        whole = fsum(weight for weight, _ in awake)
        mean = fsum(weight * loss for weight, loss in awake) / whole if whole else 0.0
        self.rounds += 1
        self.mixture += mean / chance
        self.squares += 1 / chance**2
        counted = [(mean if loss is None else loss) / chance for loss in losses]
        self.losses = [a + b for a, b in zip(self.losses, counted, strict=True)]
        if not self.rate and not self.share:
            return
        rate = self.rate or sqrt(8 * log(max(2, len(self.experts))) / self.rounds)
        logs = [before - rate * loss for before, loss in zip(self.logs, counted, strict=True)]
        highest = max(logs)
        self.logs = [each - highest for each in logs]
        if self.share:
            raw = [exp(each) for each in self.logs]
            even = self.share * fsum(raw) / len(raw)
            self.logs = [log((1 - self.share) * each + even) for each in raw]

    @property
    def regret(self) -> float:
        """How much more the mixture lost than the best expert."""
        return self.mixture - min(self.losses)

    @property
    def bound(self) -> float:
        """The most that the regret may be, on the mean where feedback is partial; with a share unknown."""
        full = bound(len(self.experts), self.rounds, self.rate)
        if not self.rounds:
            return full
        return full * sqrt(self.squares / self.rounds) if not self.rate else (
            log(len(self.experts)) / self.rate + self.rate * self.squares / 8
        )  # fmt: skip
