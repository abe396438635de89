"""`plimsoll drift`: a model, and what was made of it -> what became of its safety, refusals and use."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from plimsoll import registry
from plimsoll.cli import _endings, _options, _output
from plimsoll.cli._fronts import Stands, made, standings
from plimsoll.cli._tied import matrix_of
from plimsoll.cli.analyse import folder_of, spec_of
from plimsoll.cli.report import write_tied
from plimsoll.core import Estimate, UserError
from plimsoll.evaluation.evaluate import Options, compare, grid
from plimsoll.evaluation.results import Compared, GridCell, GridResult
from plimsoll.internals import checkpoint
from plimsoll.models.transformers import Transformers
from plimsoll.run.keep.manifest import Summary
from plimsoll.stats.multiple import holm
from plimsoll.words import translated

BENCHMARKS = ("simplesafetytests:split=starter", "xstest:split=starter", "safetybench:split=starter")
"""Harm, over-refusal and use, on sets that are always at hand."""
DEFENSES = (None, "safety_prompt")
"""As the model is deployed, and with rules of safety in its system prompt."""
AS_IT_IS = "as it is"
"""In place of a template, where a model's texts are rendered elsewhere."""


@click.command("drift")
@click.argument("before")
@click.argument("after", nargs=-1, required=True)
@click.option("-b", "--benchmark", "benchmarks", multiple=True, metavar="BENCHMARK", help="May be repeated.")
@click.option(
    "--template",
    "templates",
    multiple=True,
    type=click.Choice(["chat", "raw"]),
    help="How prompts become text; may be repeated.  [default: both; raw without a chat template]",
)
@click.option("--limit", type=click.IntRange(1), help="Questions of each benchmark.")
@click.option("--max-tokens", type=click.IntRange(1), default=64, show_default=True, help="Of a reply.")
@click.option("--judge", default="", metavar="JUDGE", help="In place of each benchmark's own judges.")
@click.option(
    "--html",
    "page",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the report as a page to FILE; of two templates, FILE-chat and FILE-raw.",
)
@_options.LOG_DIR
@_endings.MAX_ERRORS
@_output.JSON
def command(
    *,
    before: str,
    after: tuple[str, ...],
    benchmarks: tuple[str, ...],
    templates: tuple[str, ...],
    limit: int | None,
    max_tokens: int,
    judge: str,
    page: Path | None,
    log_dir: Path,
    max_errors: _endings.Bound,
    as_json: bool,
) -> int:
    """Hold models AFTER fine-tuning or repair against the one BEFORE, question by question.

    Each is asked in the chat template and in plain text, with and without a safety prompt: what holds in
    the template of the training alone is no safety. Of several, those are on the front that no other one
    beats in all benchmarks and in tokens; ranks go by the intervals of their differences, and models that
    may not differ are named. P-values are Holm's over all differences. Beside them stands what each
    costs: tokens and seconds an answer, the share of numbers that were changed, and seconds of training
    or repair. The page draws how three and more go on from BEFORE, such as checkpoints of a training in
    their order.
    """
    if page and not page.absolute().parent.is_dir():
        raise UserError(f"--html {page}: there is no folder {page.absolute().parent}")
    rows, fronts, ended = list[dict[str, Any]](), list[dict[str, Any]](), list[Summary]()
    grids = list[str]()
    wanted = templates or _templates(before, *after)
    costs = made(before, after) if len(after) > 1 else {}
    trained = {model: template for model in after if (template := _trained_in(model))}
    more: Options = {"max_tokens": max_tokens, "log_dir": log_dir, "progress": not as_json}
    if limit:
        more |= {"limit": limit}
    if judge:
        more |= {"judge": judge}
    for template in wanted:
        more |= {"options": {"template": template} if template != AS_IT_IS else {}}
        asked, models = list(benchmarks or BENCHMARKS), [spec_of(model) for model in (before, *after)]
        found = grid(asked, models, defenses=list(DEFENSES), title=f"drift · {template}", **more)
        ended += [cell.run.summary for cell in found.cells if cell.run]
        grids.append(str(found.path))
        if page:
            write_tied(matrix_of(found.path), "html", _page_of(page, template, wanted))
        rows += [_row(template, *pair) for pair in _pairs(found)]
        fronts += [
            _front(template, defense, standings(cells, costs))
            for defense, cells in (_by_defense(found).items() if len(after) > 1 else ())
        ]
    if page and not as_json:
        for template in wanted:
            _output.echo(f"page  {_page_of(page, template, wanted)}")
    tested = _adjusted(rows)
    if as_json:
        told = {"before": before, "after": after, "trained_in": trained, "cells": rows, "fronts": fronts}
        _output.value({**told, "grids": grids})
    else:
        _show(rows, fronts, trained)
        if tested > 1:
            _output.echo(f"\np is Holm's over all {tested} differences above.")
        for path in grids:
            _output.echo(f"report  plimsoll report {path} --format html")
    return _endings.suite_code(ended, max_errors)


def _page_of(page: Path, template: str, templates: Sequence[str]) -> Path:
    """The page of a template: the one that was named, where there is but one."""
    return page if len(templates) == 1 else page.with_stem(f"{page.stem}-{template}")


