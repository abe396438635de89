import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from plimsoll.run.keep.folder import RunFolder
from tests.support.browser import CONTRAST, CROWDED, Watched, chromium
from tests.support.logs import append, write_run
from tests.support.runs import answered, hostile, records_of, view_of

pytestmark = pytest.mark.browser
pytest.importorskip("starlette", reason="the extra 'view' is not installed")
uvicorn = pytest.importorskip("uvicorn", reason="the extra 'view' is not installed")

A, B = "20260301-093000-a", "20260302-093000-b"
TRAPS = (
    "<script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    "good\u202etxt.exe\u2069 null\x00byte",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as made:
        yield made


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    traps = [hostile(text, number=90_000 + n, prompt=f"trap {n} {text}") for n, text in enumerate(TRAPS)]
    records = [*records_of(10, shots=5), *traps]
    write_run(tmp_path / "logs", A, records, model=TRAPS[0])
    turned = [answered(record.sample, "A") if record.verdicts else record for record in records]
    write_run(tmp_path / "logs", B, turned, model="openai/other")
    return tmp_path / "logs"


@pytest.fixture
def address(logs: Path) -> Iterator[str]:
    from plimsoll.viewer.web import application

    server = uvicorn.Server(uvicorn.Config(application(logs), log_level="error", lifespan="off"))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(timeout=10)


@pytest.fixture
def desktop(browser: Any) -> Iterator[Watched]:
    watched = Watched(browser, viewport={"width": 1280, "height": 900})
    yield watched
    watched.context.close()


def found(page: Any) -> int:
    return int(page.locator("[role=status]").first.inner_text().split(" of ")[0].replace(",", ""))


def test_from_the_list_to_an_item_and_back(desktop: Watched, address: str) -> None:
    page = desktop.page
    page.goto(address)
    page.click("text=openai/other")
    page.wait_for_selector("#categories .plot")
    page.click("text=Every item")
    page.wait_for_url("**/items*")
    page.wait_for_selector("#filter-category")
    page.wait_for_load_state("load")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1.id >> text=zh-1")
    page.keyboard.press("]")
    page.wait_for_selector("h1.id >> text=zh-2")

    assert "zh-2" in page.inner_text("h1")
    assert desktop.errors == []
    assert all(url.startswith((address, "data:")) for url in desktop.asked)


def test_filters_narrow_the_list_and_the_address_keeps_them(desktop: Watched, address: str) -> None:
    page = desktop.page
    page.goto(f"{address}/run/{A}/items")
    everything = found(page)
    page.select_option("#filter-category", "PH")
    page.wait_for_url("**category=PH**")
    page.select_option("#filter-language", "zh")
    page.wait_for_url("**language=zh**")
    narrowed, kept = found(page), page.url
    page.goto(kept)

    assert everything == 143
    assert narrowed == found(page) == 10
    page.fill("#search", "#2005")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=%232005**")
    assert page.locator(".item").count() == 1


def test_flips_against_another_run_are_marked_both_ways(desktop: Watched, address: str) -> None:
    page = desktop.page
    page.goto(f"{address}/run/{A}")
    page.click("text=Show flips")
    page.wait_for_selector(".item")
    total = found(page)
    page.select_option("#filter-flip", "gained")
    page.wait_for_url("**flip=gained**")
    gained = found(page)
    page.select_option("#filter-flip", "lost")
    page.wait_for_url("**flip=lost**")

    assert 0 < gained < total == gained + found(page)


def test_a_running_run_moves_on_before_ones_eyes(desktop: Watched, address: str, logs: Path) -> None:
    folder = write_run(
        logs, "20260303-093000-c", records_of(2), finished=False, total=56, model="openai/live"
    )
    page = desktop.page
    page.goto(f"{address}/")
    assert "28 of 56 answered" in page.inner_text("#runs")
    append(folder, [record for record in records_of(3) if int(record.sample.id[3:]) % 1000 == 2])
    page.wait_for_selector("text=42 of 56 answered")
    page.goto(f"{address}/run/20260303-093000-c")
    assert "Numbers so far" in page.inner_text("#live")
    append(folder, [record for record in records_of(4) if int(record.sample.id[3:]) % 1000 == 3])
    finish(folder)
    page.wait_for_selector(".status.finished")

    assert "56 / 56" in page.inner_text("#live")
    assert page.locator("progress").count() == 0
    assert desktop.errors == []


def finish(folder: RunFolder) -> None:
    folder.write_summary(view_of(list(folder.records())).summary)


def test_hostile_text_is_read_and_never_run(desktop: Watched, address: str) -> None:
    page = desktop.page
    for number, trap in enumerate(TRAPS[:2]):
        page.goto(f"{address}/run/{A}/item?id=en-{90_000 + number}")
        assert trap in page.inner_text(".detail")
        assert page.title() != "owned"
    page.goto(f"{address}/run/{A}/item?id=en-90002")
    assert "good⟨U+202E⟩txt.exe⟨U+2069⟩ null⟨U+0000⟩byte" in page.inner_text(".detail")
    assert page.locator("main img, main script").count() == 0
    assert desktop.errors == []


PAGES = ("/", f"/run/{A}", f"/run/{A}/items?against={B}", f"/run/{A}/item?id=zh-1003&against={B}")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_phone_never_scrolls_sideways_and_reads_well(
    browser: Any, address: str, theme: str, language: str
) -> None:
    phone = Watched(browser, viewport={"width": 375, "height": 812}, color_scheme=theme)
    for place in PAGES:
        phone.page.goto(f"{address}{place}{'&' if '?' in place else '?'}lang={language}")
        phone.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert phone.width() == 375, place
        assert phone.page.evaluate(CONTRAST) == [], place
        assert phone.page.evaluate(CROWDED) == [], place
    assert phone.errors == []
    phone.context.close()


def test_pages_work_without_a_script(browser: Any, address: str) -> None:
    plain = Watched(browser, java_script_enabled=False)
    page = plain.page
    page.goto(f"{address}/run/{A}/items")
    page.select_option("#filter-category", "PH")
    page.click("text=Apply")
    assert found(page) == 20
    page.locator(".item a").first.click()
    assert "zh-2000" in page.inner_text("h1")
    plain.context.close()


def test_a_bundle_opens_without_a_server(desktop: Watched, logs: Path, tmp_path: Path) -> None:
    from plimsoll.viewer.bundle import write

    page = desktop.page
    start = write(logs, tmp_path / "bundle")
    page.goto(start.as_uri())
    colour = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(colour)
    page.click("#theme")
    assert page.evaluate(colour) != before
    page.click("text=中文")
    assert page.inner_text("h1") == "运行"
    page.click("text=English")
    page.locator("tr", has_text="openai/other").locator("text=Flips").click()
    assert re.search(r"\d+ gained, \d+ lost of \d+ items", page.inner_text("main"))
    page.locator("tbody a").first.click()
    page.wait_for_selector(".detail")
    assert "zh-" in page.inner_text(".item [aria-expanded=true]")
    page.click("a.brand")
    page.wait_for_selector("h1 >> text=Runs")

    assert page.title() == "Runs · Plimsoll"
    assert all(url.startswith(("file:", "data:")) for url in desktop.asked)
    assert desktop.errors == []
