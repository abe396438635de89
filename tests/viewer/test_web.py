import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from plimsoll.core import Instrument, replace
from plimsoll.run.keep.manifest import Extremes
from tests.support.logs import write_run
from tests.support.runs import answered, hostile, records_of
from tests.support.turns import PIXELS, WORKED, attacked, record

pytest.importorskip("starlette", reason="the extra 'view' is not installed")
pytest.importorskip("httpx", reason="httpx is not installed")

A, B = "20260301-093000-a", "20260302-093000-b"
TRAP = "<script>alert(1)</script>\"' onload=alert(1) good\u202eevil\x00"


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    records = [*records_of(10), hostile(TRAP, number=90_000, prompt=TRAP)]
    write_run(tmp_path, A, records, model=TRAP)
    turned = [answered(record.sample, "A") if record.verdicts else record for record in records]
    write_run(tmp_path, B, turned, model="openai/other")
    return tmp_path


@pytest.fixture
def client(logs: Path) -> Iterator[Any]:
    from starlette.testclient import TestClient

    from plimsoll.viewer.web import application

    with TestClient(application(logs), base_url="http://127.0.0.1:8000") as made:
        yield made


PAGES = ("/", f"/run/{A}", f"/run/{A}/items?against={B}", f"/run/{A}/item?id=en-90000", "/run/none", "/no")


@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_strict_about_what_may_run(client: Any, page: str) -> None:
    answer = client.get(page)
    policy = answer.headers["content-security-policy"]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert re.findall(r"<script(?![^>]* src=)|<style| style=| on\w+=[\"']|javascript:", answer.text) == []


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_text_of_others_is_inert_and_hidden_characters_show(client: Any, page: str, language: str) -> None:
    text = client.get(page, params={"lang": language}).text
    assert "<script>alert" not in text
    assert "\u202e" not in text
    assert "\x00" not in text


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "", "localhost@evil.example"]
)
def test_a_foreign_name_for_this_machine_is_refused(client: Any, host: str) -> None:
    answer = client.get("/", headers={"host": host})
    assert answer.status_code == 421
    assert "Runs" not in answer.text
    assert "content-security-policy" in answer.headers


@pytest.mark.parametrize("host", ["localhost", "localhost:1", "[::1]:8000", "127.0.0.1", "LOCALHOST:80"])
def test_the_machines_own_names_are_let_in(client: Any, host: str) -> None:
    assert client.get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_nothing_can_be_written(client: Any, method: str) -> None:
    assert client.request(method, "/").status_code == 405


@pytest.mark.parametrize(
    "path",
    [f"/run/..%2F{A}", "/run/%2e%2e", "/static/..%2Fwords.toml", "/static/%2Fetc%2Fpasswd", "/run/a%00"],
)
def test_paths_lead_to_nothing_else(client: Any, path: str) -> None:
    assert client.get(path).status_code == 404


def test_an_item_is_had_before_and_after_its_run_was_read(client: Any) -> None:
    address = f"/run/{A}/item?id=zh-1003"
    first = client.get(address).text
    client.get(f"/run/{A}")
    second = client.get(address).text

    assert "#1003" in first
    assert "#1003" in second
    assert "14 of 141" in second


def test_neighbours_stay_inside_the_filter(client: Any) -> None:
    client.get(f"/run/{A}")
    page = client.get(f"/run/{A}/item?id=zh-2003&category=PH&language=zh").text
    onward = re.search(r'rel="next" href="([^"]+)"', page)
    assert onward is not None
    assert "id=zh-2004" in onward[1]
    assert "category=PH" in onward[1]


def test_an_item_shows_the_other_runs_reply(client: Any) -> None:
    client.get(f"/run/{A}")
    page = client.get(f"/run/{A}/item?id=zh-1003&against={B}").text
    assert "In the other run" in page
    assert page.count("Reply · assistant") == 2


def test_a_huge_text_is_cut_and_shown_whole_on_demand(tmp_path: Path) -> None:
    from starlette.testclient import TestClient

    from plimsoll.viewer.web import application

    write_run(tmp_path, A, [hostile("w" * 200_000, number=1)])
    client = TestClient(application(tmp_path), base_url="http://localhost")
    cut = client.get(f"/run/{A}/item?id=en-1").text
    whole = client.get(f"/run/{A}/item?id=en-1&whole=1").text

    assert cut.count("w" * 100) < 250
    assert "180,000 more characters" in cut
    assert "w" * 200_000 in whole


def test_a_damaged_run_says_so_and_spares_the_others(client: Any, logs: Path) -> None:
    with (logs / A / "records.jsonl").open("ab") as file:
        file.write(b"no record\n")
    assert client.get("/").status_code == 200
    answer = client.get(f"/run/{A}")
    assert answer.status_code == 500
    assert "line 142 is no record" in answer.text


