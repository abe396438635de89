import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from plimsoll.leaderboard.administration import HOST
from plimsoll.leaderboard.nouns import Meta
from plimsoll.leaderboard.service import Service
from tests.support import boards
from tests.support.browser import CONTRAST, CROWDED, Watched, chromium

pytestmark = pytest.mark.browser

TRAP = "<img src=x onerror=\"document.title='owned'\">"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as made:
        yield made


@pytest.fixture
def address(lite: Service, team: boards.Team) -> Iterator[str]:
    lite.admin.change(HOST, "small", daily=50)
    for number, name in enumerate(("First model", "Second model", TRAP, "Fourth model")):
        filed = Meta(
            model=name, size=f"{number + 1}B", setting=("zero-shot", "five-shot")[number % 2], note=TRAP
        )
        upload = boards.upload(boards.right(wrong=35 * number))
        receipt = lite.submitting.submit(team.who, "small", filed, upload)
        lite.admin.publish(HOST, receipt.id)
    with boards.served(lite) as where:
        yield where


@pytest.fixture
def desktop(browser: Any) -> Iterator[Watched]:
    watched = Watched(browser, viewport={"width": 1280, "height": 900})
    yield watched
    watched.context.close()


def enter(page: Any, address: str, token: str) -> None:
    page.goto(f"{address}/sign-in")
    page.fill("[name=token]", token)
    page.click("form.stack button")
    page.wait_for_load_state()


def test_a_visitor_reads_sorts_filters_and_compares(desktop: Watched, address: str) -> None:
    page = desktop.page
    page.goto(address)
    page.click("h2 >> text=small")
    first = page.locator("tbody tr:not(.group) th").first
    assert "First model" in first.inner_text()
    page.click("thead >> text=Model")
    page.click("thead >> text=Model")
    assert "Second model" in first.inner_text()
    page.select_option("#filter-setting", "five-shot")
    page.wait_for_url("**setting=five-shot**")
    assert page.locator("tbody tr:not(.group)").count() == 2
    page.click("#clear")
    page.wait_for_selector("text=4 of 4 rows")
    assert page.is_disabled("button.compare")
    for number in range(3):
        page.locator("[name=id]").nth(number).check()
    page.click("button.compare")
    page.wait_for_selector("h1 >> text=Comparison")
    assert page.locator("svg.dots circle").count() == 9
    page.click("ul.names >> text=Second model")
    page.wait_for_selector("h1 >> text=Second model")
    page.click("text=中文")
    assert page.get_attribute("html", "lang") == "zh-Hans"

    assert page.title() != "owned"
    assert page.locator("main img").count() == 0
    assert desktop.errors == []
    assert all(url.startswith(address) for url in desktop.asked)


def test_a_submitter_checks_mends_submits_updates_and_withdraws(
    desktop: Watched, address: str, team: boards.Team, tmp_path: Path
) -> None:
    page, file = desktop.page, tmp_path / "predictions.json"
    enter(page, address, team.token)
    page.click("text=Submit: small")
    file.write_text('{"q0": 9, "unknown": 1}')
    page.set_input_files("[name=file]", file)
    page.click("text=Check the file")
    page.wait_for_selector(".answer-box.faulty")
    assert "1 id is unknown to this board: unknown" in page.inner_text(".answer-box")
    file.write_text(json.dumps(boards.right(wrong=10)))
    page.set_input_files("[name=file]", file)
    page.click("text=Check the file")
    page.wait_for_selector(".answer-box.sound")
    page.fill("[name=model]", "Mended model")
    page.click("text=Submit for scoring")
    page.wait_for_selector("h1 >> text=Receipt")
    assert "It is pending" in page.inner_text("main")
    page.locator("dd a").first.click()
    page.wait_for_selector("h1 >> text=Mended model")
    page.click("text=New version")
    assert page.input_value("[name=model]") == "Mended model"
    file.write_text(json.dumps(boards.right()))
    page.set_input_files("[name=file]", file)
    page.click("text=Submit for scoring")
    page.wait_for_selector("dd >> text=/^2$/")
    page.locator("dd a").first.click()
    assert page.locator("section table tbody tr th").all_inner_texts()[-2:] == ["2", "1"]
    page.click("text=Withdraw")
    page.wait_for_selector("dd >> text=withdrawn")
    page.click("text=Sign out")
    page.wait_for_selector("text=Sign in")
    assert desktop.errors == []


