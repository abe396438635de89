"""Segments: what a module with them says, and who is held to have said which token."""

import asyncio
import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.core import Message, Request, Sampling, UserError, system, user
from plimsoll.internals import segments
from plimsoll.internals.handle import Handle
from plimsoll.internals.segments import Piece, ids, parted, spoken
from plimsoll.models.transformers import transformers
from tests.support import planted
from tests.support.tiny import CHAT, write_tiny

pytestmark = pytest.mark.torch
KV = [2, 4]


def _module(kv_heads: int) -> Any:
    return planted.module(kv_heads=kv_heads)


@pytest.mark.parametrize("kv_heads", KV)
def test_segments_of_zero_leave_logits_bit_for_bit_as_they_are(kv_heads: int) -> None:
    torch = pytest.importorskip("torch")
    module, row = _module(kv_heads), torch.tensor([[4, 5, 6, 1, 9]])
    before = module(row).logits
    segments.carry(module, torch.zeros(4, planted.HIDDEN))
    for place in range(4):
        assert torch.equal(module(row + place * len(planted.WORDS)).logits, before)


@pytest.mark.parametrize("kv_heads", KV)
def test_a_token_said_by_another_changes_what_follows_and_nothing_before(kv_heads: int) -> None:
    torch = pytest.importorskip("torch")
    module, row = _module(kv_heads), torch.tensor([[4, 5, 6, 1, 9]])
    torch.manual_seed(5)
    segments.carry(module, torch.randn(4, planted.HIDDEN) * 0.3)
    before = module(row).logits
    other = row.clone()
    other[0, 2] += 2 * len(planted.WORDS)
    after = module(other).logits
    assert torch.equal(before[0, :2], after[0, :2])
    assert all(not torch.equal(before[0, place], after[0, place]) for place in (2, 3, 4))


def test_gradients_reach_the_rows_of_those_who_speak_and_no_others() -> None:
    torch = pytest.importorskip("torch")
    module = _module(2)
    segments.carry(module, torch.zeros(4, planted.HIDDEN))
    table: Any = segments.table_of(module)
    table.requires_grad_(True)
    size = len(planted.WORDS)
    module(torch.tensor([[4 + size, 5 + size, 6 + 2 * size]])).logits.sum().backward()
    moved = [bool(row.abs().sum() > 0) for row in table.grad]
    assert moved == [True, True, False, False]


def test_an_output_layer_stays_tied_to_the_embedding() -> None:
    torch = pytest.importorskip("torch")
    module = _module(2)
    module.lm_head.weight = module.model.embed_tokens.weight
    segments.carry(module, torch.zeros(4, planted.HIDDEN))
    assert module.lm_head.weight is module.get_input_embeddings().weight


def test_a_table_of_another_size_is_refused() -> None:
    torch = pytest.importorskip("torch")
    with pytest.raises(UserError, match=r"segments\.safetensors"):
        segments.carry(_module(2), torch.zeros(4, planted.HIDDEN + 1))


class Bytes:
    """A tokenizer with a chat template: one token a letter."""

    def __init__(self, template: str) -> None:
        self.template = template

    def __call__(self, text: str, **_: Any) -> dict[str, list[int]]:
        return {"input_ids": [ord(letter) for letter in text]}

    def apply_chat_template(
        self, messages: Sequence[dict[str, str]], *, add_generation_prompt: bool = False, **_: Any
    ) -> str:
        from jinja2 import Template

        return Template(self.template).render(messages=messages, add_generation_prompt=add_generation_prompt)


DEFAULTING = (
    "<s>{% for m in messages %}{% if loop.first and m['role'] != 'system' %}<system>Be kind.\n{% endif %}"
    "<{{ m['role'] }}>{{ m['content'] }}\n{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}"
)
MERGING = (
    "{% for m in messages %}{% if m['role'] == 'user' %}[{{ messages[-1]['content'] }}|{{ m['content'] }}]"
    "{% endif %}{% endfor %}"
)
SIZE = 0x110000
TEXTS = st.text(min_size=1, max_size=12) | st.sampled_from(["<system>", "<tool>x", "\n<assistant>", "<s>"])
TURNS = st.lists(
    st.tuples(st.sampled_from(["system", "user", "tool", "assistant"]), TEXTS), min_size=1, max_size=5
)


@settings(deadline=None)
@given(TURNS, st.sampled_from([CHAT, DEFAULTING]))
def test_every_letter_of_a_turn_is_said_by_its_role(turns: list[tuple[str, str]], template: str) -> None:
    tokenizer = Bytes(template)
    messages = [{"role": role, "content": text} for role, text in turns]
    pieces = spoken(tokenizer, messages)
    whole = tokenizer.apply_chat_template(messages, add_generation_prompt=True)
    assert "".join(piece.text for piece in pieces) == whole
    found = parted(ids(tokenizer, pieces, SIZE), SIZE)
    assert len(found) == len(whole)
    assert "".join(chr(token) for token, _ in found) == whole
    said = [segments.ROLES[role] for role, text in turns for _ in f"<{role}>{text}\n"]
    if template == DEFAULTING and turns[0][0] != "system":
        at = len("<s><system>Be kind.\n")
    elif template == DEFAULTING:
        at = len("<s>")
    else:
        at = 0
    assert [segment for _, segment in found[:at]] == [0] * at
    assert [segment for _, segment in found[at : at + len(said)]] == said
    assert {segment for _, segment in found[at + len(said) :]} == {segments.REPLY}


