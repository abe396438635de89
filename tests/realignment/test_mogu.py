"""MoGU on tiny models: its formulas by hand, what routers learn, and how the folder is read again."""

import asyncio
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from plimsoll import registry
from plimsoll.cli import exit_code
from plimsoll.core import DataError, Request, Sampling, UserError, user, whitebox
from plimsoll.internals import routing
from plimsoll.internals.checkpoint import Checkpoint
from plimsoll.internals.handle import Handle, handle
from plimsoll.internals.losses import FLOOR, Opposed, Ratio
from plimsoll.internals.routing import Decided, Line, LowRank, Route, Routing
from plimsoll.internals.training import Example, Recipe, adapted, tokenised
from plimsoll.models.transformers import Transformers, transformers
from plimsoll.realignment.mogu import Guided, Labelled, low_rank, pull
from tests.support import planted

pytestmark = pytest.mark.torch
RECIPE = Recipe(steps=4, batch=2, rate=0.02, rank=4, template="raw")
INPUTS, OUTPUTS, RANK = planted.HIDDEN, planted.HIDDEN, 4
NAMES = [f"model.layers.{layer}.self_attn.o_proj" for layer in range(planted.LAYERS)]


def _torch() -> Any:
    return pytest.importorskip("torch")


def _halves(seed: int) -> LowRank:
    torch = _torch()
    draw = torch.Generator().manual_seed(seed)
    return LowRank(
        torch.randn(RANK, INPUTS, generator=draw) * 0.2, torch.randn(OUTPUTS, RANK, generator=draw) * 0.2
    )


def _saying(number: float) -> Callable[[Any], Any]:
    return lambda given: given.new_full((*given.shape[:-1], 1), number)


def _routing(alpha: Any, beta: Any, first: int = 5) -> Routing:
    routes = {
        name: Route(_halves(2 * place), _halves(2 * place + 1), alpha, beta)
        for place, name in enumerate(NAMES)
    }
    return Routing(routes=routes, scale=2.0, first=first)


def _logits(held: Handle, prompt: str = planted.HARMFUL[0]) -> Any:
    with held.torch.inference_mode():
        return held.module(held.tokens(prompt, "raw")).logits


def _with(weights: Callable[[Any, LowRank, LowRank], Any]) -> Any:
    """Logits of the model whose projections are these."""
    held = planted.handle()
    for place, name in enumerate(NAMES):
        weight = held.module.get_submodule(name).weight
        weight.data = weights(weight.data, _halves(2 * place), _halves(2 * place + 1))
    return _logits(held)


@pytest.mark.parametrize(
    ("alpha", "beta", "weights"),
    [
        (0, 1, lambda plain, _, usable: plain + 2 * usable.up @ usable.down),
        (1, 0, lambda plain, safe, _: plain + 2 * safe.up @ safe.down),
        (0, 0, lambda plain, _, __: plain * 0),
        (0.5, 0.5, lambda plain, safe, usable: plain + (safe.up @ safe.down + usable.up @ usable.down)),
        (0.3, 0.9, lambda plain, s, u: 1.2 * plain + 2 * (0.3 * s.up @ s.down + 0.9 * u.up @ u.down)),
    ],
)
def test_what_routers_say_mixes_the_variants_by_the_published_formula(
    alpha: float, beta: float, weights: Callable[[Any, LowRank, LowRank], Any]
) -> None:
    held, made = planted.handle(), _routing(_saying(alpha), _saying(beta))
    made.attach(held.module)
    torch = held.torch
    assert torch.allclose(_logits(held), _with(weights), atol=1e-5)
    with made.off():
        assert torch.equal(_logits(held), _logits(planted.handle()))


def test_three_linear_maps_of_a_router_are_kept_as_the_one_that_they_are() -> None:
    torch = _torch()
    nn = torch.nn
    # As the official code has it: no bias in the first, 512 wide, and no non-linearity between them.
    net = nn.Sequential(nn.Linear(INPUTS, 512, bias=False), nn.Linear(512, INPUTS), nn.Linear(INPUTS, 1))
    given = torch.randn(2, 7, INPUTS)
    line = routing.collapsed(net)
    assert line.weight.numel() + line.bias.numel() == INPUTS + 1
    assert torch.allclose(line(given), net(given).sigmoid(), atol=1e-6)