def _show(
    rows: Sequence[dict[str, Any]], fronts: Sequence[dict[str, Any]], trained: Mapping[str, str]
) -> None:
    several = len({row["model"] for row in rows}) > 1
    for row in rows:
        _output.echo(_line(row, several=several))
    for each in fronts:
        where = f"{each['template']} · {each['defense']}"
        if each["models"]:
            _output.echo(f"\n{where}: on the front are {', '.join(each['models'])}")
        else:
            _output.echo(f"\n{where}: no model is on the front: none was measured by every benchmark")
        _output.table((stands["model"], _stands(stands)) for stands in each["standings"])
    asked = {row["template"] for row in rows}
    for model, template in trained.items():
        if template in asked:
            _output.echo(f"\n{model} was trained in the template `{template}`: read that row first.")
        else:
            _output.echo(
                f"\n{model} was trained in the template `{template}` and was not asked in it: "
                "what its training changed may not show here."
            )


def _front(template: str, defense: str, found: Sequence[Stands]) -> dict[str, Any]:
    return {
        "template": template,
        "defense": defense,
        "models": [each.model for each in found if each.front],
        "standings": [{**each._asdict(), "cost": each.cost._asdict()} for each in found],
    }


def _stands(stands: dict[str, Any]) -> str:
    """A model's rank, what it may not differ from, and its cost."""
    cost = stands["cost"]
    parts = [translated("not ranked" if stands["rank"] is None else f"rank {stands['rank']}")]
    if stands["alike"]:
        parts.append(translated(f"may not differ from {', '.join(stands['alike'])}"))
    if cost["tokens"] is not None:
        parts.append(translated(f"{cost['tokens']:.0f} tokens and {cost['seconds']:.2f} s an answer"))
    if cost["changed"] is not None:
        parts.append(translated(f"{cost['changed']:.2%} of the numbers changed"))
    if cost["making"] is not None:
        parts.append(translated(f"made in {cost['making']:.0f} s"))
    return " · ".join(parts)


def _by_defense(found: GridResult) -> dict[str, list[GridCell]]:
    cells: dict[str, list[GridCell]] = {}
    for cell in found.cells:
        cells.setdefault(cell.defense, []).append(cell)
    return cells


def _pairs(found: GridResult) -> Iterator[tuple[GridCell, GridCell]]:
    """The first model with each other one, in each combination."""
    cells: dict[tuple[str, str], list[GridCell]] = {}
    for cell in found.cells:
        cells.setdefault((cell.benchmark, cell.defense), []).append(cell)
    for before, *others in cells.values():
        for after in others:
            yield before, after


def _row(template: str, before: GridCell, after: GridCell) -> dict[str, Any]:
    row: dict[str, Any] = {
        "model": after.model,
        "benchmark": before.benchmark,
        "template": template,
        "defense": before.defense,
        "before": _told(before.headline),
        "after": _told(after.headline),
        "gap": before.gap or after.gap,
    }
    if before.run and after.run:
        try:
            row["difference"] = _difference(compare(before.run, after.run))
        except UserError as error:
            row["gap"] = str(error)
    return row


def _difference(found: Compared) -> dict[str, Any]:
    whole = found.difference
    return {
        "value": whole.difference,
        "low": whole.low,
        "high": whole.high,
        "p": whole.p,
        "n": whole.n,
        "flips": len(found.flips),
    }


def _adjusted(rows: Sequence[dict[str, Any]]) -> int:
    """Give each difference Holm's p beside its own; returns how many there are."""
    found = [row["difference"] for row in rows if "difference" in row]
    for each, p in zip(found, holm([each["p"] for each in found]), strict=True):
        each["p_holm"] = p
    return len(found)


def _told(estimate: Estimate | None) -> dict[str, Any] | None:
    if estimate is None:
        return None
    return {
        "name": estimate.name,
        "value": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
        "n": estimate.n,
        "higher_is_safer": estimate.higher_is_safer,
    }


def _line(row: dict[str, Any], *, several: bool) -> str:
    where = f"{row['benchmark']} · {row['template']} · {row['defense']}"
    where = f"{row['model']} · {where}" if several else where
    if row["gap"]:
        return f"{where}: {row['gap']}"
    before, after, apart = row["before"], row["after"], row.get("difference")
    said = f"{where}: {before['name']} {before['value']:.1%} → {after['value']:.1%}"
    if not apart:
        return said
    interval = f"95 % [{apart['low']:+.1%}, {apart['high']:+.1%}]"
    return f"{said} ({apart['value']:+.1%}, {interval}, p {apart['p_holm']:.3f})"


def _trained_in(after: str) -> str:
    """The template that a model of ours was trained in; nothing for others."""
    recipe = checkpoint.made_by(folder_of(after)).get("recipe")
    return str(recipe.get("template", "")) if isinstance(recipe, Mapping) else ""  # pyright: ignore


def _templates(*models: str) -> tuple[str, ...]:
    """Both, where it is we who render the texts, and every model has a chat template."""
    opened = [registry.build_model(spec_of(model)) for model in models]
    ours = [each for each in opened if isinstance(each, Transformers)]
    if len(ours) < len(opened):
        return (AS_IT_IS,)
    return ("chat", "raw") if all(each.chats for each in ours) else ("raw",)
