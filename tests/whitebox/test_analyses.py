"""Analyses on planted models, where it is known what they must find, and their arithmetic by hand."""

import math
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from plimsoll.cli import exit_code
from plimsoll.core import Analysed, DataError, Finding, UserError, WhiteBox
from plimsoll.internals.ablation import Ablation, intact, logits
from plimsoll.internals.arithmetic import Pair, Reader, combined, greedy
from plimsoll.internals.handle import Handle
from plimsoll.internals.told import Unheard
from plimsoll.models.transformers import transformers
from plimsoll.whitebox import ships as ships_file
from plimsoll.whitebox._logistic import fitted
from plimsoll.whitebox.anchors import Anchors, anchors
from plimsoll.whitebox.areas import redrawn_area
from plimsoll.whitebox.directions import directions, told_rightly
from plimsoll.whitebox.headroom import headroom
from plimsoll.whitebox.layers import layers
from plimsoll.whitebox.means import difference, mean, mean_share
from plimsoll.whitebox.sahara import angle, sahara
from plimsoll.whitebox.ships import ships
from tests.support import planted

pytestmark = pytest.mark.torch
ANCHORS = Anchors(harmful=planted.HARMFUL, harmless=planted.HARMLESS, paired=False)


@pytest.fixture
def opened(tmp_path: Path) -> Callable[..., WhiteBox]:
    def opened(heads: tuple[planted.Head, ...] = planted.ONE) -> WhiteBox:
        return transformers(str(planted.write(tmp_path / str(len(heads)), heads)))

    return opened


def _of(found: Analysed, name: str) -> list[Finding]:
    return [finding for finding in found.findings if finding.name == name]


def test_ships_names_the_planted_head(opened: Callable[..., WhiteBox]) -> None:
    found = ships(template="raw").analyse([opened()], ANCHORS, Unheard())
    first = _of(found, "ships_specific")[0]
    assert (first.layer, first.head) == planted.ONE[0][:2]
    assert first.value > 0.5
    assert len(_of(found, "ships")) == planted.LAYERS * planted.HEADS
    assert any("Spearman" in note for note in found.notes)


