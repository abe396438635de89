"""`plimsoll taxonomy science|scorecard|tag`: risks of agents in science."""

import asyncio
from pathlib import Path

import click

from plimsoll import registry
from plimsoll.benchmarks.scientific_agents.tagging import tagged
from plimsoll.cli import _output
from plimsoll.cli._taxonomy_tables import FORM, show
from plimsoll.core import Sample, UserError, files
from plimsoll.run.ask import plan
from plimsoll.run.spec import RunSpec
from plimsoll.taxonomies import scientific
from plimsoll.words import preferred

LONGEST = 500
"""Characters of a text that are shown."""


@click.command("science")
@FORM
def science(form: str) -> None:
    """Show the three axes of agents in science, what is weak in an agent, and the gaps."""
    found = scientific.axes()
    axis = {"A": "intent", "B": "domain", "C": "impact"}
    rows = [
        *((each.code, each.en, each.zh, axis[each.code[0]]) for each in found.leaf),
        *((each.code, each.en, each.zh, "; ".join(each.vulnerabilities)) for each in found.module),
        *((each.code, each.en, each.zh, "gap") for each in found.gap),
        *((each.code, each.en, each.zh, "pillar") for each in found.pillar),
    ]
    show(form, ("code", "en", "zh", "what"), rows)


@click.command("scorecard")
@click.argument("answers", type=click.Path(path_type=Path, dir_okay=False), required=False)
@_output.JSON
def scorecard(answers: Path | None, as_json: bool) -> None:
    """Score what a deployment of agents in science has of the three pillars of safeguards.

    ANSWERS is a TOML file of CHECK = "yes", "no" or "n.a."; without it the checks are printed as such a file.
    """
    if answers is None:
        for pillar in scientific.axes().pillar:
            _output.echo(f"# {pillar.code} {_in_reach(f'{pillar.en} · {pillar.zh}', pillar.zh)}")
            for check in pillar.check:
                asked = _in_reach(f"# {check.en}\n# {check.zh}", f"# {check.zh}")
                _output.echo(f'{asked}\n{check.code} = "no"')
        return
    found = scientific.scorecard(scientific.answers(answers))
    if as_json:
        pillars = [
            {"code": each.pillar.code, "met": each.met, "applicable": each.applicable, "open": each.open}
            for each in found.pillars
        ]
        _output.value({"share": found.share, "pillars": pillars})
        return
    rows = [
        (
            f"{each.pillar.code} {_in_reach(each.pillar.en, each.pillar.zh)}",
            f"{each.met} of {each.applicable}{_open(each.open)}",
        )
        for each in found.pillars
    ]
    _output.table(rows)
    _output.echo("no check applies" if found.share is None else f"\nmean of the pillars: {found.share:.2f}")


@click.command("tag")
@click.argument("source", metavar="FILE|BENCHMARK")
@click.option(
    "-m", "--model", default="", metavar="PROVIDER/MODEL", help="Tags in the place of the word rule."
)
@click.option("--limit", type=click.IntRange(1), help="Only the first N texts.")
@_output.JSON
def tag(source: str, model: str, limit: int | None, as_json: bool) -> None:
    """Tag texts by the axes of agents in science, and count the cells that stay empty.

    FILE holds a text a line; of a BENCHMARK, such as agent_safetybench, the requests are tagged.
    """
    lines = _texts(source)[:limit]
    found = _tagged(lines, model) if model else [scientific.tags(line) for line in lines]
    unread = sum(each is None for each in found)
    cells = scientific.matrix_of(each for each in found if each is not None)
    if as_json:
        counted = {"-".join(cell): count for cell, count in cells.items()}
        _output.value({"tags": found, "cells": counted, "unread": unread})
        return
    _output.table(
        ("?" if each is None else " ".join(each) or "-", line[:LONGEST])
        for each, line in zip(found, lines, strict=True)
    )
    empty = ["-".join(cell) for cell, count in cells.items() if not count]
    _output.echo(f"\n{len(empty)} of {len(cells)} cells are empty: {' '.join(empty)}")
    if unread:
        _output.echo(
            f"{unread} of {len(lines)} answers named no leaves that there are: they count in no cell"
        )


def _texts(source: str) -> list[str]:
    path = Path(source).expanduser()
    if path.exists() or path.suffix:
        try:
            return [line for line in files.read(path).decode("utf-8-sig").splitlines() if line.strip()]
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(f"{path}: cannot be read as lines of text: {error}") from None
    benchmark = plan.build_benchmark(RunSpec(benchmark=source, model=""))
    return [_one_line(sample) for sample in benchmark.samples()]


def _one_line(sample: Sample) -> str:
    said = sample.request or next((m.text for m in reversed(sample.messages) if m.role == "user"), "")
    return " ".join(said.split())


def _tagged(lines: list[str], model: str) -> list[tuple[str, ...] | None]:
    async def all_of_them() -> list[tuple[str, ...] | None]:
        asked = registry.build_model(model)
        try:
            answers = [await tagged(line, asked) for line in lines]
        finally:
            await asked.close()
        return [None if answer is None else answer.codes for answer in answers]

    return asyncio.run(all_of_them())


def _in_reach(both: str, chinese: str) -> str:
    """Both languages, or Chinese alone for whoever reads Chinese."""
    return chinese if preferred() == "zh" else both


def _open(codes: tuple[str, ...]) -> str:
    return f" (unanswered, counted as no: {', '.join(codes)})" if codes else ""
