"""`plimsoll coverage`: what the field's surveys name, and what of it is measured here."""

from collections.abc import Mapping
from typing import Any

import click

from plimsoll import registry
from plimsoll.cli import _output
from plimsoll.taxonomies import coverage
from plimsoll.words import preferred


@click.command("coverage")
@click.argument("survey", required=False, metavar="[SURVEY]")
@_output.JSON
def command(survey: str | None, as_json: bool) -> None:
    """Show leaf by leaf what measures it; without a SURVEY, how much of each survey is covered.

    A leaf that nothing measures is a gap, and is shown as one.
    """
    covers = covered_by()
    if as_json:
        names = [survey] if survey else list(coverage.surveys())
        _output.value({name: [_plain(each) for each in coverage.coverage(name, covers)] for name in names})
        return
    if survey is None:
        _output.table((name, _share(name, covers)) for name in coverage.surveys())
        return
    found = coverage.survey(survey)
    _output.echo(f"{found.title} ({found.year}), {found.paper}\n")
    rows = [
        (
            each.leaf.zh if preferred() == "zh" else each.leaf.en,
            ", ".join(each.parts) or "GAP: nothing here measures it",
        )
        for each in coverage.coverage(survey, covers)
    ]
    _output.table(rows)


def covered_by() -> Mapping[str, tuple[str, ...]]:
    """What every part's card says it covers, by room and name."""
    return {
        f"{part.room}/{part.name}": part.card.covers
        for room in registry.ROOMS
        for part in registry.parts(room)
        if part.card is not None
    }


def _share(name: str, covers: Mapping[str, tuple[str, ...]]) -> str:
    leaves = coverage.coverage(name, covers)
    measured = sum(bool(each.parts) for each in leaves)
    return f"{measured} of {len(leaves)} leaves measured · {coverage.survey(name).title}"


def _plain(each: coverage.Covered) -> dict[str, Any]:
    return {
        "branch": each.branch.id if each.branch else "",
        "leaf": each.leaf.id,
        "en": each.leaf.en,
        "zh": each.leaf.zh,
        "parts": each.parts,
    }
