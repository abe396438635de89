"""Ships: how far silencing one attention head moves the first word of the reply, head by head.

"On the Role of Attention Heads in Large Language Model Safety" (ICLR 2025): a head's score on a prompt is
the Kullback-Leibler divergence of the next token's distribution, intact against silenced. A head that
moves every prompt is no safety head: ours scores harmless prompts too, and ranks heads by the difference,
with intervals over prompts. Keys are silenced by key-value head, the rest by query head; the official
code counts both alike, which hits the wrong head where several queries share a key.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from plimsoll.core import Analysed, Finding, WhiteBox
from plimsoll.internals.ablation import Ablation, Fill, Kind, intact, logits, sweep
from plimsoll.internals.handle import Handle, Template, handle
from plimsoll.internals.library import exact
from plimsoll.internals.told import Told
from plimsoll.registry import analysis
from plimsoll.stats.scored import spearman
from plimsoll.whitebox.anchors import Anchors
from plimsoll.whitebox.means import cleared, difference, finding, mean

TINY = 1e-12
"""Added to both distributions (official code)."""
Scores = Any
"""Prompts x layers x heads, in double precision."""


@dataclass(frozen=True, kw_only=True)
class Ships:
    """Scores every head on harmful and on harmless prompts."""

    ablation: Ablation
    template: Template

    models = 1

    def analyse(self, models: Sequence[WhiteBox], anchors: Anchors, told: Told) -> Analysed:
        """Score all heads of the model."""
        (model,) = models
        held = handle(model)
        told.begin(len(anchors.harmful) + len(anchors.harmless))
        harmful = scores(held, anchors.harmful, self.ablation, self.template, told.step)
        harmless = scores(held, anchors.harmless, self.ablation, self.template, told.step)
        return Analysed(
            analysis="ships",
            models={held.name: held.revision},
            findings=tuple(_findings(harmful, harmless, paired=anchors.paired)),
            notes=(*anchors.notes, *_notes(harmful, harmless)),
        )


def scores(
    held: Handle, prompts: Sequence[str], ablation: Ablation, template: Template, step: Callable[[], None]
) -> Scores:
    """The score of every head on every prompt, in nats."""
    torch = held.torch
    rows = list[Any]()
    for prompt in prompts:
        ids = held.ids(prompt, template)
        base = logits(held, intact(held, ids))
        rows.append(torch.stack([kl(base, logits(held, states)) for _, states in sweep(held, ids, ablation)]))
        step()
    return torch.stack(rows)


def kl(base: Any, changed: Any) -> Any:
    """Divergence of the distributions of logits, base against changed, over the last dimension, in nats."""
    first, second = (exact(given).softmax(-1) + TINY for given in (base, changed))
    return (first * (first / second).log()).sum(-1)


def _findings(harmful: Scores, harmless: Scores, *, paired: bool) -> Iterator[Finding]:
    """Every head's three numbers, the most specific head first."""
    _, layers, heads = harmful.shape
    places = [(layer, head) for layer in range(layers) for head in range(heads)]
    values = {place: (harmful[:, *place].tolist(), harmless[:, *place].tolist()) for place in places}
    apart = {place: difference(*both, paired=paired) for place, both in values.items()}
    clear = dict(zip(places, cleared([apart[place] for place in places]), strict=True))
    for place in sorted(places, key=lambda place: -apart[place].value):
        layer, head = place
        note = "" if clear[place] else "not told from zero (Holm over all heads)"
        yield finding("ships_specific", apart[place], "nats", layer=layer, head=head, note=note)
        for name, one in zip(("ships", "ships_harmless"), map(mean, values[place]), strict=True):
            yield finding(name, one, "nats", layer=layer, head=head)


def _notes(harmful: Scores, harmless: Scores) -> Iterator[str]:
    """How far the ranking can be believed."""
    flat = harmful.mean(0).flatten().tolist()
    same = spearman(flat, harmless.mean(0).flatten().tolist())
    if same is not None:
        yield (
            f"Ranks of heads on harmful and harmless prompts agree by {same:.2f} (Spearman): "
            "the nearer to 1, the less a raw score says of safety."
        )
    half = len(harmful) // 2
    if half:
        halves = [part.mean(0).flatten().tolist() for part in (harmful[:half], harmful[half:])]
        stable = spearman(*halves)
        if stable is not None:
            yield f"Ranks on two halves of the harmful prompts agree by {stable:.2f} (Spearman)."


@analysis
def ships(
    *, kind: Kind = "q", fill: Fill = "scale", epsilon: float = 1e-5, template: Template = "chat"
) -> Ships:
    """How far silencing each attention head moves the first word of the reply, beyond harmless prompts.

    Args:
        kind: What is silenced: queries `q`, keys `k`, or what a head says, `head_out`.
        fill: By its own activation times `epsilon`, or by the mean over the layer's heads.
        epsilon: What is left of a scaled head.
        template: Prompts in the chat template, or as they stand.
    """
    return Ships(ablation=Ablation(kind=kind, fill=fill, epsilon=epsilon), template=template)
