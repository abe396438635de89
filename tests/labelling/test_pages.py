import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from plimsoll.core import Response, Transcript, UserError, replace, user
from plimsoll.labelling.drawing import DrawSpec, draw
from plimsoll.labelling.sheet import Sheet
from tests.support.judged import MANIFEST, folder_of, judged, truth_of

pytest.importorskip("starlette", reason="the extra 'view' is not installed")
pytest.importorskip("httpx", reason="httpx is not installed")

TRAP = "<script>alert(1)</script>\"' onload=alert(1) good\u202eevil\x00"


@pytest.fixture
def sheet(tmp_path: Path) -> Sheet:
    records = judged(6)
    said = Transcript(responses=(Response(text=f"<think>{TRAP}</think>{TRAP}"),))
    trapped = replace(records[0].sample, id="trap", messages=(user(TRAP),), category=TRAP)
    records[0] = replace(records[0], sample=trapped, transcript=said)
    folder = folder_of(tmp_path / "run", records)
    made = Sheet(folder.path / "labels.jsonl")
    made.make(draw(folder, MANIFEST, DrawSpec("refusal")).lines)
    return made


class Rater:
    """A browser that sends the forms of the pages."""

    def __init__(self, sheet: Sheet, name: str) -> None:
        from starlette.testclient import TestClient

        from plimsoll.labelling.web import Desk, application

        self.desk = Desk(sheet, name, ("refusal", "compliance"))
        self.client = TestClient(application(self.desk), base_url="http://127.0.0.1:8000")

    def get(self, path: str, **more: Any) -> Any:
        return self.client.get(path, **more)

    def send(self, path: str, *, headers: dict[str, str] | None = None, **fields: str) -> Any:
        data = {"token": self.desk.token, **fields}
        return self.client.post(path, data=data, headers=headers, follow_redirects=False)

    def begin(self, **fields: str) -> "Rater":
        assert self.send("/begin", **fields).status_code == 303
        return self

    def label_all(self, *, but: tuple[int, ...] = ()) -> None:
        for place, line in enumerate(self.desk.sheet.lines()):
            right = truth_of(line.reply or "") != (place in but)
            self.send(f"/item/{place + 1}", value="yes" if right else "no")


@pytest.fixture
def ann(sheet: Sheet) -> Iterator[Rater]:
    rater = Rater(sheet, "ann")
    with rater.client:
        yield rater


@pytest.fixture
def ben(sheet: Sheet) -> Iterator[Rater]:
    rater = Rater(sheet, "ben")
    with rater.client:
        yield rater


