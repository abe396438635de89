"""Models whose endpoint is at hand: nothing is asked until something is asked."""

import asyncio

import pytest

from plimsoll import registry
from plimsoll.core import Model, UserError
from tests.support.conformance import ASKS_A_HUB, parts_of
from tests.support.endpoint import FakeEndpoint


@pytest.mark.parametrize("part", parts_of("models"))
def test_a_model_asks_nothing_until_it_is_asked(part: registry.Part, monkeypatch: pytest.MonkeyPatch) -> None:
    if part.name in ASKS_A_HUB:
        pytest.skip("its revision is a commit, which only the hub knows")
    with FakeEndpoint() as endpoint:
        monkeypatch.setenv("OPENAI_BASE_URL", endpoint.url)
        monkeypatch.setenv("ANTHROPIC_BASE_URL", endpoint.root)
        for variable in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
            monkeypatch.setenv(variable, "sk-canary-1234567890")
        try:
            model = registry.build_model(f"{part.name}/letter-B")
        except UserError as error:
            pytest.skip(f"needs more than a name: {error}")
        assert "canary" not in model.revision
        asyncio.run(closed(model))
        assert endpoint.received == []


async def closed(model: Model) -> None:
    await model.close()
