import random

import pytest

from plimsoll.core import DataError, UserError
from plimsoll.taxonomies import conversion, crosswalk, mapping


def test_a_fork_changes_what_it_says_and_nothing_else() -> None:
    made = mapping.fork(mapping.shipped(), "acme", {"aegis-2:S16": ("H15", "H14")}, "our lawyers say so")
    (change,) = mapping.diff(mapping.shipped(), made)
    assert (change.taxonomy, change.code, change.before, change.after) == (
        "aegis-2",
        "S16",
        ("H14",),
        ("H15", "H14"),
    )
    assert made.parent == mapping.shipped().digest != made.digest
    codes = {
        each.code
        for each in conversion.converted(conversion.category("aegis-2:S16", made.links), "sorry", made.links)
    }
    assert "16" in codes


def test_the_digest_is_over_what_is_said_and_not_over_its_order() -> None:
    links = list(crosswalk.links())
    random.Random(1).shuffle(links)
    assert mapping.digest(links) == mapping.shipped_digest()


def test_a_version_is_read_as_it_was_written() -> None:
    made = mapping.fork(mapping.shipped(), "acme", {})
    assert mapping.decode(mapping.encode(made), "x") == made


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"aegis-2:S61": ("H01",)}, "S61"),
        ({"aegis-2:S16": ("H41",)}, "H41"),
        ({"aegis-2:S16": ()}, "S16"),
        ({"aegis-2:S16": ("H01", "H01")}, "S16"),
    ],
)
def test_a_change_that_cannot_be_is_named(changes: dict[str, tuple[str, ...]], named: str) -> None:
    with pytest.raises(UserError, match=named):
        mapping.fork(mapping.shipped(), "acme", changes)


@pytest.mark.parametrize(
    ("hub", "relation", "named"),
    [("H99", "primary", "H99"), ("H01", "foremost", "foremost"), ("H01", "secondary", "0 primary links")],
)
def test_a_version_with_links_that_lead_nowhere_is_refused(hub: str, relation: str, named: str) -> None:
    link = crosswalk.Link("t", "c", "category", hub, relation)
    body = mapping.encode(mapping.MappingVersion(name="x", links=(link,)))
    with pytest.raises(DataError, match=named):
        mapping.decode(body, "x.json")
