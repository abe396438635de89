"""The vLLM provider up to its boundary: a stand-in answers as vLLM is documented to (no accelerator here).

Against vLLM itself: the last test, which runs where it and an accelerator are there.
"""

import asyncio
import importlib
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from plimsoll import registry
from plimsoll.core import (
    ContextExceeded,
    MissingExtra,
    Model,
    ModelError,
    Request,
    Response,
    Sampling,
    UserError,
    user,
)
from tests.support import fake_vllm
from tests.support.tiny import CHAT, write_tiny

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch
HERE = find_spec("vllm") is not None
STAND_IN = str(Path(fake_vllm.__path__[0]))


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.syspath_prepend(STAND_IN)
    monkeypatch.delitem(sys.modules, "vllm", raising=False)
    yield importlib.import_module("vllm")
    sys.modules.pop("vllm", None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_tiny(tmp_path / "tiny", template=CHAT)


def _asked(model: Model, *requests: Request) -> list[Response]:
    async def all_of_them() -> list[Response]:
        try:
            return list(await asyncio.gather(*map(model.generate, requests)))
        finally:
            await model.close()

    return asyncio.run(all_of_them())


GREEDY = Sampling(max_tokens=6, temperature=0.0)
REQUESTS = (
    Request(messages=(user("hello"),), sampling=GREEDY, logprobs=3),
    Request(messages=(user("(A or (B?"),), continuations=("(A", "(B", "(C and more")),
    Request(messages=(user("raw"),), template="raw", sampling=GREEDY),
)


def test_it_says_what_the_same_weights_say_on_transformers(stand_in: Any, folder: Path) -> None:
    found = _asked(registry.build_model(f"vllm/{folder}"), *REQUESTS)
    expected = _asked(registry.build_model(f"transformers/{folder}"), *REQUESTS)
    for one, other in zip(found, expected, strict=True):
        assert one.text == other.text
        assert one.finish == other.finish
        assert one.loglikelihoods == pytest.approx(other.loglikelihoods, abs=1e-3)
        assert [each.text for each in one.tokens] == [each.text for each in other.tokens]
        assert one.usage.output_tokens == other.usage.output_tokens
    assert found[1].means == "loglikelihood"
    assert stand_in.CALLS[-1] == 5, "calls that come together are handed over together"


def test_the_model_is_loaded_once_with_what_was_asked_for(stand_in: Any, folder: Path) -> None:
    given = {"dtype": "bfloat16", "context": "64", "memory": "0.5", "devices": "2"}
    _asked(registry.build_model(f"vllm/{folder}", given), *REQUESTS, *REQUESTS)
    assert stand_in.LOADED[-1] == {
        "model": str(folder),
        "dtype": "bfloat16",
        "gpu_memory_utilization": 0.5,
        "tensor_parallel_size": 2,
        "max_model_len": 64,
    }


def test_its_revision_names_the_weights_and_what_changes_the_answers(stand_in: Any, folder: Path) -> None:
    ways: tuple[dict[str, str], ...] = ({}, {"dtype": "float16"}, {"memory": "0.5"})
    one, other, third = (registry.build_model(f"vllm/{folder}", each).revision for each in ways)
    assert one.startswith("files:")
    assert one.partition(" ")[0] == registry.build_model(f"transformers/{folder}").revision.partition(" ")[0]
    assert one != other
    assert one == third


def test_a_prompt_that_does_not_fit_is_its_own_fault_alone(stand_in: Any, folder: Path) -> None:
    model = registry.build_model(f"vllm/{folder}", {"context": "40"})
    long = Request(messages=(user("x" * 60),), sampling=GREEDY)

    async def both() -> list[Any]:
        try:
            return await asyncio.gather(
                model.generate(long), model.generate(REQUESTS[2]), return_exceptions=True
            )
        finally:
            await model.close()

    failed, fine = asyncio.run(both())
    assert isinstance(failed, ContextExceeded)
    assert fine.text


def test_sampling_that_vllm_refuses_is_its_own_fault_alone(stand_in: Any, folder: Path) -> None:
    model = registry.build_model(f"vllm/{folder}")
    odd = Request(messages=(user("hello"),), sampling=Sampling(max_tokens=6, stop=("",)))
    many = Request(messages=(user("hello"),), sampling=GREEDY, logprobs=40)
    short = Request(messages=(user("hello"),), sampling=Sampling(max_tokens=2, min_tokens=9, temperature=0.0))

    async def together() -> list[Any]:
        try:
            calls = map(model.generate, (odd, many, short, REQUESTS[0]))
            return await asyncio.gather(*calls, return_exceptions=True)
        finally:
            await model.close()

    failed, told, cut, fine = asyncio.run(together())
    assert isinstance(failed, ModelError)
    assert "empty string" in str(failed)
    assert len(told.tokens[0].rivals) <= 20
    assert cut.usage.output_tokens == 2
    assert fine.text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "transformers/missing runs the same weights anywhere"),
        ({"memory": "2"}, "memory above 0"),
        ({"devices": "0"}, "devices at least 1"),
    ],
)
def test_what_cannot_be_loaded_is_said_in_one_sentence(
    stand_in: Any, given: dict[str, str], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        _asked(registry.build_model("vllm/missing", given), REQUESTS[0])


@pytest.mark.skipif(HERE, reason="vLLM is installed: nothing is missing")
def test_without_vllm_the_line_that_brings_it_is_named() -> None:
    with pytest.raises(MissingExtra, match="pip install vllm"):
        registry.build_model("vllm/any")


@pytest.mark.skipif(
    not (HERE and torch.cuda.is_available()), reason="vLLM itself needs an accelerator and its package"
)
def test_vllm_itself_says_what_transformers_says(folder: Path) -> None:
    found = _asked(registry.build_model(f"vllm/{folder}", {"memory": "0.2", "dtype": "float32"}), *REQUESTS)
    expected = _asked(registry.build_model(f"transformers/{folder}", {"dtype": "float32"}), *REQUESTS)
    for one, other in zip(found, expected, strict=True):
        assert one.text == other.text
        assert one.loglikelihoods == pytest.approx(other.loglikelihoods, abs=1e-2)
