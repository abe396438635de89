"""`plimsoll guard`: measure content guards."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import click
import msgspec

from plimsoll.cli import _endings, _numbers, _options, _output
from plimsoll.core import UserError, files
from plimsoll.evaluation.asking import settings_of
from plimsoll.evaluation.progress import Progress, tell
from plimsoll.screening.asking import Observer
from plimsoll.screening.nouns import THRESHOLD, Screened, ScreeningSpec, Undecided
from plimsoll.screening.screen import Result, screen
from plimsoll.screening.terms import Terms, feedback_of
from plimsoll.stats.hedge import LOSSES


@click.command("guard")
@click.argument("guards", nargs=-1, metavar="GUARD...")
@click.option(
    "--on", "labels", required=True, metavar="SET",
    help="A CSV, JSONL ... with prompt, response, label (1 unsafe, 0 safe), category; or a label pack.",
)  # fmt: skip
@click.option("--against", multiple=True, metavar="GUARD", help="A further guard; may be repeated.")
@click.option("--model", "-m", default="", metavar="MODEL", help="provider/model that guards ask.")
@click.option("-M", "model_args", multiple=True, metavar="KEY=VALUE", help="Option of that model.")
@click.option("--threshold", type=_numbers.Real(0, 1), help="Scores from here on are flagged.")
@click.option(
    "--development", default="", metavar="SET|SHARE",
    help="Choose the threshold and calibrate on a share of the set, or on another one.",
)  # fmt: skip
@click.option(
    "--aim", default="f1", show_default=True, metavar="f1|false_alarms=X|recall=X",
    help="What the threshold is chosen for.",
)  # fmt: skip
@click.option(
    "--undecided", type=click.Choice(get_args(Undecided)), default="apart", show_default=True,
    help="How a conversation without a verdict counts: not at all, as unsafe, as safe, as an error.",
)  # fmt: skip
@click.option("--categories", is_flag=True, help="Every category against all others, and against safe ones.")
@click.option(
    "--slice", "slices", multiple=True, metavar="COLUMN", help="The numbers for each of its values."
)
@click.option("--online", is_flag=True, help="An ensemble of the guards learns from one label after another.")
@click.option(
    "--loss", type=click.Choice(list(LOSSES)), default="absolute", show_default=True, help="Of --online."
)
@click.option(
    "--rate", default="anytime", show_default=True, metavar="anytime|best|NUMBER", help="Of --online."
)
@click.option(
    "--share",
    type=_numbers.Real(0, 1),
    default=0.0,
    help="Weight dealt out evenly each round (shifting policies).",
)
@click.option("--delay", type=click.IntRange(0), default=0, help="Rounds until a label comes.")
@click.option(
    "--feedback", default="all", show_default=True, metavar="all|SHARE|flagged+SHARE",
    help="Which conversations are labelled.",
)  # fmt: skip
@click.option(
    "--cost", "costs", multiple=True, metavar="KIND=NUMBER", help="Of a miss, an alarm, or a category missed."
)
@click.option("--state", default="", metavar="FILE", help="Where the ensemble's weights are kept.")
@click.option(
    "--jury", is_flag=True, help="The guards vote: majority, agreement, Dawid and Skene's posterior."
)
@click.option(
    "--margin", type=_numbers.Real(0.5, 1), default=0.9, show_default=True,
    help="How sure the posterior must be; below it a human is needed.",
)  # fmt: skip
@click.option(
    "--taxonomy", default="", metavar="NAME", help="Whose categories the set bears, such as aegis-2."
)
@click.option(
    "--disturbed", multiple=True, metavar="ATTACK",
    help="Hold the guard against itself on disturbed texts: an attack, forged_end, category_order.",
)  # fmt: skip
@click.option("--one-class", is_flag=True, help="Measure what labels of one kind alone can tell.")
@click.option("--limit", type=click.IntRange(1), help="Only the first N conversations.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the redraws and the split.")
@_endings.MAX_ERRORS
@click.option(
    "--max-connections", type=click.IntRange(1), default=100, show_default=True, help="Most calls in flight."
)
@click.option(
    "--patience", type=_numbers.Real(0), default=60.0, show_default=True, metavar="SECONDS",
    help="How long a silent endpoint is asked again.",
)  # fmt: skip
@click.option("--max-cost", type=_numbers.Real(0), help="Stop when this many US dollars are spent.")
@click.option(
    "--cache/--no-cache", "cached", default=True, show_default=True, help="Reuse earlier responses."
)
@click.option(
    "--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="Write a page (HTML) to FILE too."
)
@_options.LOG_DIR
@_output.JSON
def command(guards: tuple[str, ...], against: tuple[str, ...], **given: Any) -> int:
    """Measure GUARD on labelled conversations: AUPRC, F1, recall ..., each with its interval.

    What a guard said is kept in a run folder: the same command counts it again and asks nobody. Several
    guards are held against each other. stored:COLUMN measures what stands in a column of the set.
    """
    named = (*guards, *against)
    if not guards:
        raise UserError("no guard is named: plimsoll guard words:file=LIST --on FILE (plimsoll list guards)")
    if given["model_args"] and not given["model"]:
        raise UserError("-M is an option of the model that guards ask: name that with --model")
    goal = ScreeningSpec(
        guards=named,
        labels=given["labels"],
        model=given["model"],
        options=_options.pairs(given["model_args"], "-M"),
        limit=given["limit"],
        threshold=given["threshold"],
        undecided=given["undecided"],
        development=given["development"],
        aim=given["aim"],
        categories=given["categories"],
        taxonomy=given["taxonomy"],
        disturbed=given["disturbed"],
        one_class=given["one_class"],
        slices=given["slices"],
        online=given["online"],
        terms=_terms(given),
        rate=given["rate"],
        share=given["share"],
        state=given["state"],
        jury=given["jury"],
        margin=given["margin"],
        seed=given["seed"],
    )
    result = _watched(goal, given)
    if given["output"] is not None:
        _write(result, given["output"])
    if given["as_json"]:
        _output.value(_plain(result))
    else:
        from plimsoll.reports import guard_terminal

        _output.show(guard_terminal.render(result))
    return max(_code(each, given["max_errors"]) for each in result.guards)


def _write(result: Result, path: Path) -> None:
    from plimsoll.reports import guard_html

    try:
        files.write_text(path, guard_html.render(result))
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}") from error


def _terms(given: Mapping[str, Any]) -> Terms:
    flagged, shown = feedback_of(given["feedback"])
    costs: dict[str, float] = {}
    for key, value in _options.pairs(given["costs"], "--cost").items():
        try:
            costs[key] = float(value)
        except ValueError:
            raise UserError(f"--cost {key}={value}: write a number, such as miss=5") from None
    return Terms(
        loss=given["loss"],
        delay=given["delay"],
        shown=shown,
        flagged=flagged,
        costs=costs,
        threshold=given["threshold"] if given["threshold"] is not None else THRESHOLD,
        seed=given["seed"],
    )


def _watched(goal: ScreeningSpec, given: dict[str, Any]) -> Result:
    """Measure, with each guard's progress and time left shown."""
    bars: list[Progress] = []
    settings = settings_of(
        log_dir=given["log_dir"],
        cache=given["cached"],
        max_connections=given["max_connections"],
        max_cost=given["max_cost"],
        prices=None,
        patience=given["patience"],
        tell=tell,
    )

    def observer_of(guard: str, total: int) -> Observer:
        for bar in bars:
            bar.__exit__(None, None, None)
        bars.append(Progress(f"{guard} on {Path(goal.labels).name}", total))
        return bars[-1]

    try:
        return screen(goal, settings=settings, observer_of=observer_of)
    finally:
        for bar in bars:
            bar.__exit__(None, None, None)


