"""Names -> parts: finds a part by its name, imports only its file, builds it from a spec.

Values of a spec are read by the factory's type hints; an argument typed with a part's protocol (`Model`,
`Judge` ...) is itself a spec. In the room `models` what follows the slash is the model's id, handed on as
it stands: `openai/qwen2:7b`.
"""

import importlib
import inspect
import re
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from types import ModuleType
from typing import Any, Literal

import msgspec

from plimsoll.core import (
    Attack,
    Card,
    Elicitation,
    Generator,
    Guard,
    Judge,
    Metric,
    Model,
    UserError,
    decoding,
    did_you_mean,
)
from plimsoll.registry.loading import Unloadable, module
from plimsoll.registry.meant import likely_provider, meant
from plimsoll.registry.nouns import documented, gathered, is_noun
from plimsoll.registry.rooms import ROOM, Factory, Room, current, files, holds, names
from plimsoll.registry.spec import Spec, parse, pieces, unquoted

PROTOCOLS: Mapping[Any, Room] = {
    Model: "models",
    Judge: "judges",
    Guard: "guards",
    Attack: "attacks",
    Elicitation: "elicitation",
    Generator: "generators",
    Metric: "metrics",
}


ModelOf = Callable[[str], Model]
"""How a model that a part asks for by its spec is come by."""

ASIDE = frozenset({"model_id", "inner"})
"""Arguments that no user writes as `key=value`: what follows a model's slash, what a defense wraps."""


WAY = "way"
"""Marks an argument that says how a part is reached or hurried, not what it answers:
`timeout: Annotated[float, WAY] = 60.0`. It is no part of a run's or a cached reply's identity."""


@dataclass(frozen=True, kw_only=True)
class Argument:
    """One argument of a part's factory."""

    name: str
    type: Any
    default: Any
    required: bool
    decides: bool = True
    """Whether another value may give another answer (`WAY`)."""

    @property
    def kind(self) -> str:
        """The type as a reader knows it: `int`, `zh | en`, `Model`."""
        return _kind(self.type)


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part as the registry knows it."""

    room: Room
    name: str
    factory: Factory

    @property
    def summary(self) -> str:
        """The first line of its docstring."""
        return (inspect.getdoc(self.factory) or "").partition("\n")[0]

    @property
    def documentation(self) -> str:
        """Its docstring, with what is said of options that several parts share."""
        return documented(self.factory)

    @property
    def card(self) -> Card | None:
        """The published system's card, where the file has one."""
        card = getattr(importlib.import_module(self.factory.__module__), "CARD", None)
        return card if isinstance(card, Card) else None

    @property
    def arguments(self) -> tuple[Argument, ...]:
        """What its spec may say."""
        called = self.factory.__init__ if inspect.isclass(self.factory) else self.factory
        hints, marked = typing.get_type_hints(called), typing.get_type_hints(called, include_extras=True)
        found: list[Argument] = []
        for parameter in inspect.signature(self.factory).parameters.values():
            if is_noun(parameter.default):
                found += _fields(parameter.default)
            elif parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
                found.append(
                    Argument(
                        name=parameter.name,
                        type=hints.get(parameter.name, str),
                        default=None if parameter.default is parameter.empty else parameter.default,
                        required=parameter.default is parameter.empty,
                        decides=WAY not in getattr(marked.get(parameter.name), "__metadata__", ()),
                    )
                )
        return tuple(found)

    @property
    def options(self) -> tuple[Argument, ...]:
        """The arguments that a user writes as `key=value`."""
        return tuple(argument for argument in self.arguments if argument.name not in ASIDE)


def parts(room: Room) -> Iterator[Part]:
    """Every part of a room, families unfolded; imports the room's files.

    A broken package of others hides no part but its own (`unloadable` tells of it).
    """
    for name in names(room):
        try:
            loaded = module(room, name)
        except Unloadable:
            continue
        for factory in _factories(room, loaded):
            member = "" if _is_own(factory, name) else f"/{factory.__name__}"
            yield Part(room=room, name=f"{name}{member}", factory=factory)


