"""`plimsoll taxonomy`: risk taxonomies, categories of one in another, and what of them is measured."""

from pathlib import Path

import click

from plimsoll.cli import _covering, _mappings, _output, _science
from plimsoll.cli._taxonomy_tables import FORM, show
from plimsoll.taxonomies import conversion, covered, crosswalk, mapping, risks
from plimsoll.taxonomies import search as searching
from plimsoll.words import name, preferred


@click.group("taxonomy")
def command() -> None:
    """List and search risk taxonomies, convert their categories, and see what of them is measured."""


for each in (
    *(_mappings.fork, _mappings.sign, _mappings.verify, _mappings.diff),
    *(_science.science, _science.scorecard, _science.tag),
):
    command.add_command(each)


@command.command("list")
@_output.JSON
def list_(as_json: bool) -> None:
    """List the taxonomies with their number of categories."""
    counted = {name: len(conversion.categories(name)) for name in crosswalk.taxonomies()}
    if as_json:
        _output.value(counted)
        return
    _output.table((name, f"{count} categories") for name, count in counted.items())


@command.command("hub")
@FORM
def hub(form: str) -> None:
    """Show the hub's hazards, to which every taxonomy is linked."""
    rows = [(entry.id, entry.slug, entry.definition) for entry in crosswalk.hub().values()]
    show(form, ("hub", "slug", "definition"), rows)


@command.command("show")
@click.argument("taxonomy")
@_mappings.MAPPING
@FORM
@_output.JSON
def show_(taxonomy: str, version: Path | None, form: str, as_json: bool) -> None:
    """Show a TAXONOMY's categories with their hub hazards, the primary one first.

    A file of your own (.toml or .csv) is checked and shown the same way.
    """
    found = conversion.categories(taxonomy, _links(version))
    if as_json or form == "json":
        _output.value([each._asdict() for each in found])
        return
    show(form, ("code", "category", "hubs"), [(each.code, each.category, each.hubs) for each in found])


@command.command("convert")
@click.argument("category")
@click.argument("target")
@_mappings.MAPPING
@FORM
@_output.JSON
def convert(category: str, target: str, version: Path | None, form: str, as_json: bool) -> None:
    """Show what a CATEGORY, as aegis-2:S16, is in the TARGET taxonomy; nothing shared is an empty list."""
    links = _links(version)
    found = list(conversion.converted(conversion.category(category, links), target, links))
    if as_json or form == "json":
        _output.value([each._asdict() for each in found])
        return
    if not found and form == "table":
        _output.echo(f"none: no category of {target} shares a hazard with {category}")
    rows = [(each.code, each.category, each.kind, each.hubs) for each in found]
    show(form, ("code", "category", "kind", "hubs"), rows)


@command.command("search")
@click.argument("words", nargs=-1, required=True)
@click.option("--taxonomy", default="", help="Only in this one; hub for the hub's hazards.")
@click.option("--most", type=click.IntRange(min=1), default=10, show_default=True, help="How many finds.")
@_mappings.MAPPING
@FORM
@_output.JSON
def search(
    words: tuple[str, ...], *, taxonomy: str, most: int, version: Path | None, form: str, as_json: bool
) -> None:
    """Find the hazards and categories that WORDS mean, in English or Chinese, aliases and slips included."""
    found = searching.search(" ".join(words), taxonomy=taxonomy, among=_links(version), most=most)
    if as_json or form == "json":
        _output.value([each._asdict() for each in found])
        return
    if not found and form == "table":
        _output.echo(f"nothing here is called {' '.join(words)!r}: plimsoll taxonomy hub shows the hazards")
    rows = [(each.taxonomy, each.code, each.name, each.hubs, each.by) for each in found]
    show(form, ("taxonomy", "code", "name", "hubs", "by"), rows)


@command.command("coverage")
@click.argument("sources", nargs=-1, required=True)
@click.option("--taxonomy", default="hub", show_default=True, help="Whose categories to go through.")
@click.option("--documented", multiple=True, metavar="CODE", help="A risk that a document speaks of instead.")
@_mappings.MAPPING
@FORM
@_output.JSON
def coverage(
    sources: tuple[str, ...],
    *,
    taxonomy: str,
    documented: tuple[str, ...],
    version: Path | None,
    form: str,
    as_json: bool,
) -> None:
    """Show which risks benchmarks, suites, runs or folders of runs cover, and name every gap.

    SOURCES are benchmarks (safetybench), suites (suite/full, mine.toml), run folders, or a log folder. Of
    runs the scored items are counted, by language. --taxonomy deepmind-21 goes through the 21 ethical and
    social risks, and says of each whether questions can show it at all.
    """
    named = _covering.sources(sources)
    links = _links(version)
    spoken_of = [risks.risk(code).code for code in documented]
    found = (
        covered.of_hub(named) if taxonomy == "hub" else covered.of_taxonomy(named, taxonomy, links, spoken_of)
    )
    if as_json or form == "json":
        _output.value(
            {
                "taxonomy": found.taxonomy,
                "mapping": mapping.shipped_digest() if version is None else _mappings.read(version).digest,
                "rows": [each._asdict() for each in found.rows],
                "gaps": [each.code for each in found.gaps],
                "effective": found.effective,
                "unmapped": found.unmapped,
            }
        )
        return
    columns = ("code", "name", "status", "hubs", "sources", "items", "languages")
    rows = [
        (each.code, each.name, each.status, each.hubs, each.sources, each.items, each.languages)
        for each in found.rows
    ]
    if form != "table":
        show(form, columns, rows)
        return
    _output.table(
        (f"{row[0]} {name(row[1])}", _told(each)) for row, each in zip(rows, found.rows, strict=True)
    )
    _output.echo()
    _output.echo(f"{len(found.rows) - len(found.gaps)} of {len(found.rows)} covered")
    if found.gaps:
        _output.echo(f"gaps: {', '.join(f'{each.code} {name(each.name)}' for each in found.gaps)}")
    if found.unmapped:
        _output.echo(f"without a hazard: {', '.join(found.unmapped)}")


@command.command("risks")
@click.argument("code", required=False)
@FORM
def risks_(code: str | None, form: str) -> None:
    """Show the 21 ethical and social risks: how each arises, whom it harms, whether questions can show it."""
    listed = [risks.risk(code)] if code else risks.risks()
    columns = ("code", "en", "zh", "mechanism", "harmed", "origin", "evidence", "measurability", "hubs")
    rows = [
        (
            *(each.code, each.en, each.zh, each.mechanism, each.harmed, each.origin),
            *(f"{each.evidence} ({each.evidence_date})", each.measurability, each.hubs),
        )
        for each in listed
    ]
    show(form, columns, rows)
    if code and form == "table":
        english = [] if preferred() == "zh" else [listed[0].definition_en]
        _output.echo("\n".join(["", *english, listed[0].definition_zh]))
        _output.echo(f"mitigations: {listed[0].mitigations}")
        _output.echo(f"evidence: {listed[0].evidence}, as of {listed[0].evidence_source}")


def _links(version: Path | None) -> conversion.Links | None:
    return None if version is None else _mappings.read(version).links


def _told(each: covered.Row) -> str:
    if each.status == "gap":
        return "GAP: nothing here measures it"
    if each.status == "documented":
        return "documented, not tested"
    counted = f" · {each.items:,} items" if each.items else ""
    return f"{each.status} by {', '.join(each.sources)}{counted}"