def _plain(result: Result) -> dict[str, Any]:
    """The first guard's figures under their own names; where there are several, all of them and the pairs."""
    plain = {**_flat(result.guards[0])}
    if len(result.guards) > 1:
        plain["guards"] = [_flat(each) for each in result.guards]
        plain["pairs"] = msgspec.to_builtins(result.pairs)
    for name in ("online", "voted", "disturbed"):
        if found := getattr(result, name):
            plain[name] = msgspec.to_builtins(found)
    return plain


def _flat(found: Screened) -> dict[str, Any]:
    said: dict[str, Any] = msgspec.to_builtins(found)
    figures = said.pop("figures")
    return {"format": said.pop("format"), **figures, **said}


def _code(found: Screened, bound: _endings.Bound) -> int:
    """1 where the guard failed too often or decided nothing, and what that means is said."""
    if bound.holds(found.errors, found.n) and found.scored:
        return _endings.OK
    why = "".join(f"\n  {cause}: {n:,}" for cause, n in found.failures.items())
    what = f"failed on {found.errors:,}" if found.errors else "gave a verdict on none"
    _output.echo(
        f"plimsoll: {found.guard} {what} of {found.n:,} conversations, none of which counts as safe: mend "
        f"the guard or its endpoint, then the same command asks again{why}",
        err=True,
    )
    return _endings.ERROR
