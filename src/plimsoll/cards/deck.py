"""All cards at hand: Plimsoll's own, the published starter set where it lies on this machine, and a folder's.

The starter set has no licence, so it is not part of the package: `plimsoll data pull risk_cards` fetches it.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

from msgspec import Struct

from plimsoll.cards import formats
from plimsoll.cards.card import RiskCard
from plimsoll.core import DataError, UserError, did_you_mean
from plimsoll.data import locate, rows
from plimsoll.taxonomies import crosswalk

STARTER = "risk_cards"
META = "starter_set_cards_meta.jsonl"


class _Meta(Struct, frozen=True):
    """A line of the starter set's metadata."""

    slug: str
    title: str
    description: str
    categorisation: tuple[str, ...]
    harm_types_raw: str
    actions_required: str


@cache
def own() -> tuple[RiskCard, ...]:
    """The cards that come with Plimsoll."""
    found = (files("plimsoll.cards") / "own").iterdir()
    texts = sorted(
        (each.name, each.read_text(encoding="utf-8")) for each in found if each.name.endswith(".md")
    )
    return tuple(formats.parsed(text, Path(name)) for name, text in texts)


def starter() -> tuple[RiskCard, ...]:
    """The published starter set; nothing where it is not on this machine."""
    found: dict[str, RiskCard] = {}
    meta = locate.find(STARTER, META)
    for row in rows.read_jsonl(meta, _Meta) if meta else ():
        found[row.slug] = RiskCard(
            slug=row.slug,
            title=row.title.strip(),
            description=row.description.strip(),
            categorisation=row.categorisation,
            harm_types=(row.harm_types_raw.strip().removeprefix("-").strip(),),
            actions_required=row.actions_required.strip(),
            status="in use",
        )
    for folder in locate.folders(STARTER):
        for path in sorted(folder.glob("*.md")) if folder.is_dir() else ():
            if path.stem not in ("README", "PROVENANCE", "_template"):
                found[path.stem] = formats.load(path)
    return tuple(found.values())


def of_folder(path: Path) -> tuple[RiskCard, ...]:
    """The cards of a folder of one's own, or of one file. Raises `UserError`, `DataError`."""
    if path.is_file():
        return (formats.load(path),)
    if not path.is_dir():
        raise UserError(f"{path} is neither a card nor a folder of cards")
    paths = sorted(each for each in path.iterdir() if each.suffix.casefold() in formats.ENDINGS)
    return tuple(formats.load(each) for each in paths if each.stem not in ("README", "PROVENANCE"))


def deck(folders: Iterable[Path] = ()) -> Mapping[str, RiskCard]:
    """Every card by its slug; a card of one's own takes the place of another one of its name."""
    found = {card.slug: card for card in (*own(), *starter())}
    for folder in folders:
        mine = of_folder(folder)
        slugs = [card.slug for card in mine]
        if twice := next((slug for slug in slugs if slugs.count(slug) > 1), ""):
            raise DataError(f"{folder}: two cards are called {twice!r}: give one of them another slug")
        found |= {card.slug: card for card in mine}
    return found


def chosen(name: str, cards: Mapping[str, RiskCard]) -> RiskCard:
    """A card by its slug, or a file that holds one. Raises `UserError`."""
    if name.casefold().endswith(formats.ENDINGS):
        return formats.load(Path(name))
    slug = name.replace("-", "_")
    spelt = {each.replace("-", "_"): each for each in cards}
    if slug not in spelt:
        missing = "" if starter() else " (plimsoll data pull risk_cards fetches the published 65)"
        raise UserError(f"no card is called {name!r}{did_you_mean(slug, spelt)}{missing}")
    return cards[spelt[slug]]


def uncovered(cards: Iterable[RiskCard]) -> Iterator[str]:
    """The hub hazards for which there is no card."""
    held = {hub for card in cards for hub in card.hazards}
    return (hub for hub in crosswalk.hub() if hub not in held and hub != "H00")


def found_by(query: str, cards: Iterable[RiskCard]) -> tuple[RiskCard, ...]:
    """Cards in which every word of a query stands, those with it in their title first."""
    wanted = query.casefold().split()

    def texts(card: RiskCard) -> str:
        return " ".join(
            (card.slug, card.title, card.title_zh, card.description, card.description_zh, *card.hazards)
        ).casefold()

    hits = [card for card in cards if all(word in texts(card) for word in wanted)]
    return tuple(
        sorted(
            hits,
            key=lambda card: not all(word in f"{card.title}{card.title_zh}".casefold() for word in wanted),
        )
    )