def test_a_host_publishes_adds_closes_and_hands_out_tokens(
    desktop: Watched, address: str, lite: Service, team: boards.Team, tmp_path: Path
) -> None:
    waiting = lite.submitting.submit(team.who, "small", Meta(model="Waiting"), boards.upload(boards.right()))
    page = desktop.page
    enter(page, address, lite.admin.issue(HOST, None).token)
    page.click(".card >> text=Publish")
    page.wait_for_selector("text=Nothing waits to be published.")
    assert lite.boards.row("small", waiting.id).meta.model == "Waiting"

    page.click(".tabs >> text=Teams and tokens")
    page.fill("[name=name]", "Team of 北京")
    page.click("text=Add team")
    page.select_option("[name=team]", label="Team of 北京")
    page.fill("[name=label]", "for the course")
    page.click("text=Issue token")
    token = page.inner_text("#made")
    assert lite.accounts.who(token).name == "Team of 北京"
    page.click(f"[aria-label='Revoke {token.split('_')[1][:12]}']")
    page.wait_for_selector("td >> text=revoked")
    assert page.locator("#made").count() == 0

    answers = tmp_path / "answers.json"
    answers.write_text(json.dumps({f"id{n}": n % 2 for n in range(30)}))
    page.click(".tabs >> text=Boards")
    page.fill("[name=slug]", "course")
    page.fill("[name=benchmark]", "safetybench:split=starter,language=en")
    page.set_input_files("[name=file]", answers)
    page.click("button >> text=Add a board")
    page.wait_for_selector("h2 >> text=course")
    assert lite.boards.get("course").n == 30

    small = page.locator("section", has=page.locator("h2", has_text="small"))
    small.locator("summary >> text=Close the round").click()
    small.locator("button >> text=Close the round").click()
    page.wait_for_selector(".warn >> text=tick the box")
    small.locator("summary >> text=Close the round").click()
    small.locator("[name=sure]").check()
    small.locator("button >> text=Close the round").click()
    page.wait_for_selector("dd >> text=/^2 /")
    assert lite.boards.get("small").round.number == 2
    page.click(".tabs >> text=Log")
    assert "close" in page.inner_text("table")
    assert token not in page.content()
    assert [each for each in desktop.errors if "422" not in each and "400" not in each] == []


def test_the_whole_way_of_a_submitter_without_a_script(
    browser: Any, address: str, team: boards.Team, tmp_path: Path
) -> None:
    plain = Watched(browser, java_script_enabled=False)
    page, file = plain.page, tmp_path / "predictions.json"
    file.write_text(json.dumps(boards.right(wrong=3)))
    enter(page, address, team.token)
    page.click("text=Submit: small")
    page.set_input_files("[name=file]", file)
    page.fill("[name=model]", "Plain")
    page.click("text=Check the file")
    assert "The file is sound" in page.inner_text(".answer-box")
    assert page.input_value("[name=model]") == "Plain"
    page.set_input_files("[name=file]", file)
    page.click("text=Submit for scoring")
    assert "Receipt" in page.inner_text("h1")
    plain.context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_phone_never_scrolls_sideways_and_reads_well(  # noqa: PLR0917
    browser: Any, address: str, lite: Service, team: boards.Team, theme: str, language: str
) -> None:
    first = lite.submitting.mine(team.who)[0].id
    compared = "&".join(f"id={each.id}" for each in lite.submitting.mine(team.who))
    seen = {
        "": (
            "/",
            "/board/small",
            "/model?name=First+model",
            f"/board/small/compare?{compared}",
            "/sign-in",
            "/no",
        ),
        team.token: ("/mine", "/board/small/submit", f"/submission/{first}"),
        lite.admin.issue(HOST, None).token: ("/desk", "/desk/boards", "/desk/teams", "/desk/log"),
    }
    lite.submitting.submit(team.who, "small", Meta(model="W" * 120, note=TRAP), boards.upload(boards.right()))
    phone = Watched(browser, viewport={"width": 375, "height": 812}, color_scheme=theme)
    for token, places in seen.items():
        if token:
            enter(phone.page, address, token)
        for place in places:
            phone.page.goto(f"{address}{place}{'&' if '?' in place else '?'}lang={language}")
            phone.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
            assert phone.width() == 375, place
            assert phone.page.evaluate(CONTRAST) == [], place
            assert phone.page.evaluate(CROWDED) == [], place
    assert [each for each in phone.errors if "404" not in each] == []
    phone.context.close()
