"""A run -> one HTML file that needs nothing else: no network, no foreign code, hostile text inert."""

from pathlib import Path

from plimsoll.core import files
from plimsoll.pages.frame import STARTER, alone, answer
from plimsoll.pages.markup import Markup, Said, bilingual, directed, key
from plimsoll.pages.plots import Plots
from plimsoll.pages.words import Language, percent
from plimsoll.reports import failing, seeing, tables, unread
from plimsoll.reports.drawn import LARGE, embed_drawn
from plimsoll.reports.figures import RATES, SCORES, figures
from plimsoll.reports.items import LIMIT, Embedded, embed, encode
from plimsoll.reports.sections import Sections
from plimsoll.reports.view import RunView
from plimsoll.text.dollars import dollars


def render(view: RunView, *, language: Language = "en", limit: int = LIMIT, home: str = "#main") -> str:
    """The page; `limit` bounds the bytes of items in it, and its mark leads to `home`."""
    found, embedded, markup = figures(view), _embedded(view, limit), Markup(language)
    sections = Sections(view, found, embedded.counts, markup, Plots(markup))
    gauge, made = sections.gauge(), sections.all()
    said, manifest = markup.said, view.manifest
    names = [*(name for name, _ in made), "run", "items"]
    contents = "".join(f'<a href="#{name}">{said(key(f"section.{name}"))}</a>' for name in names)
    body = [
        f'<section class="result">{_head(view, markup)}{gauge}</section>',
        f'<nav class="contents"{markup.label(key("contents"))}>{contents}</nav>',
        *(markup.section(name, key(f"section.{name}"), inner) for name, inner in made),
        f'<section id="run"><details class="fold"><summary><h2>{said(key("section.run"))}</h2></summary>'
        f"{facts(view, markup)}</details></section>",
        markup.section("items", key("section.items"), _browser(embedded, markup)),
    ]
    title = f"{manifest.model.name} · {manifest.card.title}"
    banner = STARTER if manifest.starter else ""
    more = {"data": _data(embedded), "home": home}
    return alone(title, "\n".join(body), markup, **more, categories=found.categories, banner=banner)


def _embedded(view: RunView, limit: int) -> Embedded:
    """The items of the page: all that fit, or of very many records a draw."""
    if view.folder is not None and view.summary.records > LARGE:
        return embed_drawn(view.folder, limit=limit)
    return embed(view.records, limit=limit)


def write(view: RunView, path: Path, *, language: Language = "en") -> Path:
    """Write the page to a file."""
    files.write_text(path, render(view, language=language))
    return path


def _head(view: RunView, markup: Markup) -> str:
    found, manifest = figures(view), view.manifest
    said = markup.said
    facts: list[tuple[str, Said]] = [
        ("head.benchmark", key("cmp.pair", bilingual(manifest.card.title), manifest.spec.benchmark)),
        ("head.date", manifest.created.replace("T", " ").removesuffix("Z")),
        ("head.records", f"{view.summary.records:,} / {manifest.total:,}"),
    ]
    listed = markup.facts([(key(name), value) for name, value in facts if value])
    if view.summary.means:
        listed += f"<div><dt>{said(key('head.means'))}</dt>{said(tables.means(found), 'dd')}</div>"
    spoken = "".join(map(answer, tables.sentences(found)))
    warnings = _failures(view, markup) + _unread(view, markup)
    seen = seeing.warnings(view, found)
    warnings += "".join(f'<p class="warn">⚠ {said(each)}</p>' for each in seen)
    if view.summary.status != "finished":
        counts = (view.summary.status, f"{view.summary.records:,}", f"{manifest.total:,}")
        warnings += f'<p class="warn">{said(key("unfinished", *counts))}</p>'
    if view.summary.saved:
        warnings += said(bilingual(view.summary.reason), "p", **{"class": "held"})
    if found.unsound:
        warnings += f'<p class="warn">⚠ {said(key("result.unsound"))}</p>'
    return f"{said(manifest.model.name, 'h1')}{warnings}<dl>{listed}</dl>{spoken}{_asides(view, markup)}"


