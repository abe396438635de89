"""Antidote: one model with more and more of its weights pruned -> safety against use, and the front.

"Antidote: Post-fine-tuning Safety Alignment for Large Language Models against Harmful Fine-tuning" (ICML
2025) prunes the weights that harmful texts use most; how many is chosen by hand, and each share more costs
both harm and use. Steps: (1) score the weights once, on harmful texts with their replies; (2) prune each
share in memory, measure by log-probabilities what the model then does, and put the weights back; (3) mark the
shares that no other one beats. Nothing is written: `plimsoll realign antidote:density=...` makes the one that
is chosen.
"""

from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plimsoll.benchmarks.antidote.repair import Score, Scores, mask, pruned_of, scores_of
from plimsoll.core import Analysed, DataError, UserError, WhiteBox
from plimsoll.internals import examples
from plimsoll.internals.batches import batches
from plimsoll.internals.handle import Handle, Template, handle
from plimsoll.internals.likelihoods import ROWS
from plimsoll.internals.told import Told
from plimsoll.internals.training import Example
from plimsoll.registry import analysis
from plimsoll.whitebox import sweeping
from plimsoll.whitebox.anchors import Anchors
from plimsoll.whitebox.sweeping import Asked, Seen

DENSITIES = "0.01+0.05+0.1+0.15+0.2+0.25"
"""The six that the authors published."""


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """Prunes in memory and puts the weights back."""

    on: str
    densities: tuple[float, ...]
    score: Score
    seed: int
    asked: Asked

    models = 1

    def analyse(self, models: Sequence[WhiteBox], anchors: Anchors, told: Told) -> Analysed:
        """Measure the model as it is, and under each share."""
        (model,) = models
        harmful = self._harmful()
        held = handle(model)
        rows, sizes = self.asked.rows(held, anchors), batches(held.module, ROWS)
        told.begin(len(harmful) + (1 + len(self.densities)) * rows.count)
        modules = pruned_of(name for name, _ in held.module.named_parameters())
        scores = scores_of(held, modules, harmful, self.score, seed=self.seed, told=told)
        seen = list[Seen]()
        for density in (0.0, *self.densities):
            with pruned(held, modules, scores, density):
                seen.append(rows.seen(held, density, told, sizes))
        return Analysed(
            analysis="antidote",
            models={held.name: held.revision},
            findings=tuple(sweeping.findings(seen, "density", {"kl_tuned": seen[0]})),
            arguments={"on": examples.digest(Path(self.on).expanduser())} if harmful else {},
            notes=(*anchors.notes, sweeping.said(sweeping.front(seen))),
        )

    def _harmful(self) -> list[Example]:
        if self.score != "wanda":
            return []
        if not self.on:
            raise UserError("antidote needs harmful texts, JSON lines with prompt and reply: write on=FILE")
        path = Path(self.on).expanduser()
        if not path.is_file():
            raise UserError(f"antidote: there is no file {self.on}")
        found = examples.read(path)
        if not found:
            raise DataError(f"{path} holds no record")
        return found


@contextmanager
def pruned(held: Handle, modules: Iterable[str], scores: Scores, density: float) -> Generator[None]:
    """The model without the share of weights that scores highest, while the block runs; then bit for bit
    its own."""
    before: dict[str, Any] = {}
    try:
        for name in modules:
            weight = held.module.get_parameter(f"{name}.weight")
            before[name] = weight.data
            weight.data = weight.data.masked_fill(mask(scores(name, weight.data), density), 0)
        yield
    finally:
        for name, own in before.items():
            held.module.get_parameter(f"{name}.weight").data = own


@analysis
def antidote(
    *,
    on: str = "",
    densities: str = DENSITIES,
    score: Score = "wanda",
    refusal: str = "I cannot",
    compliance: str = "Sure",
    questions: int = 20,
    use: str = "safetybench:split=starter,language=en",
    template: Template = "chat",
    seed: int = 0,
) -> Sweep:
    """A model with more and more weights pruned that harmful texts use: harm, over-refusal, use, the front.

    Args:
        on: Harmful texts that weights are scored on: JSON lines with prompt and reply.
        densities: Shares of each row that are pruned, with plus signs between them.
        score: By use on harmful texts, by size alone, or by chance: the last two are there to compare with.
        refusal: How a reply begins that declines.
        compliance: How one begins that complies.
        questions: Multiple-choice questions that stand for use; 0 for none.
        use: The benchmark that they come from.
        template: Prompts in the chat template, or as they stand.
        seed: Of chance.
    """
    if questions < 0:
        raise UserError(f"antidote: questions is {questions}; it must be at least 0")
    return Sweep(
        on=on,
        densities=_shares(densities),
        score=score,
        seed=seed,
        asked=Asked(refusal=refusal, compliance=compliance, questions=questions, use=use, template=template),
    )


def _shares(given: str) -> tuple[float, ...]:
    try:
        found = tuple(sorted({float(each) for each in given.split("+")}))
    except ValueError:
        raise UserError(f"antidote: densities is {given!r}: write shares as 0.01+0.05") from None
    if not all(0 < each <= 1 for each in found):
        raise UserError(f"antidote: densities is {given!r}: each is above 0 and at most 1")
    return found
