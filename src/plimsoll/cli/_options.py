"""Options that several commands share, and what their values mean."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from plimsoll import registry
from plimsoll.cli import _output
from plimsoll.core import UserError
from plimsoll.evaluation.asking import own_prompts, rubric
from plimsoll.run.keep.folder import RunFolder, open_run, runs
from plimsoll.words import preferred

LOG_DIR = click.option(
    "--log-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("logs"),
    show_default=True,
    help="Folder that holds the run folders.",
)


def _one(context: click.Context, option: click.Parameter, values: tuple[str, ...]) -> str:
    """The one value of an option; a second one would silently take the first one's place."""
    if len(values) > 1:
        raise click.UsageError(
            f"{option.opts[0]} is given {len(values)} times ({', '.join(values)}), and takes one model: "
            "call the command once for each, and hold the runs against each other by plimsoll compare",
            context,
        )
    return "".join(values)


MODELS = click.option(
    "--model",
    "-m",
    "models",
    multiple=True,
    default=("llamacpp",),
    show_default="llamacpp",
    help="provider/model (plimsoll list models); may be repeated.",
)
JUDGE_MODEL = click.option(
    "--judge-model",
    multiple=True,
    callback=_one,
    metavar="MODEL",
    help="provider/model that judges, where a judge asks one.",
)
JUDGE_ARGS = click.option(
    "-J", "judge_args", multiple=True, metavar="KEY=VALUE", help="Option of the judging model."
)
LANGUAGE = click.option(
    "--language",
    type=click.Choice(["en", "zh"]),
    default=preferred,
    show_default="yours",
    help="Of the words; yours is what PLIMSOLL_LANG or the locale says.",
)
RUN = click.argument("run", required=False, type=click.Path(path_type=Path))


def pairs(values: Iterable[str], option: str) -> dict[str, str]:
    """`key=value` options as a mapping."""
    read: dict[str, str] = {}
    for value in values:
        key, equals, rest = value.partition("=")
        if not equals or not key:
            raise UserError(f"{option} {value!r} is not key=value")
        key = key.replace("-", "_")
        if key in read:
            raise UserError(f"{option} {key} is given twice: keep one of them")
        read[key] = rest
    return read


def judge_pairs(given: Mapping[str, Any]) -> dict[str, str]:
    """The judging model's options."""
    if given["judge_args"] and not given["judge_model"]:
        raise UserError("-J is an option of the judging model: name that with --judge-model")
    return pairs(given["judge_args"], "-J")


def judge_specs(values: Iterable[str]) -> tuple[str, ...]:
    """Judges as specs; a TOML file is a rubric."""
    return tuple(map(rubric, values))


def benchmark_spec(text: str, arguments: dict[str, str], shots: int | None) -> str:
    """A benchmark's spec with the arguments that stand in options of their own."""
    spec = registry.parse(own_prompts(text))
    more = dict(arguments)
    if shots is not None:
        more["shots"] = str(shots)
    if twice := sorted(set(more) & set(spec.arguments)):
        raise UserError(f"{twice[0]} is given in {text!r} and as an option: keep one of them")
    return str(registry.Spec(name=spec.name, arguments={**spec.arguments, **more}))


def opened(run: Path | None, log_dir: Path) -> RunFolder:
    """The run folder of an argument; without one, the newest of the log folder."""
    if run is not None:
        return open_run(run if run.exists() or not (log_dir / run).exists() else log_dir / run)
    newest = next((each for each in runs(log_dir) if not each.manifest().hashes), None)
    if newest is None:
        raise UserError(f"{log_dir} holds no run yet: name a run folder, or make one with plimsoll run")
    return newest


def among(paths: Sequence[Path], log_dir: Path, *, least: int = 1) -> list[RunFolder]:
    """The runs among what a shell makes of `logs/*`; what is no run is left aside, and said.

    Raises `UserError` for a path that is not there, and where fewer than `least` of them are runs.
    """
    others = [path for path in paths if path.exists() and not (path / "run.json").is_file()]
    if len(paths) - len(others) < least:
        others = []
    if others:
        names = ", ".join(path.name for path in others)
        _output.echo(f"left aside, no run: {names}", err=True)
    return [opened(path, log_dir) for path in paths if path not in others]
