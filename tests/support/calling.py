"""A tiny Llama that calls a tool under its chat template, and answers once it has a result."""

from pathlib import Path

import pytest

CALL = "<tool_call>\n{call}\n</tool_call>"
ANSWER = "All done."
TEMPLATE = (
    "{{% if tools %}}<system>{{{{ tools | tojson }}}}{{% endif %}}"
    "{{% for m in messages %}}<{{{{ m.role }}}}>{{{{ m.content }}}}"
    "{{% for c in m.tool_calls or [] %}}{{{{ c.function | tojson }}}}{{% endfor %}}{{% endfor %}}"
    "{{% if messages[-1].role == 'tool' %}}{after}{{% else %}}{asked}{{% endif %}}"
)
ASKED, AFTER = "<|asked|>", "<|after|>"


def write_calling(folder: Path, calls: str) -> Path:
    """The model, each of whose tokens leads to one other: asked, it writes `calls`; then its answer."""
    torch = pytest.importorskip("torch")
    library = pytest.importorskip("transformers")
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    inner = Tokenizer(
        models.BPE(vocab={token: place for place, token in enumerate(["</s>", *alphabet])}, merges=[])
    )
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    inner.decoder = decoders.ByteLevel()
    whole = [ASKED, AFTER, calls, ANSWER]
    inner.add_tokens([AddedToken(text, special=False, normalized=False) for text in whole])
    tokenizer = library.PreTrainedTokenizerFast(tokenizer_object=inner, eos_token="</s>")
    tokenizer.chat_template = TEMPLATE.format(asked=ASKED, after=AFTER)
    asked, after, call, answer = (tokenizer.convert_tokens_to_ids(text) for text in whole)
    config = library.LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=8192,
        eos_token_id=0,
        bos_token_id=None,
        tie_word_embeddings=False,
    )
    made = library.LlamaForCausalLM(config)
    with torch.no_grad():
        for weights in (*made.model.layers[0].self_attn.parameters(), *made.model.layers[0].mlp.parameters()):
            weights.zero_()
        made.model.embed_tokens.weight.zero_()
        made.lm_head.weight.zero_()
        for place, (token, following) in enumerate(((asked, call), (after, answer), (call, 0), (answer, 0))):
            made.model.embed_tokens.weight[token, place] = 1.0
            made.lm_head.weight[following, place] = 1.0
    made.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
