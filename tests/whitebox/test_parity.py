"""The embedded file in transformers and in llama.cpp: one model, until its rows are turned."""

from pathlib import Path

import pytest

from plimsoll.core import UserError
from plimsoll.internals.handle import Handle, handle
from plimsoll.models.transformers import Transformers, transformers
from plimsoll.registry import build_model
from plimsoll.whitebox.parity import Parity, is_quantised, measured, refuse_unlike, remember, remembered
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
    refuse_unlike(embedded.file, found)
    _turned(handle(embedded))
    broken = measured(embedded, build_model("llamacpp/"), quantised=True)
    assert not broken.holds
    with pytest.raises(UserError, match=r"not the same model here as in llama\.cpp"):
        refuse_unlike(embedded.file, broken)


def test_what_was_measured_is_remembered_and_a_damaged_note_is_not_believed(tmp_path: Path) -> None:
    found = Parity(same_first=4, prompts=4, widest=0.01, bound=0.05)
    place = tmp_path / "parity" / "one.json"
    assert remembered(place) is None
    remember(place, found)
    assert remembered(place) == found
    place.write_bytes(b'{"same_first": 4')
    assert remembered(place) is None


def test_agreement_needs_every_likeliest_token_and_every_difference_within_the_bound() -> None:
    assert not Parity(same_first=3, prompts=4, widest=0.01, bound=0.05).holds
    assert not Parity(same_first=4, prompts=4, widest=0.06, bound=0.05).holds
