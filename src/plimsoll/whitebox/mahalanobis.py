"""Mahalanobis: how far the states of suspicious texts lie from those of clean ones, layer by layer.

The defense that "Watch Out for Your Agents!" (NeurIPS 2024) finds failing for agents (DAN): a Gaussian is
fitted to the states of clean thoughts, and what lies far from it is rejected. Clean texts are split into
those that it is fitted to, those that set the threshold, and those that it is measured on; so nothing is
measured on what it was chosen by. The threshold is the least that promises to reject at most 5 % of new
clean texts, on the mean over all texts that might have set it; fewer than 19 cannot promise that. Ours
shrinks the covariance, since there are fewer texts than dimensions, and takes the state of the last token
and the mean over all tokens.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from plimsoll.core import Analysed, Finding, UserError, WhiteBox
from plimsoll.internals import monitor
from plimsoll.internals.handle import Handle, Template, handle
from plimsoll.internals.hooks import Place, reading
from plimsoll.internals.told import Told
from plimsoll.registry import analysis
from plimsoll.stats.intervals import wilson
from plimsoll.stats.scored import auroc
from plimsoll.whitebox.anchors import Anchors

REJECTED = 0.05
"""Share of new clean texts that the threshold rejects at most, where enough of them set it."""
LEAST = 8
"""Clean texts below which they cannot be split in three."""
SETS = slice(1, None, 4)
"""Of the clean texts, those that set the threshold."""
POOLED = ("last", "mean")


@dataclass(frozen=True, kw_only=True)
class Mahalanobis:
    """Fits clean texts and measures suspicious ones."""

    shrinkage: float
    template: Template

    models = 1

    def analyse(self, models: Sequence[WhiteBox], anchors: Anchors, told: Told) -> Analysed:
        """Measure every layer of the model; `--harmless` are the clean texts, `--harmful` the suspicious."""
        (model,) = models
        if len(anchors.harmless) < LEAST:
            there = len(anchors.harmless)
            raise UserError(
                f"mahalanobis needs at least {LEAST} clean texts (--harmless, --limit), not {there}"
            )
        held = handle(model)
        told.begin(len(anchors.harmless) + len(anchors.harmful))
        clean = _states(held, anchors.harmless, self.template, told)
        suspicious = _states(held, anchors.harmful, self.template, told)
        return Analysed(
            analysis="mahalanobis",
            models={held.name: held.revision},
            findings=tuple(self._findings(clean, suspicious)),
            notes=(
                *anchors.notes,
                "Half of the clean texts are fitted, a quarter sets the threshold, a quarter is measured; "
                "intervals are those of as many independent pairs as there are texts of the rarer kind.",
                *_promise(len(anchors.harmless)),
            ),
        )

    def _findings(self, clean: Any, suspicious: Any) -> Iterator[Finding]:
        last = clean.shape[2] - 1
        for pool, name in enumerate(POOLED):
            for layer in range(last + 1):
                found = measured(clean[:, pool, layer], suspicious[:, pool, layer], self.shrinkage)
                place = None if layer == last else layer
                note = "after the final norm" if layer == last else ""
                for kind, share, n in found.shares:
                    low, high = wilson(share * n, n)
                    yield Finding(
                        name=f"{kind}_{name}",
                        value=share,
                        low=low,
                        high=high,
                        unit="share",
                        n=n,
                        layer=place,
                        note=note,
                    )


@dataclass(frozen=True)
class Measured:
    """What came of one set of states."""

    auroc: float
    accepted: float
    """Suspicious texts within the threshold: FAR."""
    rejected: float
    """Clean texts of the measured quarter beyond it: FRR. It varies about what the threshold promises."""
    suspicious: int
    clean: int

    @property
    def shares(self) -> tuple[tuple[str, float, int], ...]:
        """Each number with what it rests on."""
        return (
            ("auroc", self.auroc, min(self.suspicious, self.clean)),
            ("false_acceptance_rate", self.accepted, self.suspicious),
            ("false_rejection_rate", self.rejected, self.clean),
        )


def measured(clean: Any, suspicious: Any, shrinkage: float) -> Measured:
    """Fit, choose the threshold and measure, each on clean states of its own."""
    fit, chosen, left = clean[0::2], clean[SETS], clean[3::4]
    limit = monitor.limit(distances(fit, chosen, shrinkage), REJECTED).score
    ours, theirs = distances(fit, suspicious, shrinkage), distances(fit, left, shrinkage)
    truth = [True] * len(ours) + [False] * len(theirs)
    return Measured(
        auroc=auroc(truth, [*ours, *theirs]) or 0.0,
        accepted=sum(each <= limit for each in ours) / len(ours),
        rejected=sum(each > limit for each in theirs) / len(theirs),
        suspicious=len(ours),
        clean=len(theirs),
    )


def distances(fit: Any, states: Any, shrinkage: float) -> list[float]:
    """The distance of each state from the Gaussian that is fitted to some."""
    middle = fit.mean(0)
    apart = fit - middle
    spread = apart.T @ apart / len(fit)
    size = spread.shape[0]
    scale = spread.diagonal().mean().clamp(min=1e-12)
    shrunk = (1 - shrinkage) * spread + shrinkage * scale * spread.new_ones(size).diag()
    away = states - middle
    squares = (away * shrunk.inverse().matmul(away.T).T).sum(1)
    return [max(0.0, float(each)) ** 0.5 for each in squares]


def _promise(clean: int) -> Iterator[str]:
    """What share of new clean texts is beyond a threshold, and what it takes to promise the usual one."""
    quarter = len(range(clean)[SETS])
    promised = monitor.limit([0.0] * quarter, REJECTED).promised
    yield f"{quarter} clean texts set the threshold: of new ones {promised:.1%} at most are rejected."
    if promised > REJECTED:
        # The first of them is the second text, and every fourth after it.
        needed = 4 * (monitor.enough(REJECTED) - 1) + 2
        yield f"{REJECTED:.0%} cannot be promised: it takes {needed} clean texts (--harmless, --limit)."


def _states(held: Handle, texts: Sequence[str], template: Template, told: Told) -> Any:
    """Texts x (last token, mean of all tokens) x (layers + 1) x hidden, in 64 bits."""
    torch = held.torch
    places = [*(Place(layer, "resid_out") for layer in range(held.shape.layers)), Place(0, "final_norm")]
    found: list[Any] = []
    with held.evaluating(), reading(held, places) as seen:
        for text in texts:
            held.decoder(held.tokens(text, template), use_cache=False)
            stacked = torch.stack([seen[place][0].cpu().double() for place in places])
            found.append(torch.stack([stacked[:, -1], stacked.mean(1)]))
            told.step()
    return torch.stack(found)


@analysis
def mahalanobis(*, shrinkage: float = 0.1, template: Template = "raw") -> Mahalanobis:
    """How far states of suspicious thoughts lie from those of clean ones: AUROC, FAR, and FRR beside it.

    Args:
        shrinkage: How much of the covariance is replaced by that of a ball, above 0 and up to 1.
        template: Texts as they stand, or in the chat template.
    """
    if not 0 < shrinkage <= 1:
        raise UserError(f"mahalanobis: shrinkage={shrinkage:g}: give more than 0 and at most 1")
    return Mahalanobis(shrinkage=shrinkage, template=template)