@pytest.mark.parametrize("kind", ["k", "head_out"])
def test_ships_names_the_planted_head_by_other_ways_of_silencing(
    opened: Callable[..., WhiteBox], kind: Any
) -> None:
    found = ships(kind=kind, template="raw").analyse([opened()], ANCHORS, Unheard())
    first, head = _of(found, "ships_specific")[0], planted.ONE[0].head
    assert (first.layer, first.head) == (1, head // 2 if kind == "k" else head)


def test_a_divergence_equals_the_sum_written_out_and_is_zero_where_nothing_is_silenced() -> None:
    handle = planted.handle()
    ids = handle.ids(planted.HARMFUL[0], "raw")
    base = logits(handle, intact(handle, ids))[0].double().softmax(-1).tolist()
    whole = ships_file.scores(handle, planted.HARMFUL[:1], Ablation(epsilon=1.0), "raw", Unheard().step)
    assert float(whole.abs().max()) < 1e-6
    silenced = ships_file.scores(handle, planted.HARMFUL[:1], Ablation(), "raw", Unheard().step)[0, 1, 2]
    from plimsoll.internals.hooks import edited

    with edited(handle, [Ablation().edit(1, [2])]):
        other = logits(handle, intact(handle, ids))[0].double().softmax(-1).tolist()
    expected = sum(p * math.log((p + 1e-12) / (q + 1e-12)) for p, q in zip(base, other, strict=True))
    assert float(silenced) == pytest.approx(expected, abs=1e-6)


def test_sahara_finds_the_planted_head_first_and_the_planted_pair_in_two_steps(
    opened: Callable[..., WhiteBox],
) -> None:
    one = sahara(steps=1, template="raw").analyse([opened()], ANCHORS, Unheard())
    assert [(step.layer, step.head) for step in _of(one, "sahara")] == [planted.ONE[0][:2]]
    pair = sahara(steps=2, template="raw").analyse([opened(planted.PAIR)], ANCHORS, Unheard())
    assert {(step.layer, step.head) for step in _of(pair, "sahara")} == {head[:2] for head in planted.PAIR}


def test_an_angle_is_that_of_the_leading_vectors_and_stays_when_samples_are_turned() -> None:
    torch = pytest.importorskip("torch")
    torch.manual_seed(1)
    first, second = torch.randn(6, 9).double(), torch.randn(6, 9).double()
    one, other = (torch.linalg.svd(each).U[:, 0] for each in (first, second))
    expected = math.degrees(math.acos(abs(float(one @ other))))
    assert angle(first, second) == pytest.approx(expected, abs=1e-6)
    turn = torch.linalg.qr(torch.randn(6, 6).double()).Q
    assert angle(turn @ first, turn @ second) == pytest.approx(expected, abs=1e-6)
    assert angle(first, first) == pytest.approx(0, abs=1e-6)
    assert angle(first, second, 2) > expected


def test_the_directions_of_planted_states_are_found() -> None:
    torch = pytest.importorskip("torch")
    torch.manual_seed(2)
    truth = [number % 2 == 0 for number in range(800)]
    direction = torch.nn.functional.normalize(torch.randn(64).double(), dim=0)
    signs = torch.tensor([1.0 if harmful else -1.0 for harmful in truth]).double()
    states = torch.randn(800, 64).double() * 0.5 + 3 * signs[:, None] * direction
    line = fitted(states, truth, 4)
    found = torch.nn.functional.normalize(line.direction, dim=0)
    assert float(found @ direction) > 0.95
    held_out = directions(components=4).held_out(states, truth)
    assert sum((score > 0) == harmful for score, harmful in zip(held_out, truth, strict=True)) >= 784


def test_directions_measures_every_layer_and_the_state_after_the_norm(
    opened: Callable[..., WhiteBox],
) -> None:
    found = directions(components=2, folds=2, template="raw").analyse([opened()], ANCHORS, Unheard())
    assert [each.layer for each in _of(found, "harm_auroc")] == [0, 1, 2, None]
    assert all(0 <= each.low <= each.value <= each.high <= 1 for each in _of(found, "harm_auroc"))  # type: ignore[operator]
    assert _of(found, "harm_auroc")[1].value == 1.0
    assert all(each.low is not None and each.low < each.value for each in _of(found, "harm_accuracy"))
    with pytest.raises(UserError, match="at least 5 requests"):
        directions(template="raw").analyse([opened()], ANCHORS, Unheard())


def test_layers_names_the_layer_whose_weights_differ(opened: Callable[..., WhiteBox]) -> None:
    found = layers(template="raw").analyse([opened(planted.ONE), opened(planted.PAIR)], ANCHORS, Unheard())
    assert all(each.value > 0 for each in _of(found, "weights_moved"))
    same = layers(template="raw").analyse([opened(), opened()], ANCHORS, Unheard())
    assert {each.value for each in _of(same, "weights_moved")} == {0.0}
    assert max(each.value for each in _of(same, "states_turned_harmful")) < 0.1


def _readers(handle: Handle, first: str, second: str) -> tuple[Reader, Reader]:
    return Reader(handle, handle.ids(first, "raw")), Reader(handle, handle.ids(second, "raw"))


def _alone(handle: Handle, prompt: str, tokens: int) -> list[int]:
    """The greedy continuation, the whole text passed anew for every token."""
    ids = handle.ids(prompt, "raw")
    made: list[int] = []
    for _ in range(tokens):
        with handle.torch.inference_mode():
            row = handle.torch.tensor([[*ids, *made]])
            made.append(int(handle.module(row).logits[0, -1].argmax()))
    return made


@pytest.mark.parametrize(("weight", "like"), [(0.0, 0), (1.0, 1)])
def test_a_weight_of_nothing_is_the_base_and_of_one_the_tuned_model(weight: float, like: int) -> None:
    handle = planted.handle()
    prompts = (planted.HARMLESS[0], planted.HARMFUL[0])
    base, tuned = _readers(handle, *prompts)
    made = greedy(base, [Pair(tuned=tuned, reference=base, weight=weight)], 12)
    assert made == _alone(handle, prompts[like], 12)


def test_a_combined_distribution_is_the_normalised_product_whether_of_logits_or_logarithms() -> None:
    torch = pytest.importorskip("torch")
    torch.manual_seed(3)
    for _ in range(100):
        base, tuned = torch.randn(2, 40).double() * 3
        alpha = random.Random(3).random() * 2
        expected = base.softmax(-1) ** (1 + alpha) / tuned.softmax(-1) ** alpha
        expected /= expected.sum()
        for one, other in (
            (base, tuned),
            (base.log_softmax(-1), tuned.log_softmax(-1)),
            (base + 5, tuned - 7),
        ):
            found = combined(one, [(-alpha, other, one)]).exp()
            assert torch.allclose(found, expected, atol=1e-6)


def test_the_expected_reward_falls_as_alignment_is_undone(opened: Callable[..., WhiteBox]) -> None:
    models = [opened(planted.ONE), opened(planted.PAIR)]
    found = headroom(tokens=4, template="raw").analyse(models, ANCHORS, Unheard())
    for kind in ("harmful", "harmless"):
        rewards = [each.value for each in _of(found, f"expected_reward_{kind}")]
        assert rewards == sorted(rewards, reverse=True)
        assert all(each.value >= 0 for each in _of(found, f"kl_aligned_base_{kind}"))
    same = headroom(tokens=4, template="raw").analyse([opened(), opened()], ANCHORS, Unheard())
    assert all(abs(each.value) < 1e-6 for each in _of(same, "kl_aligned_base_harmful"))


def test_one_prompt_has_no_interval_and_two_that_agree_have_a_certain_one_only_by_name() -> None:
    assert mean([1.0]).low is None
    assert difference([1.0], [0.5, 0.4], paired=False).high is None
    found = difference([3.0, 4.0, 5.0], [1.0, 1.0, 1.0], paired=True)
    assert found.value == 3
    assert found.low is not None
    assert found.low < 3


def test_a_command_prints_findings_for_a_program_and_for_people(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    model = str(planted.write(tmp_path / "planted"))
    for kind, prompts in (("harmful", planted.HARMFUL), ("harmless", planted.HARMLESS)):
        (tmp_path / kind).write_text("\n".join(prompts), encoding="utf-8")
    asked = ["--harmful", str(tmp_path / "harmful"), "--harmless", str(tmp_path / "harmless")]
    out = tmp_path / "found.json"
    assert exit_code(["analyse", "ships:template=raw", model, *asked, "--json", "--out", str(out)]) == 0
    found = msgspec.json.decode(capfd.readouterr().out, type=Analysed)
    assert found == msgspec.json.decode(out.read_bytes(), type=Analysed)
    assert (found.findings[0].layer, found.findings[0].head) == (1, 2)
    assert set(found.arguments["files"]) == {"harmful", "harmless"}
    assert exit_code(["analyse", "ships:template=raw", model, *asked]) == 0
    assert "layer 1, head 2" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["ships", "a", "b"], "takes 1 model"),
        (["headroom", "a"], "takes 2 model"),
        (["no_such", "a"], "no whitebox is called"),
        (["ships", "scripted/letter-A"], "no weights at hand"),
        (["ships", "a", "--harmful", "x"], "name both --harmful and --harmless"),
    ],
)
def test_what_cannot_be_analysed_is_said_in_one_sentence(
    given: list[str], said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["analyse", *given]) == 2
    assert said in capfd.readouterr().err


