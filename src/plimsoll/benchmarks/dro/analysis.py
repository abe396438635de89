"""DRO's geometry: how harm and compliance lie in a model's states, and where safety prompts move requests.

"On Prompt-Driven Safeguarding for Large Language Models" (ICML 2024) finds that models tell harm with or
without a safety prompt, and that safety prompts move all requests alike, towards refusal: hence refused
harmless ones. Steps: as `realign dro` gathers and fits; then how far each prompt moves requests of either
kind along both lines, request by request. Ours gives intervals, and what the lines tell held out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from plimsoll.benchmarks.dro import geometry
from plimsoll.benchmarks.dro.collecting import Compliance
from plimsoll.benchmarks.dro.geometry import Found
from plimsoll.benchmarks.dro.space import COMPONENTS
from plimsoll.core import Analysed, Finding, UserError, WhiteBox
from plimsoll.internals.handle import handle
from plimsoll.internals.told import Told
from plimsoll.registry import analysis
from plimsoll.stats.scored import auroc
from plimsoll.stats.student import around_mean
from plimsoll.text.languages import language_of
from plimsoll.whitebox.anchors import Anchors

LINES = ("compliance", "harmlessness")
KINDS = {"harmful": True, "harmless": False}


@dataclass(frozen=True, kw_only=True)
class Geometry:
    """Fits both lines and measures what safety prompts do."""

    components: int
    folds: int
    compliance: Compliance
    samples: int
    tokens: int

    models = 1

    def analyse(self, models: Sequence[WhiteBox], anchors: Anchors, told: Told) -> Analysed:
        """Measure the model."""
        (model,) = models
        held = handle(model)
        found = geometry.found(
            held,
            anchors.harmful,
            anchors.harmless,
            "zh" if language_of(" ".join(anchors.harmful)) == "zh" else "en",
            components=self.components,
            folds=min(self.folds, len(anchors.harmful), len(anchors.harmless)),
            how=self.compliance,
            samples=self.samples,
            tokens=self.tokens,
            told=told,
        )
        return Analysed(
            analysis="dro",
            models={held.name: held.revision},
            findings=(*_told(found), *_moved(found)),
            notes=(
                *anchors.notes,
                "Log odds along the line; a request's difference to itself without a safety prompt. "
                "AUROC and correlation are of lines that have not seen the request's state.",
            ),
        )


def _told(found: Found) -> Iterator[Finding]:
    conditions, requests = found.states.shape[:2]
    unseen = found.unseen("harmlessness")
    for number, name in enumerate(found.conditions):
        harmless = [not each for each in found.truth]
        yield Finding(
            name="harm_auroc",
            value=auroc(harmless, unseen[number].tolist()) or 0.0,
            unit="share",
            n=requests,
            note=f"under {name}",
        )
    yield Finding(
        name="compliance_correlation",
        value=_correlation(
            found.unseen("compliance").flatten().tolist(), found.compliance.flatten().tolist()
        ),
        unit="correlation",
        n=conditions * requests,
        note="of what the line says with what was measured",
    )
    space, lines = found.geometry.space, [getattr(found.geometry, name) for name in LINES]
    one, other = (space.direction(line) for line in lines)
    yield Finding(name="lines_cosine", value=float(one @ other), unit="cosine", n=conditions * requests)


def _moved(found: Found) -> Iterator[Finding]:
    for line in LINES:
        logits = found.logits(line)
        for number, condition in enumerate(found.conditions[1:], start=1):
            for kind, harmful in KINDS.items():
                places = [place for place, each in enumerate(found.truth) if each is harmful]
                apart = (logits[number, places] - logits[0, places]).tolist()
                mean = sum(apart) / len(apart)
                low, high = around_mean(apart) or (None, None)
                yield Finding(
                    name=f"{line}_moved",
                    value=mean,
                    low=low,
                    high=high,
                    unit="log odds",
                    n=len(apart),
                    note=f"{kind}, by {condition}",
                )


def _correlation(first: Sequence[float], second: Sequence[float]) -> float:
    one, other = sum(first) / len(first), sum(second) / len(second)
    both = sum((a - one) * (b - other) for a, b in zip(first, second, strict=True))
    lengths = sum((a - one) ** 2 for a in first) * sum((b - other) ** 2 for b in second)
    return both / lengths**0.5 if lengths else 0.0


@analysis
def dro(
    *,
    components: int = COMPONENTS,
    folds: int = 10,
    compliance: Compliance = "openings",
    samples: int = 25,
    tokens: int = 64,
) -> Geometry:
    """How harm and compliance lie in the last states, and where safety prompts move requests (DRO).

    Args:
        components: Principal components of the space.
        folds: Parts of the states, each measured by lines found without it.
        compliance: Read off how replies would begin, or off `sampled` replies.
        samples: Replies that are drawn of each request.
        tokens: Of a drawn reply.
    """
    for name, value in (("components", components), ("folds", folds), ("samples", samples)):
        if value < 1:
            raise UserError(f"dro: {name} is {value}; it must be at least 1")
    return Geometry(components=components, folds=folds, compliance=compliance, samples=samples, tokens=tokens)
