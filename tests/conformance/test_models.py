import asyncio
from typing import get_origin

import pytest

from plimsoll import registry
from plimsoll.core import Model, UserError
from plimsoll.registry import Argument, Part
from tests.support.conformance import parts_of
from tests.support.endpoint import FakeEndpoint

MODELS = parts_of("models")
ASKS_A_HUB = {"transformers"}
READABLE = {int: "no-number", float: "no-number", bool: "perhaps"}
"""Types that not every text can be read as, with a text that cannot."""


def unreadable(argument: Argument) -> str | None:
    """A value that this argument must refuse."""
    if argument.type in READABLE:
        return READABLE[argument.type]
    if get_origin(argument.type) is not None and "str" not in argument.kind:
        return "no-such-choice"
    return None


@pytest.mark.parametrize("part", MODELS)
def test_a_model_refuses_an_option_it_does_not_have(part: Part) -> None:
    for model_id in ("", "x", "x/y"):
        with pytest.raises(UserError, match="no_such_option"):
            registry.build_model(f"{part.name}/{model_id}", {"no_such_option": "1"})


@pytest.mark.parametrize("part", MODELS)
def test_a_model_refuses_a_value_it_cannot_read_and_names_the_option(part: Part) -> None:
    for argument in part.arguments[1:]:
        value = unreadable(argument)
        if value is not None:
            with pytest.raises(UserError, match=argument.name):
                registry.build_model(f"{part.name}/x/y", {argument.name: value})


@pytest.mark.parametrize("part", MODELS)
def test_a_model_has_an_id_first_and_a_default_for_every_option(part: Part) -> None:
    first, *options = part.arguments
    assert first.name == "model_id"
    assert first.type is str
    assert [option.name for option in options if option.required] == []


def model_or_complaint(provider: str, model_id: str) -> Model | str:
    try:
        return registry.build_model(f"{provider}/{model_id}")
    except UserError as error:
        return str(error)


@pytest.mark.parametrize("part", MODELS)
def test_a_model_that_cannot_be_made_says_what_to_do(part: Part, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(variable, raising=False)
    for model_id in ("", "no/such/model", "no such model", "../..", "\x00"):
        made = model_or_complaint(part.name, model_id)
        assert len(made) > 20 if isinstance(made, str) else callable(made.generate)


@pytest.mark.parametrize("part", MODELS)
def test_a_model_is_named_as_the_user_writes_it_and_asks_nothing_until_it_is_asked(
    part: Part, monkeypatch: pytest.MonkeyPatch
) -> None:
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
        assert model.name == f"{part.name}/letter-B"
        assert "canary" not in model.revision
        asyncio.run(closed_twice(model))
        assert endpoint.received == []


async def closed_twice(model: Model) -> None:
    await model.close()
    await model.close()
