"""A run's spec and its wired models -> benchmark, judges and attacks, each made once."""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from plimsoll import registry
from plimsoll.core import Attack, Benchmark, ByRule, Guard, Judge, Model, UserError, replace
from plimsoll.run.ask.wiring import Wiring
from plimsoll.run.spec import RunSpec


@dataclass(frozen=True)
class Chain:
    """One or more attacks, each applied to what the ones before made; none for the plain question."""

    spec: str
    """As written, `a+b`; what records are told apart by."""
    attacks: tuple[Attack, ...] = ()

    @cached_property
    def asks(self) -> bool:
        """Whether an attack of it may question a model."""
        return not all(isinstance(attack, ByRule) for attack in self.attacks)

    @cached_property
    def by_rule(self) -> tuple[ByRule, ...]:
        """The attacks of a chain that asks no model."""
        return tuple(attack for attack in self.attacks if isinstance(attack, ByRule))

    @property
    def name(self) -> str:
        """The attacks' names, without their arguments."""
        return "+".join(attack.name for attack in self.attacks)


PLAIN = Chain("none")
"""The question as the benchmark asks it."""


def build_benchmark(spec: RunSpec, wiring: Wiring | None = None) -> Benchmark:
    """The benchmark of a run, seeded, with its judging model, and by the judges that the run names."""
    wiring = wiring or Wiring()
    return _judged(spec, wiring) if spec.judges else _as_published(spec, wiring)


def build_chains(spec: RunSpec, wiring: Wiring) -> tuple[Chain, ...]:
    """The attacks of a run, as alternatives. Raises `UserError`."""
    if twice := next((text for text in spec.attacks if spec.attacks.count(text) > 1), ""):
        raise UserError(f"--attack {twice} is given twice: name each once")
    return tuple(_build_chain(text, spec.seed, wiring) for text in spec.attacks) or (PLAIN,)


def _build_chain(text: str, seed: int, wiring: Wiring) -> Chain:
    if text == PLAIN.spec:
        return PLAIN
    links = (text,) if text in wiring.pool.given else registry.links("attacks", text)
    return Chain(text, tuple(_build_attack(link, seed, wiring) for link in links))


def _build_attack(text: str, seed: int, wiring: Wiring) -> Attack:
    if text in wiring.pool.given:
        return wiring.pool.given[text]
    return _build_seeded("attacks", text, seed, wiring.traced)


def _judged(spec: RunSpec, wiring: Wiring) -> Benchmark:
    """The benchmark, judged by others and counted by their own rates too."""
    refuse_idle_model(spec.judge_model, spec.judges)
    model = wiring.model(spec.judge_model, spec.judge_options) if spec.judge_model else None
    judges = build_judges(spec.judges, wiring, model)
    names = [judge.name for judge in judges]
    if twice := next((name for name in names if names.count(name) > 1), ""):
        raise UserError(
            f"--judge: two judges are called {twice}, and one's verdicts would take the other's place: "
            "judge the run once by each of them"
        )
    own = _as_published(replace(spec, judge_model="", judge_options={}), wiring)
    rates = partial(registry.build, "metrics", "judged", judges=judges)
    if own.judges[0].name in names:
        return dataclasses.replace(own, judges=judges, metrics=(*own.metrics, rates), judging=())
    # The judge whose number stood for the benchmark is not among them.
    headline = judges[0].instrument.estimate
    return dataclasses.replace(
        own, judges=judges, metrics=(rates, *own.metrics), headline=headline, scope={}, judging=()
    )


def _as_published(spec: RunSpec, wiring: Wiring) -> Benchmark:
    if spec.benchmark in wiring.pool.given:
        return _given(spec, wiring)
    given: dict[str, Any] = {}
    if spec.judge_model:
        part = registry.find("benchmarks", registry.parse(spec.benchmark).name)
        if not any(argument.name == "judge_model" for argument in part.arguments):
            raise UserError(
                f"--judge-model {spec.judge_model}: {part.name} is judged by rules and asks no model; "
                "plimsoll judge RUN --judge SPEC judges its answers by any other judge"
            )
        if "judge_model" in registry.parse(spec.benchmark).arguments:
            raise UserError(f"{spec.benchmark} and --judge-model both name a judging model: keep one of them")
        given["judge_model"] = wiring.model(spec.judge_model, spec.judge_options)
    return _build_seeded("benchmarks", spec.benchmark, spec.seed, wiring.model, **given)


def build_judges(specs: Iterable[str], wiring: Wiring, model: Model | None = None) -> tuple[Judge, ...]:
    """Judges by their specs; `model` judges wherever a spec leaves its `model` out."""
    return tuple(_build_judge(text, wiring, model) for text in specs)


def build_guards(specs: Iterable[str], wiring: Wiring, model: Model | None = None) -> tuple[Guard, ...]:
    """Guards by their specs; `model` is asked wherever a spec leaves its `model` out."""
    return tuple(_built(wiring.pool.given.get(text), "guards", text, wiring, model) for text in specs)


def takes_model(spec: str, room: registry.Room = "judges") -> bool:
    """Whether a judge, or a guard, asks a model that its spec leaves out."""
    if spec.startswith(registry.OWN):
        return False
    parsed = registry.parse(spec)
    found = room_of(spec) if room == "judges" else room
    known = {argument.name for argument in registry.find(found, parsed.name).arguments}
    return "model" in known - set(parsed.arguments)


def room_of(judge: str) -> registry.Room:
    """The room of what was named as a judge: a guard serves as one unchanged, where no judge has its name."""
    name = registry.parse(judge).name.partition("/")[0]
    return "guards" if not registry.holds("judges", name) and registry.holds("guards", name) else "judges"


def refuse_idle_model(judge_model: str, specs: Iterable[str]) -> None:
    """Refuse a judging model that no judge would ask. Raises `UserError`."""
    named = list(specs)
    if judge_model and not any(map(takes_model, named)):
        raise UserError(
            f"--judge-model {judge_model}: {', '.join(named) or 'a stored judge'} would not ask it; name a "
            "judge that asks a model and leave its model= out (plimsoll list judges)"
        )


def _build_judge(text: str, wiring: Wiring, model: Model | None) -> Judge:
    given = wiring.pool.given.get(text)
    if given is None and room_of(text) == "guards":
        return registry.build("judges", "guarded", guard=_built(None, "guards", text, wiring, model))
    return _built(given, "judges", text, wiring, model)


def _built(given: Any, room: registry.Room, text: str, wiring: Wiring, model: Model | None) -> Any:
    if given is not None:
        return given
    spec = registry.parse(text)
    known = {argument.name for argument in registry.find(room, spec.name).arguments}
    also = {"model": model} if model and "model" in known - set(spec.arguments) else {}
    return registry.build(room, spec, model_of=wiring.model, **also)


def _given(spec: RunSpec, wiring: Wiring) -> Benchmark:
    """A benchmark made in Python."""
    if spec.judge_model:
        raise UserError(
            f"--judge-model {spec.judge_model}: {spec.benchmark} is made already, with its judges in it"
        )
    return wiring.pool.given[spec.benchmark]


def _build_seeded(room: registry.Room, text: str, seed: int, model_of: registry.ModelOf, **given: Any) -> Any:
    spec = registry.parse(text)
    takes_seed = any(argument.name == "seed" for argument in registry.find(room, spec.name).arguments)
    if takes_seed and "seed" not in spec.arguments:
        given["seed"] = seed
    return registry.build(room, spec, model_of=model_of, **given)
