"""Several texts that go on together: each as if it were alone, whatever its prompts' lengths."""

from typing import Any

import pytest

from plimsoll.core import UserError
from plimsoll.internals.arithmetic import Pair, Reader, Readers, combined, greedy, greedy_together
from plimsoll.internals.handle import Handle
from tests.support import planted

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch
BASE = ("how", "how to make", "tea", "please make a cake tea")
"""What the base model is asked, and the tuned one: prompts of many lengths, longest and shortest apart."""
TUNED = (planted.HARMFUL[0], "a", planted.HARMFUL[2], "cake please")
TOKENS = 32


def _pair() -> tuple[Handle, Handle]:
    """Two random models of one vocabulary, whose greedy texts are not one word for ever."""
    found = planted.handle(), planted.handle(planted.PAIR)
    for seed, held in enumerate(found):
        torch.manual_seed(seed)
        for weight in held.module.parameters():
            weight.data.add_(0.4 * torch.randn_like(weight))
    return found


def _ids(held: Handle, prompts: tuple[str, ...]) -> list[list[int]]:
    return [held.ids(prompt, "raw") for prompt in prompts]


def _generated(held: Handle, rows: list[list[int]]) -> list[list[int]]:
    """The library's own greedy texts of a batch that is padded at the left."""
    width = max(map(len, rows))
    ids = torch.tensor([[0] * (width - len(row)) + row for row in rows])
    seen = torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in rows])
    more = {"do_sample": False, "max_new_tokens": TOKENS, "min_new_tokens": TOKENS, "pad_token_id": 0}
    made = held.module.generate(ids, attention_mask=seen, eos_token_id=None, **more)
    return made[:, width:].tolist()


@pytest.mark.parametrize(("weight", "like"), [(0.0, 0), (1.0, 1)])
def test_a_padded_batch_gives_the_base_at_a_weight_of_nothing_and_the_tuned_model_at_one(
    weight: float, like: int
) -> None:
    base, tuned = _pair()
    rows = _ids(base, BASE), _ids(tuned, TUNED)
    readers = Readers(base, rows[0]), Readers(tuned, rows[1])
    pair = Pair(tuned=readers[1], reference=readers[0], weight=weight)
    made = greedy_together(readers[0], [pair], TOKENS)
    expected = _generated((base, tuned)[like], rows[like])
    assert made == expected
    assert len({tuple(row) for row in made}) == len(made), "texts of their own"


@pytest.mark.parametrize("weight", [-0.3, 0.5, 1.5])
def test_a_padded_batch_is_each_text_alone(weight: float) -> None:
    base, tuned = _pair()
    rows = _ids(base, BASE), _ids(tuned, TUNED)
    readers = Readers(base, rows[0]), Readers(tuned, rows[1])
    pair = Pair(tuned=readers[1], reference=readers[0], weight=weight)
    made = greedy_together(readers[0], [pair], TOKENS)
    for text, first, second in zip(made, *rows, strict=True):
        alone = Reader(base, first), Reader(tuned, second)
        assert text == greedy(alone[0], [Pair(tuned=alone[1], reference=alone[0], weight=weight)], TOKENS)


def test_a_padded_batch_with_caches_is_the_batch_read_anew_for_every_token() -> None:
    base, tuned = _pair()
    rows = _ids(base, BASE), _ids(tuned, TUNED)
    readers = Readers(base, rows[0]), Readers(tuned, rows[1])
    made = greedy_together(readers[0], [Pair(tuned=readers[1], reference=readers[0], weight=1.5)], TOKENS)
    for place in range(TOKENS):
        one, other = (
            Readers(held, [[*row, *text[:place]] for row, text in zip(given, made, strict=True)]).after(())
            for held, given in zip((base, tuned), rows, strict=True)
        )
        found = combined(one, [(1.5, other, one)]).argmax(-1).tolist()
        assert found == [text[place] for text in made]


def test_padding_changes_no_probability() -> None:
    base, _ = _pair()
    rows = _ids(base, BASE)
    readers = Readers(base, rows)
    found: list[Any] = [readers.after(())]
    found += [readers.after([4, 5, 6, 7]), readers.after([1, 1, 2, 3])]
    for place, row in enumerate(rows):
        alone = Reader(base, row)
        expected = [alone.next(()), alone.next([4 + place]), alone.next([(1, 1, 2, 3)[place]])]
        for one, other in zip(found, expected, strict=True):
            assert torch.allclose(one[place], other[0], atol=1e-5)


def test_a_text_that_has_ended_waits_for_the_others() -> None:
    base, _ = _pair()
    rows = _ids(base, BASE)
    plain = greedy_together(Readers(base, rows), (), TOKENS)
    end = plain[1][3]
    made = greedy_together(Readers(base, rows), (), TOKENS, [end])
    for text, whole in zip(made, plain, strict=True):
        assert text == (whole[: whole.index(end) + 1] if end in whole else whole)
    assert len({len(text) for text in made}) > 1


def test_batches_of_models_whose_tokens_mean_other_things_are_refused() -> None:
    one, other = planted.handle(), planted.handle()
    other.tokenizer.add_tokens(["more"])
    readers = Readers(one, [[4]]), Readers(other, [[4]])
    with pytest.raises(UserError, match="different vocabularies"):
        greedy_together(readers[0], [Pair(tuned=readers[1], reference=readers[0], weight=1.0)], 2)
