"""Models at hand whose chat template can do without a thought: judges ask for that, others as it is."""

import asyncio
from pathlib import Path

import pytest

from plimsoll.core import Model, Request, Sampling, user
from plimsoll.models.llamacpp import llamacpp
from plimsoll.models.transformers import transformers
from tests.support.gguf import with_template
from tests.support.tiny import CHAT, write_tiny

LLAMA = (
    "{% for m in messages %}{{ m.role }}: {{ m.content }}\\n{% endfor %}"
    "{% if enable_thinking is defined and not enable_thinking %}<think>\\n\\n</think>\\n\\n{% endif %}"
)
TRANSFORMERS = CHAT + "{% if enable_thinking is defined and not enable_thinking %}<think></think>{% endif %}"
"""Chat templates as models have them that think or not, as they are told."""


def input_tokens(model: Model) -> list[int]:
    """What goes in where nothing is wished, where a thought is, and where none is."""

    async def asked() -> list[int]:
        wishes = [Sampling(max_tokens=1, thinking=wish) for wish in (None, True, False)]
        requests = [Request(messages=(user("Safe?"),), sampling=wish) for wish in wishes]
        try:
            return [(await model.generate(request)).usage.input_tokens for request in requests]
        finally:
            await model.close()

    return asyncio.run(asked())


@pytest.mark.llm
def test_llama_cpp_tells_a_template_that_a_judge_wants_no_thought(tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp")
    thinks = with_template(llamacpp().path, LLAMA, tmp_path / "thinks.gguf")
    as_it_is, thinking, without = input_tokens(llamacpp(str(thinks), threads=1))
    assert as_it_is == thinking < without


@pytest.mark.torch
def test_transformers_tells_a_template_that_a_judge_wants_no_thought(tmp_path: Path) -> None:
    as_it_is, thinking, without = input_tokens(transformers(str(write_tiny(tmp_path, template=TRANSFORMERS))))
    assert as_it_is == thinking
    assert without == as_it_is + len("<think></think>")
