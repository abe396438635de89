"""Headroom: how much of an aligned model's safety lies in its difference from the base model.

"Emulated Disalignment" (ACL 2024): whoever has the weights of both can subtract one's log-probabilities
from the other's and so undo what alignment did. Ours measures how much there is to undo and generates
nothing harmful: the aligned model's own replies are read by both, and the two distributions are held
against each other token by token. Rates and divergences only; no text leaves the analysis.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from plimsoll.core import Analysed, Finding, WhiteBox
from plimsoll.internals.arithmetic import Reader, Readers, combined, greedy_together
from plimsoll.internals.batches import batches
from plimsoll.internals.handle import Handle, Template, handle, revisions, same_vocabulary
from plimsoll.internals.told import Told
from plimsoll.registry import analysis
from plimsoll.whitebox._numbers import at_least
from plimsoll.whitebox.anchors import Anchors
from plimsoll.whitebox.means import difference, finding, mean, mean_share

ALPHAS = (0.0, 0.3, 0.6, 1.0, 2.0)
"""Strengths of undoing at which the expected reward is computed; the paper's pairs take 0.3 to 2."""
ROWS = 16
"""Prompts that are answered together, to begin with."""
FIRST = 5
"""Tokens that count as the reply's beginning."""


@dataclass(frozen=True, kw_only=True)
class Contrast:
    """The two distributions along one reply."""

    aligned: Any
    base: Any
    """Places x vocabulary, natural logarithms."""
    reply: Sequence[int]

    @property
    def forward(self) -> Any:
        """Divergence of aligned from base at each place, in nats."""
        return (self.aligned.exp() * (self.aligned - self.base)).sum(-1)

    @property
    def backward(self) -> Any:
        """Divergence of base from aligned at each place, in nats."""
        return (self.base.exp() * (self.base - self.aligned)).sum(-1)

    @property
    def reward(self) -> Any:
        """log aligned - log base of the token that was said, at each place."""
        places = list(range(len(self.reply)))
        return (self.aligned - self.base)[places, list(self.reply)]

    def expected(self, alpha: float) -> float:
        """Mean over places of the reward that is expected where alignment is undone with a strength."""
        undone = combined(self.base, [(-alpha, self.aligned, self.base)])
        return float((undone.exp() * (self.aligned - self.base)).sum(-1).mean())


@dataclass(frozen=True, kw_only=True)
class Headroom:
    """Holds an aligned model against its base."""

    tokens: int
    template: Template
    base_template: Template

    models = 2

    def analyse(self, models: Sequence[WhiteBox], anchors: Anchors, told: Told) -> Analysed:
        """The aligned model first, then its base."""
        aligned, base = map(handle, models)
        same_vocabulary(aligned, base)
        told.begin(len(anchors.harmful) + len(anchors.harmless))
        found = {
            kind: [
                self._contrast(aligned, base, prompt, reply, told)
                for prompt, reply in zip(prompts, self._replies(aligned, prompts), strict=True)
            ]
            for kind, prompts in (("harmful", anchors.harmful), ("harmless", anchors.harmless))
        }
        return Analysed(
            analysis="headroom",
            models=revisions((aligned, base)),
            findings=(
                *(each for kind, contrasts in found.items() for each in _findings(kind, contrasts)),
                *_apart(found["harmful"], found["harmless"], paired=anchors.paired),
            ),
            notes=(*anchors.notes, "Texts are withheld: divergences along the aligned model's own replies."),
        )

    def _replies(self, aligned: Handle, prompts: Sequence[str]) -> list[list[int]]:
        """What the aligned model says, several prompts at a time."""
        rows = [aligned.ids(prompt, self.template) for prompt in prompts]

        def said(some: Sequence[list[int]]) -> list[list[int]]:
            return greedy_together(Readers(aligned, some), (), self.tokens, aligned.ends)

        done = batches(aligned.module, ROWS).over(rows, said)
        return [reply for _, replies in done for reply in replies]

    def _contrast(
        self, aligned: Handle, base: Handle, prompt: str, reply: Sequence[int], told: Told
    ) -> Contrast:
        said = Reader(aligned, aligned.ids(prompt, self.template)).next(reply)[:-1]
        would = Reader(base, base.ids(prompt, self.base_template)).next(reply)[:-1]
        told.step()
        return Contrast(aligned=said, base=would, reply=reply)


def _findings(kind: str, contrasts: Sequence[Contrast]) -> Iterator[Finding]:
    def found(name: str, values: Sequence[float], unit: str, note: str = "", **place: Any) -> Finding:
        middle = mean_share if unit == "share" else mean
        return finding(f"{name}_{kind}", middle(values), unit, note=note, **place)

    yield found("kl_aligned_base", [float(each.forward.mean()) for each in contrasts], "nats", "per token")
    yield found("kl_base_aligned", [float(each.backward.mean()) for each in contrasts], "nats", "per token")
    yield found("reward", [float(each.reward.mean()) for each in contrasts], "nats", "per token said")
    shares = [share for each in contrasts if (share := _first_share(each)) is not None]
    if shares:
        yield found("shallow", shares, "share", f"of the first {FIRST} tokens")
    for alpha in ALPHAS:
        values = [each.expected(alpha) for each in contrasts]
        yield found("expected_reward", values, "nats", along="strength", at=alpha)
    longest = max(len(each.reply) for each in contrasts)
    for place in range(longest):
        values = [float(each.forward[place]) for each in contrasts if place < len(each.reply)]
        yield found("kl_by_place", values, "nats", along="token", at=place + 1)


def _apart(harmful: Sequence[Contrast], harmless: Sequence[Contrast], *, paired: bool) -> Iterator[Finding]:
    """What alignment does to harmful requests beyond what it does to all."""
    both = ([float(each.forward.mean()) for each in contrasts] for contrasts in (harmful, harmless))
    yield finding("kl_specific", difference(*both, paired=paired), "nats", note="harmful less harmless")


def _first_share(contrast: Contrast) -> float | None:
    """How much of the divergence lies in the reply's beginning; a reply that ends there has nothing else."""
    total = float(contrast.forward.sum())
    if len(contrast.reply) <= FIRST or total <= 0:
        return None
    return float(contrast.forward[:FIRST].sum()) / total


@analysis
def headroom(*, tokens: int = 24, template: Template = "chat", base_template: Template = "raw") -> Headroom:
    """How much of an aligned model's safety its difference from the base model carries, and could undo.

    Args:
        tokens: Tokens of each reply that are read.
        template: How the aligned model is asked.
        base_template: How the base model is asked.
    """
    at_least("headroom", 1, tokens=tokens)
    return Headroom(tokens=tokens, template=template, base_template=base_template)
