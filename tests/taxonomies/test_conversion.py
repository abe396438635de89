"""Categories convert between taxonomies through the hub."""

import pytest

from plimsoll.core import UserError
from plimsoll.taxonomies import conversion, crosswalk


def kinds(source: str, target: str) -> dict[str, str]:
    found = conversion.converted(conversion.category(source), target)
    return {each.code: each.kind for each in found}


def test_fraud_of_aegis_is_three_categories_of_sorry_bench() -> None:
    assert kinds("aegis-2:S16", "sorry-bench") == {"12": "exact", "15": "exact", "30": "exact"}


def test_privacy_and_property_overlaps_privacy_and_non_violent_crimes() -> None:
    found = kinds("safetybench:PP", "llama-guard-3/4")
    assert found["S7"] == found["S2"] == "overlap"


def test_every_category_is_found_by_its_code_and_by_its_name() -> None:
    every = [each for name in crosswalk.taxonomies() for each in conversion.categories(name)]
    assert len(every) == 416
    for each in every:
        assert conversion.category(f"{each.taxonomy}:{each.code}") == each
        assert conversion.category(f"{each.taxonomy}:{each.category}").category == each.category


def test_what_is_no_hazard_converts_to_nothing() -> None:
    assert kinds("aegis-2:S14", "aegis-1") == {}


@pytest.mark.parametrize("wrong", ["aegis-2:S99", "aegis-3:S1", "aegis-2", "aegis-2: "])
def test_an_unknown_category_is_named(wrong: str) -> None:
    with pytest.raises(UserError, match="aegis"):
        conversion.category(wrong)