def _failures(view: RunView, markup: Markup) -> str:
    """How many samples failed, why, and what helps."""
    lead, *causes = failing.warnings(view) or [""]
    if not lead:
        return ""
    told = "".join(markup.said(each, "li") for each in causes)
    return f'<div class="warn">{markup.said(lead, "p")}<ul>{told}</ul></div>'


def _unread(view: RunView, markup: Markup) -> str:
    """The warning that what follows may not be about the model, with replies that show it."""
    found = view.summary.unread
    said = "".join(markup.said(each, "p") for each in unread.warnings(found))
    if not said:
        return ""
    shown = "".join(markup.said(each, "li") for each in unread.examples(found))
    return f'<div class="warn">{said}{markup.said(key("unread.examples"), "p")}<ul>{shown}</ul></div>'


def _asides(view: RunView, markup: Markup) -> str:
    """Other readings of the same answers, and what was no answer."""
    found = figures(view)
    named = [(name, found.share(name)) for name, _ in found.names((*SCORES, *RATES))]
    listed = (
        f"<span>{markup.said(directed(name, found.arrow(name)))} <b>{percent(value)} %</b></span>"
        for name, value in named
        if value is not None
    )
    return f'<p class="asides">{"".join(listed)}</p>' if named else ""


def facts(view: RunView, markup: Markup) -> str:
    """What was run, with what and by whom."""
    manifest, summary = view.manifest, view.summary
    usage, card = summary.usage, manifest.card
    rows: list[tuple[str, Said]] = [
        ("id", manifest.id),
        ("status", f"{summary.status} {summary.reason}".strip()),
        ("benchmark", manifest.spec.benchmark),
        ("version", str(card.version)),
        ("model", manifest.model.name),
        ("revision", manifest.model.revision),
        ("options", _pairs(manifest.spec.options)),
        ("attacks", ", ".join(manifest.spec.attacks)),
        ("defenses", ", ".join(manifest.spec.defenses)),
        ("judges", ", ".join(manifest.spec.judges)),
        ("parent", manifest.parent),
        ("system_prompt", manifest.spec.system_prompt),
        ("sampling", _pairs(manifest.spec.sampling)),
        ("limit", str(manifest.spec.limit or "")),
        ("draw", str(manifest.spec.draw or "")),
        ("seed", str(manifest.spec.seed)),
        ("epochs", str(manifest.spec.epochs)),
        ("usage", f"{usage.input_tokens:,} · {usage.cached_tokens:,} · {usage.output_tokens:,}"),
        ("seconds", f"{summary.seconds:,.1f}"),
        ("cached", f"{summary.cached:,}"),
        ("cost", "" if summary.cost is None else dollars(summary.cost)),
        ("files", _pairs(manifest.files)),
        ("paper", card.paper),
        ("source", card.source),
        ("license", bilingual(card.license)),
        ("platform", f"plimsoll {manifest.plimsoll}, Python {manifest.python}, {manifest.platform}"),
        ("packages", _pairs(manifest.packages)),
    ]
    listed = markup.facts([(key(f"run.{name}"), value) for name, value in rows if value])
    return f'<dl class="facts">{listed}</dl>'


def _pairs(table: object) -> str:
    return ", ".join(f"{name} = {value}" for name, value in dict(table).items())  # pyright: ignore


def _browser(embedded: Embedded, markup: Markup) -> str:
    said = markup.said
    if not embedded.total:
        return said(key("items.none"), "p", **{"class": "lead"})
    size = f"{embedded.size / 1e6:.1f} MB"
    counts = (f"{embedded.shown:,}", f"{embedded.total:,}", size)
    whole = embedded.shown == embedded.total
    held = key("items.size", counts[1], size) if whole else key("items.subset", *counts)
    lead = said(key("lead.items"), "p", **{"class": "lead"})
    amount = said(held, "p", **{"class": "held" if whole else "warn"})
    noscript = f"<noscript>{said(key('items.noscript'), 'p')}</noscript>"
    return f'{lead}{amount}{noscript}<div id="browser" hidden></div>'


def _data(embedded: Embedded) -> str:
    shared = encode({"prefixes": embedded.prefixes, "pictures": embedded.pictures}).decode()
    items = b",\n".join(embedded.items).decode()
    return f'{shared[:-1]},"items":[{items}]}}'
