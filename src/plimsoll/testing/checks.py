"""A part, by its factory or its name -> the checks that hold it to the rules of its kind."""

import importlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from plimsoll import registry
from plimsoll.core import UserError
from plimsoll.testing.rules import OVER
from plimsoll.testing.subjects import Subject

EVERY = "every"
"""The module of the rules that hold in every room."""
KINDS: dict[registry.Room, tuple[str, ...]] = {
    "attacks": ("attacks",),
    "benchmarks": ("benchmarks", "lettered", "open_ended"),
    "defenses": ("defenses",),
    "elicitation": ("elicitation",),
    "guards": ("guards",),
    "judges": ("judges",),
    "metrics": ("metrics",),
    "models": ("models",),
}
"""Room -> the modules that hold its rules."""


@dataclass(frozen=True)
class Check:
    """One rule, held against one part. Calling it raises `AssertionError` where the part breaks it."""

    subject: Subject
    rule: Callable[..., None]
    value: tuple[Any, ...] = ()

    def __call__(self) -> None:
        """Hold the part to the rule."""
        self.rule(self.subject, *self.value)

    def __str__(self) -> str:
        """The sentence that the part is held to."""
        said = self.rule.__name__.replace("_", " ")
        shown = f" ({self.value[0]})" if self.value else ""
        return f"{self.subject.name}: {said}{shown}"


def checks(part: registry.Factory | str, **given: Any) -> list[Check]:
    """The checks of a part: a marked factory, or `room/name:key=value`. Raises `UserError`.

    Args:
        part: `Politeness`, the class or function that bears the mark, or `judges/politeness:strict=true`.
        given: Arguments that it is built with, beside its defaults.
    """
    subject = _named(part, given) if isinstance(part, str) else Subject(_part_of(part), given)
    modules = (EVERY, *KINDS.get(subject.part.room, ()))
    return [check for name in modules for check in _of(_rules(name), subject)]


def _named(text: str, given: dict[str, Any]) -> Subject:
    written, _, rest = text.partition("/")
    room: registry.Room | None = next((room for room in registry.ROOMS if room == written), None)
    if room is None:
        raise UserError(f"{text!r} names no part: write ROOM/NAME, as in judges/refusal")
    spec = registry.parse(rest)
    part = registry.find(room, spec.name)
    return Subject(part, {**registry.arguments_of(part, spec.arguments), **given})


def _part_of(factory: registry.Factory) -> registry.Part:
    """A factory as the registry knows it once its package is installed."""
    room = getattr(factory, registry.ROOM, None)
    if room is None:
        marks = ", ".join(f"@{mark}" for mark in registry.MARKS.values())
        raise UserError(f"{factory!r} bears no mark: put {marks} from plimsoll.registry above it")
    return registry.Part(room=room, name=factory.__name__.lower(), factory=factory)


def _of(rules: ModuleType, subject: Subject) -> Iterator[Check]:
    for function in list(vars(rules).values()):
        values = getattr(function, OVER, None)
        if values is None or function.__module__ != rules.__name__:
            continue
        if not values:
            yield Check(subject, function)
        for value in values:
            yield Check(subject, function, (value,))


def _rules(name: str) -> ModuleType:
    """A module of rules; pytest, where it is running, shows the values in its asserts."""
    module = f"plimsoll.testing.{name}"
    runner = sys.modules.get("pytest")
    if runner is not None and module not in sys.modules:
        runner.register_assert_rewrite(module)
    return importlib.import_module(module)
