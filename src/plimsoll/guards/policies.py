"""A taxonomy's name, or a file of a user's own -> the categories that a guard is told of, and their numbers.

A file is a taxonomy of one's own (`plimsoll.taxonomies.own`), of which the leaves are told. A guard's prompt
numbers the categories anew, so codes are read by the numbering of the prompt that was sent, and kept as the
taxonomy has them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from plimsoll.core import UserError
from plimsoll.data import resources
from plimsoll.taxonomies import conversion, own


class Category(NamedTuple):
    """One kind of harm."""

    code: str
    name: str
    text: str = ""
    """What it covers, in the words that stand below its name in a prompt."""


@dataclass(frozen=True)
class Policy:
    """What a guard is to find unsafe."""

    taxonomy: str
    """Whose codes these are; a bare code means another thing in every taxonomy."""
    categories: tuple[Category, ...]
    prefix: str
    """The letter before the numbers in a prompt."""

    def numbered(self) -> list[tuple[str, Category]]:
        """The categories with the codes that the prompt gives them."""
        return [(f"{self.prefix}{number}", each) for number, each in enumerate(self.categories, start=1)]

    def only(self, codes: Iterable[str]) -> "Policy":
        """The policy with these categories alone, in their order here."""
        wanted = set(codes)
        return replace(self, categories=tuple(each for each in self.categories if each.code in wanted))

    def ordered(self, codes: Sequence[str]) -> "Policy":
        """The same categories in another order."""
        place = {code: number for number, code in enumerate(codes)}
        return replace(self, categories=tuple(sorted(self.categories, key=lambda each: place[each.code])))

    def address(self, category: Category) -> str:
        """The category as records keep it: never a bare code where the taxonomy is known."""
        return f"{self.taxonomy}:{category.code}" if self.taxonomy else category.code

    def find(self, written: str) -> Category | None:
        """The category that a guard wrote as the prompt's code or by its name."""
        return self._known().get(plain(written))

    def _known(self) -> dict[str, Category]:
        found = {plain(each.name): each for each in self.categories}
        return {**found, **{plain(code): each for code, each in self.numbered()}}


def plain(name: str) -> str:
    """A code or name without what is written now so, now otherwise."""
    return "".join(letter for letter in name.casefold().replace("&", "and") if letter.isalnum())


def packaged(table: Mapping[str, Any]) -> Policy:
    """A policy out of a packaged table."""
    made = tuple(Category(each["code"], each["name"], each.get("text", "")) for each in table["category"])
    return Policy(table["taxonomy"], made, table["prefix"])


def policy_of(text: str, given: Policy) -> Policy:
    """The policy that a user names, numbered as in `given`, which stands where none is named.

    Raises `UserError`, `DataError`."""
    if not text:
        return given
    if own.is_file(text):
        found = own.load(Path(text))
        parents = {each.parent for each in found.category}
        leaves = (each for each in found.category if each.code not in parents)
        return replace(
            given,
            taxonomy=found.name,
            categories=tuple(Category(each.code, each.en, each.text) for each in leaves),
        )
    try:
        known = conversion.categories(text)
    except UserError as error:
        raise UserError(f"policy={text}: {error}; a file of your own ends with .toml or .csv") from None
    made = tuple(Category(each.code, each.category) for each in known)
    return replace(given, taxonomy=conversion.named(text), categories=made)


def table(name: str) -> Mapping[str, Any]:
    """A guard's packaged table."""
    return resources.table("guards", f"{name}.toml")
