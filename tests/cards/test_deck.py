"""The cards at hand: our own, the published ones, a user's."""

from collections import Counter
from pathlib import Path

import pytest

from plimsoll.cards import check, deck
from plimsoll.cards.card import HARM, RiskCard
from plimsoll.core import DataError, UserError
from plimsoll.data import locate, sources
from plimsoll.taxonomies import harms
from tests.support.cases import official_root

PUBLISHED = official_root() / "risk-cards" / deck.META
KINDS = {
    "Psychological": 36, "Legal": 29, "Social": 24, "Physical": 16, "Interpersonal": 9, "Representational": 8,
    "Reputational": 6, "Allocative": 3, "Societal": 2, "Quality-of-service": 1, "Financial": 1, "Personal": 1,
    "Inter or Intra Personal": 1, "Inter and Intra Personal": 1,
}  # fmt: skip
CODES = {
    "W1.1": 10, "W1.2": 6, "W1.3": 13, "W2.1": 4, "W2.2": 1, "W2.3": 1, "W2.4": 1, "W3.1": 13, "W3.2": 7,
    "W3.3": 6, "W4.1": 3, "W4.2": 2, "W4.3": 5, "W5.1": 2, "W5.2": 2, "S1.1": 12, "S1.2": 8, "S1.3": 5,
    "S1.4": 4, "S1.5": 1, "S1.6": 2, "S2.2": 2, "S4.1": 2, "S4.2": 14, "S4.3": 14, "S4.4": 3, "S5.1": 15,
    "S5.2": 6, "S5.3": 5, "S5.5": 1,
}  # fmt: skip


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> tuple[RiskCard, ...]:
    if not PUBLISHED.is_file():
        pytest.skip(f"the published cards' metadata are not at {PUBLISHED} (set PLIMSOLL_DATA)")
    monkeypatch.setenv(locate.VARIABLE, str(official_root()))
    return deck.starter()


@pytest.mark.parametrize("card", deck.own(), ids=lambda card: card.slug)
def test_our_own_cards_are_whole(card: RiskCard) -> None:
    assert list(check.problems(card)) == []
    assert card.hubs
    assert all((card.title_zh, card.description_zh, card.severity, card.mitigation, card.detection))


def test_our_own_cards_are_about_what_the_published_ones_lack() -> None:
    slugs = " ".join(card.slug for card in deck.own())
    assert all(
        word in slugs
        for word in ("agent", "image", "code", "over_refusal", "long_context", "zh_", "jailbreak")
    )
    assert {hub for card in deck.own() for hub in card.hubs} >= {"H30", "H31", "H17", "H12", "H32"}


def test_all_65_published_cards_are_read(published: tuple[RiskCard, ...]) -> None:
    assert len({card.slug for card in published}) == 65
    counted = Counter(code for card in published for code in card.categorisation)
    assert {code: counted[code] for code in CODES} == CODES
    assert [card.slug for card in published if not card.categorisation] == ["downplaying_credible_threats"]


def test_kinds_of_harm_are_counted_as_they_are_written(published: tuple[RiskCard, ...]) -> None:
    written = Counter(
        found[2] for card in published for text in card.harm_types for found in HARM.finditer(text)
    )
    assert written == KINDS


def test_a_code_that_the_paper_has_not_is_the_only_error(published: tuple[RiskCard, ...]) -> None:
    wrong = [
        (card.slug, each.message)
        for card in published
        for each in check.problems(card)
        if each.weight == "error"
    ]
    assert [(slug, message.split(";")[0]) for slug, message in wrong] == [
        ("suicide_instructions", "there is no code 'W2.4'")
    ]


def test_every_known_code_leads_to_a_hazard(published: tuple[RiskCard, ...]) -> None:
    used = {code for card in published for code in card.categorisation}
    assert used - set(harms.codes()) == {"W2.4", "W0.0", "S0.0"}
    assert [card.slug for card in published if not card.hazards] == [
        "downplaying_credible_threats",
        "wrong_tone",
    ]


def test_upsetting_cards_are_veiled_and_others_are_not(published: tuple[RiskCard, ...]) -> None:
    veiled = {card.slug for card in published if card.veiled}
    assert {"hate_speech", "slur_usage", "threats", "bullying"} <= veiled
    assert not {"misquoting", "outdated_false_info", "wrong_tone"} & veiled


def test_the_published_cards_can_be_fetched_and_name_no_licence() -> None:
    found = sources.source("risk_cards")
    assert len(found.files) == 65
    assert "none stated" in found.license
    assert all(len(file.sha256) == 64 for file in found.files)


def test_a_card_of_one_s_own_takes_the_place_of_another(tmp_path: Path) -> None:
    (tmp_path / "over_refusal.md").write_text("Title: Mine\n\nDescription: d\n", encoding="utf-8")
    assert deck.deck([tmp_path])["over_refusal"].title == "Mine"


def test_two_cards_of_one_name_are_refused(tmp_path: Path) -> None:
    for name in ("a.md", "b.md"):
        (tmp_path / name).write_text("Title: T\n\nDescription: d\n\nslug: same\n", encoding="utf-8")
    with pytest.raises(DataError, match="same"):
        deck.deck([tmp_path])


def test_an_unknown_card_is_named_with_the_closest_one() -> None:
    with pytest.raises(UserError, match="over_refusal"):
        deck.chosen("over-refusel", deck.deck())


@pytest.mark.parametrize("query", ["harmless request", "过度拒答", "H32 refused"])
def test_cards_are_found_in_both_languages_and_by_hazard(query: str) -> None:
    assert "over_refusal" in {card.slug for card in deck.found_by(query, deck.own())}
