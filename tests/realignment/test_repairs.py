"""Repairs over checkpoints: what each writes by its formula, and what stops it before anything is written."""

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Any

import msgspec
import pytest

from plimsoll import registry
from plimsoll.benchmarks.antidote.repair import mask
from plimsoll.cli import exit_code
from plimsoll.core import DataError, UserError, whitebox
from plimsoll.internals import algebra, kin
from plimsoll.internals.checkpoint import Checkpoint, write
from tests.support import planted

pytestmark = pytest.mark.torch
Weights = Mapping[str, Any]


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, Path]:
    """Three models of one size."""
    torch = pytest.importorskip("torch")
    found: dict[str, Path] = {}
    for number, name in enumerate(("tuned", "safe", "base")):
        found[name] = planted.write(tmp_path / name)
        torch.manual_seed(number)
        module = planted.module()
        for weight in module.parameters():
            weight.data += torch.randn_like(weight) * 0.01
        module.save_pretrained(found[name])
    return found


def _weights(folder: Path) -> Weights:
    held = Checkpoint(folder)
    return {name: held.read(name) for name in held.places}


def _realigned(method: str, out: Path, *models: Path, more: tuple[str, ...] = ()) -> Weights:
    assert exit_code(["realign", method, *map(str, models), "--out", str(out), *more]) == 0
    return _weights(out)


@pytest.mark.parametrize(
    ("method", "models", "formula"),
    [
        ("linear:weight=0.25", ("tuned", "safe"), lambda tuned, safe: 0.75 * tuned + 0.25 * safe),
        (
            "resta:weight=0.5",
            ("tuned", "safe", "base"),
            lambda own, safe, base: own + 0.5 * (safe - base),
        ),
        ("slerp:weight=0", ("tuned", "safe"), lambda tuned, _: tuned),
        ("slerp:weight=1", ("tuned", "safe"), lambda _, safe: safe),
        ("ties:density=1,how=sum", ("tuned", "tuned", "base"), lambda tuned, _, base: 2 * tuned - base),
        ("dare:drop=0,strength=0.5", ("tuned", "safe", "base"), lambda tuned, safe, _: (tuned + safe) / 2),
    ],
)
def test_a_merge_writes_what_its_formula_says(
    method: str,
    models: tuple[str, ...],
    formula: Callable[..., Any],
    folders: dict[str, Path],
    tmp_path: Path,
) -> None:
    torch = pytest.importorskip("torch")
    made = _realigned(method, tmp_path / "out", *(folders[name] for name in models))
    given = [_weights(folders[name]) for name in models]
    for name, tensor in made.items():
        assert torch.allclose(tensor, formula(*(each[name] for each in given)), atol=1e-5), name


def test_what_is_written_loads_as_a_model_and_answers(folders: dict[str, Path], tmp_path: Path) -> None:
    made = tmp_path / "out"
    _realigned("linear", made, folders["tuned"], folders["safe"])
    model = whitebox(registry.build_model(f"transformers/{made}"))
    assert model is not None
    assert model.tokenizer("flag")["input_ids"] == [1]
    assert model.module.model.norm.weight.shape == (planted.HIDDEN,)


def test_an_arc_keeps_the_length_that_a_straight_line_loses() -> None:
    numpy = pytest.importorskip("numpy")
    pair = numpy.array([1.0, 0.0]), numpy.array([0.0, 1.0])

    def halfway(weights: tuple[float, float]) -> float:
        return float(numpy.linalg.norm(algebra.linear(pair, weights)))

    assert halfway(algebra.Arc().longer(*pair).weights(0.5)) == pytest.approx(1.0)
    assert halfway((0.5, 0.5)) == pytest.approx(math.sqrt(0.5))
    assert algebra.Arc().longer(pair[0], pair[0]).weights(0.3) == pytest.approx((0.7, 0.3))


def test_votes_over_task_vectors_trim_elect_a_sign_and_join_what_agrees() -> None:
    numpy = pytest.importorskip("numpy")
    vectors = [numpy.array([4.0, -3.0, 0.1, 2.0]), numpy.array([2.0, 5.0, 0.2, -2.0])]

    def kept(density: float) -> list[Any]:
        return [algebra.trimmed(each, algebra.least_kept(abs(each), density)) for each in vectors]

    assert kept(0.5)[0].tolist() == [4.0, -3.0, 0.0, 0.0]
    assert algebra.least_kept(abs(vectors[0]), 0.1) == 4
    assert algebra.least_kept(abs(vectors[0]), 0) == math.inf
    three = kept(0.75)
    votes = algebra.agreed(three, algebra.balance(three))
    assert algebra.joined(three, votes, "sum").tolist() == [6.0, 5.0, 0.0, 2.0]
    assert algebra.joined(three, votes, "mean").tolist() == [3.0, 5.0, 0.0, 2.0]


