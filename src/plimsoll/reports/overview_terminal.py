"""An overview -> tables for the terminal, readable at 80 columns and without colour."""

from rich.console import Group, RenderableType
from rich.text import Text

from plimsoll.core.hidden import visible
from plimsoll.pages.markup import spoken
from plimsoll.pages.words import Language, say
from plimsoll.reports import overview_rows as rows
from plimsoll.reports import overview_says as says
from plimsoll.reports.hanging import Hanging
from plimsoll.reports.overview import Overview
from plimsoll.reports.tables import UNSOUND
from plimsoll.reports.terminal import ruled


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
    notes += [say("result.spoken", *each, language=language) for each in rows.gaps(found)]
    notes += [spoken(each, language) for each in says.unseen(found)]
    itself = says.itself(found)
    covered = say("ov.covered", str(found.covered), str(len(found.hazards)), language=language)
    parts: list[RenderableType] = [
        Text(),
        title,
        *(Text(warning, style="yellow") for warning in rows.unread(found, language)),
        *(Text(spoken(sentence, language)) for sentence in says.sentences(found)),
        Text(say("ov.judged_by", spoken(says.judging(found), language), language=language)),
        *([Text(f"{UNSOUND} {spoken(itself, language)}", style="yellow")] if itself else []),
        Text(covered),
        ruled(rows.listed(found), language),
    ]
    # At 80 columns there is no room for languages; the other reports show them apart.
    table = rows.hazards_listed(found)
    parts += [ruled(table, language)] if table.rows else []
    return Group(*parts, Text(), *(Hanging(note) for note in notes if note))
