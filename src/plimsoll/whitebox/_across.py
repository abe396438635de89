"""States of requests in two languages -> whether harm is told along the same direction in both."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any, Literal, NamedTuple

from plimsoll.core import Finding
from plimsoll.stats.scored import auroc
from plimsoll.whitebox._logistic import fitted
from plimsoll.whitebox.anchors import Language, anchors

Beside = Literal["none", "en", "zh"]
DRAWS = 40
"""Redrawings of the requests behind an interval; each fits both directions anew."""


class Kind(NamedTuple):
    """States of one language's requests, layer by layer, and which are harmful."""

    states: Any
    truth: Sequence[bool]


class There(NamedTuple):
    """The requests of a language."""

    prompts: tuple[str, ...]
    truth: tuple[bool, ...]
    notes: tuple[str, ...]


def of_language(language: Language) -> There:
    """The anchors of a language that are at hand."""
    found = anchors(harmful=None, harmless=None, language=language)
    truth = (*(True for _ in found.harmful), *(False for _ in found.harmless))
    return There((*found.harmful, *found.harmless), truth, found.notes)


def findings(one: Kind, other: Kind, components: int, name: str) -> Iterator[Finding]:
    """The cosine of both directions at every layer, and how well each tells harm in the other language."""
    last = one.states.shape[1] - 1
    for layer in range(last + 1):
        first, second = ((kind.states[:, layer], kind.truth) for kind in (one, other))
        place, note = (None, "after the final norm") if layer == last else (layer, "")
        low, high = _interval(first, second, components)
        yield Finding(
            name=f"direction_cosine_{name}",
            value=_cosine(first, second, components),
            low=low,
            high=high,
            unit="cosine",
            n=min(len(one.truth), len(other.truth)),
            layer=place,
            note=note,
        )
        for label, (states, truth), (seen, said) in (
            (f"harm_auroc_to_{name}", second, first),
            (f"harm_auroc_from_{name}", first, second),
        ):
            yield Finding(
                name=label,
                value=auroc(truth, fitted(seen, said, components).scores(states)) or 0.0,
                unit="share",
                n=len(truth),
                layer=place,
                note=note,
            )


def _cosine(first: tuple[Any, Sequence[bool]], second: tuple[Any, Sequence[bool]], components: int) -> float:
    one, other = (fitted(states, truth, components).direction for states, truth in (first, second))
    return float((one @ other) / (one.norm() * other.norm()).clamp(min=1e-30))


def _interval(
    first: tuple[Any, Sequence[bool]], second: tuple[Any, Sequence[bool]], components: int
) -> tuple[float, float]:
    random = Random(0)
    found = sorted(
        _cosine(_redrawn(*first, random), _redrawn(*second, random), components) for _ in range(DRAWS)
    )
    return found[round(0.025 * (DRAWS - 1))], found[round(0.975 * (DRAWS - 1))]


def _redrawn(states: Any, truth: Sequence[bool], random: Random) -> tuple[Any, list[bool]]:
    chosen = list[int]()
    for kind in (True, False):
        places = [place for place, each in enumerate(truth) if each is kind]
        chosen += random.choices(places, k=len(places))
    return states[chosen], [truth[place] for place in chosen]
