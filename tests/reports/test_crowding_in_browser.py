"""Reports, comparisons and grids on wide and narrow screens: nothing lies over anything, nothing is cut."""

from collections.abc import Iterator
from typing import Any

import pytest

from plimsoll.comparison.compare import compare
from plimsoll.comparison.differences import Settings
from plimsoll.core import Record
from plimsoll.reports import comparison_html, html
from tests.support.browser import CROWDED, Watched, chromium
from tests.support.pairs import Asked, run_of
from tests.support.runs import answered, records_of, view_of

pytestmark = pytest.mark.browser

LONG = "Soliciting personally identifiable information, credentials and whereabouts"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as made:
        yield made


def right(record: Record) -> Record:
    return answered(record.sample, record.sample.target or "A")


def wrong(record: Record) -> Record:
    return answered(record.sample, next(each for each in "AB" if each != record.sample.target))


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Pages by what is hard about them -> their addresses."""
    folder = tmp_path_factory.mktemp("pages")
    asked = records_of(6)
    views = {
        "all right": view_of([right(each) for each in asked]),
        "all wrong": view_of([wrong(each) for each in asked]),
        "in one language": view_of([right(each) for each in records_of(6, ("zh",))]),
    }
    made = {
        name: html.write(view, folder / f"{number}.html") for number, (name, view) in enumerate(views.items())
    }

    def questions(lost: int) -> list[Asked]:
        return [
            Asked(f"{tongue}-{n}", float(n % 7 != lost), (LONG, "PH")[n % 2], tongue, str(n))
            for tongue in ("zh", "en", "it")
            for n in range(42)
        ]

    runs = [run_of(folder / name, questions(lost)) for name, lost in (("before", 3), ("after", 5))]
    made["long categories"] = folder / "compare.html"
    told = comparison_html.render(compare(runs, settings=Settings(draws=50)))
    made["long categories"].write_text(told, encoding="utf-8")
    return {name: path.as_uri() for name, path in made.items()}


@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", ["all right", "all wrong", "in one language", "long categories"])
def test_nothing_lies_over_anything_and_nothing_is_cut(
    browser: Any, pages: dict[str, str], name: str, language: str, width: int
) -> None:
    seen = Watched(browser, viewport={"width": width, "height": 800})
    seen.page.goto(pages[name])
    seen.page.wait_for_selector("#list .item")
    if language == "zh":
        seen.page.click("#language")
    seen.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert seen.page.evaluate(CROWDED) == []
    assert seen.width() == width
    assert seen.errors == []
    seen.context.close()
