"""A function -> a rule: a sentence about every part of a kind, and what it is repeated over."""

import re
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., None])
OVER = "__plimsoll_over__"


def rule(function: F) -> F:
    """Mark a function as a rule of its module's kind; its name is the sentence that it holds a part to."""
    setattr(function, OVER, ())
    return function


def over(values: Iterable[Any]) -> Callable[[F], F]:
    """Mark a function as a rule that is checked with each of these values."""

    def mark(function: F) -> F:
        setattr(function, OVER, tuple(values))
        return function

    return mark


@contextmanager
def refusal(kind: type[Exception], said: str = "") -> Generator[None]:
    """Hold the block to raise an error of this kind that says this."""
    raised = ""
    try:
        yield
    except kind as error:
        raised = str(error) or kind.__name__
    assert raised, f"nothing was raised; a {kind.__name__} was due"
    assert re.search(said, raised), f"the error says {raised!r}, without {said!r}"
