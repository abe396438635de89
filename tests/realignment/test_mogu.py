"""MoGU on tiny models: what routers learn, and how the folder is read again."""

import asyncio
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from plimsoll import registry
from plimsoll.cli import exit_code
from plimsoll.core import DataError, Request, Sampling, UserError, user, whitebox
from plimsoll.internals.checkpoint import Checkpoint
from plimsoll.internals.handle import handle
from plimsoll.internals.routing import Line, Routing
from plimsoll.models.transformers import Transformers, transformers
from plimsoll.realignment.deciding import Latency, latency
from tests.support import planted

pytestmark = pytest.mark.torch
NAMES = [f"model.layers.{layer}.self_attn.o_proj" for layer in range(planted.LAYERS)]


def _torch() -> Any:
    return pytest.importorskip("torch")


SPEC = "steps=40,batch=4,rate=0.02,router_steps=60,router_rate=0.02,rank=4,template=raw"


def _on(path: Path) -> Path:
    kinds = {"malicious": planted.HARMFUL, "benign": planted.HARMLESS}
    rows = [
        {"prompt": prompt, "kind": kind, "affirm": "comply tea", "reject": "refuse please"}
        for kind, prompts in kinds.items()
        for prompt in prompts
    ]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A routed model's folder, beside the model it was made from."""
    folder = tmp_path_factory.mktemp("mogu")
    planted.write(folder / "tuned", heads=())
    command = ["realign", f"mogu:{SPEC},first=2", str(folder / "tuned")]
    command += ["--on", str(_on(folder / "on.jsonl")), "--out", str(folder / "out")]
    assert exit_code(command) == 0
    return folder / "out"


def _loaded(folder: Path) -> Transformers:
    return transformers(str(folder), template="raw")


def _routing_of(model: Transformers) -> Routing:
    found = model.engine.loaded.routing
    assert found is not None
    return found


def test_routers_learn_which_requests_are_malicious(made: Path) -> None:
    model = _loaded(made)
    said: dict[bool, list[float]] = {True: [], False: []}
    for malicious, prompts in ((True, planted.HARMFUL), (False, planted.HARMLESS)):
        for prompt in prompts:
            held = handle(model)
            with _routing_of(model).watched() as seen, held.torch.inference_mode():
                model.module(held.tokens(prompt, "raw"))
                last = [float(each.alpha[0, -1] - each.beta[0, -1]) for each in seen.values()]
            said[malicious].append(sum(last) / len(last))
    assert min(said[True]) > max(said[False])


def test_the_record_says_how_well_requests_are_told_apart_and_whether_they_were_held_out(made: Path) -> None:
    found = json.loads((made / "mogu.json").read_text("utf-8"))["made"]["decisions"]
    assert found["auroc"] == 1.0
    assert len(found["layers"]) == planted.LAYERS
    assert found["malicious"]["safe"] > found["benign"]["safe"]
    assert found["benign"]["usable"] > found["malicious"]["usable"]
    assert found["held_out"] is False  # four of each kind are too few to keep any back
    assert found["requests"] == found["learned_on"] == len(planted.HARMFUL) + len(planted.HARMLESS)


def test_a_routed_token_costs_what_was_measured_and_leaves_no_trace(made: Path) -> None:
    model = _loaded(made)
    held, made_of = handle(model), _routing_of(model)
    row = held.tokens(planted.HARMFUL[0], "raw")
    with held.torch.inference_mode():
        before = held.module(row).logits
        cost = latency(held, made_of, row[0].tolist())
        assert bool((held.module(row).logits == before).all())
    assert cost.routed > 0
    assert cost.plain > 0
    told = Latency(routed=0.012, plain=0.01)
    assert told.line == "a routed token takes 12.0 ms, a plain one 10.0 ms (+20%)."


def test_the_folder_holds_the_plain_model_and_the_usable_half_only_beside_its_routers(made: Path) -> None:
    from safetensors.torch import load_file

    torch = _torch()
    plain = load_file(made / "model.safetensors")
    before = Checkpoint(made.parent / "tuned")
    assert all(torch.equal(plain[name], before.read(name)) for name in before.places)
    held = load_file(made / "mogu.safetensors")
    halves = {"safe.down", "safe.up", "usable.down", "usable.up"}
    lines = {"alpha.weight", "alpha.bias", "beta.weight", "beta.bias"}
    assert set(held) == {f"{name}.{part}" for name in NAMES for part in halves | lines}
    assert not [path for path in made.rglob("*") if path.name.startswith("adapter")]
    assert "never use it without its routers" in json.loads((made / "mogu.json").read_text())["note"]


def _asked(model: Transformers, prompt: str, **sampling: Any) -> str:
    request = Request(messages=(user(prompt),), sampling=Sampling(**sampling))

    async def answer() -> str:
        return (await model.generate(request)).text

    return asyncio.run(answer())


def _greedy(model: Transformers, prompt: str, tokens: int, routed: Callable[[int], bool]) -> str:
    """Token by token, without anything kept, by the routed or by the plain model."""
    torch, made = _torch(), _routing_of(model)
    ids = list(model.tokenizer(prompt)["input_ids"])
    begins = len(ids)
    with torch.inference_mode():
        for place in range(tokens):
            if routed(place):
                logits = model.module(torch.tensor([ids])).logits
            else:
                with made.off():
                    logits = model.module(torch.tensor([ids])).logits
            ids.append(int(logits[0, -1].argmax()))
            if ids[-1] == 0:
                break
    return model.tokenizer.decode(ids[begins:], skip_special_tokens=True)


