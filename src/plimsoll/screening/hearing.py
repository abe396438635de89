"""A guard's spec and a set -> all that the guard says of it, from its run, which is made where none is."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b, sha256
from typing import Any, NamedTuple

import msgspec

from plimsoll import __version__, registry
from plimsoll.core import Guard, Instrument, LabelPack, Model, UserError, replace
from plimsoll.run.ask.own import fingerprint
from plimsoll.run.ask.parts import build_guards, takes_model
from plimsoll.run.ask.pool import Pool, Settings
from plimsoll.run.ask.wiring import Wiring
from plimsoll.run.keep import folder
from plimsoll.run.keep.folder import RunFolder
from plimsoll.run.keep.manifest import FORMAT, CardEntry, Manifest, ModelEntry, Summary
from plimsoll.run.spec import RunSpec, refuse_secrets
from plimsoll.screening.asking import Asking, Observer
from plimsoll.screening.disturbing import disturbed, of_guard
from plimsoll.screening.nouns import ScreeningSpec, Seen
from plimsoll.screening.sets import Chosen, chosen, split_hash
from plimsoll.screening.stored import of_column, of_run

STORED = "stored:"
"""Begins the name of a guard whose verdicts stand in the set."""
ROUNDS = "guard"
"""What the folders of such runs are called by."""

ObserverOf = Callable[[str, int], Observer | None]


def unseen(guard: str, total: int) -> Observer | None:
    """Nobody watches."""
    return None


class Named(NamedTuple):
    """A set under the name that the user gave it."""

    name: str
    pack: LabelPack


@dataclass(frozen=True, kw_only=True)
class Heard:
    """All that one guard said of one set."""

    seen: Sequence[Seen]
    split: str
    prompt: str
    instrument: Instrument | None = None
    run: RunFolder | None = None
    summary: Summary | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hearing:
    """How guards are asked."""

    goal: ScreeningSpec
    settings: Settings
    observer_of: ObserverOf
    given: Mapping[str, Guard]

    def hear(self, spec: str, of: Named, by: str = "") -> Heard:
        """What a guard says of a set, disturbed by something where that is named. Raises what stopped it."""
        if spec.startswith(STORED) and by:
            raise UserError(f"--disturbed {by}: {spec} saw no disturbed texts: name a live guard")
        if spec.startswith(STORED):
            return _stored(spec.removeprefix(STORED), of, self.goal.limit)
        wiring = Wiring(Pool(self.settings, self.given))
        (guard,) = build_guards([spec], wiring, self._model(spec, wiring))
        guard = of_guard(guard, by)
        manifest = self._manifest(spec, guard, of, wiring)
        if by:
            manifest = _under(manifest, by)
        run = _finished(self.settings, manifest.id)
        if run is None:
            some = chosen(of.pack, of.name, self.goal.limit)
            if by:
                made = asyncio.run(disturbed(some.items, by))
                some = Chosen(made.items, some.left_out + made.left_out)
            run = asyncio.run(self._asked(guard, wiring, some, manifest))
        held = run.manifest()
        return Heard(
            seen=of_run(run),
            split=held.hashes.get("split", ""),
            prompt=held.hashes.get("prompt", ""),
            instrument=guard.instrument,
            run=run,
            summary=run.summary(),
            notes=held.notes,
        )

    def _takes(self, spec: str) -> bool:
        return bool(self.goal.model) and spec not in self.given and takes_model(spec, "guards")

    def _model(self, spec: str, wiring: Wiring) -> Model | None:
        return wiring.model(self.goal.model, self.goal.options) if self._takes(spec) else None

    async def _asked(self, guard: Guard, wiring: Wiring, some: Chosen, manifest: Manifest) -> RunFolder:
        wiring.refuse_unpriced()
        run = folder.unfinished(self.settings.log_dir, manifest.id)
        if run is None:
            left = f"{some.left_out:,} labels have no text here, or none to disturb, and were left out"
            notes = (*manifest.notes, *([left] if some.left_out else []))
            hashes = {**manifest.hashes, "split": split_hash(some.items)}
            run = _new(self.settings, replace(manifest, hashes=hashes, notes=notes, total=len(some.items)))
        watch = self.observer_of(manifest.spec.model, len(some.items))
        async with wiring.pool:
            with run.locked():
                await Asking(guard, wiring, some.items, run, watch).done()
        return run

    def _manifest(self, spec: str, guard: Guard, of: Named, wiring: Wiring) -> Manifest:
        takes, instrument, pack = self._takes(spec), guard.instrument, of.pack
        options = dict(self.goal.options) if takes else {}
        asked = RunSpec(
            benchmark=of.name,
            model=spec,
            options=options,
            limit=self.goal.limit,
            judge_model=self.goal.model if takes else "",
        )
        refuse_secrets(asked)
        deciding = registry.deciding(self.goal.model, options) if options else {}
        what = "" if pack.files else of.name
        own = {text: fingerprint(part) for text, part in self.given.items() if text == spec}
        decides: list[Any] = [spec, own, deciding, wiring.entries, instrument, what, pack.files, pack.event]
        body = msgspec.json.encode([*decides, self.goal.limit], order="sorted")
        return Manifest(
            format=FORMAT,
            id=blake2b(body, digest_size=4).hexdigest(),
            spec=asked,
            model=ModelEntry(name=guard.name, revision=instrument.revision),
            asked=wiring.entries,
            own=own,
            instruments={guard.name: instrument},
            headline=instrument.estimate,
            card=CardEntry(title=pack.card.title, version=pack.card.version, source=pack.card.source),
            files=pack.files,
            hashes={"prompt": prompt_hash(guard)},
            notes=pack.notes,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            plimsoll=__version__,
        )


def _under(manifest: Manifest, by: str) -> Manifest:
    """The run of disturbed texts: another one."""
    name = blake2b(f"{manifest.id} {by}".encode(), digest_size=4).hexdigest()
    return replace(manifest, id=name, spec=replace(manifest.spec, attacks=(by,)))


def refuse_idle_model(goal: ScreeningSpec, given: Mapping[str, Guard]) -> None:
    """Refuse a model that no guard would ask. Raises `UserError`."""
    live = [spec for spec in goal.guards if not spec.startswith(STORED) and spec not in given]
    if goal.model and not any(takes_model(spec, "guards") for spec in live):
        raise UserError(
            f"--model {goal.model}: {', '.join(goal.guards)} would not ask it; name a guard that asks a "
            "model and leave its model= out (plimsoll list guards)"
        )


def prompt_hash(guard: Guard) -> str:
    """SHA-256 of what the guard puts around a conversation; of its revision, where it has no prompt."""
    said = getattr(guard, "prompt_sha256", "")
    return said or sha256(f"{guard.name} {guard.instrument.revision}".encode()).hexdigest()


def _stored(column: str, of: Named, limit: int | None) -> Heard:
    items = chosen(of.pack, of.name, limit, texts=False).items
    said = sha256(f"stored:{column}".encode()).hexdigest()
    seen = list(of_column(items, column, of.name))
    return Heard(seen=seen, split=split_hash(items), prompt=said, notes=of.pack.notes)


def _finished(settings: Settings, run_id: str) -> RunFolder | None:
    """The newest finished run of that id."""
    for path in sorted(settings.log_dir.glob(f"*-{run_id}/run.json"), reverse=True):
        summary = RunFolder(path.parent).summary()
        if summary is not None and summary.status == "finished":
            return RunFolder(path.parent)
    return None


def _new(settings: Settings, manifest: Manifest) -> RunFolder:
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    named = folder.slug(registry.parse(manifest.spec.model).name)
    try:
        run = RunFolder(folder.make(settings.log_dir, stamp, f"{ROUNDS}-{named}-{manifest.id}"))
    except OSError as error:
        raise UserError(f"--log-dir {settings.log_dir}: {error.strerror}") from error
    run.write_manifest(manifest)
    return run
