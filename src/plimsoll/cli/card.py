"""`plimsoll card`: risk cards, and assessments by them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import msgspec

from plimsoll import cli
from plimsoll.cards import check, deck, formats
from plimsoll.cards.card import RiskCard
from plimsoll.cli import _assess, _document, _output
from plimsoll.core import UserError, files
from plimsoll.taxonomies import conversion, crosswalk, harms
from plimsoll.words import Language, name, preferred

CARDS = click.option(
    "--cards",
    "folders",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A folder of cards of your own; may be repeated.",
)


@click.group("card")
def command() -> None:
    """Write, find and check risk cards, and assess a deployment by them."""


command.add_command(_assess.assess)


@command.command("list")
@CARDS
@_output.JSON
def list_(folders: tuple[Path, ...], as_json: bool) -> None:
    """List all cards: Plimsoll's own, yours, and the published 65 where they are on this machine."""
    _listed(tuple(deck.deck(folders).values()), as_json=as_json)
    if not deck.starter() and not as_json:
        _output.echo(
            "\nThe published 65 cards have no licence: plimsoll data pull risk_cards fetches them for you."
        )


@command.command("search")
@click.argument("words", nargs=-1, required=True)
@CARDS
@_output.JSON
def search(words: tuple[str, ...], folders: tuple[Path, ...], as_json: bool) -> None:
    """Find the cards in which all WORDS stand, in English or Chinese; a hazard as H12 finds its cards."""
    query = " ".join(words)
    found = deck.found_by(query, deck.deck(folders).values())
    if not found and not as_json:
        _output.echo(f"no card says {query!r}: plimsoll card list shows all")
    _listed(found, as_json=as_json)


@command.command("show")
@click.argument("card")
@click.option("--format", "form", type=click.Choice(["md", "yaml", "json"]), default="md", show_default=True)
@click.option("--outputs", is_flag=True, help="Show the outputs of a sensitive card too.")
@CARDS
def show(card: str, form: str, outputs: bool, folders: tuple[Path, ...]) -> None:
    """Show a CARD, by its name or its file; outputs of sensitive cards are left out unless asked for."""
    found = deck.chosen(card, deck.deck(folders))
    if found.veiled and not outputs:
        kept = tuple(msgspec.structs.replace(each, output="") for each in found.samples)
        found = msgspec.structs.replace(found, samples=kept)
    _output.document(formats.rendered(found, f".{form}"))


@command.command("new")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--title", required=True)
@click.option("--description", required=True)
@click.option("--code", "codes", multiple=True, help="W or S code; may be repeated.")
@click.option("--harm", "harm_types", multiple=True, required=True, help="Actor-Kind; may be repeated.")
@click.option("--hub", "hubs", multiple=True, help="Hub hazard, the primary one first; may be repeated.")
@click.option("--actions", "actions_required", default="", help="What must happen for the output to harm.")
@click.option("--author", default="")
def new(file: Path, **fields: Any) -> None:
    """Write a card to FILE (.md, .yaml or .json), once it holds what a card needs."""
    if file.exists():
        raise UserError(f"{file} is there already: name another file")
    made = RiskCard(
        slug=file.stem,
        categorisation=fields.pop("codes"),
        status="draft",
        version="1",
        **fields,
    )
    if wrong := [each for each in check.problems(made) if each.weight == "error"]:
        raise UserError("; ".join(f"--{each.field.replace('_', '-')}: {each.message}" for each in wrong))
    formats.save(made, file)
    _output.echo(file)


@command.command("validate")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@_output.JSON
def validate(paths: tuple[Path, ...], as_json: bool) -> int:
    """Check cards, files or folders of them: every fault with file, line and field; exits 1 on an error."""
    told: list[dict[str, Any]] = []
    for path in paths:
        for file in _files(path):
            card = formats.load(file)
            text = files.read(file).decode("utf-8-sig", "replace")
            told += [
                {
                    "file": str(file),
                    "line": formats.place(text, each.field).removeprefix(", line "),
                    **each._asdict(),
                }
                for each in sorted(check.problems(card), key=lambda each: each.weight)
            ]
    if as_json:
        _output.value(told)
    for each in told if not as_json else ():
        where = f"{each['file']}:{each['line']}" if each["line"] else each["file"]
        _output.echo(f"{where}: {each['weight']}: {each['field']}: {each['message']}")
    wrong = any(each["weight"] == "error" for each in told)
    if not wrong and not as_json:
        _output.echo("every card holds what it needs")
    return cli.ERROR if wrong else cli.OK


