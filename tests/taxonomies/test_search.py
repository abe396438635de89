"""Words find hazards and categories, in two languages and with slips of the pen."""

import pytest

from plimsoll.core import UserError
from plimsoll.taxonomies import conversion, crosswalk, risks
from plimsoll.taxonomies.search import aliases, search

LISTED = [(hub, alias) for hub, names in aliases().items() for alias in names]


def test_every_alias_finds_its_hazard_first() -> None:
    assert len(LISTED) > 300
    wrong = [(hub, alias) for hub, alias in LISTED if search(alias, taxonomy="hub")[0].code != hub]
    assert wrong == []


def test_every_hazard_has_aliases_in_both_languages() -> None:
    assert set(aliases()) == set(crosswalk.hub()) - {"H00"}
    for names in aliases().values():
        assert any(name.isascii() for name in names)
        assert any(not name.isascii() for name in names)


def test_every_category_finds_itself_by_its_name() -> None:
    for taxonomy in crosswalk.taxonomies():
        for each in conversion.categories(taxonomy):
            found = search(each.category, taxonomy=taxonomy)[0]
            assert found.name.casefold() == each.category.casefold()


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("CSAM", "H06"),
        ("财产隐私", "PP"),
        ("S10 Hate", "S10"),
        ("phising", "H14"),
        ("halucination", "H32"),
        ("hate & speech", "H09"),
        ("jail-break", "H31"),
        ("人肉搜索", "H18"),
        ("知识产权侵犯", "H19"),
    ],
)
def test_a_query_finds_what_is_meant(query: str, code: str) -> None:
    assert search(query)[0].code == code


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_of_the_21_risks_is_found_first_by_its_own_title(language: str) -> None:
    first = [
        search(getattr(each, language), taxonomy=risks.TAXONOMY)[0].code == each.code
        for each in risks.risks()
    ]
    assert sum(first) == 21


@pytest.mark.parametrize("query", ["", "   ", "!?", "zzzzqqq"])
def test_words_that_mean_nothing_find_nothing(query: str) -> None:
    assert search(query) == ()


def test_an_unknown_taxonomy_is_named() -> None:
    with pytest.raises(UserError, match="deepmind-21"):
        search("hate", taxonomy="deepmind-22")
