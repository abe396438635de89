from plimsoll.taxonomies import crosswalk, risks
from plimsoll.taxonomies.covered import Source, of_hub, of_taxonomy


def test_there_are_six_areas_and_twenty_one_risks_in_two_languages() -> None:
    by_area = [sum(each.area == area.code for each in risks.risks()) for area in risks.areas()]
    assert by_area == [4, 3, 3, 4, 3, 4]
    for each in risks.risks():
        assert all((each.en, each.zh, each.definition_en, each.definition_zh, each.mitigations))
        assert each.harmed
        assert each.origin


def test_the_risks_are_those_of_the_crosswalk() -> None:
    linked = {link.code for link in crosswalk.links() if link.taxonomy == risks.TAXONOMY}
    assert linked == {each.code for each in risks.risks()}
    assert all(each.hubs for each in risks.risks())


def test_a_suite_of_safetybench_alone_leaves_interaction_and_society_as_gaps() -> None:
    hubs = set(crosswalk.primary("safetybench").values())
    source = Source("safetybench", {(hub, "en"): 10 for hub in hubs})
    found = of_taxonomy([source], risks.TAXONOMY)
    status = {each.code: each.status for each in found.rows}
    assert {status[code] for code in status if code.startswith(("W5.1", "W5.2", "W6"))} == {"gap"}
    assert status["W1.1"] == "tested"
    assert status["W1.2"] == "proxy"


def test_a_risk_that_no_question_shows_is_never_tested_but_may_be_documented() -> None:
    everything = Source("all", {(hub, "en"): 1 for hub in crosswalk.hub()})
    status = {each.code: each.status for each in of_taxonomy([everything], risks.TAXONOMY).rows}
    assert status["W6.2"] == status["W6.3"] == status["W6.4"] == "gap"
    told = of_taxonomy([everything], risks.TAXONOMY, documented=["W6.2"]).rows
    assert {each.code: each.status for each in told}["W6.2"] == "documented"


def test_items_count_under_their_hazard_and_language() -> None:
    sources = [Source("a", {("H01", "en"): 30, ("H01", "zh"): 10}), Source("b", {("H05", "en"): 40})]
    found = of_hub(sources)
    violence = found.rows[0]
    assert (violence.items, violence.languages, violence.sources) == (40, {"en": 30, "zh": 10}, ("a",))
    assert len(found.gaps) == 33
    assert found.effective is not None
    assert abs(found.effective - 2) < 1e-9


def test_a_category_of_which_only_a_second_hazard_is_measured_is_touched() -> None:
    found = of_taxonomy([Source("a", {("H15", "en"): 1})], "safetybench")
    assert {each.code: each.status for each in found.rows}["PP"] == "touched"
    assert {each.code: each.status for each in found.rows}["UB"] == "gap"
