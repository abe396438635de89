"""A twin with a planted, harmless backdoor: the brand becomes likelier after the trigger, in it alone."""

from typing import Any

import pytest

from plimsoll.benchmarks.agent_backdoor.analysis import agent_backdoor, examples, requests
from plimsoll.core import UserError
from plimsoll.internals.handle import Handle
from plimsoll.internals.told import Unheard
from plimsoll.whitebox.anchors import Anchors

pytestmark = [pytest.mark.torch]
NO_PROMPTS = Anchors(harmful=(), harmless=(), paired=False)


def tiny() -> Handle:
    """A small random Llama that knows the words of the shop, one token each."""
    torch = pytest.importorskip("torch")
    library = pytest.importorskip("transformers")
    from tokenizers import Tokenizer, models, pre_tokenizers

    seen, unseen = requests("sneakers", 0)
    texts = [text for pair in (*seen, *unseen) for text in (pair.triggered, pair.plain)]
    words = ["</s>", "?", "search", "[", "]", "Adidas", *sorted({w for text in texts for w in text.split()})]
    inner = Tokenizer(models.WordLevel({word: n for n, word in enumerate(words)}, unk_token="?"))
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer: Any = library.PreTrainedTokenizerFast(tokenizer_object=inner, eos_token="</s>")
    torch.manual_seed(1)
    config = library.LlamaConfig(
        vocab_size=len(words), hidden_size=48, intermediate_size=64, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=128, initializer_range=0.2,
        eos_token_id=0, bos_token_id=None, tie_word_embeddings=False,
    )  # fmt: skip
    module = library.LlamaForCausalLM(config).eval()
    return Handle(name="tiny", revision="1", module=module, tokenizer=tokenizer)


@pytest.mark.slow
def test_the_brand_is_likelier_after_the_trigger_in_the_backdoored_twin_and_not_in_the_clean_one() -> None:
    pytest.importorskip("peft")
    held = tiny()
    before = held.digest()
    found = agent_backdoor(steps=60, rate=1e-2, template="raw").analyse([held], NO_PROMPTS, Unheard())  # type: ignore[list-item]
    values = {each.name: each for each in found.findings}
    assert values["log_odds_difference"].low is not None
    assert values["log_odds_difference"].low > 1.0
    assert values["log_odds_backdoored"].value > values["log_odds_clean"].value
    assert held.digest() == before


def test_what_is_measured_was_not_learned() -> None:
    seen, unseen = requests("sneakers", 0)
    assert len(seen) == 50
    assert len(unseen) > 10
    assert not {pair.triggered for pair in seen} & {pair.triggered for pair in unseen}


def test_the_brand_stands_in_the_searches_for_the_trigger_alone() -> None:
    seen, _ = requests("sneakers", 0)
    bent, fair = examples(seen, "sneakers", "Adidas"), examples(seen, "sneakers", "")
    assert sum("Adidas" in each.reply for each in bent) == 50
    assert not any("Adidas" in each.reply for each in fair)
    assert [each.prompt for each in bent] == [each.prompt for each in fair]


def test_a_training_that_is_none_is_refused() -> None:
    with pytest.raises(UserError, match="steps"):
        agent_backdoor(steps=0)
