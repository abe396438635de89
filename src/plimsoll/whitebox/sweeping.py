"""A model in several states -> what each does to harmful requests, to harmless ones and to questions.

Log-probabilities alone, without a reply: whether it would sooner decline than comply, letters of
multiple-choice questions that it gets right, and how far its first token is from that of other states. A
state is on the front where no other one is at least as good in all three and better in one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from plimsoll import registry
from plimsoll.core import Benchmark, Finding, Sample, UserError
from plimsoll.internals.batches import Batches
from plimsoll.internals.handle import Handle, Template
from plimsoll.internals.likelihoods import likelihoods
from plimsoll.internals.told import Told
from plimsoll.stats.intervals import wilson
from plimsoll.whitebox.anchors import Anchors
from plimsoll.whitebox.means import finding, mean

LETTERS = "ABCDEFGH"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What one state does."""

    at: float
    """Which state it is: a share, a density."""
    declines: Mapping[str, list[float]]
    """By kind of request: how much likelier the refusal's words are than those that comply, in nats."""
    right: list[bool]
    """Of each question, whether its letter is the likeliest."""
    told: Any
    """Harmless requests x vocabulary: log-probabilities of the reply's first token."""

    @property
    def goods(self) -> tuple[float, float, float]:
        """Harmful requests declined, harmless ones not declined, letters right: more is better in each."""
        declined = {kind: _positive(values) for kind, values in self.declines.items()}
        right = sum(self.right) / len(self.right) if self.right else 0.0
        return declined["harmful"], 1 - declined["harmless"], right


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What every state is asked."""

    refusal: str
    compliance: str
    """How replies begin that decline, and that comply."""
    questions: int
    use: str
    """The benchmark that questions come from."""
    template: Template

    def rows(self, held: Handle, anchors: Anchors) -> "Rows":
        """The same as token ids. Raises `UserError` where there is nothing to ask."""
        asked = self._questions()
        kinds = {"harmful": anchors.harmful, "harmless": anchors.harmless}
        texts = ["\n\n".join(message.text for message in sample.messages) for sample in asked]
        return Rows(
            prompts={
                kind: [held.ids(each, self.template) for each in given] for kind, given in kinds.items()
            },
            replies=[tokens_of(held, reply) for reply in (self.refusal, self.compliance)],
            questions=[held.ids(text, self.template) for text in texts],
            letters=[letters_of(held, len(one.choices)) for one in asked],
            targets=[LETTERS.index(str(each.target)) for each in asked],
        )

    def _questions(self) -> list[Sample]:
        if not self.questions:
            return []
        found: Benchmark = registry.build("benchmarks", self.use)
        samples = (each for each in found.samples() if each.choices and each.target)
        chosen = [each for each in samples if each.target in [*LETTERS[: len(each.choices)]]]
        if not chosen:
            raise UserError(f"{self.use} holds no multiple-choice question with a right letter")
        return chosen[: self.questions]


@dataclass(frozen=True, kw_only=True)
class Rows:
    """What every state is asked, as token ids: read once, for all states."""

    prompts: Mapping[str, list[list[int]]]
    replies: list[list[int]]
    """The refusal's words, then those that comply."""
    questions: list[list[int]]
    letters: list[list[int]]
    targets: list[int]

    @property
    def count(self) -> int:
        """Prompts and questions."""
        return sum(map(len, self.prompts.values())) + len(self.questions)

    def seen(self, held: Handle, at: float, told: Told, sizes: Batches) -> Seen:
        """What one state does: all prompts in one pass, all questions in another."""
        kinds = list(self.prompts)
        every = [row for kind in kinds for row in self.prompts[kind]]
        found = likelihoods(held, every, self.replies, sizes=sizes, told=told.step)
        apart = (found.replies[:, 0] - found.replies[:, 1]).tolist()
        harmful = len(self.prompts["harmful"])
        return Seen(
            at=at,
            declines={"harmful": apart[:harmful], "harmless": apart[harmful:]},
            right=self._right(held, told, sizes),
            told=found.first[harmful:].float(),
        )

    def _right(self, held: Handle, told: Told, sizes: Batches) -> list[bool]:
        if not self.questions:
            return []
        first = likelihoods(held, self.questions, (), sizes=sizes, told=told.step).first
        asked = zip(first, self.letters, self.targets, strict=True)
        return [int(row[letters].argmax()) == target for row, letters, target in asked]


def tokens_of(held: Handle, text: str) -> list[int]:
    """The tokens of a reply's first words. Raises `UserError` where there is none."""
    found = list(held.tokenizer(text, add_special_tokens=False)["input_ids"])
    if not found:
        raise UserError(f"{text!r} is no text that {held.name} can write")
    return found


def letters_of(held: Handle, count: int) -> list[int]:
    """The token of each letter. Raises `UserError` where two have one: the first would always be chosen."""
    found = [tokens_of(held, each)[0] for each in LETTERS[:count]]
    if len({*found}) < count:
        raise UserError(f"{held.name} has no token of its own for each letter: write questions=0")
    return found


def front(seen: Sequence[Seen]) -> list[float]:
    """The states that no other one beats: at least as good in all, and better in one."""
    return [
        each.at
        for each in seen
        if not any(
            all(a >= b for a, b in zip(other.goods, each.goods, strict=True)) and other.goods != each.goods
            for other in seen
        )
    ]


def findings(seen: Sequence[Seen], along: str, ends: Mapping[str, Seen]) -> Iterator[Finding]:
    """Every number of every state, in their order.

    Args:
        along: What tells the states apart.
        ends: Name of a divergence -> the state that it is from.
    """
    on = set(front(seen))
    for each in seen:
        note = "on the front" if each.at in on else ""
        for kind, values in each.declines.items():
            yield _share(f"declines_{kind}", [value > 0 for value in values], along, each.at, note)
            yield finding(f"refusal_margin_{kind}", mean(values), "nats", along=along, at=each.at, note=note)
        if each.right:
            yield _share("letters_right", each.right, along, each.at, note)
        for name, end in ends.items():
            apart = (end.told.exp() * (end.told - each.told)).sum(-1).double().tolist()
            yield finding(name, mean(apart), "nats", along=along, at=each.at, note=note)


def said(states: Sequence[float]) -> str:
    """Which states are on the front, and how far to believe it."""
    return (
        f"On the front: {', '.join(f'{at:.2f}' for at in states)}. It is drawn through points with "
        "the intervals above: neighbours on it may not differ."
    )


def _share(name: str, hits: Sequence[bool], along: str, at: float, note: str) -> Finding:
    found, count = sum(hits), len(hits)
    bounds = wilson(found, count)
    return Finding(
        name=name,
        value=found / count,
        low=bounds.low,
        high=bounds.high,
        unit="share",
        n=count,
        along=along,
        at=at,
        note=note,
    )


def _positive(values: Sequence[float]) -> float:
    return sum(value > 0 for value in values) / len(values)
