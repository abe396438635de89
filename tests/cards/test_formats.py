"""Cards go through YAML, Markdown and JSON without loss, and faults are named with field and line."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.cards import check, deck, formats
from plimsoll.cards.card import Illustration, LinkedTest, RiskCard, harm_types
from plimsoll.core import DataError, UserError

pytest.importorskip("yaml")

ENDINGS = (".md", ".yaml", ".json")
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\ufeff"), max_size=60)
words = st.text("abcWS0123456789.-_", min_size=1, max_size=12).filter(
    lambda word: word not in formats.NOTHING and not word.endswith(".x")
)
CARDS = st.builds(
    RiskCard,
    title=texts,
    description=texts,
    categorisation=st.lists(words, max_size=3).map(tuple),
    harm_types=st.lists(texts.filter(bool), max_size=3).map(tuple),
    references=st.lists(texts.filter(bool), max_size=3).map(tuple),
    actions_required=texts,
    samples=st.lists(st.builds(Illustration, prompt=texts.filter(bool), output=texts), max_size=3).map(tuple),
    slug=words,
    title_zh=texts,
    hubs=st.lists(words, max_size=2).map(tuple),
    severity=st.none() | st.integers(0, 4),
    mitigation=texts,
    sensitive=st.booleans(),
    tests=st.lists(st.builds(LinkedTest, benchmark=words, category=texts), max_size=2).map(tuple),
)
OFFICIAL = """---
Title: Wrong tone

Description: A register that does not fit

Categorisation:
 - W1.3, S1.x

Harm Types:
 - Consumer-Reputational External Groups-Inter or Intra Personal

References:
 - "[A paper](https://example.org)"
 - another one

Actions required for harm to present: Somebody reads it

Prompts and output:
- May I ask you something?
- output: >

    Sure.
    Go on.
---
"""
TEMPLATE = """# Wrong tone: Language Model Risk Card

**Description**: A register that does not fit

**Categorisation**: W0.0 S0.0

**Harm types**: Reader-Psychological

**Reference(s)**: https://example.org

**Actions required for harm to present**: a b c

**Prompts and output**:

* An input **and the output**
* Second input
"""


@pytest.mark.parametrize("ending", ENDINGS)
@given(card=CARDS)
def test_a_card_comes_back_as_it_was(ending: str, card: RiskCard) -> None:
    assert formats.parsed(formats.rendered(card, ending), Path(f"x{ending}")) == card


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("card", deck.own(), ids=lambda card: card.slug)
def test_our_own_cards_go_through_every_form(card: RiskCard, ending: str) -> None:
    assert formats.parsed(formats.rendered(card, ending), Path(f"x{ending}")) == card


def test_the_form_of_the_published_cards_is_read() -> None:
    card = formats.parsed(OFFICIAL, Path("wrong_tone.md"))
    assert (card.slug, card.categorisation) == ("wrong_tone", ("W1.3", "S1"))
    assert [str(each) for each in card.harms] == ["Consumer-Reputational", "External group-Interpersonal"]
    assert card.references == ("[A paper](https://example.org)", "another one")
    assert card.samples == (Illustration(prompt="May I ask you something?", output="Sure.\nGo on."),)


def test_the_published_template_is_read() -> None:
    card = formats.parsed(TEMPLATE, Path("x.md"))
    assert (card.title, card.actions_required) == ("Wrong tone", "a b c")
    assert card.samples[0] == Illustration(prompt="An input", output="and the output")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("x.json", "{", "no JSON"),
        ("x.json", '{"title": 3, "description": ""}', "title"),
        ("x.json", '{"title": "a"}', "description"),
        ("x.yaml", "title: a\ndescription: b\nseverity: high\n", "line 3"),
        ("x.yaml", "a: [", "no YAML"),
        ("x.yaml", "- a\n- b\n", "x.yaml"),
        ("x.md", "nothing at all", "no card"),
        ("x.md", "Title: a\n\nDescription: b\n\nseverity: high\n", "line 5"),
        ("x.md", "Title: a\n\nDescription: b\n\nstatus: lost\n", "line 5"),
        ("x.md", "Title: a\n\nDescription: b\n\ntests:\n - {bad}\n", "no JSON"),
    ],
)
def test_what_is_no_card_is_refused_with_its_place(name: str, text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as raised:
        formats.load(path)
    assert name in str(raised.value)
    assert said in str(raised.value)


def test_a_file_of_another_kind_is_refused() -> None:
    with pytest.raises(UserError, match=r"\.md"):
        formats.load(Path("card.docx"))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Reader-Psychological, Publishers-Legal", ["Reader-Psychological", "Publisher-Legal"]),
        ("external groups - physical", ["External group-Physical"]),
        ("Consumer-Quality of service", []),
        ("Consumer-Quality-of-service", ["Consumer-Quality-of-service"]),
        ("Provider-Allocative Consumer-Allocative", ["Provider-Allocative", "Consumer-Allocative"]),
    ],
)
def test_harm_types_are_brought_to_closed_words(written: str, read: list[str]) -> None:
    assert [str(each) for each in harm_types([written])] == read


GOOD = RiskCard(
    slug="x", title="T", description="D", categorisation=("W1.1",), harm_types=("Reader-Psychological",),
    actions_required="a",
)  # fmt: skip


def test_a_sound_card_has_no_problem() -> None:
    assert list(check.problems(GOOD)) == []


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("title", " ", "is empty"),
        ("categorisation", ("W2.4",), "did you mean"),
        ("harm_types", ("Reader-Psycological",), "did you mean Psychological"),
        ("harm_types", ("Citizen-Legal",), "actors"),
        ("harm_types", (), "Actor-Kind"),
        ("hubs", ("H77",), "H77"),
        ("severity", 5, "0 to 4"),
        ("tests", (LinkedTest(benchmark="xstets"),), "xstest"),
        ("tests", (LinkedTest(benchmark="xstest", attack="encoding/rot14"),), "rot13"),
        ("regulations", ("eu-ai-act:99",), "eu-ai-act"),
    ],
)
def test_a_fault_of_a_card_is_named_with_its_field(field: str, value: object, said: str) -> None:
    from plimsoll.core import replace

    found = list(check.problems(replace(GOOD, **{field: value})))
    assert [each.field for each in found if each.weight == "error"] == [field]
    assert any(said in each.message for each in found)
