"""A run -> Markdown, for a comment under a change or a page in a repository."""

import re

from plimsoll.core.hidden import visible
from plimsoll.pages.markup import Table, bilingual, spoken
from plimsoll.pages.words import Language, say
from plimsoll.reports import failing, findings, judging, seeing, tables, unread
from plimsoll.reports.figures import figures
from plimsoll.reports.view import RunView

SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~@$&])")


def render(view: RunView, *, language: Language = "en") -> str:
    """The result, its tables and notes."""
    found = figures(view)
    parts = [f"## {escape(view.manifest.model.name)} · {escape(view.manifest.spec.benchmark)}"]
    parts.append(_failures(view, language))
    parts += [f"{tables.UNSOUND} {escape(spoken(each, language))}" for each in seeing.warnings(view, found)]
    parts.append(_unread(view, language))
    parts += [f"**{escape(spoken(sentence, language))}**" for sentence in tables.sentences(found)]
    parts.append(_facts(view, language))
    known = (
        tables.scores(found),
        tables.pooled(found),
        tables.fates(found),
        judging.judges(view),
        findings.brief(view.weights),
    )
    parts += [ruled(table, language) for table in known if table is not None]
    more = (
        tables.pooled_cells(found),
        tables.estimates(found.others()),
        tables.baselines(found),
        tables.references(found),
    )
    parts += [_folded(table, language) for table in more if table is not None]
    parts.append(_notes(view, language))
    return "\n\n".join(part for part in parts if part) + "\n"


def _failures(view: RunView, language: Language) -> str:
    lead, *causes = failing.warnings(view) or [""]
    if not lead:
        return ""
    told = [f"- {escape(spoken(each, language))}" for each in causes]
    return "\n".join([f"{tables.UNSOUND} {escape(spoken(lead, language))}", "", *told])


def _unread(view: RunView, language: Language) -> str:
    said = unread.sentences(view.summary.unread, language)
    if not said:
        return ""
    shown = [f"- {escape(each)}" for each in unread.examples(view.summary.unread)]
    lead = f"{tables.UNSOUND} {escape(' '.join(said))}"
    return "\n".join([lead, "", say("unread.examples", language=language), "", *shown])


def escape(text: str) -> str:
    """Text that Markdown, HTML in it, and mentions leave alone, on one line."""
    plain = " ".join(visible(text).split())
    return SPECIAL.sub(r"\\\1", plain).replace("\\<", "&lt;").replace("\\>", "&gt;").replace("\\@", "&#64;")


def _facts(view: RunView, language: Language) -> str:
    found = figures(view)
    lines: list[str] = []
    if view.manifest.starter:
        lines.append(f"⚠ {escape(say('starter', language=language))}")
    if view.summary.status != "finished":
        counts = (view.summary.status, f"{view.summary.records:,}", f"{view.manifest.total:,}")
        lines.append(f"⚠ {escape(say('unfinished', *counts, language=language))}")
    if view.summary.means:
        lines.append(
            say(
                "result.spoken",
                say("head.means", language=language),
                escape(spoken(tables.means(found), language)),
                language=language,
            )
        )
    if found.unsound:
        lines.append(f"{tables.UNSOUND} {say('result.unsound', language=language)}")
    return "  \n".join(lines)


def ruled(unspoken: Table, language: Language = "en") -> str:
    """A table under its title."""
    table = unspoken.spoken(language)
    ruler = "|".join(":--" if place in table.text_columns else "--:" for place in range(len(table.columns)))
    lines = [f"### {escape(table.title)}", "", _line(table.columns), f"|{ruler}|"]
    return "\n".join([*lines, *(_line(row) for row in table.rows)])


def _folded(table: Table, language: Language) -> str:
    body = ruled(table, language).partition("\n\n")[2]
    return f"<details><summary>{escape(spoken(table.title, language))}</summary>\n\n{body}\n\n</details>"


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(escape(cell) for cell in cells)} |"


def _notes(view: RunView, language: Language) -> str:
    pooled = spoken(tables.pooling(figures(view)), language)
    noted = (spoken(bilingual(note), language) for note in view.manifest.notes)
    lines = [f"- {escape(note)}" for note in (*([pooled] if pooled else []), *noted)]
    lines += [f"- {escape(spoken(each, language))}" for each in seeing.notes(figures(view))]
    lines += [
        f"- {escape(spoken(bilingual(name), language))}: {count:,}"
        for name, count in view.summary.failures.items()
    ]
    return "\n".join([f"### {say('notes.notes', language=language)}", "", *lines]) if lines else ""
