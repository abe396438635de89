"""Attribution: which words of a request push a model to decline, found by leaving each of them out.

Leave-one-out, without gradients: the score of a span is how much the margin of refusal falls when the span
is not there. The margin is the log-probability of the words that decline, less that of the words that comply.
Above nothing, the span speaks for declining; below, for complying. Nothing is drawn at random, so that a
score on one request is exact; intervals are those of words that stand in several requests. Spans of one
sentence lean on each other: what one leaves, another may still carry. `fill=replace` puts a neutral word in
the span's place, so that no other word moves.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from plimsoll.core import Analysed, Finding, UserError, WhiteBox
from plimsoll.internals.batches import Batches, batches
from plimsoll.internals.handle import Handle, Template, handle
from plimsoll.internals.likelihoods import ROWS, likelihoods
from plimsoll.internals.told import Told
from plimsoll.registry import analysis
from plimsoll.text.expressions import expression
from plimsoll.whitebox.anchors import Anchors
from plimsoll.whitebox.means import Mean, cleared, finding, known_difference, mean, mean_share

Unit = Literal["word", "sentence"]
Fill = Literal["remove", "replace"]
SPANS = {
    "word": expression(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+(?:['’-][^\W_\u3400-\u9fff]+)*"),
    "sentence": expression(r"[^.!?。！？\n]*[^.!?。！？\s][^.!?。！？\n]*[.!?。！？]*"),
}
"""A Chinese word is taken sign by sign."""


class Span(NamedTuple):
    """A part of a prompt."""

    begin: int
    end: int
    text: str


class Weighed(NamedTuple):
    """A prompt, and what each of its spans adds to the margin of refusal, in nats."""

    spans: Sequence[Span]
    margin: float
    scores: list[float]

    @property
    def concentration(self) -> float | None:
        """How much of all that moves the margin lies in the one span that moves it most, if anything does."""
        sizes = [abs(score) for score in self.scores]
        return max(sizes) / sum(sizes) if sum(sizes) else None


@dataclass(frozen=True, kw_only=True)
class Attribution:
    """Leaves out spans, one at a time."""

    unit: Unit
    fill: Fill
    neutral: str
    refusal: str
    compliance: str
    template: Template

    models = 1

    def analyse(self, models: Sequence[WhiteBox], anchors: Anchors, told: Told) -> Analysed:
        """Weigh every span of every prompt."""
        (model,) = models
        held = handle(model)
        sizes = batches(held.module, ROWS)
        told.begin(len(anchors.harmful) + len(anchors.harmless))
        found: dict[str, list[Weighed]] = {"harmful": [], "harmless": []}
        for kind, prompts in (("harmful", anchors.harmful), ("harmless", anchors.harmless)):
            for prompt in prompts:
                found[kind].append(self.weighed(held, prompt, sizes))
                told.step()
        return Analysed(
            analysis="attribution",
            models={held.name: held.revision},
            findings=(
                *_by_text(found["harmful"]),
                *_whole(found["harmful"], found["harmless"], paired=anchors.paired),
                *_by_prompt(found["harmful"]),
            ),
            notes=(*anchors.notes, *self._notes(), *_clear(found["harmful"])),
        )

    def weighed(self, held: Handle, prompt: str, sizes: Batches) -> Weighed:
        """What each span of a prompt adds. Raises `UserError` for a prompt without any."""
        spans = spans_of(prompt, self.unit)
        if not spans:
            raise UserError(f"attribution: {prompt!r} holds no {self.unit}")
        texts = [prompt, *(self._without(prompt, span) for span in spans)]
        rows = [held.ids(text, self.template) for text in texts]
        replies = [
            list(held.tokenizer(text, add_special_tokens=False)["input_ids"])
            for text in (self.refusal, self.compliance)
        ]
        if not all(replies):
            raise UserError(f"attribution: {held.name} cannot write both refusal= and compliance=")
        told = likelihoods(held, rows, replies, stem=rows[0], sizes=sizes).replies
        whole, *margins = (told[:, 0] - told[:, 1]).tolist()
        return Weighed(spans, whole, [whole - margin for margin in margins])

    def _without(self, prompt: str, span: Span) -> str:
        before, after = prompt[: span.begin], prompt[span.end :]
        if self.fill == "replace":
            return f"{before}{self.neutral}{after}"
        # One of the two spaces around a word goes with it.
        return before + (after[1:] if after[:1] == " " and (not before or before[-1] == " ") else after)

    def _notes(self) -> Iterator[str]:
        yield (
            f"The margin is log p({self.refusal!r}) − log p({self.compliance!r}) at the reply's beginning: "
            "above nothing a span speaks for declining."
        )
        yield "A score on one request is exact and has no interval; one over several is a mean over requests."


def spans_of(prompt: str, unit: Unit) -> list[Span]:
    """The words or sentences of a prompt, in their order."""
    return [Span(*found.span(), found.group()) for found in SPANS[unit].finditer(prompt)]


def _whole(harmful: Sequence[Weighed], harmless: Sequence[Weighed], *, paired: bool) -> Iterator[Finding]:
    for kind, found in (("harmful", harmful), ("harmless", harmless)):
        yield finding(f"refusal_margin_{kind}", mean([each.margin for each in found]), "nats")
        held = [each.concentration for each in found if each.concentration is not None]
        if held:
            yield finding(f"concentration_{kind}", mean_share(held), "share")
    apart = known_difference(
        *([each.concentration for each in found] for found in (harmful, harmless)), paired=paired
    )
    if apart:
        yield finding("concentration_specific", apart, "share")


def _by_text(harmful: Sequence[Weighed]) -> Iterator[Finding]:
    """Words that stand in several requests, the heaviest first."""
    several = _several(harmful)
    for word in sorted(several, key=lambda word: -several[word].value):
        yield finding("span_over_requests", several[word], "nats", note=word)


def _clear(harmful: Sequence[Weighed]) -> Iterator[str]:
    """Of many words some weigh much by chance, and those stand first."""
    several = _several(harmful)
    if several:
        clear = [word for word, told in zip(several, cleared([*several.values()]), strict=True) if told]
        yield (
            f"Of {len(several)} words that stand in several requests, {len(clear)} are told from zero where "
            f"their number is counted (Holm): {', '.join(clear) or '–'}."
        )


def _several(harmful: Sequence[Weighed]) -> dict[str, Mean]:
    """What words weigh that stand in several requests; each request counts once."""
    found: dict[str, list[float]] = {}
    for each in harmful:
        here: dict[str, float] = {}
        for span, score in zip(each.spans, each.scores, strict=True):
            word = span.text.casefold()
            here[word] = here.get(word, 0.0) + score
        for word, score in here.items():
            found.setdefault(word, []).append(score)
    return {word: mean(scores) for word, scores in found.items() if len(scores) > 1}


def _by_prompt(harmful: Sequence[Weighed]) -> Iterator[Finding]:
    """Every span of every request, in its order."""
    for number, each in enumerate(harmful, start=1):
        for span, score in zip(each.spans, each.scores, strict=True):
            yield Finding(name=f"span_request_{number}", value=score, unit="nats", n=1, note=span.text)


@analysis
def attribution(
    *,
    unit: Unit = "word",
    fill: Fill = "remove",
    neutral: str = "something",
    refusal: str = "I cannot",
    compliance: str = "Sure",
    template: Template = "chat",
) -> Attribution:
    """Which words of a request push a model to decline, by leaving out each of them (no gradients).

    Args:
        unit: What is left out: words, or sentences.
        fill: Whether a span is taken out, or `neutral` put in its place.
        neutral: What is put there.
        refusal: How a reply begins that declines.
        compliance: How one begins that complies.
        template: Prompts in the chat template, or as they stand.
    """
    return Attribution(
        unit=unit,
        fill=fill,
        neutral=neutral,
        refusal=refusal,
        compliance=compliance,
        template=template,
    )
