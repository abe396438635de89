import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from plimsoll.cli import exit_code
from plimsoll.cli.submit import show_receipt
from plimsoll.leaderboard import opening, serving
from plimsoll.leaderboard.administration import HOST
from plimsoll.leaderboard.app import make_app
from plimsoll.leaderboard.nouns import Meta
from plimsoll.leaderboard.service import Service
from plimsoll.pages.serving import table
from tests.support import boards

pytest.importorskip("httpx", reason="httpx is not installed")
from starlette.testclient import TestClient

TRAP = "<script>alert(1)</script>\"' onload=alert(1)"
FORM = re.compile(r'name="form_token" value="([0-9a-f]+)"')


@pytest.fixture
def client(lite: Service, team: boards.Team) -> TestClient:
    for number, name in enumerate((TRAP, "Plain model")):
        filed = Meta(model=name, size="7B", note=TRAP, link="https://example.org/a", setting="zero-shot")
        receipt = lite.submitting.submit(
            team.who, "small", filed, boards.upload(boards.right(wrong=30 * number))
        )
        lite.admin.publish(HOST, receipt.id)
    return TestClient(make_app(lite, pages=serving.pages()), base_url="http://board.test")


def enter(client: TestClient, token: str) -> None:
    form_token = FORM.search(client.get("/sign-in").text)
    assert form_token is not None
    sent = {"form_token": form_token[1], "token": token}
    assert client.post("/sign-in", data=sent, follow_redirects=False).status_code == 303


def host_token(service: Service) -> str:
    return service.admin.issue(HOST, None).token


def form_token(client: TestClient, page: str) -> str:
    found = FORM.search(client.get(page).text)
    assert found is not None
    return found[1]


def ids(service: Service) -> list[str]:
    from plimsoll.leaderboard.nouns import Query

    return [row.id for row in service.boards.table("small", Query()).rows]


VISITORS = ("/", "/board/small", "/model?name=Plain%20model", "/sign-in", "/nowhere", "/mine", "/desk")
INLINE = re.compile(r"<script(?![^>]* src=)|<style| style=| on\w+=[\"']|href=[\"']javascript:")


@pytest.mark.parametrize("page", VISITORS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_is_strict_about_what_may_run(client: TestClient, page: str, language: str) -> None:
    answer = client.get(page, params=None, headers={"accept-language": language})
    policy = answer.headers["content-security-policy"]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-frame-options"] == "DENY"
    assert INLINE.findall(answer.text.replace("&#34;", "").replace("&#39;", "")) == []
    assert "<script>alert" not in answer.text


def test_pages_behind_the_door_are_strict_too(client: TestClient, lite: Service, team: boards.Team) -> None:
    enter(client, team.token)
    own = [
        f"/submission/{ids(lite)[0]}",
        f"/submission/{ids(lite)[0]}/update",
        "/mine",
        "/board/small/submit",
    ]
    texts = [client.get(page) for page in own]
    enter(client, host_token(lite))
    texts += [client.get(page) for page in ("/desk", "/desk/boards", "/desk/teams", "/desk/log")]

    for answer in texts:
        assert answer.status_code == 200
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert INLINE.findall(answer.text) == []
        assert "<script>alert" not in answer.text
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    [
        "/sign-out",
        "/board/small/submit",
        "/submission/x/update",
        "/submission/x/withdraw",
        "/desk",
        "/desk/boards",
        "/desk/teams",
    ],
)
@pytest.mark.parametrize("given", [{}, {"form_token": ""}, {"form_token": "0" * 64}])
def test_a_forged_form_is_refused_everywhere(
    client: TestClient, lite: Service, path: str, given: dict[str, str]
) -> None:
    enter(client, host_token(lite))
    log = len(lite.admin.log(HOST))
    sent = {**given, "action": "publish", "submission": ids(lite)[0], "name": "x"}
    assert client.post(path, data=sent, follow_redirects=False).status_code == 403
    assert len(lite.admin.log(HOST)) == log


def test_a_form_from_another_site_is_refused(client: TestClient, lite: Service) -> None:
    enter(client, host_token(lite))
    sent = {"form_token": form_token(client, "/desk/teams"), "action": "team", "name": "Evil"}
    answer = client.post("/desk/teams", data=sent, headers={"origin": "http://evil.test"})
    assert answer.status_code == 403
    assert [team.name for team in lite.admin.teams(HOST)] == ["Team A"]


