"""A pool and a run's spec -> the models that the run asks, each behind its layers before any part has it.

From the outside in: defenses that change messages, the epoch's mark, `--temperature` and its like,
`--system-prompt`, cache, meter, retries, limit, defenses that change weights, the model.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from plimsoll import registry
from plimsoll.core import Changed, Model, Usage, UserError, needs_of, refuse_unmet
from plimsoll.run.ask import layers
from plimsoll.run.ask.own import fingerprint
from plimsoll.run.ask.pool import Pool
from plimsoll.run.ask.tolls import Defended
from plimsoll.run.ask.tracing import Traced
from plimsoll.run.keep.manifest import ModelEntry
from plimsoll.run.spec import RunSpec


@dataclass(frozen=True)
class Asked:
    """A model that parts of a run question beside its subject."""

    bare: Model
    layered: Model


@dataclass
class Wiring:
    """The models of one run, and what their calls have used."""

    pool: Pool = field(default_factory=Pool)
    meter: layers.Meter = field(default_factory=layers.Meter)
    """Of the subject's calls."""
    meters: dict[str, layers.Meter] = field(default_factory=dict[str, layers.Meter])
    """Of the calls to the others, by name."""
    handed: int = 0
    """How often a part asked for one of these."""
    _asked: dict[str, Asked] = field(default_factory=dict[str, Asked])
    _subject: Model | None = None
    _bare: Model | None = None

    def model(self, spec: str, options: Mapping[str, str] | None = None) -> Model:
        """What a part gets that names a model: the model in its layers, made once however many name it.

        A part that names the subject's own spec and options shares its weights, and is metered apart.
        """
        self.handed += 1
        given = options or {}
        key = f"{spec} {sorted(given.items())}"
        if key not in self._asked:
            bare = self.pool.model(spec, given)
            meter = self.meters.setdefault(bare.name, self.pool.meter(bare.name))
            self._asked[key] = Asked(bare, self.pool.layered(spec, bare, given, meter))
        return self._asked[key].layered

    def traced(self, spec: str) -> Model:
        """What an attack gets that names a model: its calls are counted for each variant."""
        layered = self.model(spec)
        return Traced(layered, self.meters[layered.name].price)

    def target(self, spec: RunSpec) -> Model:
        """The subject in its layers and defenses, as elicitations and attacks see it."""
        below = tuple(text for text in spec.defenses if self._changes_weights(text))
        return self._target(spec, below)

    @property
    def subject(self) -> Model:
        """The subject without layers, its weights changed where a defense changes them."""
        if self._subject is None:
            raise UserError("the run has no subject: its answers are judged, not asked for")
        return self._subject

    @property
    def bare(self) -> Model:
        """The subject in its layers, without the defenses that change messages."""
        if self._bare is None:
            raise UserError("the run has no subject: its answers are judged, not asked for")
        return self._bare

    @property
    def entries(self) -> tuple[ModelEntry, ...]:
        """The models beside the subject, as manifests name them."""
        bare = (each.bare for each in self._asked.values() if each.bare is not self._subject)
        found = {(model.name, model.revision) for model in bare}
        return tuple(ModelEntry(name=name, revision=revision) for name, revision in sorted(found))

    def refuse_unpriced(self) -> None:
        """Have a cost limit cover every model that is asked. Raises `UserError`."""
        if self.pool.budget.max_cost is None:
            return
        meters = {self._subject.name: self.meter, **self.meters} if self._subject else self.meters
        if unknown := next((name for name, meter in meters.items() if meter.price is None), None):
            raise UserError(
                f"--max-cost needs the price of {unknown}, which is not known: give it with --prices FILE "
                "([[price]] with models, input and output per million tokens), or leave the limit out"
            )

    @property
    def usage(self) -> Usage:
        """The sum of all calls to models beside the subject."""
        used = [meter.usage for meter in self.meters.values()]
        return Usage(
            input_tokens=sum(each.input_tokens for each in used),
            cached_tokens=sum(each.cached_tokens for each in used),
            output_tokens=sum(each.output_tokens for each in used),
        )

    @property
    def cost(self) -> float | None:
        """US dollars of all calls, where any price is known."""
        priced = [meter for meter in (self.meter, *self.meters.values()) if meter.price is not None]
        return sum(meter.cost for meter in priced) if priced else None

    def _target(self, spec: RunSpec, below: tuple[str, ...]) -> Model:
        if below:
            bare = self.pool.changed(spec.model, spec.options, below, partial(self._changed, below))
        else:
            bare = self.pool.model(spec.model, spec.options)
        self._subject = bare
        self.meter = self.pool.meter(bare.name)
        target = self.pool.layered(spec.model, bare, spec.options, self.meter)
        if spec.system_prompt:
            target = layers.Instructed(target, spec.system_prompt)
        if spec.sampling:
            target = layers.Resampled(target, spec.sampling)
        if spec.epochs > 1:
            target = layers.Drawn(target)
        self._bare = target
        for text in spec.defenses:
            if text in below:
                continue
            defended = self._defended(text, target)
            if defended.revision != target.revision:  # another model, so what it says must not be cached
                return self._target(spec, (*below, text))
            target = defended
        return target if target is self._bare else Defended(target)

    def _defended(self, text: str, inner: Model) -> Model:
        refuse_unmet(text, needs_of(self._factory(text)), inner)
        given = self.pool.given.get(text)
        if given is not None:
            made = given(inner)
            if not isinstance(made, Model):
                raise UserError(f"{text} wraps a model into {made!r}, which is none: return a model")
            return made
        if _is_guard(text):
            guard = registry.build("guards", text, model_of=self.model)
            return registry.build("defenses", "guarded", guard=guard, inner=inner)
        made = registry.build("defenses", text, model_of=self.model, inner=inner)
        refuse_unmet(text, needs_of(made), inner)
        return made

    def _changed(self, below: tuple[str, ...], bare: Model) -> Model:
        for text in below:
            changed = self._defended(text, bare)
            if changed.revision == bare.revision:
                changed = Changed(changed, f"{text}@{fingerprint(self._factory(text))}")
            bare = changed
        return bare

    def _changes_weights(self, text: str) -> bool:
        return "weights" in needs_of(self._factory(text))

    def _factory(self, text: str) -> object:
        given = self.pool.given.get(text)
        if given is not None:
            return given
        room: registry.Room = "guards" if _is_guard(text) else "defenses"
        return registry.find(room, registry.parse(text).name).factory


def _is_guard(text: str) -> bool:
    """Whether a guard is named as a defense, where no defense has its name: it stands before and behind."""
    name = registry.parse(text).name.partition("/")[0]
    return not registry.holds("defenses", name) and registry.holds("guards", name)
