import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from plimsoll.core import replace
from plimsoll.pages.words import words
from plimsoll.reports import RunView, html
from plimsoll.run.keep.manifest import Summary
from tests.support.runs import dialogue, hostile, records_of, view_of

HOSTILE = (
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    "<!--<script>",
    '" onload="alert(3)',
    "<img src=x onerror=alert(4)>",
    "javascript:alert(5)",
    "\u202egnp.exe",
    "null\x00byte",
    "line\u2028break",
    "{title} {script}",
    "\ud800 lone",
)


class Page(HTMLParser):
    """Elements, their attributes, and the text of scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self._inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._inside = tag == "script"
        if self._inside:
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.scripts[-1] += data

    def handle_endtag(self, tag: str) -> None:
        self._inside = False


def held(text: str) -> dict[str, Any]:
    """The embedded items."""
    return json.loads(Page(text).scripts[1])


def test_the_page_names_nothing_on_the_network() -> None:
    page = Page(html.render(view_of(records_of(4))))
    asked = [
        value
        for _, attributes in page.elements
        for name, value in attributes.items()
        if name in {"src", "href", "srcset", "action", "data", "poster"} and value
    ]

    assert all(value.startswith(("#", "data:image/svg+xml,")) for value in asked)
    assert "@import" not in html.render(view_of(records_of(1)))
    assert "url(" not in html.render(view_of(records_of(1)))


def test_the_policy_allows_only_this_style_and_this_script() -> None:
    text = html.render(view_of(records_of(2)))
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)
    assert policy is not None
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert style is not None

    for source in (style[1], Page(text).scripts[2]):
        digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy[1]
    assert "default-src 'none'" in policy[1]
    assert "unsafe" not in policy[1]


def test_no_element_carries_a_handler_or_a_style() -> None:
    made = html.render(
        view_of([*records_of(3), *(hostile(text, number=n) for n, text in enumerate(HOSTILE))])
    )

    for _, attributes in Page(made).elements:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_everywhere_makes_no_element(text: str) -> None:
    plain = view_of(records_of(1))
    evil = view_of([*records_of(1), hostile(text, prompt=text)], model=text, notes=(text,))
    evil = replace(evil, summary=replace(evil.summary, failures={text: 1}, means={text: 2}, status=text))
    allowed = {tag for tag, _ in Page(html.render(plain)).elements}
    page = Page(html.render(evil))

    assert {tag for tag, _ in page.elements} <= allowed
    assert len(page.scripts) == 3
    assert held(html.render(evil))["items"][-1]["r"][0]["t"] == text.replace("\ud800", "?")


def test_hidden_characters_outside_the_items_are_shown_as_what_they_are() -> None:
    made = html.render(view_of(records_of(1), model="a\u202eb\x00c\u200bd"))

    assert not re.search("[\u202e\x00\u200b]", made)
    assert "a⟨U+202E⟩b⟨U+0000⟩c⟨U+200B⟩d" in made


def test_shared_examples_are_stored_once_and_every_prompt_can_be_put_together() -> None:
    records = records_of(30, shots=5)
    data = held(html.render(view_of(records)))
    prefixes = data["prefixes"]
    together = ["".join(prefixes[turn["x"]] + turn["t"] for turn in item["p"]) for item in data["items"]]

    assert together == [record.sample.messages[0].text for record in records]
    assert 1 <= len(prefixes) <= 14
    assert all(item["p"][0]["x"] >= 0 for item in data["items"])


def test_what_does_not_fit_is_drawn_from_every_stratum_and_the_page_says_so() -> None:
    records = records_of(60)
    made = html.render(view_of(records), limit=100_000)
    items = held(made)["items"]

    assert len(items) < len(records)
    assert sum(len(json.dumps(item, ensure_ascii=False).encode()) for item in items) < 120_000
    assert {(item["c"], item["s"]) for item in items} == {
        (record.sample.category, record.sample.language) for record in records
    }
    assert f"Only {len(items):,} of {len(records):,} items" in made
    assert made == html.render(view_of(records), limit=100_000)


def test_a_refusal_is_no_wrong_answer_and_disagreeing_judges_are_noted() -> None:
    items = held(html.render(view_of(records_of(60))))["items"]
    refused = [item for item in items if item["o"] == "refused"]

    assert refused
    assert all(item["v"][0][0] == "strict" and item["v"][1][0] == "compat" for item in refused)
    assert any(item.get("d") for item in refused)


def test_published_rows_are_called_published_and_unknown_numbers_are_shown() -> None:
    made = html.render(view_of(records_of(4)))

    assert "as published" in made
    assert "Calibration error" in made
    assert "<title data-t=" in made


def test_both_languages_have_words_for_every_key_and_the_page_uses_none_without() -> None:
    made = html.render(view_of(records_of(4)))
    script = Page(made).scripts[2]
    used = {json.loads(value)[0] for value in re.findall(r"data-t(?:-label)?='([^']+)'", made)}
    used |= {
        json.loads(attributes[name] or "[]")[0]
        for _, attributes in Page(made).elements
        for name in ("data-t", "data-t-label")
        if name in attributes
    }
    used |= {*re.findall(r'say\("([\w.]+)"', script)}

    assert {*words("en")} == {*words("zh")}
    assert used <= {*words("en")}
    for key, english in words("en").items():
        if key == "either":  # one sentence for each language
            continue
        assert sorted(re.findall(r"\{\d\}", english)) == sorted(re.findall(r"\{\d\}", words("zh")[key])), key


def test_every_drawing_has_a_title_a_description_and_a_table_or_is_named() -> None:
    made = html.render(view_of(records_of(20)))

    for plot in re.findall(r'<svg class="plot".*?</svg>', made, re.DOTALL):
        assert "<title" in plot
        assert "<desc" in plot
        assert 'role="img"' in plot


def test_a_run_without_records_or_numbers_still_makes_a_page() -> None:
    view = view_of(records_of(1))
    made = html.render(RunView(manifest=view.manifest, summary=Summary(status="stopped", reason="budget")))

    assert "Nothing was measured" in made
    assert "This run holds no items" in made


def test_a_dialogue_keeps_all_its_turns() -> None:
    (item,) = held(html.render(view_of([dialogue()])))["items"]

    assert [turn["r"] for turn in item["r"]] == ["assistant", "user", "assistant"]
    assert item["o"] == "no_event"


def test_the_page_opens_in_chinese_when_asked() -> None:
    made = html.render(view_of(records_of(3)), language="zh")

    assert '<html lang="zh-Hans">' in made
    assert "逐题浏览" in made.partition("<script")[0]


def test_the_same_run_gives_the_same_page() -> None:
    assert html.render(view_of(records_of(5))) == html.render(view_of(records_of(5)))
