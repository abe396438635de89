import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from plimsoll.reports import html
from tests.support.runs import hostile, records_of, view_of
from tests.support.turns import WORKED, attacked, record

pytestmark = pytest.mark.browser

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
CHROMIUM = os.environ.get("PLIMSOLL_CHROMIUM") or next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
TRAPS = (
    "<script>document.title='owned'</script>",
    "</script><script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    "\" onload=\"document.title='owned'",
    "<a href=\"javascript:document.title='owned'\">x</a>",
    "good\u202etxt.exe\u2069 null\x00byte \u2028 end",
)
LONG = "w" * 1_000_000


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    if not CHROMIUM:
        pytest.skip("no chromium on this machine (PLIMSOLL_CHROMIUM names one)")
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    traps = [hostile(text, number=90_000 + n, prompt=f"trap {n} {text}") for n, text in enumerate(TRAPS)]
    records = [*records_of(20, shots=5), *traps, hostile(LONG, number=91_000)]
    view = view_of(records, model=TRAPS[1], notes=(TRAPS[2], TRAPS[5]))
    return html.write(view, tmp_path_factory.mktemp("report") / "report.html").as_uri()


class Watched:
    """A page with everything it complained about or asked for."""

    def __init__(self, browser: Any, **context: Any) -> None:
        self.context = browser.new_context(**context)
        self.page = self.context.new_page()
        self.errors: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda said: self.errors.append(said.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))

    def open(self, address: str) -> Any:
        self.page.goto(address)
        self.page.wait_for_selector("#list .item")
        return self.page


@pytest.fixture
def desktop(chromium: Any) -> Iterator[Watched]:
    watched = Watched(chromium, viewport={"width": 1280, "height": 900})
    yield watched
    watched.context.close()


def found(page: Any) -> int:
    return int(page.inner_text("[role=status]").split(" of ")[0].replace(",", ""))


def test_the_page_asks_for_itself_only_and_complains_of_nothing(desktop: Watched, address: str) -> None:
    page = desktop.open(address)
    page.click("#language")
    page.click("#theme")

    assert {url.partition("#")[0] for url in desktop.asked if not url.startswith("data:")} == {address}
    assert desktop.errors == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_phone_never_scrolls_sideways(chromium: Any, address: str, theme: str, language: str) -> None:
    phone = Watched(chromium, viewport={"width": 375, "height": 812}, color_scheme=theme)
    page = phone.open(address)
    if language == "zh":
        page.click("#language")
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    for number in range(len(TRAPS)):
        page.goto(f"{address}#item=en-{90_000 + number}")
        page.wait_for_selector(".detail")
        assert page.evaluate("document.documentElement.scrollWidth") == 375

    assert phone.errors == []
    phone.context.close()


def test_hostile_text_is_read_and_never_run(desktop: Watched, address: str) -> None:
    page = desktop.open(address)
    title = page.title()
    for number, trap in enumerate(TRAPS[:-1]):
        page.goto(f"{address}#item=en-{90_000 + number}")
        page.locator(".detail", has_text=f"trap {number} ").wait_for()
        assert trap in page.locator(".detail").inner_text()

    assert page.title() == title
    assert page.locator("#list img, #list script, #list a[href^=javascript]").count() == 0
    assert desktop.errors == []


def test_every_turn_is_shown_with_its_pictures_calls_and_other_form(desktop: Watched, tmp_path: Path) -> None:
    path = html.write(view_of([record(*WORKED), attacked()]), tmp_path / "turns.html")
    page = desktop.open(f"{path.as_uri()}#item=q1")
    worked = page.locator(".detail")
    assert worked.locator("img").count() == 1
    assert worked.locator("img").evaluate("node => node.naturalWidth") == 120
    for part in ("https://example.org/cat.png", "look_up", "tool · look_up · failed", "no such person"):
        assert part in worked.inner_text()
    worked.locator("summary", has_text="Reasoning").click()
    page.locator("text=I need her address.").wait_for()
    page.goto(f"{path.as_uri()}#item=q2")
    page.locator(".detail", has_text="Ubj?").wait_for()
    for part in ("How?", "No, thanks.", "Ab, gunaxf.", "temperature was dropped", "encoding/rot13"):
        assert part in page.inner_text(".detail")
    assert [url for url in desktop.asked if not url.startswith(("file:", "data:"))] == []
    assert desktop.errors == []


def test_hidden_characters_are_made_visible(desktop: Watched, address: str) -> None:
    page = desktop.open(f"{address}#item=en-90005")
    shown = page.locator(".detail .text").last.inner_text()

    assert shown == "good⟨U+202E⟩txt.exe⟨U+2069⟩ null⟨U+0000⟩byte ⟨U+2028⟩ end"


def test_a_huge_reply_is_cut_and_shown_whole_on_demand(desktop: Watched, address: str) -> None:
    page = desktop.open(f"{address}#item=en-91000")
    reply = page.locator(".detail .text").last

    assert len(reply.inner_text()) < 5_000
    page.click("text=Show all 1,000,000 characters")
    assert len(reply.inner_text()) == len(LONG)