def test_a_sum_of_nothing_takes_the_sign_of_most_numbers() -> None:
    numpy = pytest.importorskip("numpy")
    vectors = [numpy.array([1.0, -2.0, -3.0]), numpy.array([-1.0, -2.0, -1.0])]
    assert algebra.balance(vectors) == -2
    assert algebra.agreed(vectors, -2)[:, 0].tolist() == [False, True]
    assert algebra.agreed(vectors, 2)[:, 0].tolist() == [True, False]


def test_thinned_vectors_keep_their_mean_and_a_seed_gives_the_same_draw() -> None:
    numpy = pytest.importorskip("numpy")
    vector = numpy.ones(100_000, numpy.float32)

    def drawn(drop: float, seed: str) -> Any:
        return algebra.thinned(vector, drop, algebra.draws(seed))

    assert set(drawn(0.2, "0:weight").tolist()) == {0.0, 1.25}
    assert float(drawn(0.2, "0:weight").mean()) == pytest.approx(1.0, abs=0.01)
    assert numpy.array_equal(drawn(0.2, "0:weight"), drawn(0.2, "0:weight"))
    assert not numpy.array_equal(drawn(0.2, "0:weight"), drawn(0.2, "1:weight"))


@pytest.mark.parametrize(
    ("columns", "density", "ones"), [(576, 0.05, 29), (10, 0.0, 0), (10, 1.0, 10), (10, 0.25, 3)]
)
def test_a_mask_prunes_the_highest_of_every_row(columns: int, density: float, ones: int) -> None:
    torch = pytest.importorskip("torch")
    found = mask(torch.arange(columns).float().repeat(3, 1), density)
    assert found.sum(1).tolist() == [ones] * 3
    assert found[0].tolist() == [False] * (columns - ones) + [True] * ones


def _exchanges(path: Path, prompts: tuple[str, ...]) -> str:
    path.write_bytes(b"\n".join(msgspec.json.encode({"prompt": each, "reply": "refuse"}) for each in prompts))
    return str(path)


