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
from plimsoll.stats.jackknife import correlated
from plimsoll.text.languages import language_of
from plimsoll.whitebox.anchors import Anchors
from plimsoll.whitebox.areas import area
from plimsoll.whitebox.means import finding, mean

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
                "AUROC and correlation are of lines that saw the request under no condition; n counts "
                "requests, and a cosine of lines has no interval.",
            ),
        )


def _told(found: Found) -> Iterator[Finding]:
    requests = len(found.truth)
    for number, name in enumerate(found.conditions):
        yield area(
            "harm_auroc", found.truth, (-found.unseen["harmlessness"][number]).tolist(), note=f"under {name}"
        )
    said, measured = found.unseen["compliance"].T.tolist(), found.compliance.T.tolist()
    value, bounds = correlated(said, measured)
    low, high = bounds or (None, None)
    yield Finding(
        name="compliance_correlation",
        value=value,
        low=low,
        high=high,
        unit="correlation",
        n=requests,
        note="of what the line says with what was measured",
    )
    space, lines = found.geometry.space, [getattr(found.geometry, name) for name in LINES]
    one, other = (space.direction(line) for line in lines)
    yield Finding(name="lines_cosine", value=float(one @ other), unit="cosine", n=requests)


def _moved(found: Found) -> Iterator[Finding]:
    for line in LINES:
        logits = found.logits(line)
        for number, condition in enumerate(found.conditions[1:], start=1):
            for kind, harmful in KINDS.items():
                places = [place for place, each in enumerate(found.truth) if each is harmful]
                apart = (logits[number, places] - logits[0, places]).tolist()
                yield finding(f"{line}_moved", mean(apart), "log odds", note=f"{kind}, by {condition}")


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
    for name, value, least in (("components", components, 1), ("folds", folds, 2), ("samples", samples, 1)):
        if value < least:
            raise UserError(f"dro: {name} is {value}; it must be at least {least}")
    return Geometry(components=components, folds=folds, compliance=compliance, samples=samples, tokens=tokens)