def test_a_team_reaches_no_page_of_the_host(client: TestClient, team: boards.Team) -> None:
    enter(client, team.token)
    token = form_token(client, "/mine")
    for page in ("/desk", "/desk/boards", "/desk/teams", "/desk/log"):
        assert client.get(page).status_code == 403
    for page, action in (("/desk", "publish"), ("/desk/boards", "close"), ("/desk/teams", "token")):
        assert client.post(page, data={"form_token": token, "action": action}).status_code == 403


def test_nobody_sees_another_teams_submission(client: TestClient, lite: Service) -> None:
    other = boards.add_team(lite, "Team B")
    enter(client, other.token)
    mine, anothers = client.get("/mine").text, client.get(f"/submission/{ids(lite)[0]}")
    assert "Plain model" not in mine
    assert anothers.status_code == 404


def test_a_wrong_token_is_told_from_nothing(client: TestClient) -> None:
    sent = {"form_token": form_token(client, "/sign-in"), "token": "plm_" + "0" * 40}
    answer = client.post("/sign-in", data=sent)
    assert answer.status_code == 401
    assert "not known, has expired or was revoked" in answer.text


def test_the_board_sorts_filters_and_groups(client: TestClient) -> None:
    page = client.get("/board/small").text
    assert page.index("&lt;script&gt;") < page.index("Plain model")
    assert "Group 1" in page
    assert 'aria-sort="descending"' in page
    upward = client.get("/board/small?sort=value&direction=asc").text
    assert upward.index("Plain model") < upward.index("&lt;script&gt;")
    assert "Plain model" not in client.get("/board/small?search=script").text
    assert "No row fits" in client.get("/board/small?search=nothing+here").text
    assert client.get("/board/small?sort=nonsense").status_code == 400
    assert client.get("/board/small?direction=sideways&page=x").status_code == 200


def test_a_page_held_ready_follows_every_change(client: TestClient, lite: Service) -> None:
    assert "Plain model" in client.get("/board/small").text
    gone = next(row for row in ids(lite) if lite.boards.row("small", row).meta.model == "Plain model")
    lite.admin.withdraw(HOST, gone)
    assert "Plain model" not in client.get("/board/small").text


def test_a_page_held_ready_tells_nobody_who_signed_in(client: TestClient, team: boards.Team) -> None:
    enter(client, team.token)
    assert "Sign out" in client.get("/board/small").text
    client.cookies.clear()
    answer = client.get("/board/small")
    assert "Sign out" not in answer.text
    assert FORM.search(answer.text) is None
    assert "set-cookie" not in answer.headers


def test_two_rows_are_compared_and_one_is_not_enough(client: TestClient, lite: Service) -> None:
    both = client.get("/board/small/compare", params=[("id", each) for each in ids(lite)])
    assert both.status_code == 200
    assert 'role="img"' in both.text
    assert "Not counted" in both.text
    assert client.get("/board/small/compare").status_code == 400
    lite.admin.close_round(HOST, "small")
    closed = client.get("/board/small/compare", params=[("id", each) for each in ids(lite)]).text
    assert "Not counted" not in closed
    assert re.search(r"<td>200</td><td>0</td><td>30</td>", closed)


def test_the_language_is_kept_and_every_page_has_both(client: TestClient) -> None:
    assert '<html lang="zh-Hans">' in client.get("/?lang=zh").text
    assert "名次" in client.get("/board/small").text
    assert "Place" in client.get("/board/small?lang=en").text
    for key, said in table("plimsoll.leaderboard.pages").items():
        assert set(said) == {"en", "zh"}, key
        if key == "either":  # one sentence for each language
            continue
        assert set(re.findall(r"\{\d\}", said["en"])) == set(re.findall(r"\{\d\}", said["zh"])), key


def send(client: TestClient, content: bytes, **fields: Any) -> Any:
    page = client.get("/board/small/submit").text
    token, key = FORM.search(page), re.search(r'name="key" value="([0-9a-f]+)"', page)
    assert token is not None
    assert key is not None
    sent = {"form_token": token[1], "key": key[1], "model": "M", "action": "submit", **fields}
    return client.post("/board/small/submit", data=sent, files={"file": ("x.json", content)})