def test_filters_and_search_narrow_the_list_and_the_address_keeps_them(
    desktop: Watched, address: str
) -> None:
    page = desktop.open(address)
    everything = found(page)
    page.select_option("#filter-category", "PH")
    page.select_option("#filter-language", "zh")
    narrowed = found(page)
    page.fill("#search", "#2005")
    page.locator("[role=status]", has_text=re.compile(r"^1 of")).wait_for()
    kept = page.url
    again = desktop.open(kept)

    assert everything == 287
    assert narrowed == 20
    assert found(again) == 1
    assert again.input_value("#search") == "#2005"
    again.click("#clear")
    assert found(again) == everything


def test_right_wrong_and_refused_add_up(desktop: Watched, address: str) -> None:
    page = desktop.open(address)
    everything, counted = found(page), 0
    for verdict in ("right", "wrong", "unscored"):
        page.select_option("#filter-verdict", verdict)
        counted += found(page)
    page.select_option("#filter-verdict", "differ")

    assert counted == everything
    assert 0 < found(page) < everything


def test_the_keyboard_reaches_every_item(desktop: Watched, address: str) -> None:
    page = desktop.open(address)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")

    assert page.locator(".item").nth(1).locator(".detail").count() == 1
    page.keyboard.press("]")
    assert page.locator(".pager").inner_text().count("Page 2 of") == 1
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"


def test_the_shared_beginning_opens_on_demand(desktop: Watched, address: str) -> None:
    page = desktop.open(f"{address}#item=zh-5")
    page.click(".prefix summary")
    page.wait_for_selector(".prefix .text")

    assert "以下是关于安全的选择题" in page.inner_text(".prefix .text")


def test_the_labels_change_language_and_the_items_do_not(desktop: Watched, address: str) -> None:
    page = desktop.open(f"{address}#item=en-5")
    page.click("#language")

    assert page.inner_text("#items h2") == "逐题浏览"
    assert page.get_attribute("html", "lang") == "zh-Hans"
    assert "Which of these" in page.locator(".detail").inner_text()
    page.click("#language")
    assert page.inner_text("#items h2") == "Every item"


@pytest.mark.parametrize("system", ["light", "dark"])
def test_the_theme_follows_the_system_and_can_be_switched(chromium: Any, address: str, system: str) -> None:
    watched = Watched(chromium, color_scheme=system)
    page = watched.open(address)
    colour = "getComputedStyle(document.body).backgroundColor"
    first = page.evaluate(colour)
    page.click("#theme")
    second = page.evaluate(colour)

    assert first != second
    assert (sum(map(int, first.removeprefix("rgb(").removesuffix(")").split(","))) > 380) == (
        system == "light"
    )
    watched.context.close()


CONTRAST = """
() => {
  const channel = (value) => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const light = (colour) => { const [r, g, b] = colour.match(/[\\d.]+/g).map(Number);
    return 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b); };
  const ground = (node) => { for (; node; node = node.parentElement) {
    const colour = getComputedStyle(node).backgroundColor;
    if (!/, 0\\)$/.test(colour)) return colour; } return "rgb(255,255,255)"; };
  const poor = [];
  for (const node of document.querySelectorAll("main *, header *, footer *")) {
    if (![...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim())) continue;
    if (node.closest(":disabled, noscript, option") || !node.getClientRects().length) continue;
    const style = getComputedStyle(node);
    const ink = node instanceof SVGElement ? style.fill : style.color;
    const [a, b] = [light(ink), light(ground(node))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const name = node.className?.baseVal ?? node.className;
    if (ratio < 4.5) poor.push(`${node.tagName} ${name} ${ratio.toFixed(2)}`);
  }
  return [...new Set(poor)];
}
"""


@pytest.mark.parametrize("system", ["light", "dark"])
def test_every_text_has_enough_contrast(chromium: Any, address: str, system: str) -> None:
    watched = Watched(chromium, color_scheme=system)
    page = watched.open(f"{address}#item=en-90005")
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")

    assert page.evaluate(CONTRAST) == []
    watched.context.close()


@pytest.mark.parametrize(("language", "heads"), [
    ("en", ["Item", "Language, category", "Read as (right)", "Outcome", "Question"]),
    ("zh", ["题目", "语言、类别", "读作（正确）", "结果", "问题"]),
])  # fmt: skip
def test_items_stand_under_heads_that_say_what_each_column_is(
    chromium: Any, address: str, language: str, heads: list[str]
) -> None:
    watched = Watched(chromium, viewport={"width": 1200, "height": 900})
    watched.open(address)
    page = watched.page
    if language == "zh":
        page.click("#language")
    found = page.locator("#list .heads span")
    assert found.all_inner_texts() == heads
    first = page.locator("#list .item").first.locator("button > *")
    for place, cell in enumerate(first.all()):
        left, under = found.nth(place).bounding_box(), cell.bounding_box()
        assert left is not None
        assert under is not None
        assert abs(left["x"] - under["x"]) < 3
    page.set_viewport_size({"width": 375, "height": 800})
    assert not page.locator("#list .heads").is_visible()
    watched.context.close()
