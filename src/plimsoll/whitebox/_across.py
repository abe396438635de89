"""States of requests in two languages -> whether harm is told along the same direction in both."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

from plimsoll.core import Finding
from plimsoll.stats.intervals import Interval
from plimsoll.stats.jackknife import around
from plimsoll.whitebox._logistic import fitted
from plimsoll.whitebox.anchors import Anchors, Language, anchors
from plimsoll.whitebox.areas import area

Beside = Literal["none", "en", "zh"]
FOLDS = 5
"""Parts of the questions of a language, each told by a line that saw none of them in the other one."""


class Kind(NamedTuple):
    """States of one language's requests, which are harmful, and which question each of them asks."""

    states: Any
    truth: Sequence[bool]
    questions: Sequence[str]

    def at(self, layer: int) -> "Kind":
        """The states of one layer."""
        return self._replace(states=self.states[:, layer])

    def without(self, questions: frozenset[str]) -> "Kind":
        """Other questions alone."""
        left = [place for place, each in enumerate(self.questions) if each not in questions]
        return Kind(
            self.states[left],
            [self.truth[place] for place in left],
            [self.questions[place] for place in left],
        )

    @property
    def whole(self) -> bool:
        """Whether both kinds of requests are there."""
        return len({*self.truth}) == 2


class There(NamedTuple):
    """The requests of a language."""

    prompts: tuple[str, ...]
    truth: tuple[bool, ...]
    questions: tuple[str, ...]
    notes: tuple[str, ...]


def of_language(language: Language, beside: Anchors) -> There:
    """The anchors of a language that are at hand; of one source with others, they ask the same questions."""
    found = anchors(harmful=None, harmless=None, language=language)
    truth = (*(True for _ in found.harmful), *(False for _ in found.harmless))
    mark = "" if found.files == beside.files else f"{language} "
    questions = tuple(f"{mark}{each}" for each in questions_of(found))
    return There((*found.harmful, *found.harmless), truth, questions, found.notes)


def questions_of(found: Anchors) -> list[str]:
    """Which question each request asks, harmful ones first."""
    return [each.question for each in (*found.origins("harmful"), *found.origins("harmless"))]


def findings(one: Kind, other: Kind, components: int, name: str) -> Iterator[Finding]:
    """The cosine of both directions at every layer, and how well each tells harm in the other language."""
    last = one.states.shape[1] - 1
    for layer in range(last + 1):
        first, second = one.at(layer), other.at(layer)
        place, note = (None, "after the final norm") if layer == last else (layer, "")
        value = _cosine(first, second, components) or 0.0
        low, high = interval(value, first, second, components) or (None, None)
        yield Finding(
            name=f"direction_cosine_{name}",
            value=value,
            low=low,
            high=high,
            unit="cosine",
            n=min(len({*one.questions}), len({*other.questions})),
            layer=place,
            note=note,
        )
        for label, seen, asked in ((f"to_{name}", first, second), (f"from_{name}", second, first)):
            units = [f"{harmful} {each}" for harmful, each in zip(asked.truth, asked.questions, strict=True)]
            scores = carried(seen, asked, components)
            yield area(f"harm_auroc_{label}", asked.truth, scores, units=units, layer=place, note=note)


def carried(seen: Kind, asked: Kind, components: int) -> list[float]:
    """The score of each request of one language by a line from the other, which never saw its question."""
    questions = list(dict.fromkeys(asked.questions))
    scores = [0.0] * len(asked.truth)
    for fold in range(min(FOLDS, len(questions))):
        held = frozenset(questions[fold::FOLDS])
        places = [place for place, each in enumerate(asked.questions) if each in held]
        learned = seen.without(held)
        line = fitted(learned.states, learned.truth, components)
        for place, score in zip(places, line.scores(asked.states[places]), strict=True):
            scores[place] = score
    return scores


def interval(value: float, first: Kind, second: Kind, components: int) -> Interval | None:
    """Of the cosine: each question is left out once, in both languages where it stands in both."""
    ours, theirs = ({*kind.questions} for kind in (first, second))
    samples = [ours | theirs] if ours & theirs else [ours, theirs]

    def left(question: str) -> float | None:
        one, other = (kind.without(frozenset({question})) for kind in (first, second))
        return _cosine(one, other, components)

    return around(value, [[left(each) for each in sorted(sample)] for sample in samples])


def _cosine(first: Kind, second: Kind, components: int) -> float | None:
    """Nothing where a language holds one kind of requests alone."""
    if not (first.whole and second.whole):
        return None
    one, other = (fitted(kind.states, kind.truth, components).direction for kind in (first, second))
    return float((one @ other) / (one.norm() * other.norm()).clamp(min=1e-30))
