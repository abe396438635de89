"""Analyses and arithmetic held against other programs, against the plain way, and against theorems."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from plimsoll import registry
from plimsoll.core import UserError
from plimsoll.internals.ablation import Ablation, intact, sweep
from plimsoll.internals.arithmetic import Pair, Reader, combined, greedy
from plimsoll.internals.handle import Handle, same_vocabulary
from plimsoll.internals.handle import handle as handle_of
from plimsoll.internals.hooks import Edit, Place, edited, reading
from plimsoll.internals.likelihoods import likelihoods
from plimsoll.internals.states import last_states
from plimsoll.internals.surgery import scale_weights
from plimsoll.internals.told import Unheard
from plimsoll.models.transformers import transformers
from plimsoll.whitebox.sahara import angle
from tests.support import planted
from tests.support.analysed import ANCHORS, SPECS, with_template
from tests.support.narrow import halved

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch


def _logits(held: Handle, prompt: str = planted.HARMFUL[0]) -> Any:
    with torch.inference_mode():
        return held.module(held.tokens(prompt, "raw")).logits[0]


@pytest.mark.parametrize("name", SPECS)
def test_an_analysis_leaves_weights_and_logits_as_they_were_bit_for_bit(name: str) -> None:
    part = registry.build("whitebox", f"{name}:{SPECS[name]}")
    models: Any = with_template([planted.handle(), planted.handle(planted.PAIR)][: part.models])
    before = [(held.digest(), _logits(held)) for held in models]
    part.analyse(models, ANCHORS, Unheard())
    for held, (digest, logits) in zip(models, before, strict=True):
        assert held.digest() == digest
        assert torch.equal(_logits(held), logits)


def test_states_are_those_that_nnsight_reads() -> None:
    nnsight = pytest.importorskip("nnsight", reason="nnsight is not installed: it is the oracle of this test")
    held = planted.handle()
    ids = held.tokens(planted.HARMFUL[0], "raw")
    with reading(held, [Place(1, "q"), Place(1, "mlp_out")]) as seen, torch.inference_mode():
        held.decoder(ids)
    wrapped = nnsight.NNsight(held.module)
    with torch.no_grad(), wrapped.trace(ids):
        queries = wrapped.model.layers[1].self_attn.q_proj.output.save()
        added = wrapped.model.layers[1].mlp.output.save()
    assert torch.allclose(seen[Place(1, "q")].flatten(-2), queries, atol=5e-5)
    assert torch.allclose(seen[Place(1, "mlp_out")], added, atol=5e-5)


def test_an_edit_does_what_nnsight_does() -> None:
    nnsight = pytest.importorskip("nnsight", reason="nnsight is not installed: it is the oracle of this test")
    held = planted.handle()
    ids = held.tokens(planted.HARMFUL[0], "raw")
    with edited(held, [Edit(Place(1, "mlp_out"), lambda given: given * 0)]):
        ours = _logits(held)
    wrapped = nnsight.NNsight(held.module)
    with torch.no_grad(), wrapped.trace(ids):
        wrapped.model.layers[1].mlp.output[:] = 0
        theirs = wrapped.lm_head.output.save()
    assert torch.allclose(ours, theirs[0], atol=5e-5)


@pytest.mark.parametrize("rank", [1, 2, 4])
def test_angles_are_those_of_scipy_added_up(rank: int) -> None:
    linalg = pytest.importorskip("scipy.linalg")
    torch.manual_seed(4)
    first, second = torch.randn(8, 12).double(), torch.randn(8, 12).double()
    spans = [torch.linalg.svd(each).U[:, :rank].numpy() for each in (first, second)]
    expected = linalg.subspace_angles(*spans).sum()
    assert angle(first, second, rank) == pytest.approx(float(expected) * 180 / 3.141592653589793, abs=1e-6)


def test_a_head_cut_out_of_the_weights_is_saved_and_loaded_as_the_edit_has_it(tmp_path: Path) -> None:
    held = planted.handle()
    ablation = Ablation(epsilon=1e-5)
    with edited(held, [ablation.edit(1, [2])]):
        expected = _logits(held)
    before = held.digest()
    undo = scale_weights(held, 1, "q", 2, 1e-5)
    held.module.save_pretrained(tmp_path / "cut")
    held.tokenizer.save_pretrained(tmp_path / "cut")
    undo.undo()
    assert held.digest() == before
    cut = handle_of(transformers(str(tmp_path / "cut")))
    assert torch.allclose(_logits(cut), expected, atol=1e-5)


def test_the_expected_reward_falls_at_every_strength_of_undoing_whatever_the_pair() -> None:
    torch.manual_seed(5)
    for _ in range(200):
        base, aligned = (torch.randn(2, 50).double() * 3).log_softmax(-1)
        rewards = [
            float((combined(base, [(-alpha, aligned, base)]).exp() * (aligned - base)).sum())
            for alpha in (0.0, 0.1, 0.3, 0.6, 1.0, 2.0, 5.0)
        ]
        assert all(one >= other - 1e-12 for one, other in pairwise(rewards))


def test_half_the_difference_is_the_normalised_geometric_mean() -> None:
    torch.manual_seed(6)
    base, tuned = (torch.randn(2, 30).double() * 2).log_softmax(-1)
    expected = (base.exp() * tuned.exp()).sqrt()
    found = combined(base, [(0.5, tuned, base)]).exp()
    assert torch.allclose(found, expected / expected.sum(), atol=1e-12)


@pytest.mark.parametrize("prompt", planted.HARMFUL)
def test_tokens_read_one_by_one_are_those_of_the_whole_text_read_anew(prompt: str) -> None:
    tuned, base = planted.handle(), planted.handle(planted.PAIR)
    readers = Reader(tuned, tuned.ids(prompt, "raw")), Reader(base, base.ids("how to", "raw"))
    found = greedy(readers[1], [Pair(tuned=readers[0], reference=readers[1], weight=1.5)], 32)
    anew: list[int] = []
    for _ in range(32):
        one, other = (
            Reader(held, [*held.ids(text, "raw"), *anew]).next(())[0]
            for held, text in ((tuned, prompt), (base, "how to"))
        )
        anew.append(int(combined(other, [(1.5, one, other)]).argmax()))
    assert found == anew


def test_the_implicit_reward_is_the_difference_of_two_scorings() -> None:
    tuned, base = planted.handle(), planted.handle(planted.PAIR)
    reply = [planted.WORDS.index(word) for word in ("refuse", "tea", "please")]
    rows = [held.ids(planted.HARMFUL[0], "raw") for held in (tuned, base)]
    along = [
        Reader(held, row).next(reply)[range(3), reply].sum()
        for held, row in zip((tuned, base), rows, strict=True)
    ]
    apart = [
        likelihoods(held, [row], [reply]).replies[0, 0] for held, row in zip((tuned, base), rows, strict=True)
    ]
    assert float(along[0] - along[1]) == pytest.approx(float(apart[0] - apart[1]), abs=1e-4)


def test_models_whose_tokens_mean_other_things_are_refused() -> None:
    one, other = planted.handle(), planted.handle()
    other.tokenizer.add_tokens(["more"])
    with pytest.raises(UserError, match="different vocabularies"):
        same_vocabulary(one, other)
    readers = Reader(one, [4]), Reader(other, [4])
    with pytest.raises(UserError, match="different vocabularies"):
        greedy(readers[0], [Pair(tuned=readers[1], reference=readers[0], weight=1.0)], 2)


def _swept(held: Handle) -> Any:
    ids = held.ids(planted.HARMFUL[0], "raw")
    return torch.cat([states for _, states in sweep(held, ids, Ablation())])


@pytest.mark.parametrize(
    ("measured", "bound"),
    [
        (lambda held: last_states(held, planted.HARMFUL, template="raw"), 0.1),
        (lambda held: intact(held, held.ids(planted.HARMFUL[0], "raw")), 0.1),
        (_swept, 0.1),
    ],
    ids=["states", "last state", "ablations"],
)
def test_states_in_sixteen_bits_are_near_those_in_thirty_two(
    measured: Callable[[Handle], Any], bound: float
) -> None:
    expected = measured(planted.handle()).float()
    found = measured(halved(planted.handle())).float()
    assert float((found - expected).abs().max() / expected.abs().max()) < bound


@pytest.mark.parametrize("name", [name for name in SPECS if name not in ("agent_backdoor", "layers")])
def test_every_analysis_runs_in_sixteen_bits(name: str) -> None:
    part = registry.build("whitebox", f"{name}:{SPECS[name]}")
    models: Any = with_template(
        [halved(planted.handle()), halved(planted.handle(planted.PAIR))][: part.models]
    )
    found = part.analyse(models, ANCHORS, Unheard())
    assert all(each.value == each.value for each in found.findings), "no number is NaN"
