"""The options of `plimsoll run`, or a run file -> alternatives, the spec that they share, and settings."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from plimsoll import registry
from plimsoll.cli import _options
from plimsoll.cli._endings import bound_of
from plimsoll.core import UserError, files, replace
from plimsoll.evaluation.asking import sampling_of, settings_of, several, texts
from plimsoll.evaluation.progress import tell
from plimsoll.run.ask import experiment, suite
from plimsoll.run.ask.experiment import Asked, Experiment
from plimsoll.run.ask.grid import NONE, Axes, Subject, cells
from plimsoll.run.ask.pool import Settings
from plimsoll.run.keep.folder import open_run
from plimsoll.run.spec import RunSpec

DECIDING = {
    *("models", "task_args", "num_fewshot", "limit", "draw", "sample_ids", "shard", "until", "epochs"),
    *("temperature", "top_p", "max_tokens", "seed", "system_prompts", "attacks", "defenses"),
    *("attack_sees", "judges", "judge_model"),
}
"""Options that decide which records a run holds."""

PARAMETERS = {
    "benchmark": "benchmarks",
    "model": "models",
    "attack": "attacks",
    "defense": "defenses",
    "system_prompt": "system_prompts",
    "judge": "judges",
    "sample": "draw",
    "sample_id": "sample_ids",
    "options": "model_args",
    "arguments": "task_args",
    "judge_options": "judge_args",
    "cache": "cached",
}
"""Keys of a run file whose parameters are called otherwise."""
REPEATED = ("benchmark", "model", "attack", "defense", "system_prompt", "judge", "sample_id")
OPTIONS = ("options", "arguments", "judge_options")
PATHS = ("log_dir", "prices")


class WholeText(click.types.StringParamType):
    """A text that a variable of the environment gives whole, however many blanks are in it."""

    envvar_list_splitter = "\x1f"


def with_file(benchmarks: tuple[str, ...], given: Mapping[str, Any]) -> dict[str, Any]:
    """What is asked for; where a run file is named, what it says and the command line does not."""
    found = {**given, "benchmarks": benchmarks, "title": ""}
    named = [text for text in benchmarks if experiment.is_experiment(text)]
    if not named:
        return found
    if len(benchmarks) > 1:
        raise UserError(f"{named[0]} says what is run: name it alone, or add the benchmark to the file")
    context = click.get_current_context()
    for name, value in _parameters(experiment.load(named[0])):
        source = context.get_parameter_source(name) if name != "benchmarks" else None
        if source in (None, click.core.ParameterSource.DEFAULT):
            found[name] = value
    return found


def _parameters(said: Experiment) -> list[tuple[str, Any]]:
    """A run file as parameters of the command."""
    named: Mapping[str, Any] = {key: getattr(said, key) for key in said.__struct_fields__}
    return [
        (PARAMETERS.get(key, key), _parameter(key, value))
        for key, value in named.items()
        if value is not None and value != ()
    ]


def _parameter(key: str, value: Any) -> Any:
    """A value as the command's own options give it."""
    if key in REPEATED:
        return tuple(several(value))
    if key in OPTIONS:
        return tuple(f"{name}={text}" for name, text in texts(value).items())
    if key in PATHS:
        return Path(value)
    return bound_of(value) if key == "max_errors" else value


def axes_of(given: Mapping[str, Any]) -> Axes:
    """The alternatives. Raises `UserError` where no benchmark is named."""
    if not given["benchmarks"]:
        raise UserError(
            "no benchmark is named: plimsoll run safetybench (plimsoll list benchmarks shows all)"
        )
    arguments = _options.pairs(given["task_args"], "-T")
    return Axes(
        subjects=subjects_of(given),
        benchmarks=tuple(
            _options.benchmark_spec(text, arguments, given["num_fewshot"]) for text in given["benchmarks"]
        ),
        attacks=given["attacks"] or (NONE,),
        defenses=given["defenses"] or (NONE,),
        system_prompts=tuple(map(_prompt, given["system_prompts"])) or (NONE,),
    )


def subjects_of(given: Mapping[str, Any]) -> tuple[Subject, ...]:
    """The models, each with the options of all and those of its own."""
    options = _options.pairs(given["model_args"], "-M")
    named: tuple[str | Asked, ...] = given["models"]
    return tuple(
        Subject(model=each, options=options)
        if isinstance(each, str)
        else Subject(model=each.model, options=options | texts(each.options))
        for each in named
    )


