"""One document, three forms: nothing in it is ever markup, and both languages are there."""

import pytest

from plimsoll.pages import document_html, document_markdown, document_typst
from plimsoll.pages.document import (
    Both,
    Document,
    Facts,
    Listing,
    Paragraph,
    Ruled,
    Said,
    Section,
    Words,
    strung,
)
from plimsoll.pages.markup import key

HOSTILE = 'x <script>alert(1)</script> | *b* `c` #import "y": z $m$ \\ "q" \u202eolleh'
DOCUMENT = Document(
    title=Both("A <title>", "标题 <title>"),
    head=[
        Paragraph(Both("It is safe.", "它是安全的。"), "answer"),
        Paragraph(HOSTILE, "warn"),
        Facts([(Both("Model", "模型"), HOSTILE)]),
    ],
    sections=[
        Section(
            "table",
            Both("Table", "表"),
            [
                Ruled(
                    Both("Table", "表"),
                    ["a", "b"],
                    [(HOSTILE, key("hazard.H01")), ("c", "1")],
                    frozenset({1}),
                ),
                Ruled("empty", ["a", "b"], []),
                Listing([HOSTILE, Both("one", "一")]),
                Section(
                    "said",
                    "said",
                    [Said("who", HOSTILE, veiled=False), Said("who", "upsetting", veiled=True)],
                ),
            ],
        )
    ],
)


def test_both_languages_stand_on_one_page_and_text_stays_text() -> None:
    page = document_html.render(DOCUMENT, "zh")
    main = page.partition("<main")[2].partition("</main>")[0]
    assert '<html lang="zh-Hans"' in page
    assert "It is safe." in main
    assert "它是安全的。" in main
    assert "<script>" not in main
    assert "&lt;script&gt;" in main
    assert '<pre class="text veil" tabindex="0">upsetting</pre>' in main


@pytest.mark.parametrize(("language", "said"), [("en", "It is safe."), ("zh", "它是安全的。")])
def test_markdown_is_in_one_language_and_leaves_out_what_is_veiled(language: str, said: str) -> None:
    text = document_markdown.render(DOCUMENT, language)  # type: ignore[arg-type]
    assert f"**{said}**" in text
    assert "<script>" not in text
    assert "upsetting" not in text
    rows = [line for line in text.split("\n") if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in rows} == {3}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_pdf_is_the_same_bytes_each_time(language: str) -> None:
    typst = pytest.importorskip("typst")
    if language == "zh" and "Noto Serif CJK SC" not in set(typst.Fonts().families()):
        pytest.skip("no Chinese font on this machine")
    first, second = (document_typst.render(DOCUMENT, language) for _ in range(2))  # type: ignore[arg-type]
    assert first.startswith(b"%PDF-")
    assert first == second


def test_what_goes_to_the_typesetter_is_strings_only() -> None:
    source = document_typst.source(DOCUMENT, "en")
    assert '#import \\"y\\": z' in source
    assert "upsetting" not in source


def test_words_are_filled_in_once_in_both_languages() -> None:
    say = Words("cards", "words.toml")
    assert say("title", "{0} and {1}") == Both("Risk-card assessment: {0} and {1}", "风险卡评估：{0} and {1}")
    assert say("answer", "{1}", 5, 1234).en.startswith("{1} of 5 cards")
    assert say("answer", "{1}", 5, 1234).en.endswith("1,234.")
    assert strung(["a", Both("b", "乙")]) == Both("a, b", "a、乙")