def _rows(held: Handle, prompt: str) -> tuple[Any, Any]:
    return tuple(tokenised(held, Example(prompt=prompt, reply=said), RECIPE) for said in ("refuse", "comply"))


def test_the_loss_of_a_variant_is_one_reply_over_the_other_by_hand() -> None:
    held = planted.handle()
    torch, (wanted, other) = held.torch, _rows(held, planted.HARMFUL[0])
    module = adapted(held, RECIPE)

    def by_hand(row: Any) -> Any:
        ids, begins = row
        told = module(torch.tensor([ids])).logits[0].log_softmax(-1)
        losses = [-told[place - 1, ids[place]] for place in range(begins, len(ids))]
        return sum(losses) / len(losses)

    loss, expected = Ratio()(module, [Opposed(wanted, other)]), by_hand(wanted) / by_hand(other)
    assert float(loss.detach()) == pytest.approx(float(expected.detach()), rel=1e-5)
    weights = [each for each in module.parameters() if each.requires_grad]
    for found, right in zip(
        torch.autograd.grad(loss, weights), torch.autograd.grad(expected, weights), strict=True
    ):
        assert torch.allclose(found, right, atol=1e-6)


def test_a_reply_that_is_certain_does_not_let_the_ratio_run_away() -> None:
    torch = _torch()
    # After token 0, token 1 is certain and token 2 as good as impossible.
    table = torch.nn.Embedding.from_pretrained(torch.tensor([[0.0, 30.0, 0.0]] * 3))

    class Following(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table = table

        def forward(self, *, input_ids: Any, attention_mask: Any) -> Any:
            return SimpleNamespace(logits=self.table(input_ids), mask=attention_mask)

    loss = Ratio()
    found = float(loss(Following(), [Opposed(([0, 2], 1), ([0, 1], 1))]))
    assert found == pytest.approx(30 / FLOOR, rel=1e-4)
    assert "1 times the other reply's loss fell below 0.001" in loss.said


def test_routers_are_pulled_to_the_variant_that_should_speak() -> None:
    torch = _torch()
    decided = [
        Decided(None, torch.tensor([[[0.2], [0.4]]]), torch.tensor([[[0.9], [0.7]]])),
        Decided(None, torch.tensor([[[0.0], [0.0]]]), torch.tensor([[[1.0], [1.0]]])),
    ]
    benign = (0.04 + 0.16) / 4 + (0.01 + 0.09) / 4
    malicious = (0.64 + 0.36 + 1 + 1) / 4 + (0.81 + 0.49 + 1 + 1) / 4
    assert float(pull(decided, malicious=False)) == pytest.approx(benign)
    assert float(pull(decided, malicious=True)) == pytest.approx(malicious)


def test_the_loss_of_routers_is_that_of_the_right_reply_and_twice_the_pull() -> None:
    held = planted.handle()
    refuse, comply = _rows(held, planted.HARMFUL[0])
    made = _routing(_saying(0.25), _saying(0.5))
    made.attach(held.module)
    ids, begins = refuse
    told = held.module(held.torch.tensor([ids])).logits[0].log_softmax(-1).detach()
    places = range(begins, len(ids))
    likelihood = -sum(float(told[place - 1, ids[place]]) for place in places) / len(places)
    found = float(Guided(held.module, made)([Labelled(comply, refuse, malicious=True)]).detach())
    assert found == pytest.approx(likelihood + 2 * (0.75**2 + 0.5**2), abs=1e-5)


def test_an_adapter_of_peft_is_read_as_the_half_that_it_is(tmp_path: Path) -> None:
    from safetensors.torch import load_file

    held = planted.handle()
    module = adapted(held, RECIPE, ("o_proj",))
    for name, weight in module.named_parameters():
        if "lora_B" in name:
            weight.data.normal_(generator=held.torch.Generator().manual_seed(1))
    expected = module(held.tokens(planted.HARMFUL[0], "raw")).logits.detach()
    module.save_pretrained(tmp_path)
    found = low_rank(load_file(tmp_path / "adapter_model.safetensors"))
    other = planted.handle()
    nothing = LowRank(held.torch.zeros(4, INPUTS), held.torch.zeros(OUTPUTS, 4))
    routes = {name: Route(found[name], nothing, _saying(1), _saying(0)) for name in NAMES}
    Routing(routes=routes, scale=2.0, first=5).attach(other.module)
    assert held.torch.allclose(_logits(other), expected, atol=1e-5)


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
