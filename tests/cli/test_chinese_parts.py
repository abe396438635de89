"""What parts, cards and taxonomies say of themselves is there in Chinese, piece by piece."""

import re
import tomllib
from collections.abc import Iterator

import click
import pytest

from plimsoll import cli, registry
from plimsoll.cards import deck
from plimsoll.data import sources
from plimsoll.pages.words import category, plain
from plimsoll.taxonomies import crosswalk, risks, scientific
from plimsoll.words import catalogue, name, translated
from plimsoll.words.docstring import parsed, spoken
from tests.cli.test_chinese import STARTING, chinese, english, hold, starter_of
from tests.support.house import SOURCE

PARTS = [part for room in registry.ROOMS for part in registry.parts(room)]
WORDS = re.compile(r"\b[a-z]{2,} [a-z]{2,}\b")
"""Two English words in a row: licences say little, and in few words."""
CAPITALS = re.compile(r"(?<![A-Za-z_])[A-Z][A-Z_]+(?![A-Za-z_])")
STAY = {"gsm8k", "imdb", "boolq", "openbookqa", "truthfulqa", "slack", "HomeHub", "HouseBank", "PostBox"} | {
    "beavertails", "catqa", "harmfulqa", "dangerousqa", "shadow_alignment",
}  # fmt: skip
"""Names of data sets, programs and toolkits, which are the same everywhere."""


def test_all_that_docstrings_of_parts_say_is_there_in_chinese() -> None:
    documented = (parsed(part.documentation) for part in PARTS)
    hold([each for found in documented for each in found.said()], "about")


def test_what_licences_say_is_there_in_chinese() -> None:
    of_cards = [part.card.license for part in PARTS if part.card]
    of_data = [each.license for each in map(sources.source, sources.slugs())]
    hold([each for each in (*of_cards, *of_data) if WORDS.search(each)], "about")


def test_what_own_cards_and_taxonomies_say_is_there_in_chinese() -> None:
    cards = [each for each in deck.deck().values() if each.author == "Plimsoll"]
    assert cards
    told = [said for each in cards for said in (each.actions_required, each.detection, each.mitigation)]
    told += [each.mitigations for each in risks.risks()]
    told += [weak for each in scientific.axes().module for weak in each.vulnerabilities]
    hold(list(filter(None, told)), "about")


def named(of: click.Command) -> Iterator[str]:
    """What the options and arguments of a command and of those below it are called."""
    context = click.Context(of)
    yield from (each.make_metavar(context) for each in of.params if not isinstance(each.type, click.Choice))
    if isinstance(of, click.Group):
        for each in of.list_commands(context):
            if (inner := of.get_command(context, each)) is not None:
                yield from named(inner)


def test_what_a_command_is_to_be_given_is_named_in_chinese() -> None:
    known = catalogue.table("zh", "metavars")
    lost = {word for said in named(cli.group) if said not in known for word in CAPITALS.findall(said)}
    lost = {word for word in lost if not any(word in each.split() for each in known)}
    assert lost == set(), "add them to src/plimsoll/words/zh/metavars.toml"


@pytest.mark.parametrize("command", ["", "card", "board", "taxonomy", "data", "card assess"])
def test_lists_of_commands_are_whole_sentences_in_chinese(command: str) -> None:
    shown = chinese(*command.split(), "--help").stdout
    assert english(shown) == []
    assert "..." not in shown.partition("\n")[2]


@pytest.mark.parametrize("part", STARTING, ids=lambda part: part.name)
def test_the_categories_of_a_starter_set_have_chinese_names(part: registry.Part) -> None:
    found = {sample.category for sample in starter_of(part).samples() if sample.category.isascii()} - {""}
    assert {each for each in found if category(each, "zh") == plain(each)} - STAY == set()


def test_the_categories_of_taxonomies_have_chinese_names() -> None:
    found = {each.category for each in crosswalk.links() if each.category.isascii()}
    assert {each for each in found if name(each, "zh") == each} == set()


@pytest.mark.parametrize("part", ["gb_45654", "code/codeattack", "guards/llama_guard", "models/llamacpp"])
def test_a_part_is_shown_in_chinese(part: str) -> None:
    shown = re.sub(r"标题.*?年份", "", chinese("show", part).stdout, flags=re.DOTALL)
    assert english(shown) == []


def test_a_docstring_is_spoken_piece_by_piece() -> None:
    text = (
        "Whose label counts.\n\nAnother\ncopy.\n\nArgs:\n"
        "    file: Path of\n        the rubric.\n    model: What is asked."
    )
    assert spoken(text, 80, "en") == text
    said = [translated(each, "zh") for each in ("Path of the rubric.", "What is asked.")]
    assert spoken(text, 80, "zh").endswith(f"参数：\n    file：{said[0]}\n    model：{said[1]}")
    assert spoken("", 80, "zh") == ""


@pytest.mark.parametrize("asked", ["Hate speech & offensive language", "HATE SPEECH AND OFFENSIVE LANGUAGE"])
def test_a_name_is_known_whatever_its_capitals(asked: str) -> None:
    assert name(asked, "zh") == "仇恨言论与冒犯性语言"
    assert name(asked, "en") == asked


@pytest.mark.parametrize("line", ["taxonomy risks", "taxonomy science", "taxonomy scorecard", "card list"])
def test_tables_of_risks_are_read_in_chinese(line: str) -> None:
    assert english(chinese(*line.split()).stdout) == []


@pytest.mark.parametrize(
    ("room", "facts"), [("attacks", ()), ("defenses", ("level", "hooks", "needs", "cost"))]
)
def test_what_lists_of_the_literature_say_is_there_in_chinese(room: str, facts: tuple[str, ...]) -> None:
    rows = tomllib.loads((SOURCE / room / "catalogue.toml").read_text("utf-8"))["row"].values()
    told = [row.get(fact, "") for row in rows for fact in (*facts, "missing")]
    hold([each for each in told if re.search("[a-z]{2}", each)], "about")
