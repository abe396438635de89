"""A frozen noun that a factory takes whole -> its fields as options of their own, and back.

Parts that share several options, such as those of a training loop, take them as one argument whose default
is a dataclass. Its fields stand in a spec beside the factory's own arguments, with the noun's values as
defaults, and what its docstring says of them is said of the part.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

ARGUMENTS = "\n\nArgs:\n"
"""Where a docstring begins to tell of arguments."""


def nouns(factory: Callable[..., Any]) -> dict[str, Any]:
    """Argument -> the noun that stands for several options, as it is by default."""
    given = inspect.signature(factory).parameters.values()
    return {each.name: each.default for each in given if is_noun(each.default)}


def is_noun(default: Any) -> bool:
    """Whether an argument with this default stands for several options."""
    return is_dataclass(default) and not isinstance(default, type)


def gathered(factory: Callable[..., Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Fields that are given by name -> the nouns they belong to; other arguments stay."""
    left = dict(arguments)
    for name, noun in nouns(factory).items():
        own = {each.name: left.pop(each.name) for each in fields(noun) if each.name in left}
        if own:
            left[name] = replace(noun, **own)
    return left


def documented(factory: Callable[..., Any]) -> str:
    """What a factory's docstring says, with what its nouns say of their fields."""
    text = inspect.getdoc(factory) or ""
    for noun in nouns(factory).values():
        listed = (inspect.getdoc(noun.__class__) or "").partition(ARGUMENTS)[2]
        text += f"\n{listed}" if ARGUMENTS in text else ARGUMENTS + listed
    return text
