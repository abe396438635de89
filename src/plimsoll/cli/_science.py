"""`plimsoll taxonomy science|scorecard|tag`: risks of agents in science."""

from pathlib import Path

import click

from plimsoll.cli import _output
from plimsoll.cli._taxonomy_tables import FORM, show
from plimsoll.core import UserError, files
from plimsoll.taxonomies import scientific
from plimsoll.words import preferred


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
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@_output.JSON
def tag(file: Path, as_json: bool) -> None:
    """Tag the lines of FILE by the axes of agents in science, and count the cells that stay empty."""
    try:
        lines = [line for line in files.read(file).decode("utf-8-sig").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file}: cannot be read as lines of text: {error}") from None
    cells = scientific.matrix(lines)
    if as_json:
        counted = {"-".join(cell): count for cell, count in cells.items()}
        _output.value({"tags": [scientific.tags(line) for line in lines], "cells": counted})
        return
    _output.table((" ".join(scientific.tags(line)) or "-", line) for line in lines)
    empty = ["-".join(cell) for cell, count in cells.items() if not count]
    _output.echo(f"\n{len(empty)} of {len(cells)} cells are empty: {' '.join(empty)}")


def _in_reach(both: str, chinese: str) -> str:
    """Both languages, or Chinese alone for whoever reads Chinese."""
    return chinese if preferred() == "zh" else both


def _open(codes: tuple[str, ...]) -> str:
    return f" (unanswered, counted as no: {', '.join(codes)})" if codes else ""
