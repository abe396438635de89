"""A random model that torch makes in no time, with its tokenizer, in a folder."""

from pathlib import Path
from typing import Any

import pytest

CHAT = (
    "{% for m in messages %}<{{ m['role'] }}>{{ m['content'] }}\n{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)


def write_tiny(folder: Path, *, template: str = "", **config: Any) -> Path:
    """A random Llama over bytes, in which `(A` is one token."""
    torch = pytest.importorskip("torch")
    library = pytest.importorskip("transformers")
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: number for number, token in enumerate(["</s>", *alphabet, "(A"])}
    inner = Tokenizer(models.BPE(vocab=vocabulary, merges=[("(", "A")]))
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    inner.decoder = decoders.ByteLevel()
    tokenizer = library.PreTrainedTokenizerFast(tokenizer_object=inner, eos_token="</s>")
    tokenizer.chat_template = template or None
    torch.manual_seed(7)
    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
    made = library.LlamaConfig(
        **{"vocab_size": 258, "max_position_embeddings": 512, "initializer_range": 0.5, **sizes, **config},
        num_key_value_heads=2,
        eos_token_id=0,
        bos_token_id=None,
    )
    library.LlamaForCausalLM(made).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
