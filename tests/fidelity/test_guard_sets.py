"""Published moderation sets: their sizes, prevalences and category counts, and scores of a seeded guard."""

from random import Random

import pytest

from plimsoll.labels.named import pack_of
from plimsoll.screening.measure import Mark, marks, values_of
from plimsoll.screening.nouns import Seen
from plimsoll.screening.parts import by_category, holds
from plimsoll.screening.sets import categories_of, known_of
from tests.support.guard_data import golden

KNOWN = {"S": (984, 237), "H": (771, 162), "V": (1450, 94), "HR": (1444, 76), "SH": (1447, 51),
         "S3": (994, 85), "H2": (761, 41), "V2": (1447, 24)}  # fmt: skip
"""Prompts of which the category is known, and of which it holds."""


def seen(spec: str) -> list[Seen]:
    """Every conversation as a guard sees it that draws its scores."""
    draw = Random(5)
    made: list[Seen] = []
    for item in pack_of(spec).items():
        truth = item.truth("binary")
        score = min(1.0, max(0.0, draw.gauss(0.6 if truth else 0.4, 0.2)))
        made.append(
            Seen(
                id=item.sample.id,
                cluster=item.cluster,
                unsafe=None if truth is None else truth > 0.5,
                score=score,
                flagged=score >= 0.5,
                outcome="answered",
                categories=categories_of(item),
                known=known_of(item),
                codes=(),
                unknown_codes=(),
                scores={},
                language="en",
                seconds=0.0,
                metadata=item.metadata,
            )
        )
    return made


def average_precision(found: list[Mark]) -> float:
    """By its definition, threshold by threshold."""
    positives = sum(mark.unsafe for mark in found)
    area = before = 0.0
    for score in sorted({mark.score for mark in found}, reverse=True):
        taken = [mark for mark in found if mark.score >= score]
        recall = sum(mark.unsafe for mark in taken) / positives
        area += (recall - before) * sum(mark.unsafe for mark in taken) / len(taken)
        before = recall
    return area


@pytest.fixture(scope="module")
def moderation() -> list[Mark]:
    return marks(seen(f"openai_moderation:file={golden('guard-bench', 'openai_moderation_1680.jsonl')}"))


def test_openais_set_has_its_published_prevalence_and_known_labels(moderation: list[Mark]) -> None:
    assert (len(moderation), sum(mark.unsafe for mark in moderation)) == (1680, 522)
    for code, (known, positive) in KNOWN.items():
        held = [holds(mark, code) for mark in moderation]
        assert (sum(each is not None for each in held), sum(each is True for each in held)) == (
            known,
            positive,
        )
    negatives = [mark for mark in moderation if not mark.unsafe]
    assert len(negatives) == 1158
    assert sum(len(mark.seen.known) < 8 for mark in negatives) == 821


def test_one_against_all_and_against_benign_count_the_known_alone(moderation: list[Mark]) -> None:
    parts = {(part.name, part.reading): part for part in by_category(moderation)}
    for code, (known, positive) in KNOWN.items():
        against_all = parts[code, "all"]
        assert (against_all.positives, against_all.negatives) == (positive, known - positive)
        benign = [mark for mark in moderation if not mark.unsafe and mark.seen.known.get(code) is False]
        assert parts[code, "benign"].negatives == len(benign)


def test_average_precision_is_that_of_its_definition(moderation: list[Mark]) -> None:
    some = moderation[:400]
    assert values_of(some)["auprc"] == pytest.approx(average_precision(some), abs=1e-12)
    parts = {part.name: part for part in by_category(some) if part.reading == "all"}
    for code in ("S", "V"):
        own = [
            mark._replace(unsafe=bool(holds(mark, code))) for mark in some if holds(mark, code) is not None
        ]
        assert parts[code].figures["auprc"].value == pytest.approx(average_precision(own), abs=1e-12)


def test_toxicchat_aegis_and_the_others_have_their_published_sizes() -> None:
    folder = golden("guard-bench", "toxicchat_test_2853.jsonl").parent
    xstest = golden("strongreject-wildjailbreak-xstest", "xstest_prompts.csv")
    sizes = {
        f"toxic_chat:file={folder / 'toxicchat_test_2853.jsonl'}": (2853, 362),
        f"aegis:file={folder / 'aegis1_safety_test_359.jsonl'}": (359, 232),
        f"beavertails:file={folder / 'beavertails_sample20.jsonl'}": (20, 10),
        f"harmbench_responses:file={folder / 'harmbench_response_sample20.jsonl'}": (20, 10),
        f"xstest_prompts:file={xstest}": (
            450,
            200,
        ),
    }
    for spec, (size, unsafe) in sizes.items():
        truth = [item.truth("binary") for item in pack_of(spec).items()]
        assert (len(truth), sum(each == 1 for each in truth)) == (size, unsafe), spec
