"""A Chinese page says what the English one says: all that is named there, and one word for one thing."""

import re
from pathlib import Path

import pytest

from tests.support.house import ROOT, shown
from tests.support.pages import pages, twin

CHINESE = [page for page in pages() if twin(page)]
ALL_CHINESE = [ROOT / "README.zh-CN.md", *sorted((ROOT / "docs" / "zh").rglob("*.md"))]
FENCED = re.compile(r"^```.*?^```$", re.M | re.S)
CODE = re.compile(r"`([^`\n]+)`")
GIVEN_UP = {
    "合规检查": "符合性检查（conformance）",
    "附加包": "附加组件（extra）",
    "受试对象": "受测对象（subject）",
    "集子": "测试集",
    "你": "您",
}
"""Words that stood for a thing that has another name -> that name."""


def prose(page: Path) -> str:
    """A page without its blocks of code."""
    return FENCED.sub("", page.read_text("utf-8"))


def named(page: Path) -> set[str]:
    """What stands as code within the sentences of a page; pictures of words with arrows are sentences."""
    return {each for each in CODE.findall(prose(page)) if "→" not in each}


def rows(page: Path) -> int:
    """Lines of the page's tables."""
    return sum(line.startswith("|") for line in prose(page).splitlines())


@pytest.mark.parametrize("page", CHINESE, ids=shown)
def test_a_chinese_page_names_all_that_the_english_one_names(page: Path) -> None:
    english = twin(page)
    assert english is not None
    assert sorted(named(english) - named(page)) == [], f"{shown(page)} is behind {shown(english)}"
    assert rows(page) >= rows(english), f"{shown(page)}: its tables lack rows of {shown(english)}"


@pytest.mark.parametrize("page", ALL_CHINESE, ids=shown)
def test_a_chinese_page_has_one_word_for_one_thing(page: Path) -> None:
    found = {word: instead for word, instead in GIVEN_UP.items() if word in CODE.sub("", prose(page))}
    assert found == {}, f"{shown(page)}: write these instead"


@pytest.mark.parametrize("page", CHINESE, ids=shown)
def test_a_link_of_a_chinese_page_leads_to_the_chinese_page_where_there_is_one(page: Path) -> None:
    for address in re.findall(r"\]\(([^)#\s]+\.md)", prose(page)):
        there = (page.parent / address).resolve()
        docs = ROOT / "docs"
        inside = there.is_relative_to(docs) and not there.is_relative_to(docs / "zh")
        ours = docs / "zh" / there.relative_to(docs) if inside else None
        assert ours is None or not ours.exists(), f"{shown(page)}: link {shown(ours)}, not {address}"
