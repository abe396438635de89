"""The rules of models: options are read before anything is asked, and a name is what the user writes."""

import asyncio
import os
from collections.abc import Generator
from contextlib import contextmanager
from typing import get_origin
from unittest import SkipTest

from plimsoll import registry
from plimsoll.core import Model, UserError
from plimsoll.registry import Argument
from plimsoll.testing.rules import refusal, rule
from plimsoll.testing.subjects import Subject

READABLE = {int: "no-number", float: "no-number", bool: "perhaps"}
"""Types that not every text can be read as, with a text that cannot."""
CANARY = "sk-canary-1234567890"


@rule
def a_model_refuses_an_option_it_does_not_have(subject: Subject) -> None:
    """A typo in -M stops before anything is asked."""
    for model_id in ("", "x", "x/y"):
        with refusal(UserError, "no_such_option"):
            _made(subject, model_id, no_such_option="1")


@rule
def a_model_refuses_a_value_it_cannot_read_and_names_the_option(subject: Subject) -> None:
    """Numbers are numbers, and choices are among those there are."""
    for argument in subject.part.options:
        value = _unreadable(argument)
        if value is not None:
            with refusal(UserError, argument.name):
                _made(subject, "x/y", **{argument.name: value})


@rule
def a_model_has_an_id_first_and_a_default_for_every_option(subject: Subject) -> None:
    """What follows the slash is the model's id."""
    first, *options = subject.part.arguments
    assert first.name == "model_id", "the first argument of a model is model_id: str"
    assert first.type is str
    assert [option.name for option in options if option.required] == []


@rule
def a_model_that_cannot_be_made_says_what_to_do(subject: Subject) -> None:
    """In a sentence, whatever the id."""
    with _environment(None):
        for model_id in ("", "no/such/model", "no such model", "../..", "\x00"):
            made = _made_or_complaint(subject, model_id)
            if isinstance(made, str):
                assert len(made) > 20, f"{made!r} says too little"
            else:
                assert callable(made.generate)


@rule
def a_model_is_named_as_the_user_writes_it_and_closes_twice(subject: Subject) -> None:
    """Its revision, which is written down, holds no key of the environment."""
    with _environment(CANARY):
        try:
            model = _made(subject, "letter-B")
        except UserError as error:
            raise SkipTest(f"needs more than a name: {error}") from None
        provider, _, model_id = model.name.partition("/")
        assert (provider.replace("_", ""), model_id) == (subject.name.replace("_", ""), "letter-B")
        assert CANARY not in model.revision
        asyncio.run(_closed_twice(model))


def _made(subject: Subject, model_id: str, **options: str) -> Model:
    """The model as `plimsoll run -m provider/id -M key=value` makes it."""
    read = registry.arguments_of(subject.part, options)
    return subject.part.factory(model_id, **{**subject.given, **read})


def _made_or_complaint(subject: Subject, model_id: str) -> Model | str:
    try:
        return _made(subject, model_id)
    except UserError as error:
        return str(error)


def _unreadable(argument: Argument) -> str | None:
    """A value that this argument must refuse."""
    if argument.type in READABLE:
        return READABLE[argument.type]
    if get_origin(argument.type) is not None and "str" not in argument.kind:
        return "no-such-choice"
    return None


@contextmanager
def _environment(key: str | None) -> Generator[None]:
    """Every key that the environment holds replaced, or taken away."""
    held = {name: value for name, value in os.environ.items() if name.endswith("_API_KEY")}
    names = {*held, "OPENAI_API_KEY", "ANTHROPIC_API_KEY"}
    try:
        for name in names:
            os.environ.pop(name, None)
            if key is not None:
                os.environ[name] = key
        yield
    finally:
        for name in names:
            os.environ.pop(name, None)
        os.environ.update(held)


async def _closed_twice(model: Model) -> None:
    await model.close()
    await model.close()
