"""Chinese says what English says: the same holes, numbers, names of options; one term for one thing."""

import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from plimsoll.registry import ROOMS
from plimsoll.words import catalogue, translated
from tests.support.house import ROOT, SOURCE

HOLE = re.compile(r"\{\d+\}")
NUMBER = re.compile(r"(?<![A-Za-z\d.])\d(?:[\d,.]*\d)?(?![-\w]*gram)")
CODE = re.compile(r"`[^`]*`")
FLAG = re.compile(r"(?<![\w-])--[a-z][a-z-]*[a-z]")
ENGLISH = re.compile(r"(?:\b[a-z]{2,}[,;]? ){4,}[a-z]{2,}")
"""More than four English words in a row; titles are in capitals."""
UNSAID = {"minute{4}": "{4}", "[Errno {0}]": "{0}"}
"""What ends a plural, and a number that tells a reader nothing."""
SPELT = {"July": "7", "one minus": "1"}
"""What English writes as a word, and Chinese as a digit."""
ONE_TERM = {
    "词元": "token",
    "系统提示(?!词)": "系统提示词",
    "安全提示(?!词)": "安全提示词",
    "未识别": "无法识别",
    "无法解读": "无法识别",
    "评判器": "评判者",
    "评判模型": "裁判模型",
    "标签包": "标注包",
    "防护模型|守卫|护卫": "护栏",
    "准确率|准确度": "正确率",
    "基础模型": "基座模型",
    "说服技巧": "劝说技巧",
    "提示泄露|提示泄漏": "提示词泄露",
    "严重度": "严重程度",
    "可用性(?!（系统）)(?<!损害可用性)": "效用",
    "聚类": "簇",
    "扣下": "拦下",
    "误拒|过度拒绝|过拒": "过度拒答",
    "稳健性": "鲁棒性",
    "置信度区间|可信区间": "置信区间",
    "成对检验|配对测试": "配对检验",
    "示例集|初始集|起始集": "入门集",
    "智能代理|代理智能": "智能体",
    "零示例|(?<!减)少示例|小样本": "零样本、少样本",
    "标注员|标记者": "标注者",
    "红队评估|红队演练": "红队测试",
}
"""Variants that are not written -> the term of the list of terms."""

Pair = tuple[str, str]


def catalogues() -> list[Pair]:
    """What stands in the catalogue: English, Chinese."""
    return list(catalogue.catalogue("zh").whole.items())


def on_pages() -> list[Pair]:
    """What stands in the tables of pages: English, Chinese."""
    tables = (tomllib.loads(file.read_text("utf-8")) for file in sorted(SOURCE.rglob("words.toml")))
    return [(entry["en"], entry["zh"]) for table in tables for entry in table.values()]


def written() -> list[Path]:
    """The Chinese pages that people wrote; the list of terms names variants itself."""
    pages = [*(ROOT / "docs" / "zh").rglob("*.md"), ROOT / "README.zh-CN.md"]
    return sorted(page for page in pages if page.name not in ("terms.md", "second-pass.md"))


def numbers(text: str) -> Counter[str]:
    return Counter(NUMBER.findall(HOLE.sub("§", text)))


def test_a_translation_loses_no_hole() -> None:
    for english, chinese in [*catalogues(), *on_pages()]:
        if english == "{0}":
            continue
        unsaid = {hole for words, hole in UNSAID.items() if words in english}
        assert set(HOLE.findall(english)) - set(HOLE.findall(chinese)) <= unsaid, english


def test_a_translation_keeps_every_number() -> None:
    for english, chinese in [*catalogues(), *on_pages()]:
        assert numbers(english) <= numbers(chinese), english
        spelt = {digit for word, digit in SPELT.items() if word in english}
        assert set(numbers(chinese) - numbers(english)) <= spelt, english


def test_a_translation_keeps_code_and_names_of_options() -> None:
    for english, chinese in [*catalogues(), *on_pages()]:
        assert set(CODE.findall(english)) == set(CODE.findall(chinese)), english
        assert set(FLAG.findall(english)) == set(FLAG.findall(chinese)), english


def test_no_english_sentence_stands_in_chinese() -> None:
    found = [chinese for _, chinese in [*catalogues(), *on_pages()] if ENGLISH.search(CODE.sub("", chinese))]
    assert found == []


def test_no_sentence_stands_in_two_tables() -> None:
    stands: dict[str, str] = {}
    for table in catalogue.TABLES:
        for english in catalogue.table("zh", table):
            assert english not in stands, f"{table} and {stands[english]}: {english}"
            stands[english] = table


@pytest.mark.parametrize("variant", ONE_TERM)
def test_one_thing_has_one_term(variant: str) -> None:
    wrong = re.compile(variant)
    said = [chinese for _, chinese in [*catalogues(), *on_pages()]]
    said += list(catalogue.table("zh", "names").values())
    found = [each for each in said if wrong.search(each)]
    found += [
        f"{page.name}: {line}" for page in written() for line in page.read_text("utf-8").splitlines()
        if wrong.search(line)
    ]  # fmt: skip
    assert found == [], f"say {ONE_TERM[variant]}"


@pytest.mark.parametrize("room", ROOMS)
def test_a_list_of_parts_stands_under_a_chinese_heading(room: str) -> None:
    assert translated(room, "zh") != room, "add it to src/plimsoll/words/zh/spoken.toml"
