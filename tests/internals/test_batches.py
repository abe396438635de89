"""Batches that are refused memory are halved, and what comes out is the same."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from plimsoll import registry
from plimsoll.core import Request, Response, Sampling, UserError, user
from plimsoll.internals import batches as batches_file
from plimsoll.internals.ablation import Ablation, sweep
from plimsoll.internals.batches import Batches, refused
from plimsoll.internals.handle import Handle
from plimsoll.internals.likelihoods import likelihoods
from plimsoll.internals.states import last_states
from tests.support import planted
from tests.support.narrow import narrow
from tests.support.tiny import CHAT, write_tiny

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch


def _work(most: int, seen: list[int]) -> Callable[[Sequence[int]], list[int]]:
    def work(batch: Sequence[int]) -> list[int]:
        seen.append(len(batch))
        if len(batch) > most:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return [2 * each for each in batch]

    return work


def test_a_batch_that_does_not_fit_is_halved_for_good_and_nothing_is_lost() -> None:
    seen: list[int] = []
    done = [each for _, found in Batches(16).over(range(40), _work(5, seen)) for each in found]
    assert done == [2 * each for each in range(40)]
    assert seen[:3] == [16, 8, 4]
    assert set(seen[2:]) == {4}, "the size that was found is kept"


def test_on_an_accelerator_batches_grow_until_memory_is_refused() -> None:
    seen: list[int] = []
    sizes = Batches(2, grows=True)
    done = [each for _, found in sizes.over(range(60), _work(16, seen)) for each in found]
    assert done == [2 * each for each in range(60)]
    assert seen[:5] == [2, 4, 8, 16, 30]
    assert max(seen[5:]) <= 16
    assert sizes.size <= 16


def test_a_row_that_does_not_fit_alone_is_said_in_one_sentence() -> None:
    with pytest.raises(UserError, match="memory does not hold a single row"):
        list(Batches(4).over(range(4), _work(0, [])))


def test_errors_that_are_not_about_memory_are_left_alone() -> None:
    def work(batch: Sequence[int]) -> None:
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    with pytest.raises(RuntimeError, match="shapes"):
        list(Batches(4).over(range(4), work))


@pytest.mark.parametrize(
    ("error", "is_memory"),
    [
        (torch.OutOfMemoryError("CUDA out of memory"), True),
        (
            RuntimeError("[enforce fail at alloc_cpu.cpp:118] DefaultCPUAllocator: can't allocate memory"),
            True,
        ),
        (RuntimeError("MPS backend out of memory (MPS allocated: 8 GB)"), True),
        (MemoryError(), True),
        (ValueError("out of memory"), False),
        (RuntimeError("expected scalar type Float"), False),
    ],
)
def test_what_says_that_memory_ran_out_is_told_from_other_errors(error: Exception, is_memory: bool) -> None:
    assert refused(error) is is_memory
    assert batches_file.MOST >= 1024


PROMPTS = [f"how to make a {word}" for word in ("flag", "cake", "bomb", "tea", "please")]


def _sweeps(handle: Handle) -> Any:
    ids = handle.ids(planted.HARMFUL[0], "raw")
    return torch.cat([states for _, states in sweep(handle, ids, Ablation())])


@pytest.mark.parametrize(
    "measured",
    [
        lambda handle: last_states(handle, PROMPTS, template="raw"),
        lambda handle: likelihoods(handle, [handle.ids(each, "raw") for each in PROMPTS], [[2], [3]]).replies,
        _sweeps,
    ],
    ids=["states", "likelihoods", "ablations"],
)
def test_a_model_that_refuses_large_batches_gives_what_a_roomy_one_gives(
    measured: Callable[[Handle], Any],
) -> None:
    expected = measured(planted.handle())
    held = planted.handle()
    refusals = narrow(held.module, rows=2)
    assert torch.allclose(measured(held), expected, atol=1e-5)
    assert refusals, "large batches were tried, and refused"


def test_a_provider_that_is_refused_memory_answers_all_the_same(tmp_path: Path) -> None:
    """Generation and weighing, sixteen calls at once, on a module that takes two rows."""
    folder = write_tiny(tmp_path / "tiny", template=CHAT)
    sampling = Sampling(max_tokens=3, temperature=0.0)
    prompts = [f"say {number}" for number in range(8)]
    requests = [Request(messages=(user(each),), sampling=sampling) for each in prompts]
    requests += [Request(messages=(user(each),), continuations=("(A", "(B and")) for each in prompts]
    found: list[list[Response]] = []
    for roomy in (True, False):
        model: Any = registry.build_model(f"transformers/{folder}", {"batch_size": "16"})
        refusals = [] if roomy else narrow(model.module, rows=2)
        found.append(asyncio.run(_all(model, requests)))
    assert refusals, "large batches were tried, and refused"
    for one, other in zip(*found, strict=True):
        assert one.text == other.text
        assert one.loglikelihoods == pytest.approx(other.loglikelihoods, abs=1e-3)


async def _all(model: Any, requests: Sequence[Request]) -> list[Response]:
    try:
        return list(await asyncio.gather(*map(model.generate, requests)))
    finally:
        await model.close()


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no accelerator on this machine")
@pytest.mark.parametrize(
    "measured",
    [
        lambda handle: last_states(handle, PROMPTS, template="raw"),
        lambda handle: likelihoods(handle, [handle.ids(each, "raw") for each in PROMPTS], [[2], [3]]).replies,
        _sweeps,
    ],
    ids=["states", "likelihoods", "ablations"],
)
def test_an_accelerator_gives_what_the_processor_gives(measured: Callable[[Handle], Any]) -> None:
    expected = measured(planted.handle())
    held = planted.handle()
    held.module.to("cuda")
    assert torch.allclose(measured(held).cpu(), expected, atol=1e-3)