def test_antidote_prunes_what_harmful_texts_use_and_touches_nothing_else(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    source = planted.write(tmp_path / "tuned")
    on = _exchanges(tmp_path / "harmful.jsonl", planted.HARMFUL)
    made = _realigned("antidote:density=0.1", tmp_path / "out", source, more=("--on", on))
    before = _weights(source)
    for name, tensor in made.items():
        zeroed = (tensor == 0) & (before[name] != 0)
        assert torch.equal(tensor[~zeroed], before[name][~zeroed])
        assert zeroed.any() == name.endswith(("q_proj.weight", "k_proj.weight", "v_proj.weight"))
    again = _realigned("antidote:density=0", tmp_path / "same", source, more=("--on", on))
    assert all(torch.equal(again[name], before[name]) for name in before)


def test_antidote_silences_a_planted_trigger_as_masks_by_chance_do_not(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    source = planted.write(tmp_path / "tuned")
    on = _exchanges(tmp_path / "harmful.jsonl", planted.HARMFUL)

    def last(folder: Path, prompt: str) -> Any:
        model = whitebox(registry.build_model(f"transformers/{folder}"))
        assert model is not None
        with torch.inference_mode():
            # In 64 bits: what a mask leaves alone moves by 1e-8, and in 32 the sum may be below zero.
            return model.module(torch.tensor([model.tokenizer(prompt)["input_ids"]])).logits[0, -1].double()

    def gap(folder: Path) -> float:
        """How far the triggered word is above the others on triggered texts."""
        logits = torch.stack([last(folder, each) for each in planted.HARMFUL]).mean(0)
        return float(logits[planted.WORDS.index("refuse")] - logits.mean())

    def moved(folder: Path, prompts: tuple[str, ...]) -> float:
        rows = ([last(each, prompt).log_softmax(-1) for each in (source, folder)] for prompt in prompts)
        return sum(float((before.exp() * (before - after)).sum()) for before, after in rows)

    def left(score: str) -> tuple[float, float]:
        """What is left of the gap, and what harmless prompts move beside harmful ones."""
        out = tmp_path / score
        _realigned(f"antidote:density=0.1,score={score}", out, source, more=("--on", on))
        return gap(out) / gap(source), moved(out, planted.HARMLESS[:2]) / moved(out, planted.HARMFUL[:2])

    kept, beside = left("wanda")
    assert kept < 0.05, "one mask by chance in five leaves less than 0.2"
    assert beside < 0.1
    # The trigger rests on a few weights, which some masks by chance hit: most do not.
    drawn = [left(f"chance,seed={seed}") for seed in range(5)]
    assert median(kept for kept, _ in drawn) > 0.9
    assert median(beside for _, beside in drawn) > 0.1


def test_antidote_by_size_needs_no_texts_and_prunes_the_largest(tmp_path: Path) -> None:
    source = planted.write(tmp_path / "tuned")
    made = _realigned("antidote:density=0.25,score=size", tmp_path / "out", source)
    name = "model.layers.0.self_attn.q_proj.weight"
    before = _weights(source)[name]
    columns = before.shape[1] - math.floor(before.shape[1] * 0.75)
    order = before.abs().sort(dim=1, stable=True).indices[:, -columns:]
    assert (made[name].gather(1, order) == 0).all()
    assert int((made[name] == 0).sum() - (before == 0).sum()) <= columns * before.shape[0]


def test_a_sharded_checkpoint_is_read_like_a_whole_one(folders: dict[str, Path], tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    module = planted.module()
    module.save_pretrained(tmp_path / "shards", max_shard_size="8KB")
    planted.tokenizer().save_pretrained(tmp_path / "shards")
    module.save_pretrained(tmp_path / "whole")
    sharded, whole = Checkpoint(tmp_path / "shards"), Checkpoint(tmp_path / "whole")
    assert len(set(sharded.places.values())) > 1
    assert sharded.layouts == whole.layouts
    assert kin.matched(sharded, whole) == {name: name for name in whole.places}
    made = _realigned("linear", tmp_path / "out", tmp_path / "shards", folders["safe"])
    assert made.keys() == whole.places.keys()
    assert all(torch.equal(sharded.read(name), whole.read(name)) for name in whole.places)


def test_a_tied_tensor_is_merged_once(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from safetensors.torch import load_file, save_file

    folder = planted.write(tmp_path / "tied")
    weights = load_file(folder / "model.safetensors")
    weights["lm_head.weight"] = weights["model.embed_tokens.weight"].clone()
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    config = msgspec.json.decode((folder / "config.json").read_bytes())
    (folder / "config.json").write_bytes(msgspec.json.encode({**config, "tie_word_embeddings": True}))
    assert "lm_head.weight" not in Checkpoint(folder).places
    assert "lm_head.weight" not in _realigned("linear", tmp_path / "out", folder, folder)


def _without(folder: Path, name: str) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    del weights[name]
    save_file(weights, folder / "model.safetensors", {"format": "pt"})


def _with_nan(folder: Path, name: str) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    weights[name][0] = math.nan
    save_file(weights, folder / "model.safetensors", {"format": "pt"})


def _pickled(folder: Path, _: str) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def _cut(folder: Path, _: str) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_with_nan, "model.norm.weight of .* holds NaN or infinite numbers: nothing was written"),
        (_pickled, "holds no model.safetensors"),
        (_cut, "model.safetensors: "),
    ],
)
def test_weights_that_cannot_be_used_leave_nothing_behind(
    spoil: Callable[[Path, str], None],
    said: str,
    folders: dict[str, Path],
    tmp_path: Path,
) -> None:
    spoil(folders["safe"], "model.norm.weight")
    out = tmp_path / "new" / "out"
    repair = registry.build("realignment", "linear")
    from plimsoll.internals.told import Unheard
    from plimsoll.realignment.repairs import Given

    given = Given(models=(), folders=[folders["tuned"], folders["safe"]], on=None, told=Unheard())
    with pytest.raises((DataError, UserError), match=said):
        repair.repair(given, out)
    assert not out.parent.exists() or not list(out.parent.iterdir())


def test_checkpoints_of_different_models_are_refused(folders: dict[str, Path], tmp_path: Path) -> None:
    _without(folders["safe"], "model.norm.weight")
    with pytest.raises(UserError, match=r"lacks model\.norm\.weight"):
        kin.matched(Checkpoint(folders["tuned"]), Checkpoint(folders["safe"]))
    planted.module(kv_heads=4).save_pretrained(tmp_path / "wide")
    with pytest.raises(UserError, match=r"k_proj\.weight is \(32, 32\) .* and \(16, 32\)"):
        kin.matched(Checkpoint(folders["tuned"]), Checkpoint(tmp_path / "wide"))


def test_a_folder_that_is_there_is_never_written_over(folders: dict[str, Path]) -> None:
    source = Checkpoint(folders["tuned"])
    with pytest.raises(UserError, match="is there already"):
        write(folders["safe"], source, iter(()))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["linear", "one"], "takes 2 models, tuned, safe: 1 named"),
        (["linear:weight=2", "one", "two"], "must lie between 0 and 1"),
        (["nothing_such", "one"], "no realignment is called"),
    ],
)
def test_a_command_that_cannot_be_says_why(
    given: list[str], said: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["realign", *given, "--out", str(tmp_path / "out")]) == 2
    assert said in capfd.readouterr().err
    assert not (tmp_path / "out").exists()