def test_the_checker_names_every_fault_and_stores_nothing(
    client: TestClient, lite: Service, team: boards.Team
) -> None:
    enter(client, team.token)
    before = len(lite.submitting.mine(team.who))
    answer = send(client, b'{"q0": 1, "q1": 9, "q2": "A", "<b>": 1}', action="check", model="")
    assert "The file has faults" in answer.text
    assert "&lt;b&gt;" in answer.text
    assert len(lite.submitting.mine(team.who)) == before


def test_what_was_written_is_there_after_a_refusal(client: TestClient, team: boards.Team) -> None:
    enter(client, team.token)
    answer = send(client, b"no json", model='My "model"', note="A note")
    assert answer.status_code == 422
    assert 'value="My &#34;model&#34;"' in answer.text
    assert ">A note</textarea>" in answer.text


def test_a_link_that_is_no_address_is_refused(client: TestClient, team: boards.Team) -> None:
    enter(client, team.token)
    assert send(client, b"{}", link="javascript:alert(1)").status_code == 422


@pytest.mark.parametrize(("language", "words"), [("en", "higher is better"), ("zh", "越高越好")])
def test_every_scale_of_a_board_says_what_it_measures_and_which_end_is_better(
    client: TestClient, lite: Service, language: str, words: str
) -> None:
    chosen = "&".join(f"id={each}" for each in ids(lite))
    for page in ("/board/small?", f"/board/small/compare?{chosen}&", "/model?name=Plain+model&"):
        text = client.get(f"{page}lang={language}").text
        assert 0 < text.find(words) < text.index('<table class="rows'), page


def test_a_board_without_a_row_and_a_house_without_a_board_say_what_to_do_next(
    lite: Service, team: boards.Team, tmp_path: Path
) -> None:
    client = TestClient(make_app(lite, pages=serving.pages()), base_url="http://board.test")
    empty = client.get("/board/small").text
    assert "plimsoll submit predictions.json --board https://HOST/board/small --model NAME" in empty
    assert "No row fits" not in empty
    receipt = lite.submitting.submit(team.who, "small", Meta(model="One"), boards.upload(boards.right()))
    lite.admin.publish(HOST, receipt.id)
    filtered = client.get("/board/small?search=nobody").text
    assert "No row fits" in filtered
    assert "plimsoll submit" not in filtered
    bare = boards.opened(tmp_path / "bare")
    none = TestClient(make_app(bare, pages=serving.pages()), base_url="http://board.test").get("/").text
    command = "plimsoll board add rehearsal --benchmark safetybench:split=starter,language=en"
    assert command in none


def test_a_board_can_be_rehearsed_with_the_starter_set_and_expands_its_categories(tmp_path: Path) -> None:
    arguments = ["board", "add", "rehearsal", "--benchmark", "safetybench:split=starter,language=en"]
    assert exit_code([*arguments, "--home", str(tmp_path / "home")]) == 0
    service = boards.opened(tmp_path / "home")
    team = boards.add_team(service, "us")
    key = opening.key_for("safetybench:split=starter,language=en", None)
    sent = boards.upload({question.id: question.answer for question in key.questions})
    receipt = service.submitting.submit(team.who, "rehearsal", Meta(model="One"), sent)
    service.admin.publish(HOST, receipt.id)
    client = TestClient(make_app(service, pages=serving.pages()), base_url="http://board.test")
    for language, name in (("en", "Offensiveness"), ("zh", "攻击冒犯")):
        page = client.get(f"/board/rehearsal?lang={language}").text
        codes = page[page.index('class="held codes"') :].partition("</p>")[0]
        assert f"<b>OFF</b> {name}" in codes, codes


def test_a_receipt_on_the_terminal_marks_what_is_blunted(
    lite: Service, team: boards.Team, capsys: pytest.CaptureFixture[str]
) -> None:
    receipt = lite.submitting.submit(team.who, "small", Meta(model="One"), boards.upload(boards.right()))
    show_receipt(msgspec.to_builtins(receipt))
    out = capsys.readouterr().out
    blunted = receipt.scores.compat[0].step > 0.001
    assert ("≈" in out) == blunted
    assert blunted
    assert "rounded while the round is open" in out