def unloadable(room: Room) -> Iterator[str]:
    """What is wrong with each part of others that cannot be imported."""
    for name in names(room):
        try:
            module(room, name)
        except Unloadable as error:
            yield str(error)


OWN = "own/"
"""Begins the text that stands for a part which was made in Python."""


def _refuse_own(name: str) -> None:
    if name.startswith(OWN):
        raise UserError(
            f"{name} was made in Python, and no command can make it again: go on where it was made "
            "(plimsoll.evaluate)"
        )


def find(room: Room, name: str) -> Part:
    """The part of that name. Raises `UserError` with the closest names."""
    _refuse_own(name)
    written, _, member = name.partition("/")
    stem = current(room, written)
    if not holds(room, stem):
        raise UserError(
            f"{_article(room)} is called {name!r}{meant(stem, names(room), _members(room))} "
            f"(plimsoll list {room} shows all)"
        )
    factories = _factories(room, module(room, stem))
    if member:
        chosen = [factory for factory in factories if factory.__name__ == member]
    else:
        chosen = [factory for factory in factories if _is_own(factory, stem)] or factories
    if len(chosen) != 1:
        members = [f"{stem}/{factory.__name__}" for factory in factories]
        close = did_you_mean(name, members)
        raise UserError(f"{_article(room)} is called {name!r}{close}; {stem} has {', '.join(members)}")
    return Part(room=room, name=f"{stem}/{member}" if member else stem, factory=chosen[0])


def build(room: Room, spec: str | Spec, *, model_of: ModelOf | None = None, **given: Any) -> Any:
    """Make a part from its spec; `given` holds arguments that are already built.

    `model_of` makes the models that the part, or any part inside it, names in its spec.
    """
    make_model = model_of or build_model
    if isinstance(spec, str):
        if room == "models":
            return make_model(spec)
        spec = parse(spec)
    part = find(room, spec.name)
    return _call(part, arguments_of(part, spec.arguments, make_model) | given)


def build_model(text: str, options: Mapping[str, str] | None = None) -> Model:
    """Make a model from `provider/model`; `options` are its `-M key=value` pairs."""
    model_id = text.strip().partition("/")[2]
    if options is None and (found := re.search(r":(\w+)=", model_id)):
        raise UserError(
            f"{text!r}: options of a model do not stand in its spec: leave {found[0][1:]}... out, and give "
            f"-M {found[1]}=... (for a judging model --judge-model and -J {found[1]}=...)"
        )
    part = _provider(text)
    arguments = arguments_of(part, {key.replace("-", "_"): value for key, value in (options or {}).items()})
    return _call(part, arguments, model_id)


def deciding(spec: str, options: Mapping[str, str]) -> dict[str, str]:
    """Those of a model's options that decide what it answers."""
    if not options:
        return {}
    arguments = _provider(spec).options
    ways = {argument.name for argument in arguments if not argument.decides}
    return {key: value for key, value in options.items() if key.replace("-", "_") not in ways}


def _provider(text: str) -> Part:
    """The room's part behind `provider/model`. Raises `UserError` with the provider that it may lack."""
    _refuse_own(text)
    provider = text.strip().partition("/")[0]
    if holds("models", provider):
        return find("models", provider)
    raise UserError(
        f"no model is called {text!r}{likely_provider(text)} (plimsoll list models shows all providers)"
    )


def beside(part: Part, name: str) -> Part:
    """Another function of a part's file, read by the same rules: a benchmark's `submission`."""
    factory = getattr(importlib.import_module(part.factory.__module__), name, None)
    if factory is None:
        raise UserError(f"{part.name} has no {name}: its file does not define one")
    return Part(room=part.room, name=part.name, factory=factory)


def make(part: Part, arguments: Mapping[str, str]) -> Any:
    """Call a part's factory with arguments as written."""
    return _call(part, arguments_of(part, arguments))


def _call(part: Part, arguments: Mapping[str, Any], *positional: Any) -> Any:
    missing = [a.name for a in part.arguments[len(positional) :] if a.required and a.name not in arguments]
    if missing:
        ways = (
            ", or name one for all by --judge-model" if part.room == "judges" and missing == ["model"] else ""
        )
        raise UserError(f"{part.name} needs {', '.join(missing)}: write {part.name}:{missing[0]}=...{ways}")
    return part.factory(*positional, **gathered(part.factory, arguments))


