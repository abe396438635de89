import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from plimsoll.comparison.compare import compare
from plimsoll.comparison.differences import Settings
from plimsoll.reports import comparison_html
from tests.support.pairs import Asked, run_of

pytestmark = pytest.mark.browser

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
CHROMIUM = os.environ.get("PLIMSOLL_CHROMIUM") or next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)
TRAP = "</script><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    if not CHROMIUM:
        pytest.skip("no chromium on this machine (PLIMSOLL_CHROMIUM names one)")
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("comparison")

    def asked(wrong: int) -> list[Asked]:
        return [
            Asked(
                f"{s}-{n}", float(n % 7 != wrong), ("OFF", "PH")[n % 2], s, str(n), prompt=f"{TRAP} {s} {n}"
            )
            for s in ("zh", "en")
            for n in range(70)
        ]

    runs = [run_of(folder / "before", asked(3)), run_of(folder / "after", asked(5))]
    page = folder / "page.html"
    page.write_text(comparison_html.render(compare(runs, settings=Settings(draws=200))), encoding="utf-8")
    return page.as_uri()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_phone_never_scrolls_sideways_and_nothing_is_complained_of(
    chromium: Any, address: str, theme: str, language: str
) -> None:
    context = chromium.new_context(viewport={"width": 375, "height": 812}, color_scheme=theme)
    page, errors, asked = context.new_page(), list[str](), list[str]()
    page.on("console", lambda said: errors.append(said.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    page.wait_for_selector("#list .item")
    if language == "zh":
        page.click("#language")
        assert page.inner_text("h2 >> nth=0") == "分类别的变化"
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    page.click("#list .item button >> nth=0")
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    assert errors == []
    assert {url for url in asked if not url.startswith("data:")} == {address}
    context.close()


def test_flips_are_filtered_searched_and_opened_and_hostile_text_stays_text(
    chromium: Any, address: str
) -> None:
    page = chromium.new_page()
    page.goto(address)
    page.wait_for_selector("#list .item")
    title = page.title()
    assert page.inner_text("[role=status]") == "40 of 40 flips"
    page.select_option("#filter-direction", "down")
    assert page.inner_text("[role=status]") == "20 of 40 flips"
    assert page.locator("#list .down").count() == 20
    page.select_option("#filter-language", "zh")
    page.select_option("#filter-category", "PH")
    page.fill("#search", "zh-5")
    page.click("#list .item button >> nth=0")
    detail = page.inner_text(".detail")
    assert TRAP in detail
    assert "Baseline · A" in detail
    assert page.title() == title
    assert page.locator("#list img, #list script").count() == 0


def test_the_drawing_has_a_name_and_its_numbers_stand_in_a_table(chromium: Any, address: str) -> None:
    page = chromium.new_page()
    page.goto(address)
    drawing = page.locator("svg.differences")
    assert drawing.get_attribute("role") == "img"
    named = [drawing.get_attribute(name) for name in ("aria-labelledby", "aria-describedby")]
    assert all(page.locator(f"#{name}").count() == 1 for name in named)
    assert page.locator(".behind tbody tr").count() == 9


def test_colours_of_words_can_be_read_in_both_themes(chromium: Any, address: str, tmp_path: Path) -> None:
    for theme in ("light", "dark"):
        context = chromium.new_context(color_scheme=theme, viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.goto(address)
        page.screenshot(path=tmp_path / f"{theme}.png")
        assert (tmp_path / f"{theme}.png").stat().st_size > 20_000
        context.close()
