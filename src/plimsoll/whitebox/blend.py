"""Blend: a tuned model's weights mixed with a safe one's, share by share -> which mixtures are worth having.

"How Does Vision-Language Adaptation Impact the Safety of Vision Language Models?" (ICLR 2025) mends what
tuning did to safety by W = (1 - share) tuned + share safe, with the share chosen on a few prompts. Here
every share is measured by log-probabilities alone, without writing a model: whether it would sooner
decline than comply, on harmful and on harmless requests; letters of multiple-choice questions that it gets
right; and how far it is from both ends on harmless requests. A share is on the front where no other one is
at least as good in all three of harm, over-refusal and use, and better in one.
"""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from plimsoll.core import Analysed, WhiteBox
from plimsoll.internals import algebra
from plimsoll.internals.batches import batches
from plimsoll.internals.handle import Handle, Template, handle, revisions, same_sizes, same_vocabulary
from plimsoll.internals.likelihoods import ROWS, likelihoods
from plimsoll.internals.told import Told
from plimsoll.registry import analysis
from plimsoll.whitebox import sweeping
from plimsoll.whitebox._numbers import at_least
from plimsoll.whitebox.anchors import Anchors
from plimsoll.whitebox.sweeping import Asked, Seen, tokens_of


@dataclass(frozen=True, kw_only=True)
class Blend:
    """Mixes two models in memory and puts the weights back."""

    points: int
    asked: Asked

    models = 2

    def analyse(self, models: Sequence[WhiteBox], anchors: Anchors, told: Told) -> Analysed:
        """The tuned model first, then the safe one."""
        tuned, safe = map(handle, models)
        same_vocabulary(tuned, safe)
        same_sizes(tuned, safe, "they cannot be mixed")
        rows, sizes = self.asked.rows(tuned, anchors), batches(tuned.module, ROWS)
        told.begin(self.points * rows.count)
        seen = list[Seen]()
        for share in self._shares():
            with mixed(tuned, safe, share):
                seen.append(rows.seen(tuned, share, told, sizes))
        ends = {"kl_tuned": seen[0], "kl_safe": seen[-1]}
        return Analysed(
            analysis="blend",
            models=revisions((tuned, safe)),
            findings=tuple(sweeping.findings(seen, "share", ends)),
            notes=(*anchors.notes, sweeping.said(sweeping.front(seen))),
        )

    def _shares(self) -> list[float]:
        return [place / (self.points - 1) for place in range(self.points)]


@contextmanager
def mixed(tuned: Handle, safe: Handle, share: float) -> Generator[None]:
    """The tuned model's weights mixed with the safe one's while the block runs; then bit for bit its own."""
    others = dict(safe.module.named_parameters())
    before = {name: weight.data for name, weight in tuned.module.named_parameters()}
    try:
        for name, weight in tuned.module.named_parameters():
            pair = (before[name], others[name].data.to(weight.device))
            made = algebra.linear([each.float() for each in pair], (1 - share, share))
            weight.data = made.to(weight.dtype)
        yield
    finally:
        for name, weight in tuned.module.named_parameters():
            weight.data = before[name]


def likelihood(held: Handle, prompt: Sequence[int], text: str) -> float:
    """Log-probability of a reply's first words after a prompt, in nats."""
    return float(likelihoods(held, [prompt], [tokens_of(held, text)]).replies[0, 0])


@analysis
def blend(
    *,
    points: int = 11,
    refusal: str = "I cannot",
    compliance: str = "Sure",
    questions: int = 20,
    use: str = "safetybench:split=starter,language=en",
    template: Template = "chat",
) -> Blend:
    """A tuned model mixed with a safe one at several shares: harm, over-refusal, use, and the front.

    Args:
        points: Shares from 0 (tuned) to 1 (safe), evenly spaced.
        refusal: How a reply begins that declines.
        compliance: How one begins that complies.
        questions: Multiple-choice questions that stand for use; 0 for none.
        use: The benchmark that they come from.
        template: Prompts in the chat template, or as they stand.
    """
    at_least("blend", 2, points=points)
    at_least("blend", 0, questions=questions)
    return Blend(
        points=points,
        asked=Asked(refusal=refusal, compliance=compliance, questions=questions, use=use, template=template),
    )