def base_of(given: Mapping[str, Any]) -> RunSpec:
    """What all cells share."""
    return RunSpec(
        benchmark="",
        model="",
        sampling=sampling_of(given, given["seed"]),
        seed=given["seed"],
        epochs=given["epochs"],
        attack_sees=given["attack_sees"],
        limit=given["limit"],
        draw=given["draw"],
        sample_ids=given["sample_ids"],
        shard=given["shard"],
        until=given["until"],
        judge_model=given["judge_model"],
        judge_options=_options.judge_pairs(given),
        judges=_options.judge_specs(given["judges"]),
    )


def settings(given: Mapping[str, Any]) -> Settings:
    """How it is carried out."""
    return settings_of(
        log_dir=given["log_dir"],
        cache=given["cached"],
        max_connections=given["max_connections"],
        max_cost=given["max_cost"],
        prices=given["prices"],
        patience=given["patience"],
        tell=tell,
    )


def refuse_shard(given: Mapping[str, Any]) -> None:
    """Raise `UserError` where parts of several runs are asked for: each run is merged by itself."""
    if given["shard"]:
        raise UserError("--shard parts one run: name one benchmark, model, attack and defense, and no suite")


def suite_bases(given: Mapping[str, Any]) -> Iterator[tuple[str, RunSpec]]:
    """Each suite with what its runs share, once for each model. Raises `UserError`."""
    refuse_shard(given)
    named: tuple[str, ...] = given["benchmarks"]
    elsewhere = given["sample_ids"] or given["task_args"] or given["num_fewshot"] is not None
    if not all(map(suite.is_suite, named)) or elsewhere:
        raise UserError(
            "a suite is run by itself, without -T, --num-fewshot and --sample-id: they would mean another "
            "thing in each of its benchmarks; copy the suite's TOML file and name the copy instead"
        )
    if given["paired"]:
        raise UserError(
            "--paired compares two runs of one benchmark: run the suite with and without --system-prompt, "
            "and compare the runs you want (plimsoll compare)"
        )
    for option in ("attacks", "defenses", "system_prompts"):
        if len(given[option]) > 1:
            raise UserError(
                f"a suite has one report, so it takes one of {option.replace('_', ' ')}: run it once for "
                "each, or name its benchmarks one by one for a grid"
            )
    axes = Axes(
        subjects=subjects_of(given),
        benchmarks=named,
        attacks=given["attacks"] or (NONE,),
        defenses=given["defenses"] or (NONE,),
        system_prompts=tuple(map(_prompt, given["system_prompts"])) or (NONE,),
    )
    return ((cell.benchmark, spec) for cell, spec in cells(axes, base_of(given)))


def resumed(path: Path, given: Mapping[str, Any]) -> RunSpec:
    """The run as it was made, reached as is said now; what would make it another one is refused."""
    context = click.get_current_context()
    for option in context.command.params:
        source = context.get_parameter_source(option.name or "")
        if option.name in DECIDING and source is click.core.ParameterSource.COMMANDLINE:
            raise UserError(
                f"{option.opts[0]} would make another run: --resume goes on with a run as it was made"
            )
    made = open_run(path).manifest().spec
    return replace(
        made,
        options={**made.options, **_ways(made.model, given["model_args"], "-M")},
        judge_options={**made.judge_options, **_ways(made.judge_model, given["judge_args"], "-J")},
    )


def _ways(model: str, written: Sequence[str], option: str) -> dict[str, str]:
    """Options that change how a model is reached, and not what it answers."""
    given = _options.pairs(written, option)
    if deciding := list(registry.deciding(model, given)):
        raise UserError(
            f"{option} {deciding[0]} would make another run: --resume goes on with a run as it was made, "
            "and takes only what says how the model is reached (base_url, timeout ...)"
        )
    return given


def _prompt(value: str) -> str:
    """A system prompt: text, or what stands in @FILE."""
    if not value.startswith("@"):
        return value or NONE
    try:
        return files.read_text(Path(value[1:]))
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"--system-prompt {value}: {error}") from error
