"""`plimsoll drift`: one model before and after -> what became of its safety, its refusals and its use."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from plimsoll.cli import _output
from plimsoll.cli.analyse import spec_of
from plimsoll.core import Estimate, UserError, decoding, files
from plimsoll.evaluation.evaluate import Options, compare, grid
from plimsoll.evaluation.results import Compared, GridCell, GridResult

BENCHMARKS = ("simplesafetytests:split=starter", "xstest:split=starter", "safetybench:split=starter")
"""Harm, over-refusal and use, on sets that are always at hand."""
DEFENSES = (None, "safety_prompt")
"""As the model is deployed, and with rules of safety in its system prompt."""
AS_IT_IS = "as it is"
"""In place of a template, where a model's texts are rendered elsewhere."""


@click.command("drift")
@click.argument("before")
@click.argument("after")
@click.option("-b", "--benchmark", "benchmarks", multiple=True, metavar="BENCHMARK", help="May be repeated.")
@click.option(
    "--template",
    "templates",
    multiple=True,
    type=click.Choice(["chat", "raw"]),
    help="How prompts become text; may be repeated.  [default: both]",
)
@click.option("--limit", type=click.IntRange(1), help="Questions of each benchmark.")
@click.option("--max-tokens", type=click.IntRange(1), default=64, show_default=True, help="Of a reply.")
@click.option("--judge", default="", metavar="JUDGE", help="In place of each benchmark's own judges.")
@click.option(
    "--log-dir", type=click.Path(path_type=Path, file_okay=False), default=Path("runs"), show_default=True
)
@_output.JSON
def command(
    *,
    before: str,
    after: str,
    benchmarks: tuple[str, ...],
    templates: tuple[str, ...],
    limit: int | None,
    max_tokens: int,
    judge: str,
    log_dir: Path,
    as_json: bool,
) -> None:
    """Hold a model AFTER fine-tuning against the one BEFORE, question by question.

    Each is asked in the chat template and in plain text, with and without a safety prompt: what holds in the
    template of the training alone is no safety.
    """
    rows = list[dict[str, Any]]()
    warning = _trained_in(after)
    more: Options = {"max_tokens": max_tokens, "log_dir": log_dir, "progress": not as_json}
    if limit:
        more |= {"limit": limit}
    if judge:
        more |= {"judge": judge}
    for template in templates or _templates(before, after):
        more |= {"options": {"template": template} if template != AS_IT_IS else {}}
        asked, models = list(benchmarks or BENCHMARKS), [spec_of(before), spec_of(after)]
        found = grid(asked, models, defenses=list(DEFENSES), title=f"drift · {template}", **more)
        rows += [_row(template, *pair) for pair in _pairs(found)]
    if as_json:
        _output.value({"before": before, "after": after, "trained_in": warning, "cells": rows})
        return
    for row in rows:
        _output.echo(_line(row))
    if warning:
        _output.echo(f"\n{after} was trained in the template `{warning}`: read that row first.")


def _pairs(found: GridResult) -> Iterator[tuple[GridCell, GridCell]]:
    """Each combination before and after."""
    cells: dict[tuple[str, str], list[GridCell]] = {}
    for cell in found.cells:
        cells.setdefault((cell.benchmark, cell.defense), []).append(cell)
    for pair in cells.values():
        if len(pair) == 2:
            yield pair[0], pair[1]


def _row(template: str, before: GridCell, after: GridCell) -> dict[str, Any]:
    row: dict[str, Any] = {
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


def _line(row: dict[str, Any]) -> str:
    where = f"{row['benchmark']} · {row['template']} · {row['defense']}"
    if row["gap"]:
        return f"{where}: {row['gap']}"
    before, after, apart = row["before"], row["after"], row.get("difference")
    said = f"{where}: {before['name']} {before['value']:.1%} → {after['value']:.1%}"
    if not apart:
        return said
    interval = f"95 % [{apart['low']:+.1%}, {apart['high']:+.1%}]"
    return f"{said} ({apart['value']:+.1%}, {interval}, p {apart['p']:.3f})"


def _trained_in(after: str) -> str:
    """The template that a model of ours was trained in; nothing for others."""
    path = Path(after) / "finetuning.json"
    if not path.is_file():
        return ""
    return str(decoding.decode(files.read(path), dict[str, Any]).get("recipe", {}).get("template", ""))


def _templates(*models: str) -> tuple[str, ...]:
    """Both, where it is we who render the texts."""
    ours = all(spec_of(model).startswith("transformers/") for model in models)
    return ("chat", "raw") if ours else (AS_IT_IS,)