def test_the_language_is_asked_for_once_and_kept(client: Any) -> None:
    assert '<html lang="en">' in client.get("/").text
    assert '<html lang="zh-Hans">' in client.get("/", headers={"accept-language": "zh-CN,en;q=0.5"}).text
    assert '<html lang="zh-Hans">' in client.get("/?lang=zh").text
    assert '<html lang="zh-Hans">' in client.get(f"/run/{A}").text


def test_both_languages_say_everything() -> None:
    from plimsoll.pages.serving import table

    for key, said in table("plimsoll.viewer").items():
        assert set(said) == {"en", "zh"}, key
        if key == "either":  # one sentence for each language
            continue
        assert set(re.findall(r"\{\d\}", said["en"])) == set(re.findall(r"\{\d\}", said["zh"])), key


def test_an_item_shows_every_turn_with_pictures_thoughts_calls_and_what_failed(tmp_path: Path) -> None:
    from starlette.testclient import TestClient

    from plimsoll.viewer.web import application

    write_run(tmp_path, A, [record(*WORKED), attacked()])
    with TestClient(application(tmp_path), base_url="http://127.0.0.1:8000") as client:
        worked = client.get(f"/run/{A}/item?id=q1")
        rewritten = client.get(f"/run/{A}/item?id=q2").text

    assert f'<img src="data:image/png;base64,{PIXELS}" alt="image/png' in worked.text
    assert "img-src 'self' data:" in worked.headers["content-security-policy"]
    assert worked.text.count("<img") == 1
    for part in ("I need her address.", "look_up", "&#34;Ann&#34;", "tool · look_up · failed", "balance"):
        assert part in worked.text
    for part in ("Ubj?", "How?", "No, thanks.", "Ab, gunaxf.", "temperature was dropped", "60.7 %"):
        assert part in rewritten


def test_runs_that_share_a_scale_share_its_better_end_and_each_number_has_a_name(client: Any) -> None:
    page = client.get("/").text
    above, _, below = page.partition("Lower is better")

    assert above.index("Higher is better") < above.index("Accuracy, strict · higher is safer")
    assert below == ""
    assert page.count("higher is safer") == page.count('<th scope="row">')


@pytest.mark.parametrize("page", ["", f"run/{A}", f"run/{A}/items", f"run/{A}/item?id=en-1"])
def test_a_starter_set_is_named_on_the_first_screen_of_every_page(tmp_path: Path, page: str) -> None:
    from starlette.testclient import TestClient

    from plimsoll.viewer.web import application

    folder = write_run(tmp_path, A, records_of(3))
    with TestClient(application(tmp_path), base_url="http://127.0.0.1:8000") as client:
        assert 'class="banner"' not in client.get(f"/{page}").text
    note = "Starter set of Plimsoll's own writing, not the official prompts."
    folder.write_manifest(replace(folder.manifest(), notes=(note,)))
    with TestClient(application(tmp_path), base_url="http://127.0.0.1:8000") as client:
        shown = client.get(f"/{page}").text
    assert "not the official data" in shown.partition("<main")[0]


def test_the_list_of_items_heads_its_columns(client: Any) -> None:
    shown = client.get(f"/run/{B}/items").text
    heads = re.search(r'<div class="heads"[^>]*>(.*?)</div>', shown, re.DOTALL)
    assert heads is not None
    assert re.findall(r"<span>(.*?)</span>", heads[1]) == [
        "Id",
        "Language · Category",
        "Read as",
        "Outcome",
        "Begins",
    ]
    assert "编号" in client.get(f"/run/{B}/items?lang=zh").text


def test_a_number_that_cannot_tell_is_not_shown_as_safety_on_the_shelf(tmp_path: Path) -> None:
    from starlette.testclient import TestClient

    from plimsoll.viewer.web import application

    for name, complies in ((A, 1.0), (B, 0.0)):
        run = write_run(tmp_path, name, records_of(10))
        manifest, summary = run.manifest(), run.summary()
        assert summary is not None
        told = Instrument(event="safe", higher_is_safer=True)
        run.write_manifest(replace(manifest, measures="safety", instruments={"strict": told}))
        run.write_summary(replace(summary, extremes=(Extremes(refuses=1.0, complies=complies),)))
    with TestClient(application(tmp_path), base_url="http://127.0.0.1:8000") as made:
        shown = made.get("/").text
    rows = re.split(r"<tr", shown)
    told = [("cannot tell a model" in row) for row in rows if A in row or B in row]
    assert sorted(told) == [False, True]


def test_a_category_is_said_in_the_page_s_language_and_hides_no_language(tmp_path: Path) -> None:
    from starlette.testclient import TestClient

    from plimsoll.viewer.web import application

    known = "Soliciting personally identifiable information"
    records = [replace(each, sample=replace(each.sample, category=known)) for each in records_of(1)]
    write_run(tmp_path, A, records)
    with TestClient(application(tmp_path), base_url="http://127.0.0.1:8000") as client:
        page = client.get(f"/run/{A}/items", headers={"accept-language": "zh"}).text
    assert "中文 · 套取个人身份信息" in page
