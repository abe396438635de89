"""Probes: what a line drawn through a model's states knows of harm, layer by layer, and in both languages.

A linear probe is a logistic regression on the state of the last token. It says that something can be read,
not that the model uses it, and one with many weights reads anything. So: (1) translations and paraphrases of
one question, and the pair of a harmful and a harmless one, lie in one fold, or the question itself is
learned; (2) the same is done with labels shuffled over questions ("control tasks", Hewitt and Liang 2019),
and what the probe knows beyond that is its selectivity; (3) a probe that learned harm on English is put to
Chinese, and the other way round, each on questions that it never saw in any language.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

from plimsoll.core import Analysed, Finding, UserError, WhiteBox
from plimsoll.internals.handle import Template, handle
from plimsoll.internals.states import last_states
from plimsoll.internals.told import Told
from plimsoll.registry import analysis
from plimsoll.stats.intervals import wilson
from plimsoll.stats.scored import auroc
from plimsoll.whitebox._logistic import components_of
from plimsoll.whitebox._numbers import at_least
from plimsoll.whitebox.anchors import Anchors, Kind
from plimsoll.whitebox.means import finding, mean, mean_share

KINDS: tuple[Kind, Kind] = ("harmful", "harmless")


class Asked(NamedTuple):
    """A prompt, without its text."""

    harmful: bool
    question: str
    language: str

    @property
    def unit(self) -> tuple[str, bool]:
        """What is independent of others: a question of one kind, in whatever words."""
        return self.question, self.harmful


class Held(NamedTuple):
    """A fold: what is learned from, and what is measured on."""

    learned: list[int]
    measured: list[int]


@dataclass(frozen=True, kw_only=True)
class Probes:
    """Fits a line at every layer, on questions that it is not measured on."""

    components: int
    folds: int
    shuffles: int
    seed: int
    template: Template

    models = 1
    by_question = True
    """Takes prompts in several languages."""

    def analyse(self, models: Sequence[WhiteBox], anchors: Anchors, told: Told) -> Analysed:
        """Measure every layer of the model."""
        (model,) = models
        held = handle(model)
        asked = [Asked(kind == "harmful", *each) for kind in KINDS for each in anchors.origins(kind)]
        folds = folded(asked, self.folds)
        prompts = (*anchors.harmful, *anchors.harmless)
        told.begin(len(prompts) + held.shape.layers + 1)
        states = last_states(held, prompts, template=self.template).double()
        told.step(len(prompts))
        findings = list[Finding]()
        for layer in range(states.shape[1]):
            place = None if layer == held.shape.layers else layer
            note = "after the final norm" if place is None else ""
            findings += self._findings(states[:, layer], asked, folds, place, note)
            told.step()
        return Analysed(
            analysis="probes",
            models={held.name: held.revision},
            findings=tuple(findings),
            notes=(*anchors.notes, *_notes(asked, self.folds, self.shuffles)),
        )

    def _findings(
        self, states: Any, asked: Sequence[Asked], folds: Sequence[Held], layer: int | None, note: str
    ) -> Iterator[Finding]:
        truth = [each.harmful for each in asked]
        shuffled = [shuffle(asked, f"{self.seed}:{number}") for number in range(self.shuffles)]
        scores, *controls = self.held_out(states, [truth, *shuffled], folds)
        units = list(dict.fromkeys(each.unit for each in asked))
        rarer = min(sum(harmful is kind for _, harmful in units) for kind in (True, False))
        area = auroc(truth, scores) or 0.0
        yield _share("probe_auroc", area, rarer, layer, note)
        right = by_unit(asked, [_right(scores, truth)])
        yield _share("probe_accuracy", sum(right) / len(right), len(right), layer, note)
        chance = by_unit(asked, [_right(*pair) for pair in zip(controls, shuffled, strict=True)])
        yield finding("probe_control", mean_share(chance), "share", layer=layer, note=note)
        apart = mean([one - other for one, other in zip(right, chance, strict=True)])
        yield finding("probe_selectivity", apart, "share", layer=layer, note=note)
        for source, target in _ways(asked):
            hits = self._carried(states, asked, folds, source, target)
            if hits:
                name = f"probe_transfer_{source}_{target}"
                yield _share(name, sum(hits) / len(hits), len(hits), layer, note)

    def held_out(
        self, states: Any, labels: Sequence[Sequence[bool]], folds: Sequence[Held]
    ) -> list[list[float]]:
        """The score of each prompt by a line that never saw its question, for each way of labelling."""
        scores = [[0.0] * len(states) for _ in labels]
        for learned, measured in folds:
            found = components_of(states[learned], self.components)
            for way, truth in enumerate(labels):
                line = found.line([truth[place] for place in learned])
                for place, score in zip(measured, line.scores(states[measured]), strict=True):
                    scores[way][place] = score
        return scores

    def _carried(
        self, states: Any, asked: Sequence[Asked], folds: Sequence[Held], source: str, target: str
    ) -> list[float]:
        """Of each question in one language, whether a line that was learned in the other one is right;
        without those to which the other one leaves requests of one kind alone to learn from."""
        truth = [each.harmful for each in asked]
        within = [
            Held(
                [place for place in fold.learned if asked[place].language == source],
                [place for place in fold.measured if asked[place].language == target],
            )
            for fold in folds
        ]
        able = [
            fold for fold in within if fold.measured and len({truth[place] for place in fold.learned}) == 2
        ]
        (scores,) = self.held_out(states, [truth], able)
        here = sorted(place for fold in able for place in fold.measured)
        right = _right(scores, truth)
        return by_unit([asked[place] for place in here], [[right[place] for place in here]])


def folded(asked: Sequence[Asked], number: int) -> list[Held]:
    """Folds of whole questions, each with questions of both kinds. Raises `UserError` for too few."""
    for kind in (True, False):
        there = len({each.question for each in asked if each.harmful is kind})
        if there < number:
            raise UserError(
                f"probes needs at least {number} questions of each kind for its folds, not {there}"
            )
    fold_of: dict[str, int] = {}
    for kind in (True, False):
        ours = dict.fromkeys(each.question for each in asked if each.harmful is kind)
        for place, question in enumerate(ours):
            fold_of.setdefault(question, place % number)
    return [
        Held(
            [place for place, each in enumerate(asked) if fold_of[each.question] != fold],
            [place for place, each in enumerate(asked) if fold_of[each.question] == fold],
        )
        for fold in range(number)
    ]


def shuffle(asked: Sequence[Asked], seed: str) -> list[bool]:
    """Labels dealt out anew among questions; all wordings of one keep to one label."""
    units = list(dict.fromkeys(each.unit for each in asked))
    dealt = [harmful for _, harmful in units]
    Random(seed).shuffle(dealt)
    label = dict(zip(units, dealt, strict=True))
    return [label[each.unit] for each in asked]


def by_unit(asked: Sequence[Asked], ways: Sequence[Sequence[bool]]) -> list[float]:
    """How often each question was right, over its wordings and over ways of labelling."""
    found: dict[tuple[str, bool], list[bool]] = {}
    for right in ways:
        for each, hit in zip(asked, right, strict=True):
            found.setdefault(each.unit, []).append(hit)
    return [sum(hits) / len(hits) for hits in found.values()]


def _right(scores: Sequence[float], truth: Sequence[bool]) -> list[bool]:
    return [(score > 0) == harmful for score, harmful in zip(scores, truth, strict=True)]


def _share(name: str, value: float, n: int, layer: int | None, note: str) -> Finding:
    """A share that rests on so many questions, whatever the number of their wordings."""
    bounds = wilson(value * n, n)
    return Finding(
        name=name,
        value=value,
        low=bounds.low,
        high=bounds.high,
        unit="share",
        n=n,
        layer=layer,
        note=note,
    )


def _ways(asked: Sequence[Asked]) -> Iterator[tuple[str, str]]:
    """Each language with each other one, where both hold questions of both kinds."""
    there = list(dict.fromkeys(each.language for each in asked if each.language))
    whole = [name for name in there if len({each.harmful for each in asked if each.language == name}) == 2]
    yield from ((one, other) for one in whole for other in whole if one != other)


def _notes(asked: Sequence[Asked], folds: int, shuffles: int) -> Iterator[str]:
    questions = len({each.question for each in asked})
    yield (
        f"Held out by question: {len(asked)} prompts of {questions} questions in {folds} folds. Intervals "
        "count each question once, and an AUROC as many pairs as there are questions of the rarer kind."
    )
    yield f"The control is the mean of {shuffles} shufflings of the labels over questions."
    if not any(_ways(asked)):
        yield "The prompts are in one language: no transfer was measured."


@analysis
def probes(
    *, components: int = 8, folds: int = 4, shuffles: int = 5, seed: int = 0, template: Template = "chat"
) -> Probes:
    """What a linear probe reads of harm in a model's states, layer by layer, against shuffled labels.

    Args:
        components: Principal components that the line is drawn in.
        folds: Parts of the questions, each measured by a line found without it.
        shuffles: Control tasks, in each of which labels are shuffled over questions.
        seed: Of the shuffling.
        template: Prompts in the chat template, or as they stand.
    """
    at_least("probes", 1, components=components, shuffles=shuffles)
    at_least("probes", 2, folds=folds)
    return Probes(components=components, folds=folds, shuffles=shuffles, seed=seed, template=template)
