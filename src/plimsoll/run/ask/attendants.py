"""Specs -> the models that parts of a run question beside its subject: judges, attackers.

A part gets its model when it is built, before the run's cache, limits and meters are there. So it is
given an `Attendant`, which calls the bare model until the session puts the layers around it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from plimsoll import registry
from plimsoll.core import Model, Request, Response


@dataclass
class Attendant:
    """A model that a part of a run questions, behind the run's layers once these are there."""

    bare: Model
    options: Mapping[str, str] = field(default_factory=dict[str, str])
    layered: Model | None = None

    @property
    def name(self) -> str:
        """The model's name."""
        return self.bare.name

    @property
    def revision(self) -> str:
        """The model's revision."""
        return self.bare.revision

    async def generate(self, request: Request) -> Response:
        """Pass the request on."""
        return await (self.layered or self.bare).generate(request)

    async def close(self) -> None:
        """Close the model."""
        await self.bare.close()


@dataclass(frozen=True)
class Attendants:
    """The models of a run, each made once however many parts name it."""

    known: dict[str, Attendant] = field(default_factory=dict[str, Attendant])

    def of(self, spec: str, options: Mapping[str, str] | None = None) -> Model:
        """The model of a spec, made on first use."""
        key = f"{spec} {sorted((options or {}).items())}"
        if key not in self.known:
            self.known[key] = Attendant(registry.build_model(spec, options), dict(options or {}))
        return self.known[key]

    def share(self, spec: str, options: Mapping[str, str], subject: Model) -> None:
        """Have parts that name the subject's own spec and options question the subject's weights."""
        self.known[f"{spec} {sorted(options.items())}"] = Attendant(subject, dict(options))

    def asked(self, subject: Model) -> Iterator[Attendant]:
        """Those that are not merely the subject under another name."""
        return (each for each in self.known.values() if each.bare is not subject)

    def put_on(self, layers: Callable[[Attendant], Model]) -> None:
        """Have every model called through the layers of a session."""
        for each in self.known.values():
            each.layered = layers(each)

    async def close(self) -> None:
        """Close every model."""
        for each in self.known.values():
            await each.close()