@command.command("map")
@click.argument("card", required=False)
@click.option("--to", "taxonomy", default="", help="A taxonomy to map to, besides W, S and the hub.")
@CARDS
@_output.JSON
def map_(card: str | None, taxonomy: str, folders: tuple[Path, ...], as_json: bool) -> None:
    """Map a CARD, or all of them, to codes, hub hazards and a taxonomy; name hazards without a card."""
    cards = deck.deck(folders)
    chosen = [deck.chosen(card, cards)] if card else list(cards.values())
    spoken: Language = "en" if as_json else preferred()
    rows = [_mapped(each, taxonomy, spoken) for each in chosen]
    bare = list(deck.uncovered(chosen)) if card is None else []
    if as_json:
        without = [each.slug for each in chosen if not each.categorisation]
        _output.value({"cards": rows, "without_code": without, "hazards_without_card": bare})
        return
    for row in rows:
        _output.table([(str(row["card"]), " · ".join(filter(None, map(_plain, list(row.values())[1:]))))])
    if card is None:
        _output.echo(
            "\nwithout a code: "
            + (", ".join(each.slug for each in chosen if not each.categorisation) or "none")
        )
        named = ", ".join(f"{hub} {crosswalk.hub()[hub].slug}" for hub in bare)
        _output.echo(f"hazards without a card: {named or 'none'}")


@command.command("diff")
@click.argument("before", type=click.Path(path_type=Path, file_okay=False))
@click.argument("after", type=click.Path(path_type=Path, file_okay=False))
@_document.FORM
@_document.LANGUAGE
@_document.OUTPUT
@_output.JSON
def diff(
    before: Path, after: Path, *, form: str | None, language: str, output: Path | None, as_json: bool
) -> None:
    """Hold two assessments against each other, card by card, with paired tests."""
    from plimsoll.cards import difference, report
    from plimsoll.cards.assessment import Assessment

    found = difference.diff(Assessment(before), Assessment(after))
    if as_json:
        _output.value(
            {
                "changes": [each._asdict() for each in found.changes],
                "moved": [each._asdict() for each in found.moved],
                "only_before": found.only_before,
                "only_after": found.only_after,
                "unpaired": found.unpaired,
            }
        )
        return
    made = report.diff_document(found, before.name, after.name)
    chosen = form or (None if output else "md")
    _document.write(
        made, output or (Path("-") if chosen == "md" else None), after / "diff.html", chosen, language
    )


def _listed(cards: tuple[RiskCard, ...], *, as_json: bool) -> None:
    if as_json:
        _output.value([_brief(each) for each in cards])
        return
    _output.table(
        (each.slug, " · ".join(filter(None, (*_titles(each), " ".join(each.hazards))))) for each in cards
    )


def _titles(card: RiskCard) -> Sequence[str]:
    """In both languages, as far as it has them; in Chinese alone for whoever reads Chinese."""
    if preferred() == "zh":
        return (card.title_zh or name(card.title),)
    return (card.title, card.title_zh)


def _brief(card: RiskCard) -> dict[str, Any]:
    return {
        "card": card.slug,
        "title": card.title,
        "title_zh": card.title_zh,
        "codes": card.categorisation,
        "harms": [str(each) for each in card.harms],
        "hubs": card.hazards,
        "sensitive": card.veiled,
        "tests": msgspec.to_builtins(card.tests),
    }


def _of_code(code: harms.Code, language: Language) -> str:
    return code.zh if language == "zh" else code.en


def _mapped(card: RiskCard, taxonomy: str, spoken: Language) -> dict[str, Any]:
    from plimsoll.cards.trying import linked

    named = [
        f"{code} {_of_code(harms.codes()[code], spoken)}" if code in harms.codes() else code
        for code in card.categorisation
    ]
    row: dict[str, Any] = {"card": card.slug, "codes": named, "hubs": list(card.hazards)}
    if taxonomy and card.hazards:
        found = conversion.categories(taxonomy)
        held = set(card.hazards) - {"H00"}
        row["categories"] = [
            f"{each.code} {name(each.category, spoken)}" for each in found if each.hubs[0] in held
        ]
    row["benchmarks"] = list(linked(card))
    return row


def _plain(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)  # pyright: ignore[reportUnknownArgumentType]


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        found = sorted(each for each in path.iterdir() if each.suffix.casefold() in formats.ENDINGS)
        if not found:
            raise UserError(f"{path} holds no card: a card ends with {', '.join(formats.ENDINGS)}")
        return found
    return [path]
