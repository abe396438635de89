"""A model -> tokens that its training hardly met: their embeddings stayed where all embeddings began.

Such tokens ("glitch tokens") stand in the vocabulary, and a model may answer oddly where one is in a prompt.
A token that was never met is moved by what all tokens are moved by alone, so that its embedding lies near the
middle of all (Rumbelow and Watkins, 2023; Land and Bartolo, 2024, who also ask the model to repeat them)."""

from typing import NamedTuple

from plimsoll.internals.handle import Handle


class Undertrained(NamedTuple):
    """A token that was hardly met."""

    text: str
    distance: float
    """From the middle of all embeddings; 1 is the mean distance."""


def undertrained(handle: Handle, count: int) -> tuple[Undertrained, ...]:
    """So many tokens, the least trained one first; each is read as itself where its text stands alone."""
    weights = handle.module.get_input_embeddings().weight.detach().float().cpu()
    away = (weights - weights.mean(0)).norm(dim=1)
    distances: list[float] = (away / away.mean()).tolist()
    special = {*handle.tokenizer.all_special_ids}
    known = min(len(handle.tokenizer), len(distances))
    found: list[Undertrained] = []
    for token in sorted(range(known), key=distances.__getitem__):
        text: str = handle.tokenizer.decode([token])
        if token in special or not text.strip() or not text.isprintable():
            continue
        if list(handle.tokenizer(text, add_special_tokens=False)["input_ids"]) == [token]:
            found.append(Undertrained(text, distances[token]))
        if len(found) == count:
            break
    return tuple(found)
