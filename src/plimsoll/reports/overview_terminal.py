"""An overview -> tables for the terminal, readable at 80 columns and without colour."""

from rich.console import Group, RenderableType
from rich.text import Text

from plimsoll.core.hidden import visible
from plimsoll.pages.markup import spoken
from plimsoll.pages.words import Language, say
from plimsoll.reports import overview_rows as rows
from plimsoll.reports.overview import Overview
from plimsoll.reports.terminal import hanging, ruled

FITTING = 5
"""Columns of the benchmarks' table that fit; the other reports hold what stands behind the numbers."""


def render(found: Overview, *, language: Language = "en") -> RenderableType:
    """The benchmarks, the hazards, and what is missing."""
    manifest = found.manifest
    title = Text.assemble((visible(manifest.model), "bold"), " · ", visible(manifest.title))
    notes = [say("ov.starter", language=language)] if rows.starters(found) else []
    notes += [
        *rows.unscored(found, language),
        *(spoken(each, language) for each in rows.corrected(found)),
        rows.unmeasured(found, language),
        spoken(rows.partial(found), language),
    ]
    notes += [f"{benchmark}: {why}" for benchmark, why in rows.gaps(found)]
    covered = say("ov.covered", str(found.covered), str(len(found.hazards)), language=language)
    parts: list[RenderableType] = [
        Text(),
        title,
        *(Text(warning, style="yellow") for warning in rows.unread(found, language)),
        Text(covered),
        ruled(rows.benchmarks(found, digits=0).first(FITTING), language),
    ]
    # At 80 columns there is room for two languages; the other reports hold the rest.
    table = rows.hazards(found, ("en", "zh"), digits=0)
    parts += [ruled(table, language)] if table.rows else []
    return Group(*parts, Text(), *(hanging(note) for note in notes if note))
