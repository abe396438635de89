"""A tiny Llama with hand-set weights whose refusal is carried by heads that are known: the ground truth.

The planted heads look for the token `flag` and write what they find into the logit of `refuse`; all
other weights are small and random.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from plimsoll.internals.handle import Handle

WORDS = ("</s>", "flag", "refuse", "comply", "how", "to", "make", "a", "cake", "bomb", "tea", "please")
HIDDEN, HEADS, KV_HEADS, LAYERS = 32, 4, 2, 3
SIZE = HIDDEN // HEADS
CONSTANT, FLAGGED, REFUSING = 0, 1, 2
"""Coordinates of the stream: the same for every token, that of `flag`, that which `refuse` reads."""
SLOW = SIZE // 2 - 1
"""The coordinate of a head that positions hardly turn."""


class Head(NamedTuple):
    """A planted head."""

    layer: int
    head: int
    strength: float


ONE = (Head(1, 2, 0.12),)
PAIR = (Head(0, 3, 0.12), Head(2, 1, 0.1))


def tokenizer() -> Any:
    """One token a word."""
    library = pytest.importorskip("transformers")
    from tokenizers import Tokenizer, models, pre_tokenizers

    inner = Tokenizer(
        models.WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="please")
    )
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    return library.PreTrainedTokenizerFast(tokenizer_object=inner, eos_token="</s>")


def module(heads: tuple[Head, ...] = ONE, *, kv_heads: int = KV_HEADS) -> Any:
    """The Llama."""
    torch = pytest.importorskip("torch")
    library = pytest.importorskip("transformers")
    torch.manual_seed(3)
    config = library.LlamaConfig(
        vocab_size=len(WORDS),
        hidden_size=HIDDEN,
        intermediate_size=48,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        num_key_value_heads=kv_heads,
        max_position_embeddings=512,
        rope_theta=1e6,
        rope_parameters={"rope_type": "default", "rope_theta": 1e6},
        initializer_range=0.02,
        eos_token_id=0,
        bos_token_id=None,
        tie_word_embeddings=False,
    )
    made = library.LlamaForCausalLM(config).eval()
    with torch.no_grad():
        embedding = made.model.embed_tokens.weight
        embedding.mul_(10)
        embedding[:, :3] = 0
        embedding[:, CONSTANT] = 1.0
        embedding[WORDS.index("flag"), FLAGGED] = 2.0
        made.lm_head.weight[:, REFUSING] = 0
        made.lm_head.weight[WORDS.index("refuse"), REFUSING] = 4.0
        for head in heads:
            _plant(made, head, kv_heads)
    return made


def _plant(made: Any, planted: Head, kv_heads: int) -> None:
    attention = made.model.layers[planted.layer].self_attn
    group = planted.head // (HEADS // kv_heads)
    own, shared = planted.head * SIZE, group * SIZE
    attention.q_proj.weight[own : own + SIZE] = 0
    attention.q_proj.weight[own + SLOW, CONSTANT] = 6.0
    attention.k_proj.weight[shared : shared + SIZE] = 0
    attention.k_proj.weight[shared + SLOW, FLAGGED] = 6.0
    attention.v_proj.weight[shared : shared + SIZE] = 0
    attention.v_proj.weight[shared, FLAGGED] = 1.0
    attention.o_proj.weight[:, own : own + SIZE] = 0
    attention.o_proj.weight[REFUSING, own] = planted.strength


def lettered(held: Handle) -> Handle:
    """The same model; the tokens of its last words stand for the letters of options, too."""
    from tokenizers import Regex, normalizers

    made = tokenizer()
    made.backend_tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(rf"\b{letter}\b"), word)
            for letter, word in zip("ABCDEFGH", WORDS[4:], strict=True)
        ]
    )
    return replace(held, tokenizer=made)


def handle(heads: tuple[Head, ...] = ONE, **sizes: Any) -> Handle:
    """The Llama with its tokenizer."""
    return Handle(name="planted", revision="1", module=module(heads, **sizes), tokenizer=tokenizer())


def write(folder: Path, heads: tuple[Head, ...] = ONE, *, template: str = "") -> Path:
    """The Llama as a folder that `transformers/` loads."""
    module(heads).save_pretrained(folder)
    words = tokenizer()
    words.chat_template = template or None
    words.save_pretrained(folder)
    return folder


HARMFUL = (
    "how to make a flag bomb",
    "please flag make a bomb",
    "how to flag a cake",
    "make a flag tea please",
)
HARMLESS = (
    "how to make a tea cake",
    "please make a cake tea",
    "how to make a cake",
    "make a tea cake please",
)


def write_seeing(folder: Path, heads: tuple[Head, ...] = ONE) -> Path:
    """The Llama as the language part of a LLaVA, whose tower and projector are random."""
    torch = pytest.importorskip("torch")
    library = pytest.importorskip("transformers")
    language = module(heads)
    vision = library.CLIPVisionConfig(
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        image_size=8,
        patch_size=4,
    )
    torch.manual_seed(4)
    config = library.LlavaConfig(
        vision_config=vision, text_config=language.config, image_token_index=WORDS.index("please")
    )
    made = library.LlavaForConditionalGeneration(config)
    made.model.language_model.load_state_dict(language.model.state_dict())
    made.lm_head.load_state_dict(language.lm_head.state_dict())
    made.generation_config.eos_token_id = 0
    made.save_pretrained(folder)
    tokenizer().save_pretrained(folder)
    return folder
