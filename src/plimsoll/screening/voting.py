"""Jurors' verdicts on replies -> labels, what the jurors are worth, and what must go to a human (Aegis 2.0).

People label a dialogue as a whole. Where it is safe, so are prompt and reply; where it is unsafe, so is the
prompt, and three models say whether the reply is (rule d). Beside the majority stands Dawid and Skene's
posterior, which weighs each juror by how good it seems, and abstains below a margin.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from msgspec import Struct

from plimsoll.screening.nouns import Seen
from plimsoll.stats.agreement import cohen_kappa, fleiss_kappa, krippendorff_alpha
from plimsoll.stats.dawid_skene import Vote, dawid_skene, majority, undecided

Source = Literal["human", "llm_jury", "needs_human"]
MARGIN = 0.9


class Labels(NamedTuple):
    """Of a dialogue, in Aegis 2.0's terms."""

    prompt_unsafe: bool
    response_unsafe: bool | None
    source: Source
    """Whose the reply's label is."""


def labels_of(dialogue_unsafe: bool, votes: Sequence[Vote]) -> Labels:
    """Rule (d): a juror without a verdict leaves the reply to a human, never to the two others."""
    if not dialogue_unsafe:
        return Labels(False, False, "human")
    decided = majority(votes)
    return Labels(True, decided, "needs_human" if decided is None else "llm_jury")


class Juror(Struct, frozen=True, kw_only=True):
    """What a juror is worth."""

    name: str
    kappa: float | None
    """With people's labels."""
    sensitivity: float
    specificity: float
    """By the votes alone, without people."""
    unread: int


class Voted(Struct, frozen=True, kw_only=True):
    """How a jury fared."""

    n: int
    fleiss_kappa: float | None
    """Among jurors, where all gave a verdict."""
    krippendorff_alpha: float | None
    categories: Mapping[str, float | None]
    """Fleiss' kappa by category."""
    jurors: tuple[Juror, ...]
    needs_human: int
    majority_accuracy: float | None
    """Of what the majority decided."""
    margin: float
    abstained: int
    """Below the margin of the posterior."""
    posterior_accuracy: float | None
    expected_noise: float | None
    """Share of the posterior's labels that is expected to be wrong, where it does not abstain."""


def voted(heard: Mapping[str, Sequence[Seen]], *, margin: float = MARGIN) -> Voted:
    """Count the jurors' votes on what all of them were shown."""
    first, *others = heard.values()
    found = [{seen.id: seen for seen in each} for each in others]
    rows = [
        (seen, [seen.flagged, *(each[seen.id].flagged for each in found)])
        for seen in first
        if all(seen.id in each for each in found)
    ]
    truth = [seen.unsafe for seen, _ in rows]
    votes = [votes for _, votes in rows]
    whole = [each for each in votes if None not in each]
    estimated = dawid_skene(votes)
    decided = [majority(each) for each in votes]
    chances = estimated.posterior if estimated else ()
    kept = [place for place, chance in enumerate(chances) if not undecided(chance, margin)]
    names = sorted({name for seen, _ in rows for name in seen.categories})
    return Voted(
        n=len(rows),
        fleiss_kappa=fleiss_kappa(whole),
        krippendorff_alpha=krippendorff_alpha(
            [[vote for vote in each if vote is not None] for each in votes]
        ),
        categories={
            name: fleiss_kappa([each for seen, each in rows if name in seen.categories and None not in each])
            for name in names
        },
        jurors=tuple(
            _juror(name, place, votes, truth, estimated.sensitivity[place], estimated.specificity[place])
            for place, name in enumerate(heard)
            if estimated
        ),
        needs_human=sum(each is None for each in decided),
        majority_accuracy=_accuracy(decided, truth),
        margin=margin,
        abstained=len(rows) - len(kept),
        posterior_accuracy=_accuracy([chances[k] >= 0.5 for k in kept], [truth[k] for k in kept]),
        expected_noise=sum(min(chances[k], 1 - chances[k]) for k in kept) / len(kept) if kept else None,
    )


def _juror(
    name: str,
    place: int,
    votes: Sequence[Sequence[Vote]],
    truth: Sequence[bool | None],
    *worth: float,
) -> Juror:
    own = [each[place] for each in votes]
    pairs = [
        (vote, real) for vote, real in zip(own, truth, strict=True) if vote is not None and real is not None
    ]
    kappa = cohen_kappa([vote for vote, _ in pairs], [real for _, real in pairs]) if pairs else None
    return Juror(name=name, kappa=kappa, sensitivity=worth[0], specificity=worth[1], unread=own.count(None))


def _accuracy(said: Sequence[Vote], truth: Sequence[bool | None]) -> float | None:
    pairs = [(a, b) for a, b in zip(said, truth, strict=True) if a is not None and b is not None]
    return sum(a == b for a, b in pairs) / len(pairs) if pairs else None