def test_a_template_that_mixes_speakers_is_refused() -> None:
    messages = [{"role": "user", "content": "a"}, {"role": "tool", "content": "b"}]
    with pytest.raises(UserError, match="cannot be cut by speaker"):
        spoken(Bytes(MERGING), messages)
    with pytest.raises(UserError, match="has no segment"):
        spoken(Bytes(CHAT), [{"role": "critic", "content": "a"}])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model with segments of some size."""
    torch = pytest.importorskip("torch")
    made = write_tiny(tmp_path_factory.mktemp("segments") / "tiny", template=CHAT)
    torch.manual_seed(8)
    (made / segments.FILE).write_bytes(segments.written(torch.randn(4, 32)))
    return made


def _asked(text: str, data: str) -> tuple[Message, ...]:
    return (system("Be brief."), user(text), Message(role="tool", text=data))


async def _each(model: Any, requests: Sequence[Request]) -> list[Any]:
    try:
        return [await model.generate(request) for request in requests]
    finally:
        await model.close()


async def _together(model: Any, requests: Sequence[Request]) -> list[Any]:
    try:
        return list(await asyncio.gather(*map(model.generate, requests)))
    finally:
        await model.close()


def test_generation_with_a_cache_equals_whole_passes_on_fifty_prompts(folder: Path) -> None:
    torch = pytest.importorskip("torch")
    asked = [_asked(f"say {number * 37 % 101}", f"data {number}") for number in range(50)]
    sampling = Sampling(max_tokens=6, temperature=0)
    model = transformers(str(folder))
    replies = asyncio.run(_each(model, [Request(messages=each, sampling=sampling) for each in asked]))
    size = model.module.get_input_embeddings().num_embeddings
    for messages, reply in zip(asked, replies, strict=True):
        chat = [{"role": each.role, "content": each.text} for each in messages]
        row = ids(model.tokenizer, spoken(model.tokenizer, chat), size)
        made: list[int] = []
        for _ in range(6):
            with torch.inference_mode():
                made.append(int(model.module(torch.tensor([[*row, *made]])).logits[0, -1].argmax()))
        end = made.index(0) if 0 in made else len(made)
        assert model.tokenizer.decode(made[:end], skip_special_tokens=True) == reply.text


def test_a_model_weighs_continuations_as_its_own_words(folder: Path) -> None:
    torch = pytest.importorskip("torch")
    model = transformers(str(folder))
    messages = _asked("choose", "(B is right")
    (found,) = asyncio.run(_each(model, [Request(messages=messages, continuations=("(A", "(B", " no"))]))
    size = model.module.get_input_embeddings().num_embeddings
    chat = [{"role": each.role, "content": each.text} for each in messages]
    row = ids(model.tokenizer, spoken(model.tokenizer, chat), size)
    for text, likelihood in zip(("(A", "(B", " no"), found.loglikelihoods, strict=True):
        tokens = model.tokenizer(text)["input_ids"]
        with torch.inference_mode():
            told = model.module(torch.tensor([[*row, *tokens]])).logits[0].log_softmax(-1)
        expected = sum(float(told[len(row) - 1 + place, token]) for place, token in enumerate(tokens))
        assert likelihood == pytest.approx(expected, abs=1e-4)


def test_who_says_it_matters_and_batches_say_what_each_alone_would(folder: Path) -> None:
    model = transformers(str(folder))
    requests = [
        Request(messages=(user(first), Message(role=role, text=second)), continuations=("(A", "no"))
        for (first, second), role in itertools.product([("a b", "c d"), ("e", "f g h")], ("user", "tool"))
    ]
    together: list[Any] = [each.loglikelihoods for each in asyncio.run(_together(model, requests))]
    alone: list[Any] = [each.loglikelihoods for each in asyncio.run(_each(model, requests))]
    for one, other in zip(together, alone, strict=True):
        assert one == pytest.approx(other, abs=1e-4)
    assert alone[0] != pytest.approx(alone[1], abs=1e-3)


def test_a_handle_asks_by_speaker_too(folder: Path) -> None:
    model = transformers(str(folder))
    held = Handle(name="tiny", revision="1", module=model.module, tokenizer=model.tokenizer)
    size = model.module.get_input_embeddings().num_embeddings
    found = parted(held.ids("x", "chat", "s"), size)
    text = "<system>s\n<user>x\n<assistant>"
    assert [segment for _, segment in found] == [0] * 10 + [1] * 8 + [3] * 11
    assert held.tokenizer.decode([token for token, _ in found]) == text
    assert [segment for _, segment in parted(held.ids("x", "raw", "s"), size)] == [0, 0, 0, 1]


def test_pieces_are_tokenised_alone() -> None:
    tokenizer = Bytes(CHAT)
    found = ids(tokenizer, [Piece("ab", 0), Piece("c", 2), Piece("d", 3)], 1000)
    assert found == [1097, 1098, 3099, 100]
