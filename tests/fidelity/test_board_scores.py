"""Boards over the official answers: the numbers are those of the official script."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("sqlalchemy", reason="the extra `board` is not installed")
pytest.importorskip("starlette", reason="the extra `board` is not installed")

from plimsoll.leaderboard import opening
from plimsoll.leaderboard.administration import HOST
from plimsoll.leaderboard.nouns import Query
from plimsoll.leaderboard.service import Service
from tests.support.boards import META, add_team, upload

Fill = Callable[[int], int]
FILLS: dict[str, Fill] = {
    "every id -> 0": lambda number: 0,
    "every id -> 1": lambda number: 1,
    "every id -> lcg(int(id)) with lcg(i)=((i*1103515245+12345)//65536)%4": (
        lambda number: ((number * 1103515245 + 12345) // 65536) % 4
    ),
}
BOARDS = {"test_answers_en": "safetybench-en", "test_answers_zh_subset": "safetybench-zh-subset"}


@pytest.fixture
def service(official: Path, tmp_path: Path) -> Iterator[Service]:
    made = opening.open_service(tmp_path / "home")
    assert [each.problem for each in opening.add_presets(made.admin, frozenset())] == [""] * 3
    for slug in BOARDS.values():
        made.admin.change(HOST, slug, grain=0)
    yield made
    made.accounts.books.database.close()


def test_a_board_scores_as_the_official_script_does(service: Service, official: Path) -> None:
    cases = [
        case
        for case in json.loads((official / "scores_golden.json").read_text("utf-8"))
        if case["name"] in FILLS
    ]
    assert len(cases) >= 5
    team = add_team(service, "Team A").who
    for case in cases:
        slug = BOARDS[case["answers"]]
        with service.accounts.books.database.read() as connection:
            from plimsoll.leaderboard.books import board_of

            key = service.accounts.books.key(connection, board_of(connection, slug).id)
        file = {question.id: FILLS[case["name"]](int(question.id)) for question in key.questions}
        beyond = {q.id for q in key.questions if file[q.id] >= q.options}
        file = {id: value for id, value in file.items() if id not in beyond}
        receipt = service.submitting.submit(team, slug, META, upload(file), missing="wrong")
        for shown, (name, percent) in zip(receipt.scores.compat, case["scores"].items(), strict=True):
            assert shown.category in (name, "")
            assert shown.value == pytest.approx(percent / 100, abs=5.1e-5)


def test_published_results_stand_on_the_boards_marked_as_published(service: Service) -> None:
    rows = service.boards.table("safetybench-zh", Query(standing="as_published")).rows
    best = rows[0]
    assert (best.meta.model, best.meta.setting) == ("GPT-4", "zero-shot")
    assert [score.value for score in best.scores.compat] == [
        0.892, 0.854, 0.764, 0.955, 0.941, 0.925, 0.926, 0.925,
    ]  # fmt: skip
    assert best.source.startswith("as published")
    assert best.scores.strict == ()
    assert best.team == ""