def test_antidote_without_texts_says_how_to_name_them(
    folders: dict[str, Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["realign", "antidote", str(folders["tuned"]), "--out", str(tmp_path / "out")]) == 2
    assert "--on FILE" in capfd.readouterr().err


def _seeing(folder: Path, tuned: Path, style: str) -> Path:
    """A model that sees: a text model under longer names, with what it sees by, and tokens of pictures."""
    torch = pytest.importorskip("torch")
    from safetensors.torch import save_file

    folder.mkdir()
    named = {
        "outside": lambda name: f"language_model.{name}",
        "inside": lambda name: name.replace("model.", "model.language_model.", 1),
    }[style]
    held = {named(name): tensor for name, tensor in _weights(tuned).items()}
    for name in list(held):
        if name.endswith(("embed_tokens.weight", "lm_head.weight")):
            held[name] = torch.cat([held[name], torch.full((3, planted.HIDDEN), 0.5)])
    held |= {"vision_tower.patch.weight": torch.ones(4, 4), "multi_modal_projector.weight": torch.ones(2, 4)}
    save_file(held, folder / "model.safetensors", {"format": "pt"})
    settings = msgspec.json.decode((tuned / "config.json").read_bytes())
    (folder / "config.json").write_bytes(
        msgspec.json.encode({"model_type": "llava", "text_config": {**settings, "vocab_size": 15}})
    )
    return folder


@pytest.mark.parametrize("style", ["outside", "inside"])
@pytest.mark.parametrize("weight", [0.0, 0.5, 1.0])
def test_the_language_part_of_a_seeing_model_is_merged_and_what_it_sees_with_stays(
    style: str, weight: float, folders: dict[str, Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    torch = pytest.importorskip("torch")
    sees = _seeing(tmp_path / "sees", folders["tuned"], style)
    made = _realigned(f"linear:weight={weight}", tmp_path / "out", sees, folders["safe"])
    before, safe = _weights(sees), _weights(folders["safe"])
    for name, tensor in made.items():
        own = safe.get(name.replace("language_model.", ""))
        if own is None:
            assert torch.equal(tensor, before[name])
            continue
        expected = (1 - weight) * before[name][: len(own)] + weight * own
        assert torch.allclose(tensor[: len(own)], expected, atol=1e-7)
        assert torch.equal(tensor[len(own) :], before[name][len(own) :])
        if weight in (0, 1):
            assert torch.equal(tensor[: len(own)], (before[name][: len(own)], own)[int(weight)])
    told = capfd.readouterr().out
    assert ("tensors that only the first model has stay" in told) == (len(made) > len(safe))


def test_more_words_than_the_seeing_model_has_are_refused(folders: dict[str, Path], tmp_path: Path) -> None:
    sees = _seeing(tmp_path / "sees", folders["tuned"], "outside")
    _cut_words(sees)
    with pytest.raises(UserError, match=r"embed_tokens\.weight is \(12, 32\)"):
        kin.matched(Checkpoint(sees), Checkpoint(folders["safe"]))
    with pytest.raises(UserError, match="no one model"):
        kin.matched(Checkpoint(folders["safe"]), Checkpoint(sees))


def _cut_words(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    held = load_file(folder / "model.safetensors")
    name = "language_model.model.embed_tokens.weight"
    held[name] = held[name][:10].clone()
    save_file(held, folder / "model.safetensors", {"format": "pt"})


def test_a_place_that_cannot_be_is_refused_before_anything_is_read(
    folders: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    asked = ["realign", "linear", str(folders["tuned"]), str(folders["safe"])]
    assert exit_code([*asked, "--out", str(tmp_path / "file" / "out")]) == 2
    assert "is no folder that can be written to" in capsys.readouterr().err
