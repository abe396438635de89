import asyncio
from pathlib import Path

import pytest

from plimsoll.core import DataError, UserError, Verdict, user
from plimsoll.guards.words import words

LIST = "# a list\n[W1]\npoison ivy\n[W2]\n/\\bcode-\\d+/\n毒药\n"


@pytest.fixture
def listed(tmp_path: Path) -> str:
    path = tmp_path / "words.txt"
    path.write_text(LIST, encoding="utf-8-sig")
    return str(path)


def verdict(listed: str, text: str) -> Verdict:
    return asyncio.run(words(listed).classify((user(text),)))


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Is Poison Ivy a plant?", ["W1"]),
        ("the poison ivyish leaf", []),
        ("see code-12", ["W2"]),
        ("这是毒药吗", ["W2"]),
        ("poison ivy and code-1", ["W1", "W2"]),
        ("nothing of it", []),
    ],
)
def test_words_and_patterns_are_found_with_their_categories(listed: str, text: str, codes: list[str]) -> None:
    found = verdict(listed, text)
    assert found.detail.get("categories", []) == codes
    assert found.value == float(bool(codes))


def test_a_blank_text_has_no_verdict(listed: str) -> None:
    assert verdict(listed, " \n").value is None


def test_the_list_is_part_of_the_revision(listed: str, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text(LIST + "more\n", encoding="utf-8")
    assert words(listed).instrument.revision != words(str(other)).instrument.revision


@pytest.mark.parametrize(
    ("content", "error", "said"),
    [
        (b"", UserError, "holds no word"),
        (b"\xff\xfe", UserError, "not in UTF-8"),
        (b"fine\n/(/\n", DataError, "line 2"),
    ],
)
def test_a_list_that_cannot_be_read_says_where(
    tmp_path: Path, content: bytes, error: type[Exception], said: str
) -> None:
    path = tmp_path / "words.txt"
    path.write_bytes(content)
    with pytest.raises(error, match=said):
        words(str(path))
    with pytest.raises(UserError, match="cannot be read"):
        words(str(tmp_path / "missing.txt"))
