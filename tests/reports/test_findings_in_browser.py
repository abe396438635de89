"""Pages of findings on a phone, in both themes and languages; text that can be read."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from plimsoll.reports import findings_html
from tests.support.analysed import SPECS, analysed
from tests.support.browser import CONTRAST, Watched, chromium

pytestmark = [pytest.mark.browser, pytest.mark.torch]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as opened:
        yield opened


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_phone_never_scrolls_sideways_and_all_can_be_read(
    browser: Any, tmp_path: Path, theme: str, language: Any
) -> None:
    phone = Watched(browser, viewport={"width": 375, "height": 812}, color_scheme=theme)
    for name in SPECS:
        path = tmp_path / f"{name}.html"
        path.write_text(findings_html.render(analysed(name), language=language), encoding="utf-8")
        phone.page.goto(path.as_uri())
        phone.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert phone.width() == 375, name
        assert phone.page.evaluate(CONTRAST) == [], name
    assert phone.errors == []
    assert {url.partition(":")[0] for url in phone.asked} <= {"file", "data"}
    phone.context.close()
