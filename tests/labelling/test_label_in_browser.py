import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from plimsoll.core import Response, Transcript, replace
from plimsoll.labelling.sheet import Sheet
from plimsoll.labels import own
from plimsoll.run.keep.folder import RunFolder
from tests.support.browser import CONTRAST, Watched, chromium
from tests.support.judged import folder_of, judged
from tests.support.shell import PLIMSOLL, environment

pytestmark = pytest.mark.browser
pytest.importorskip("uvicorn", reason="the extra 'view' is not installed")

TRAP = "<img src=x onerror=\"document.title='owned'\"> good\u202etxt.exe"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as made:
        yield made


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    records = judged(5)
    records[2] = replace(records[2], transcript=Transcript(responses=(Response(text=TRAP),)))
    return folder_of(tmp_path / "run", records)


class Rater:
    """A person at a browser, before a server of their own."""

    def __init__(self, browser: Any, run: RunFolder, name: str, **context: Any) -> None:
        self.run, self.name = run, name
        self.watched = Watched(browser, **context)
        self.page = self.watched.page
        self.serve()

    def serve(self) -> None:
        self.process = subprocess.Popen(
            [*PLIMSOLL, "label", str(self.run.path), "--rater", self.name],
            cwd=self.run.path.parent,
            env=environment(self.run.path.parent),
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        self.page.goto(self.address)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=10)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def leave(self) -> None:
        self.kill()
        self.watched.context.close()

    def press(self, key: str, expected: str) -> None:
        self.page.keyboard.press(key)
        self.page.wait_for_url(f"**{expected}")
        self.page.wait_for_load_state()


@pytest.fixture
def ann(browser: Any, run: RunFolder) -> Iterator[Rater]:
    rater = Rater(browser, run, "ann", viewport={"width": 1280, "height": 900})
    yield rater
    rater.leave()


@pytest.fixture
def ben(browser: Any, run: RunFolder) -> Iterator[Rater]:
    rater = Rater(browser, run, "ben", viewport={"width": 375, "height": 812})
    yield rater
    rater.leave()


def labels(run: RunFolder) -> list[dict[str, float | None]]:
    return [dict(line.labels) for line in Sheet(run.path / "labels.jsonl").lines()]


def test_two_raters_label_by_keyboard_through_a_kill_and_settle(
    ann: Rater, ben: Rater, run: RunFolder
) -> None:
    ann.press("Enter", "/item/1")
    ann.press("1", "/item/2")
    ann.press("0", "/item/3")
    ann.press("s", "/item/4")
    ann.kill()
    assert labels(run)[:3] == [{"ann": 1.0}, {"ann": 0.0}, {"ann": None}]
    ann.serve()
    assert "Go on at 4" in ann.page.inner_text("main")
    ann.press("Enter", "/item/4")
    ann.press("k", "/item/3")
    ann.press("?", "/item/4")
    ann.press("u", "/item/3")
    ann.press("ArrowRight", "/item/4")
    ann.press("ArrowLeft", "/item/3")
    ann.press("1", "/item/4")
    ann.press("1", "/item/5")
    ann.page.keyboard.press("0")
    ann.page.wait_for_selector("text=You are through")
    assert [each["ann"] for each in labels(run)] == [1.0, 0.0, 1.0, 1.0, 0.0]

    ben.page.click("text=Begin")
    for word in ("Yes", "No", "No", "Yes"):
        assert ben.page.locator('[aria-pressed="true"]').count() == 0
        before = ben.page.url
        ben.page.click(f".bar >> text={word}")
        ben.page.wait_for_function("url => location.href !== url", arg=before)
    ben.page.click(".bar >> text=Not sure")
    ben.page.click("text=Compare the labels")
    ben.page.wait_for_selector("h1 >> text=Agreement")
    assert "To settle: 2 of 2 left" in ben.page.inner_text("main")
    ben.page.locator("#d3 >> text=Yes").last.click()
    ben.page.wait_for_selector("h2 >> text=To settle: 1 of 2 left")
    pack = own.read(run.path / "labels.jsonl")
    truths = [item.truth("binary") for item in pack.items()]
    assert truths == [1.0, 0.0, 1.0, 1.0, 0.0]
    assert ann.watched.errors == ben.watched.errors == []
    assert all(url.startswith("http://127.0.0.1:") for url in (*ann.watched.asked, *ben.watched.asked))


def test_hostile_text_is_read_and_never_run(ann: Rater, run: RunFolder) -> None:
    ann.press("Enter", "/item/1")
    lines = Sheet(run.path / "labels.jsonl").lines()
    place = next(number for number, line in enumerate(lines, start=1) if line.id == "s2")
    ann.page.goto(f"{ann.address}item/{place}")
    assert "onerror=" in ann.page.inner_text("main")
    assert "good⟨U+202E⟩txt.exe" in ann.page.inner_text("main")
    assert ann.page.title() != "owned"
    assert ann.page.locator("main img, main script").count() == 0
    assert ann.watched.errors == []


def test_keys_held_down_or_with_others_label_nothing(ann: Rater, run: RunFolder) -> None:
    ann.press("Enter", "/item/1")
    ann.page.keyboard.press("Control+1")
    ann.page.keyboard.press("x")
    ann.page.evaluate(
        "document.dispatchEvent(new KeyboardEvent('keydown', { key: '1', repeat: true, bubbles: true }))"
    )
    ann.page.reload()
    assert labels(run)[0] == {}


def test_blurred_texts_are_shown_by_space_or_a_tap(ann: Rater) -> None:
    blur = "getComputedStyle(document.querySelector('.text')).filter"
    ann.page.check("[name=blur]")
    ann.press("Enter", "/item/1")
    assert "blur" in ann.page.evaluate(blur)
    ann.page.keyboard.press("Space")
    assert ann.page.evaluate(blur) == "none"
    ann.press("j", "/item/2")
    assert "blur" in ann.page.evaluate(blur)
    ann.page.locator(".text").first.click()
    assert ann.page.evaluate(blur) == "none"
    ann.page.keyboard.press("b")
    ann.page.wait_for_selector("main:not(.blurred)")
    assert ann.page.url.endswith("/item/2")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [375, 1280])
def test_no_page_scrolls_sideways_and_all_read_well(
    browser: Any, run: RunFolder, theme: str, language: str, width: int
) -> None:
    rater = Rater(browser, run, "ann", viewport={"width": width, "height": 812}, color_scheme=theme)
    try:
        rater.page.goto(f"{rater.address}?lang={language}")
        rater.page.locator("form[action='/begin'] button").click()
        sheet = Sheet(run.path / "labels.jsonl")
        places = ["/", "/item/1", "/none"]
        for place in range(5):
            sheet.label(place, "ann", 1.0)
            sheet.label(place, "ben", float(place % 2))
        sheet.close()
        for place in (*places, "/agreement"):
            rater.page.goto(rater.address.rstrip("/") + place)
            rater.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
            assert rater.watched.width() == width, place
            assert rater.page.evaluate(CONTRAST) == [], place
        assert [said for said in rater.watched.errors if "404" not in said] == []
    finally:
        rater.leave()


def test_labels_are_given_without_a_script_too(browser: Any, run: RunFolder) -> None:
    rater = Rater(browser, run, "ann", java_script_enabled=False)
    try:
        rater.page.click("text=Begin")
        for _ in range(5):
            rater.page.click(".bar >> text=No")
        assert "You are through" in rater.page.inner_text("main")
        assert [each["ann"] for each in labels(run)] == [0.0] * 5
    finally:
        rater.leave()
