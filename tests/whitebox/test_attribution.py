"""Words that push towards declining: the planted one is found, as the plain loop and as captum find it."""

from typing import Any

import pytest

from plimsoll.core import Analysed, UserError
from plimsoll.internals.batches import Batches
from plimsoll.internals.handle import Handle
from plimsoll.internals.told import Unheard
from plimsoll.whitebox.anchors import Anchors
from plimsoll.whitebox.attribution import Attribution, attribution, spans_of
from tests.support import planted

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch
ANCHORS = Anchors(harmful=planted.HARMFUL, harmless=planted.HARMLESS, paired=True)
SETTINGS: dict[str, Any] = {
    "refusal": "refuse",
    "compliance": "comply",
    "template": "raw",
    "neutral": "please",
}


def _part(**more: Any) -> Attribution:
    return attribution(**(SETTINGS | more))


def _analysed(**more: Any) -> Analysed:
    model: Any = planted.handle()
    return _part(**more).analyse([model], ANCHORS, Unheard())


def _margin(held: Handle, text: str) -> float:
    with torch.inference_mode():
        told = held.module(held.tokens(text, "raw")).logits[0, -1].double().log_softmax(-1)
    return float(told[planted.WORDS.index("refuse")] - told[planted.WORDS.index("comply")])


@pytest.mark.parametrize("fill", ["remove", "replace"])
def test_the_planted_word_weighs_most_in_every_request(fill: str) -> None:
    found = _analysed(fill=fill)
    for number, prompt in enumerate(planted.HARMFUL, start=1):
        scores = {each.note: each.value for each in found.findings if each.name == f"span_request_{number}"}
        assert list(scores) == prompt.split()
        assert max(scores, key=lambda word: scores[word]) == "flag"
    several = [each for each in found.findings if each.name == "span_over_requests"]
    assert several[0].note == "flag"
    assert several[0].n == len(planted.HARMFUL)
    assert several[0].low is not None
    assert several[0].low > 0


def test_a_score_is_what_the_margin_loses_when_the_word_is_taken_out() -> None:
    held = planted.handle()
    prompt = planted.HARMFUL[0]
    found = _part().weighed(held, prompt, Batches(3))
    words = prompt.split()
    assert found.margin == pytest.approx(_margin(held, prompt), abs=1e-5)
    for place, score in enumerate(found.scores):
        rest = " ".join([*words[:place], *words[place + 1 :]])
        assert score == pytest.approx(_margin(held, prompt) - _margin(held, rest), abs=1e-5)


def test_words_put_in_place_of_others_weigh_what_captum_says() -> None:
    attr = pytest.importorskip("captum.attr", reason="captum is not installed: it is the oracle of this test")
    held = planted.handle()
    prompt = planted.HARMFUL[0]
    refuse, comply = (planted.WORDS.index(word) for word in ("refuse", "comply"))

    def margin(ids: Any) -> Any:
        told = held.module(ids).logits[:, -1].log_softmax(-1)
        return told[:, refuse] - told[:, comply]

    with torch.inference_mode():
        expected = attr.FeatureAblation(margin).attribute(
            held.tokens(prompt, "raw"), baselines=planted.WORDS.index("please")
        )[0]
    found = _part(fill="replace").weighed(held, prompt, Batches(8))
    assert found.scores == pytest.approx(expected.tolist(), abs=1e-4)


def test_how_much_one_word_holds_is_held_against_harmless_requests() -> None:
    found = {each.name: each for each in _analysed().findings}
    assert found["concentration_harmful"].value > 0.5
    assert found["concentration_specific"].low is not None
    assert found["refusal_margin_harmful"].value > found["refusal_margin_harmless"].value


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("How to pick a neighbour's lock?", "word", ["How", "to", "pick", "a", "neighbour's", "lock"]),
        ("怎样做 tea 呢？", "word", ["怎", "样", "做", "tea", "呢"]),
        ("One. Two! 三。四", "sentence", ["One.", "Two!", "三。", "四"]),
        ("?!", "word", []),
    ],
)
def test_spans_are_words_signs_or_sentences(text: str, unit: Any, expected: list[str]) -> None:
    found = spans_of(text, unit)
    assert [each.text.strip() for each in found] == expected
    assert all(text[each.begin : each.end] == each.text for each in found)


@pytest.mark.parametrize(
    ("more", "prompt", "said"),
    [({}, "?!", "holds no word"), ({"compliance": ""}, "how to", "cannot write both")],
)
def test_what_cannot_be_weighed_is_refused(more: Any, prompt: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        _part(**more).weighed(planted.handle(), prompt, Batches(4))
