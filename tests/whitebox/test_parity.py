"""The embedded file in transformers and in llama.cpp: one model, until its rows are turned."""

from pathlib import Path

import pytest

from plimsoll.core import Response, Token, UserError
from plimsoll.internals.handle import Handle, handle
from plimsoll.models.scripted import Scripted
from plimsoll.models.transformers import Transformers, transformers
from plimsoll.registry import build_model
from plimsoll.whitebox.parity import (
    COMPARED,
    TOP,
    Parity,
    differences_of,
    is_quantised,
    measured,
    refuse_unlike,
    remember,
    remembered,
)
from tests.support.extras import need

pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def embedded() -> Transformers:
    need("llamacpp")
    return transformers()


def _turned(held: Handle) -> None:
    """Put the rows of every query projection into the order that llama.cpp stores them in."""
    for layer in held.layers:
        weight = layer.self_attn.q_proj.weight
        rows = weight.data.view(held.shape.heads, 2, held.shape.head_dim // 2, -1)
        weight.data.copy_(rows.transpose(1, 2).reshape(weight.shape))


def test_the_embedded_file_is_one_model_until_its_query_rows_are_turned(embedded: Transformers) -> None:
    assert embedded.file is not None
    assert is_quantised(embedded.file)
    found = measured(embedded, build_model("llamacpp/"), quantised=True)
    assert found.holds, found
    assert found.compared >= 2 * COMPARED * (found.prompts - 1)
    refuse_unlike(embedded.file, found)
    _turned(handle(embedded))
    broken = measured(embedded, build_model("llamacpp/"), quantised=True)
    assert not broken.holds
    with pytest.raises(UserError, match=r"not the same model here as in llama\.cpp"):
        refuse_unlike(embedded.file, broken)


def test_what_was_measured_is_remembered_and_a_damaged_note_is_not_believed(tmp_path: Path) -> None:
    found = Parity(same_first=4, prompts=4, compared=80, widest=0.01, bound=0.05)
    place = tmp_path / "parity" / "one.json"
    assert remembered(place) is None
    remember(place, found)
    assert remembered(place) == found
    for unlike in (b'{"same_first": 4', b'{"same_first": 4, "prompts": 4, "widest": 0.01, "bound": 0.05}'):
        place.write_bytes(unlike)
        assert remembered(place) is None, "cut off, or measured when tokens left out were passed over"


def test_agreement_needs_every_likeliest_token_and_every_difference_within_the_bound() -> None:
    assert not Parity(same_first=3, prompts=4, compared=80, widest=0.01, bound=0.05).holds
    assert not Parity(same_first=4, prompts=4, compared=80, widest=0.06, bound=0.05).holds


def _listed(*logprobs: float) -> dict[str, float]:
    return {f"token {place}": logprob for place, logprob in enumerate(logprobs)}


def test_a_likely_token_that_the_other_program_leaves_out_differs_by_what_is_known_at_least() -> None:
    here = _listed(-0.5, -1.0, *(-4.0 - place / 10 for place in range(TOP - 2)))
    there = {f"other {place}": -3.0 - place / 10 for place in range(TOP - 1)} | {"token 0": -0.5}
    found = differences_of(here, there)
    assert len(found) == COMPARED
    assert found[:2] == pytest.approx([0.0, 3.8])
    assert found[2:] == pytest.approx([max(here[f"token {place}"] + 4.8, 0) for place in range(2, COMPARED)])


def test_a_program_that_lists_one_token_agrees_on_no_other() -> None:
    assert differences_of(_listed(-0.1, -3.0), _listed(-0.1)) == [0.0, float("inf")]
    assert differences_of(_listed(-0.1), {}) == [float("inf")]


def test_parts_of_characters_which_have_no_text_of_their_own_are_not_held_against_each_other() -> None:
    here, there = {"是": -1.8, "\ufffd": -2.9, "有": -2.9, "一": -5.1}, {"是": -1.8, "": -2.9, "有": -3.0}
    assert differences_of(here, there) == pytest.approx([0.0, 0.1, 0.0])


def _model(*likely: tuple[str, float]) -> Scripted:
    (first, own), *others = likely
    told = (Token(text=first, logprob=own, rivals=dict(others)),)
    return Scripted(lambda _: Response(text=first, tokens=told), name="one", revision="1")


def test_two_programs_that_agree_on_the_likeliest_token_alone_are_two_models() -> None:
    full = [("a", -0.2), *((f"b{place}", -3.0 - place / 10) for place in range(TOP - 1))]
    same = measured(_model(*full), _model(*full), quantised=True)
    assert same.holds
    assert same.compared == 8 * COMPARED
    for other in (full[:1], [full[0], *((f"c{place}", -7.0 - place) for place in range(TOP - 1))]):
        found = measured(_model(*full), _model(*other), quantised=True)
        assert found.same_first == found.prompts
        assert not found.holds
        assert not measured(_model(*other), _model(*full), quantised=True).holds