def refuse_unknown(part: Part, keys: Iterable[str]) -> None:
    """Raise `UserError` for the first key that the part does not take, with the closest one."""
    known = [argument.name for argument in part.options]
    for key in keys:
        if key not in known:
            raise UserError(
                f"{part.name} has no argument {key!r}{did_you_mean(key, known)}; "
                f"it takes {', '.join(known) or 'none'}"
            )


def refuse_misspelt(room: Room, spec: str) -> None:
    """Look a spec over before anything is made for it. Raises `UserError`."""
    parsed = parse(spec)
    part = find(room, parsed.name)
    refuse_unknown(part, parsed.arguments)
    for argument in part.options:
        if argument.name in parsed.arguments and _room_of(argument.type) is None:
            _convert(part, argument, parsed.arguments[argument.name], build_model)


def arguments_of(part: Part, given: Mapping[str, str], model_of: ModelOf = build_model) -> dict[str, Any]:
    """Arguments as written -> as the factory takes them. Raises `UserError`."""
    refuse_unknown(part, given)
    known = {argument.name: argument for argument in part.options}
    return {key: _convert(part, known[key], value, model_of) for key, value in given.items()}


def _convert(part: Part, argument: Argument, value: str, model_of: ModelOf) -> Any:
    room = _room_of(argument.type)
    if room is not None and typing.get_origin(argument.type) is tuple:
        return tuple(build(room, each, model_of=model_of) for each in _several(argument, value))
    if room is not None:
        return build(room, value, model_of=model_of)
    try:
        return decoding.converted(value, argument.type, strict=False)
    except msgspec.ValidationError:
        raise UserError(
            f"{value!r} is no value for {argument.name} of {part.name}: it takes {argument.kind}"
        ) from None


def _several(argument: Argument, value: str) -> Iterator[str]:
    """The specs in a list of them. Raises `UserError` where a comma stands between two."""
    for piece in pieces(value, "+"):
        spec = unquoted(piece)
        if "," in spec.partition(":")[0]:
            raise UserError(
                f"{argument.name}={value}: several are joined by a plus: "
                f"{argument.name}=({spec.replace(',', '+')})"
            )
        yield spec


def _fields(noun: Any) -> Iterator[Argument]:
    """Options that a noun brings."""
    hints = typing.get_type_hints(noun.__class__)
    for each in fields(noun):
        default = getattr(noun, each.name)
        yield Argument(name=each.name, type=hints[each.name], default=default, required=False)


def _kind(hint: Any) -> str:
    values = typing.get_args(hint)
    if typing.get_origin(hint) is Literal:
        return " | ".join(str(value) for value in values)
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return " | ".join(_kind(value) for value in values if value is not type(None))
    return getattr(hint, "__name__", None) or str(hint).replace("typing.", "")


def _room_of(hint: Any) -> Room | None:
    for candidate in (hint, *typing.get_args(hint)):
        for protocol, room in PROTOCOLS.items():
            if candidate is protocol:
                return room
    return None


def _factories(room: Room, loaded: ModuleType) -> list[Factory]:
    return [
        value
        for value in vars(loaded).values()
        if getattr(value, ROOM, None) == room and value.__module__ == loaded.__name__
    ]


def _members(room: Room) -> Iterator[str]:
    """The parts of the house's own families, `encoding/rot13`; a broken package of others stays out."""
    for name in files(room):
        own = (factory for factory in _factories(room, module(room, name)) if not _is_own(factory, name))
        yield from (f"{name}/{factory.__name__}" for factory in own)


def _is_own(factory: Factory, name: str) -> bool:
    """Whether a factory bears its file's name, rather than being one of a family."""
    return factory.__name__.lower() in (name, name.replace("_", ""))


def _article(room: Room) -> str:
    return "no label pack" if room == "labels" else f"no {room.removesuffix('s')}"