def test_replies_are_shown_behind_a_warning_only(ann: Rater) -> None:
    answer = ann.get("/item/1", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "harmful or upsetting" in ann.get("/").text
    assert ann.begin().get("/item/1").status_code == 200


def test_a_label_is_on_disk_before_the_next_reply_comes(ann: Rater, sheet: Sheet) -> None:
    answer = ann.begin().send("/item/1", value="yes")
    assert answer.headers["location"] == "/item/2"
    assert sheet.lines()[0].labels == {"ann": 1.0}
    for place, (word, value) in enumerate([("no", 0.0), ("unsure", 0.5), ("skip", None)], start=2):
        ann.send(f"/item/{place}", value=word)
        assert sheet.lines()[place - 1].labels == {"ann": value}


def test_the_last_label_leads_to_the_start_page_which_says_so(ann: Rater) -> None:
    ann.begin().label_all()
    assert "You are through" in ann.get("/").text
    assert "plimsoll label RUN --rater NAME" in ann.get("/").text


def test_who_comes_back_goes_on_where_they_left_off(ann: Rater, sheet: Sheet) -> None:
    ann.begin().send("/item/1", value="yes")
    ann.send("/item/2", value="no")
    again = Rater(sheet, "ann")
    assert "Go on at 3" in again.get("/").text
    assert again.send("/begin").headers["location"] == "/item/3"


def test_undo_takes_the_last_label_back_step_by_step(ann: Rater, sheet: Sheet) -> None:
    ann.begin().send("/item/1", value="yes")
    ann.send("/item/2", value="no")
    ann.send("/item/1", value="unsure")
    assert ann.send("/item/5", value="undo").headers["location"] == "/item/1"
    assert sheet.lines()[0].labels == {"ann": 1.0}
    assert ann.send("/item/1", value="undo").headers["location"] == "/item/2"
    assert sheet.lines()[1].labels == {}
    ann.send("/item/2", value="undo")
    assert ann.send("/item/4", value="undo").headers["location"] == "/item/4"
    assert sheet.lines()[0].labels == {}


def test_neither_verdict_nor_model_nor_the_others_labels_are_shown(
    ann: Rater, ben: Rater, sheet: Sheet
) -> None:
    ben.begin()
    places = [f"/item/{place}" for place in range(1, 7)]
    before = [ben.get(place).text for place in places]
    ann.begin().label_all()
    assert [ben.get(place).text for place in places] == before
    start = ben.get("/").text
    # That there is another rater may be known, not what they said.
    assert "ann: 6 of 6" in start
    assert not any("secret" in page or "rules" in page for page in (*before, start))


def test_agreement_is_open_to_raters_who_are_through_and_fixes_their_labels(
    ann: Rater, ben: Rater, sheet: Sheet
) -> None:
    ann.begin().label_all()
    assert ann.get("/agreement").status_code == 409
    assert ann.send("/close").status_code == 409
    ben.begin().label_all(but=(2, 4))
    assert ann.get("/agreement").status_code == 409
    assert "Compare the labels" in ben.get("/").text
    assert ben.send("/close").headers["location"] == "/agreement"
    page = ann.get("/agreement").text
    assert "66.7 %" in page
    assert page.count('class="dispute"') == 2
    assert ann.send("/item/1", value="no").status_code == 409
    assert ann.send("/item/1", value="undo").status_code == 409
    assert "they can only be read" in ann.get("/item/1").text


def test_a_click_settles_a_dispute_and_opens_it_again(ann: Rater, ben: Rater, sheet: Sheet) -> None:
    ann.begin().label_all()
    ben.begin().label_all(but=(2,))
    assert ann.send("/settle/3", value="yes").status_code == 409
    ben.send("/close")
    assert ann.send("/settle/3", value="yes").headers["location"] == "/agreement#d3"
    assert sheet.lines()[2].settled == 1.0
    assert "To settle: 0 of 1 left" in ann.get("/agreement").text
    ann.send("/settle/3", value="open")
    assert sheet.lines()[2].settled is None


PAGES = ("/", "/item/1", "/item/2", "/item/99", "/agreement", "/none")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_is_strict_and_text_of_others_is_inert(
    ann: Rater, ben: Rater, page: str, language: str
) -> None:
    ann.begin().label_all()
    ben.begin().label_all(but=(0, 1, 2, 3, 4, 5))
    ben.send("/close")
    answer = ann.get(page, params={"lang": language})
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert re.findall(r"<script(?![^>]* src=)|<style| style=| on\w+=[\"']|javascript:", answer.text) == []
    assert "<script>alert" not in answer.text
    assert "\u202e" not in answer.text
    assert "\x00" not in answer.text


def test_the_trap_is_shown_as_text_with_its_hidden_characters(ann: Rater, sheet: Sheet) -> None:
    place = next(number for number, line in enumerate(sheet.lines(), start=1) if line.id == "trap")
    page = ann.begin().get(f"/item/{place}").text
    assert "&lt;script&gt;alert(1)" in page
    assert "good⟨U+202E⟩evil⟨U+0000⟩" in page
    assert "Reasoning (" in page


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://127.0.0.1:9999"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_form_from_elsewhere_is_refused(ann: Rater, sheet: Sheet, headers: dict[str, str]) -> None:
    assert ann.begin().send("/item/1", headers=headers, value="yes").status_code == 403
    assert sheet.lines()[0].labels == {}


@pytest.mark.parametrize("token", ["", "guess", "é"])
@pytest.mark.parametrize("path", ["/begin", "/item/1", "/close", "/settle/1"])
def test_a_form_without_the_pages_token_is_refused(ann: Rater, sheet: Sheet, path: str, token: str) -> None:
    answer = ann.client.post(path, data={"value": "yes", "token": token}, follow_redirects=False)
    assert answer.status_code == 403
    assert sheet.lines()[0].labels == {}


def test_only_small_forms_are_read(ann: Rater) -> None:
    ann.begin()
    assert ann.send("/item/1", value="y" * 5000).status_code == 403
    sent = ann.client.post("/item/1", json={"token": ann.desk.token, "value": "yes"})
    assert sent.status_code == 403
    assert ann.send("/item/1", value="maybe").status_code == 404
    assert ann.send("/item/99", value="yes").status_code == 404


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", ""])
def test_a_foreign_name_for_this_machine_is_refused(ann: Rater, host: str) -> None:
    assert ann.get("/", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_refused(ann: Rater, method: str) -> None:
    assert ann.client.request(method, "/").status_code == 405


def test_pages_are_served_on_this_machine_only(ann: Rater) -> None:
    from plimsoll.labelling.web import serve

    with pytest.raises(UserError, match="stay on this machine"):
        serve(ann.desk, "0.0.0.0", 0, lambda address: None)


def test_texts_are_blurred_on_demand(ann: Rater) -> None:
    assert 'class="blurred"' not in ann.begin().get("/item/1").text
    assert 'class="blurred"' in ann.begin(blur="1").get("/item/1").text
    assert ann.send("/begin", blur="1", at="4").headers["location"] == "/item/4"


def test_a_huge_reply_is_cut_and_shown_whole_on_demand(tmp_path: Path) -> None:
    (record,) = judged(1)
    record = replace(record, transcript=Transcript(responses=(Response(text="w" * 100_000),)))
    folder = folder_of(tmp_path / "run", [record])
    sheet = Sheet(folder.path / "labels.jsonl")
    sheet.make(draw(folder, MANIFEST, DrawSpec("refusal")).lines)
    ann = Rater(sheet, "ann").begin()
    assert "80,000 more characters" in ann.get("/item/1").text
    assert "w" * 100_000 in ann.get("/item/1?whole=1").text


def test_a_file_that_was_damaged_meanwhile_says_so(ann: Rater, sheet: Sheet) -> None:
    ann.begin()
    sheet.path.write_bytes(b"no line\n")
    answer = ann.get("/item/1")
    assert answer.status_code == 500
    assert "record #1" in answer.text


@pytest.mark.parametrize("event", ["unsafe", "refusal", "compliance", "safe", "harmful", "sarcasm_shown"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_event_has_words_for_what_counts(event: str, language: Any) -> None:
    from plimsoll.labelling.pages import Pages

    guide = Pages(language=language, path="/", rater="ann", token="t").guide(event)
    assert all(guide[:3])
    assert ("sarcasm shown" in guide.ask) is (event == "sarcasm_shown")


def test_both_languages_say_everything() -> None:
    from plimsoll.pages.serving import table

    for key, said in table("plimsoll.labelling").items():
        assert set(said) == {"en", "zh"}, key
        if key == "either":  # one sentence for each language
            continue
        assert set(re.findall(r"\{\d\}", said["en"])) == set(re.findall(r"\{\d\}", said["zh"])), key
