"""A tiny Llama whose planted head sees the word `flag`, with the words of a guard: it can learn to be one."""

import csv
from pathlib import Path
from typing import Any

import pytest

from tests.support import planted

WORDS = ("</s>", "flag", "unsafe", "safe", "S1", "kettle", "lamp", "Where", "is", "the", "User", "other")
POLICY = 'name = "flags"\n[[category]]\ncode = "F1"\nen = "Flags"\nhubs = ["H00"]\n'


def write(folder: Path) -> Path:
    """The model as a folder that `transformers/` loads; it says `unsafe` of everything, more so of flags."""
    library = pytest.importorskip("transformers")
    from tokenizers import Tokenizer, models, pre_tokenizers

    vocabulary = {word: number for number, word in enumerate(WORDS)}
    inner = Tokenizer(models.WordLevel(vocabulary, unk_token="other"))
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    planted.module().save_pretrained(folder)
    library.PreTrainedTokenizerFast(tokenizer_object=inner, eos_token="</s>").save_pretrained(folder)
    return folder


def conversations(path: Path, count: int) -> Path:
    """A set of questions, every other one about a flag."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["prompt", "label", "category"])
        for number in range(count):
            word = "flag" if number % 2 else ("kettle", "lamp")[number // 2 % 2]
            table.writerow([f"Where is the {word} {number}?", number % 2, "Flags" if number % 2 else ""])
    return path


def first_token(folder: Path, prompt: str) -> dict[str, float]:
    """The log-probability of every word as the first of the reply, by the library alone."""
    library = pytest.importorskip("transformers")
    module: Any = library.AutoModelForCausalLM.from_pretrained(folder)
    tokenizer: Any = library.AutoTokenizer.from_pretrained(folder)
    logits = module(**tokenizer(prompt, return_tensors="pt")).logits[0, -1]
    return dict(zip(WORDS, logits.log_softmax(-1).tolist(), strict=True))
