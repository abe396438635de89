import ast
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import plimsoll.text
from plimsoll.text import _chinese_refusals, _english_refusals
from plimsoll.text._opening import glance
from plimsoll.text.expressions import WordStarts, at_word, expression, sorted_branches
from tests.support.cases import case_rows
from tests.support.refusal_sets import ANSWERS, DECLINES

FILES = sorted(Path(plimsoll.text.__path__[0]).glob("*.py"))
REPLIES = (
    *(reply for _, reply in (*DECLINES, *ANSWERS)),
    *(row["reply"] for row in case_rows("refusals.jsonl")),
)
STEMS = ("harm(?!less)", "illegal", r"urls?\b", "up[- ]to", "unsafe")


def test_an_expression_does_what_a_compiled_one_does() -> None:
    ours, theirs = expression(r"(\d)x", re.IGNORECASE), re.compile(r"(\d)x", re.IGNORECASE)
    text = "1x 2X 3y"
    assert ours.findall(text) == theirs.findall(text)
    assert ours.sub("-", text) == theirs.sub("-", text)
    assert ours.split(text) == theirs.split(text)
    assert (found := ours.search(text, 1)) is not None
    assert found[1] == "2"
    assert ours.match(text)
    assert not ours.fullmatch(text)
    assert ours.pattern == theirs.pattern


def test_a_faulty_expression_fails_at_its_first_use() -> None:
    faulty = expression("(")
    with pytest.raises(re.error):
        faulty.search("")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_reader_compiles_an_expression_when_it_is_imported(path: Path) -> None:
    """Hundreds of them would be compiled before the first question is asked."""
    statements = ast.parse(path.read_text("utf-8")).body
    outside = [each for each in statements if not isinstance(each, ast.FunctionDef | ast.ClassDef)]
    calls = [node for each in outside for node in ast.walk(each) if isinstance(node, ast.Attribute)]
    assert [node.lineno for node in calls if ast.unparse(node) == "re.compile"] == []


@given(
    st.text(alphabet="harmlesuigp0t -/é_我\n") | st.sampled_from(["self-harm", "unsafe", "x/url", "éunsafe"])
)
def test_words_are_looked_for_where_they_begin(text: str) -> None:
    plain = re.compile(rf"\b(?:{'|'.join(STEMS)})")
    assert WordStarts(*STEMS).stand_in(f" {text}") == (plain.search(f" {text}") is not None)


@given(st.text(alphabet="harmlesuigp -/é_我\n"))
def test_a_word_in_an_expression_is_found_where_it_begins(text: str) -> None:
    words = ("harm", "hear(?!s)", "gas")
    quick, plain = re.compile(at_word(*words)), re.compile(rf"\b(?:{'|'.join(words)})")
    assert [found.span() for found in quick.finditer(text)] == [
        found.span() for found in plain.finditer(text)
    ]


@given(st.text(alphabet="abcx", max_size=12))
def test_branches_in_order_of_their_letters_match_what_they_matched(text: str) -> None:
    branches = "(?:ab|b(?:c|x)|a|bb?c|ca(?=b)|(?:x|cc)a)"
    quick, plain = re.compile(sorted_branches(branches)), re.compile(branches)
    assert [found.span() for found in quick.finditer(text)] == [
        found.span() for found in plain.finditer(text)
    ]


def test_a_reply_without_its_i_is_looked_at_by_its_first_word() -> None:
    for reply in REPLIES:
        opening = glance(reply)
        if opening.text.isascii() and _english_refusals.CURT.match(opening.text):
            assert opening.words[0].lstrip(b"'") in _english_refusals.CURT_WORDS


def test_a_rule_is_called_for_wherever_its_pattern_is_found() -> None:
    """Words and hints only spare a search: they never decide."""
    missed = [
        (rule.words, reply)
        for reply in REPLIES
        if (opening := glance(reply)).text.isascii()
        for rule in _english_refusals.RULES
        if (found := rule.pattern.search(opening.text, 0, rule.within))
        if rule.followed_by is None or rule.followed_by.stand_in(opening.text, found.end())
        for words in (rule.words, rule.beside)
        if words and set(opening.words).isdisjoint(words.encode().split())
    ]
    assert missed == []


def test_a_chinese_rule_has_a_hint_in_every_text_that_it_finds() -> None:
    missed = [
        (rule.hints, reply)
        for reply in REPLIES
        for rule in _chinese_refusals.RULES
        if rule.pattern.search(text := glance(reply).text) and not any(hint in text for hint in rule.hints)
    ]
    assert missed == []