def test_prompts_that_are_no_text_are_refused_with_their_place(tmp_path: Path) -> None:
    bad, good, empty = (tmp_path / name for name in ("bad", "good", "empty"))
    bad.write_bytes(b"how\n\xff\n")
    good.write_text("how\n", encoding="utf-8")
    empty.write_text("\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"bad: line 2: byte 0xff"):
        anchors(harmful=bad, harmless=good, language="en")
    with pytest.raises(DataError, match="holds no prompt"):
        anchors(harmful=empty, harmless=good, language="en")


def test_a_model_that_is_not_built_as_llama_is_refused() -> None:
    torch = pytest.importorskip("torch")
    from plimsoll.internals.handle import handle

    class Other:
        name, revision, tokenizer = "other", "1", None
        module = torch.nn.Linear(2, 2)

    with pytest.raises(UserError, match=r"has no model\.layers"):
        handle(Other())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "spec",
    [
        "sahara:steps=0", "sahara:rank=0", "directions:components=0", "directions:folds=1",
        "headroom:tokens=0", "headroom:tokens=-1",
    ],
)  # fmt: skip
def test_numbers_that_cannot_be_used_are_refused_before_a_model_is_loaded(
    spec: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["analyse", spec, "/no/such/model"]) == 2
    assert "must be at least" in capfd.readouterr().err


def test_a_group_of_as_many_heads_as_there_are_is_refused(opened: Callable[..., WhiteBox]) -> None:
    with pytest.raises(UserError, match="has 12 heads in all"):
        sahara(steps=12, template="raw").analyse([opened()], ANCHORS, Unheard())


def test_values_that_are_all_the_same_show_no_scatter_and_have_no_interval_of_no_width() -> None:
    for alike in ([0.1, 0.1, 0.1], [2.0, 2.0]):
        found = mean(alike)
        assert (found.low, found.high) == (None, None)
        assert found.chance == 2 * 0.5 ** len(alike)
        apart = difference(alike, [0.0] * len(alike), paired=False)
        assert (apart.low, apart.high) == (None, None)
    shares = mean_share([1.0] * 10)
    assert shares.low is not None
    assert shares.low < 0.8
    assert shares.high == 1.0


def test_requests_that_are_told_apart_without_fail_are_not_known_to_be_so_for_ever() -> None:
    truth = [True] * 8 + [False] * 8
    scores = [1.0 + place for place in range(8)] + [-1.0 - place for place in range(8)]
    units = [str(place) for place in range(16)]
    bounds = redrawn_area(1.0, truth, scores, units)
    assert bounds.low < 1.0 == bounds.high
    assert redrawn_area(1.0, truth * 9, scores * 9, units * 9) == pytest.approx(bounds)
    once, often = (told_rightly(truth * n, scores * n, units * n) for n in (1, 9))
    assert once is not None
    assert often is not None
    assert (often.low, often.high) == pytest.approx((once.low, once.high))
