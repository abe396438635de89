"""A taxonomy file of one's own is checked before it is used, and every fault has its place and remedy."""

from pathlib import Path

import pytest

from plimsoll.core import DataError, UserError
from plimsoll.taxonomies import conversion, own
from plimsoll.taxonomies.search import search

GOOD = """
name = "acme"
[[category]]
code = "A"
en = "People"
zh = "人"
hubs = ["H10", "hate"]
[[category]]
code = "A.1"
en = "Staff"
parent = "A"
"""


def written(folder: Path, text: str, name: str = "acme.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def category(**fields: object) -> str:
    lines = [f"{name} = {value!r}".replace("'", '"') for name, value in fields.items()]
    return "\n".join(["[[category]]", *lines, ""])


def test_a_child_without_hubs_has_its_parent_s(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    staff = conversion.category(f"{path}:A.1")
    assert staff.hubs == ("H10", "H09")
    assert "S10" in {each.code for each in conversion.converted(staff, "llama-guard-3/4")}


def test_a_table_says_the_same_as_a_file(tmp_path: Path) -> None:
    rows = "code,parent,en,zh,hubs\nA,,People,人,H10;hate\nA.1,A,Staff,,\n"
    table = written(tmp_path, rows, "acme.csv")
    assert own.load(table) == own.OwnTaxonomy(
        name="acme", category=own.load(written(tmp_path, GOOD)).category
    )


@pytest.mark.parametrize(
    ("wrong", "place", "remedy"),
    [
        (
            [
                {"code": "A", "en": "a", "parent": "C", "hubs": ["H01"]},
                {"code": "B", "en": "b", "parent": "A"},
                {"code": "C", "en": "c", "parent": "B"},
            ],
            "category #1 ('A')",
            "A > C > B > A",
        ),
        ([{"code": "A", "en": "a", "parent": "A", "hubs": ["H01"]}], "category #1 ('A')", "A > A"),
        (
            [
                {"code": "AAA", "en": "a", "hubs": ["H01"]},
                {"code": "B", "en": "b", "parent": "AAB", "hubs": ["H02"]},
            ],
            "category #2 ('B')",
            "did you mean AAA",
        ),
        ([{"code": "A", "en": "a", "hubs": ["violense"]}], "category #1 ('A')", "did you mean violence"),
        ([{"code": "A", "en": "a", "hubs": ["H99"]}], "category #1 ('A')", "no hub hazard is called 'H99'"),
        ([{"code": "A 1", "en": "a", "hubs": ["H01"]}], "category #1 ('A 1')", "write 'A-1'"),
        ([{"code": " ", "en": "a", "hubs": ["H01"]}], "category #1", "give it one"),
        ([{"code": "A", "en": "a", "hubs": ["H01"]}] * 2, "category #2 ('A')", "first at #1"),
        ([{"code": "A", "en": "a"}], "category #1 ('A')", 'hubs = ["H12"]'),
        ([{"code": "A", "en": "", "hubs": ["H01"]}], "category #1 ('A')", "has no name"),
    ],
)
def test_a_fault_is_named_with_its_place_and_remedy(
    wrong: list[dict[str, object]], place: str, remedy: str, tmp_path: Path
) -> None:
    text = 'name = "acme"\n' + "".join(category(**each) for each in wrong)
    path = written(tmp_path, text)
    with pytest.raises(DataError) as raised:
        own.load(path)
    assert str(path) in str(raised.value)
    assert place in str(raised.value)
    assert remedy in str(raised.value)


def test_a_table_names_the_line(tmp_path: Path) -> None:
    path = written(tmp_path, "code,en,parent,hubs\nA,a,,H01\nB,b,X,H02\n", "acme.csv")
    with pytest.raises(DataError, match=r"line #3 \('B'\): its parent 'X' is not there"):
        own.load(path)


@pytest.mark.parametrize("text", ["code\nA\n", "name = 3", 'name = "x"\n[[category]]\ncode = 3\n', "\x00"])
def test_what_is_no_taxonomy_is_refused_with_its_path(text: str, tmp_path: Path) -> None:
    path = written(tmp_path, text, "acme.csv" if text.startswith("code") else "acme.toml")
    with pytest.raises(DataError, match="acme"):
        own.load(path)


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(UserError, match=r"nowhere\.toml"):
        conversion.categories("nowhere.toml")


@pytest.mark.parametrize("address", ["aegis-2: S16 ", " aegis-2 :s16", "aegis-2:S 16"])
def test_spaces_around_a_known_code_do_no_harm(address: str) -> None:
    assert conversion.category(address).code == "S16"


def test_names_and_aliases_of_one_s_own_are_searched(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD + 'aliases = ["colleagues"]\n')
    assert search("coleagues", taxonomy=str(path))[0].code == "A.1"
    assert search("人", taxonomy=str(path))[0].code == "A"