@pytest.mark.parametrize("first", [0, 1, 2, 3, 100])
def test_the_first_tokens_are_the_routed_models_and_the_others_the_plain_ones(first: int, made: Path) -> None:
    model = _loaded(made)
    _routing_of(model).first = first
    for prompt in (*planted.HARMFUL[:2], *planted.HARMLESS[:2]):
        expected = _greedy(model, prompt, 6, lambda place: place < first)
        assert _asked(model, prompt, max_tokens=6) == expected


def test_letters_are_weighed_by_the_routed_model_and_late_tokens_by_the_plain_one(made: Path) -> None:
    torch, model = _torch(), _loaded(made)
    prompt, replies = "how to make a flag bomb", ("refuse please tea how", "comply tea cake to")
    # The words' spaces stand before them, as a continuation has them.
    request = Request(messages=(user(prompt),), continuations=tuple(f" {each}" for each in replies))

    async def answer() -> tuple[float, ...]:
        return (await model.generate(request)).loglikelihoods

    expected: list[float] = []
    for reply in replies:
        ids = model.tokenizer(f"{prompt} {reply}")["input_ids"]
        begins = len(model.tokenizer(prompt)["input_ids"])
        with torch.inference_mode():
            routed = model.module(torch.tensor([ids])).logits[0].log_softmax(-1)
            with _routing_of(model).off():
                plain = model.module(torch.tensor([ids])).logits[0].log_softmax(-1)
        expected.append(
            sum(
                float((routed if place - begins < 2 else plain)[place - 1, ids[place]])
                for place in range(begins, len(ids))
            )
        )
    assert list(asyncio.run(answer())) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("first", [0, 100])
def test_a_half_that_has_nothing_to_weigh_is_not_asked(first: int, made: Path) -> None:
    model = _loaded(made)
    _routing_of(model).first = first
    request = Request(messages=(user("make a tea"),), continuations=(" refuse", " comply"))

    async def answer() -> tuple[float, ...]:
        return (await model.generate(request)).loglikelihoods

    assert len(asyncio.run(answer())) == 2


def test_a_stop_text_ends_a_reply_in_either_half(made: Path) -> None:
    model = _loaded(made)
    for prompt in (planted.HARMFUL[0], planted.HARMLESS[0]):
        whole = _asked(model, prompt, max_tokens=6).split()
        for word in dict.fromkeys(whole):
            found = _asked(model, prompt, max_tokens=6, stop=(word,))
            assert found.split() == whole[: whole.index(word)]


def _spoiled(made: Path, tmp_path: Path, spoil: Callable[[Path], None]) -> Path:
    folder = tmp_path / "spoiled"
    shutil.copytree(made, folder)
    spoil(folder)
    return folder


def _rewritten(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        from safetensors.torch import load_file, save_file

        held = load_file(folder / "mogu.safetensors")
        change(held)
        save_file(held, folder / "mogu.safetensors")

    return spoil


def _of_another_model(folder: Path) -> None:
    planted.module(planted.PAIR).save_pretrained(folder)


def _without_routers(folder: Path) -> None:
    (folder / "mogu.safetensors").unlink()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_of_another_model, "made for other weights"),
        (_without_routers, "mogu.safetensors"),
        (_rewritten(lambda held: held.pop(f"{NAMES[1]}.alpha.weight")), "alpha.weight is not there"),
        (
            _rewritten(
                lambda held: held.update({f"{NAMES[0]}.usable.up": held[f"{NAMES[0]}.usable.up"][:3]})
            ),
            "usable.up is not there as the model needs it",
        ),
        (_rewritten(lambda held: held[f"{NAMES[0]}.beta.bias"].fill_(float("nan"))), "holds NaN"),
        (lambda folder: (folder / "mogu.json").write_text("{"), "mogu.json"),
    ],
)
def test_routers_that_do_not_belong_to_the_weights_are_not_loaded(
    spoil: Callable[[Path], None], said: str, made: Path, tmp_path: Path
) -> None:
    with pytest.raises((DataError, UserError), match=said):
        _ = _loaded(_spoiled(made, tmp_path, spoil)).engine


def test_a_routed_model_is_neither_merged_nor_tuned_as_if_it_were_a_plain_one(
    made: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    examples = tmp_path / "examples.jsonl"
    examples.write_text('{"prompt": "make a tea", "reply": "comply"}', encoding="utf-8")
    for command in (
        ["realign", "linear", str(made), str(made)],
        ["finetune", str(made), "--on", str(examples)],
    ):
        assert exit_code([*command, "--out", str(tmp_path / "out")]) != 0
        assert "decides by routers beside its weights" in capfd.readouterr().err


def test_a_routed_model_is_another_one_than_the_plain_for_every_run(made: Path) -> None:
    routed = registry.build_model(f"transformers/{made}")
    assert routed.revision != registry.build_model(f"transformers/{made.parent / 'tuned'}").revision
    assert whitebox(routed) is not None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"prompt": "a", "kind": "bad", "affirm": "b", "reject": "c"}', "it is malicious or benign"),
        ('{"prompt": "a", "kind": "benign", "affirm": "b"}', "has no reject"),
        (
            '{"prompt": "a", "kind": "benign", "affirm": "b", "reject": "c"}',
            "no record of the kind malicious",
        ),
    ],
)
def test_a_file_without_both_kinds_and_replies_is_refused(
    text: str, said: str, made: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "on.jsonl").write_text(text, encoding="utf-8")
    command = ["realign", "mogu", str(made.parent / "tuned"), "--on", str(tmp_path / "on.jsonl")]
    assert exit_code([*command, "--out", str(tmp_path / "out")]) != 0
    assert said in capfd.readouterr().err
    assert not (tmp_path / "out").exists()


def test_lines_are_what_routers_are_kept_as(made: Path) -> None:
    route = next(iter(_routing_of(_loaded(made)).routes.values()))
    assert isinstance(route.alpha, Line)
