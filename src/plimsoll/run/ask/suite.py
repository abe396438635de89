"""A TOML file of benchmarks -> runs to be carried out together, and the file that ties them (`suite.json`).

Each entry names a benchmark as on the command line. Where its official data are not on this machine
and the entry has a `fallback`, that is asked instead and every report says so; without one, or where the
model lacks what the benchmark needs of it, the entry is a gap, and is shown as a gap.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files as resources
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta, Struct

from plimsoll import registry
from plimsoll.core import DataError, MissingExtra, Unmet, UserError, decoding, did_you_mean, files, replace
from plimsoll.data.locate import MissingData
from plimsoll.run.ask import plan
from plimsoll.run.ask.plan import Plan
from plimsoll.run.ask.pool import Pool
from plimsoll.run.keep import folder, tied
from plimsoll.run.spec import RunSpec

_WITH_ARGUMENTS = re.compile(r"[\w/]+:\w+=")
PREFIX = "suite/"
FILE = "suite.json"

Count = Annotated[int, Meta(ge=1)]
Source = Literal["official", "fallback"]


class Entry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One benchmark of a suite."""

    benchmark: str
    """Its spec."""
    fallback: str = ""
    """The spec asked where the official data are not here, such as `xstest:split=starter`."""
    limit: Count | None = None
    sample: Count | None = None
    max_tokens: Count | None = None
    system_prompt: str = ""
    judge: bool = True
    """Whether the judging model, where one is given, judges this benchmark too."""


class Suite(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Benchmarks that are run together."""

    title: str
    what: str = ""
    run: Annotated[tuple[Entry, ...], Meta(min_length=1)]


class SuiteRun(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one entry."""

    benchmark: str
    """The spec that was asked, or would have been."""
    run: str = ""
    """The run folder's name, beside the suite's folder; empty for a gap."""
    source: Source = "official"
    gap: str = ""
    """Why nothing was asked."""


class SuiteManifest(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`suite.json`: which runs belong together."""

    format: int = 1
    id: str
    name: str
    title: str
    model: str
    runs: tuple[SuiteRun, ...]
    created: str = ""


class Planned(NamedTuple):
    """An entry that is ready to run, or the reason why it is not."""

    entry: Entry
    spec: str
    source: Source
    plan: Plan | None
    gap: str = ""


@dataclass(frozen=True)
class Planning:
    """A suite with all its parts built, around one model."""

    name: str
    suite: Suite
    entries: tuple[Planned, ...]
    model: str
    """The model's name."""
    pool: Pool

    @property
    def plans(self) -> Iterator[Plan]:
        """Those that can run."""
        return (each.plan for each in self.entries if each.plan is not None)

    @property
    def id(self) -> str:
        """Two plannings of one id ask the same questions."""
        ids = [each.plan.manifest.id if each.plan else f"gap {each.spec}" for each in self.entries]
        return hashlib.blake2b(repr((self.name, ids)).encode(), digest_size=4).hexdigest()


def names() -> tuple[str, ...]:
    """The suites that come with Plimsoll."""
    found = (entry.name for entry in (resources("plimsoll.run.ask") / "suites").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in found if name.endswith(".toml")))


def is_suite(text: str) -> bool:
    """Whether an argument names a suite: `suite/NAME`, or a TOML file, and no benchmark that is given one."""
    return text.startswith(PREFIX) or (text.endswith(".toml") and not _WITH_ARGUMENTS.match(text))


def load(text: str) -> Suite:
    """The suite of `suite/NAME` or of a TOML file. Raises `UserError`, `DataError`."""
    if text.startswith(PREFIX):
        name = text.removeprefix(PREFIX)
        if name not in names():
            raise UserError(
                f"no suite is called {name!r}{did_you_mean(name, names())}: there is {', '.join(names())}"
            )
        content = (resources("plimsoll.run.ask") / "suites" / f"{name}.toml").read_text("utf-8")
    else:
        try:
            content = files.read_text(Path(text))
        except OSError as error:
            raise UserError(f"{text} cannot be read as a suite: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise UserError(f"{text} cannot be read as a suite: {error}") from error
    try:
        found = decoding.toml(content)
        if "run" not in found:
            raise DataError(
                f"{text} is no suite and no experiment: a suite has [[run]] entries, an experiment says "
                'benchmark = "..."'
            )
        return decoding.converted(found, Suite)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise DataError(f"{text}: {error}") from None


def build(name: str, suite: Suite, base: RunSpec, pool: Pool | None = None) -> Planning:
    """Build every run of a suite, around one model. Raises `UserError` before any model is called."""
    pool = pool or Pool()
    model = pool.model(base.model, base.options).name
    entries = tuple(_planned(entry, base, pool) for entry in suite.run)
    return Planning(name, suite, entries, model, pool)


def _planned(entry: Entry, base: RunSpec, pool: Pool) -> Planned:
    choices: list[tuple[str, Source]] = [(entry.benchmark, "official")]
    if entry.fallback:
        choices.append((entry.fallback, "fallback"))
    gap = ""
    for spec, source in choices:
        try:
            built = plan.build(_spec_of(entry, spec, base), pool)
        except (MissingData, MissingExtra, Unmet) as error:
            gap = gap or str(error)
            continue
        return Planned(entry, spec, source, built)
    return Planned(entry, entry.benchmark, "official", None, gap)


def _spec_of(entry: Entry, spec: str, base: RunSpec) -> RunSpec:
    sampling = {"max_tokens": entry.max_tokens, **base.sampling}
    judged = entry.judge and _takes_judge(spec)
    return replace(
        base,
        benchmark=spec,
        limit=base.limit if base.limit is not None else entry.limit,
        draw=base.draw if base.draw is not None else entry.sample,
        system_prompt=base.system_prompt or entry.system_prompt,
        sampling={key: value for key, value in sampling.items() if value is not None},
        judge_model=base.judge_model if judged else "",
        judge_options=base.judge_options if judged else {},
    )


def _takes_judge(spec: str) -> bool:
    parsed = registry.parse(spec)
    if "judge_model" in parsed.arguments:
        return False  # the entry has a judge of its own
    part = registry.find("benchmarks", parsed.name)
    return any(argument.name == "judge_model" for argument in part.arguments)


def write(log_dir: Path, planning: Planning, runs: Sequence[SuiteRun]) -> Path:
    """Tie runs together in a folder of their own beside them; returns it."""
    name = folder.slug(Path(planning.name).stem)
    rest = f"suite-{name}-{folder.slug(planning.model)}-{planning.id}"
    return tied.write(log_dir, rest, FILE, _manifest(planning, runs))


def rewrite(path: Path, planning: Planning, runs: Sequence[SuiteRun]) -> None:
    """Write the suite's file anew, as far as its runs are."""
    tied.rewrite(path / FILE, _manifest(planning, runs))


def read(path: Path) -> SuiteManifest:
    """The suite of a folder. Raises `DataError`."""
    return tied.read(path / FILE, SuiteManifest)


def unfinished(log_dir: Path, suite_id: str) -> Path | None:
    """The newest folder of that suite in which an entry still waits for its run."""
    return tied.newest(log_dir, f"*-suite-*-{suite_id}/{FILE}", _waits)


def _waits(path: Path) -> bool:
    return any(not each.run and not each.gap for each in read(path).runs)


def _manifest(planning: Planning, runs: Sequence[SuiteRun]) -> SuiteManifest:
    return SuiteManifest(
        id=planning.id,
        name=planning.name,
        title=planning.suite.title,
        model=planning.model,
        runs=tuple(runs),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )
