import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from plimsoll.core import UserError, replace
from plimsoll.leaderboard import opening
from plimsoll.leaderboard.administration import HOST
from plimsoll.leaderboard.books import Books
from plimsoll.leaderboard.errors import Conflict, Forbidden, NotFound, TooMany, Unauthorized, Unreadable
from plimsoll.leaderboard.nouns import Meta, Query
from plimsoll.leaderboard.service import Service
from plimsoll.leaderboard.submitting import Submitting
from tests.support.boards import META, N, Team, add_board, add_team, right, upload


def test_a_submission_waits_until_the_host_publishes_it(service: Service, team: Team) -> None:
    receipt = service.submitting.submit(team.who, "small", META, upload(right()))
    assert (receipt.state, receipt.version, receipt.left_today) == ("pending", 1, 4)
    assert service.boards.table("small", Query()).rows == ()
    (pending,) = service.admin.pending(HOST)
    assert pending.id == receipt.id
    service.admin.publish(HOST, receipt.id)
    (row,) = service.boards.table("small", Query()).rows
    assert (row.id, row.team, row.standing, row.meta.model) == (receipt.id, "Team A", "reported", "a model")
    assert service.admin.pending(HOST) == ()


def test_a_board_may_publish_at_once(service: Service, team: Team) -> None:
    service.admin.change(HOST, "small", at_once=True, grain=0)
    receipt = service.submitting.submit(team.who, "small", META, upload(right(wrong=50)))
    assert receipt.state == "published"
    (row,) = service.boards.table("small", Query()).rows
    assert row.scores.compat[0].value == pytest.approx(0.75)


def test_a_key_stores_once_however_often_it_comes(service: Service, team: Team) -> None:
    first = service.submitting.submit(team.who, "small", META, upload(right()), key="one")
    again = service.submitting.submit(team.who, "small", META, upload(right()), key="one")
    assert again == replace(first, repeated=True)
    assert len(service.submitting.mine(team.who)) == 1
    with pytest.raises(Conflict):
        service.submitting.submit(team.who, "small", META, upload(right(wrong=1)), key="one")


def test_a_key_is_stored_once_by_many_at_the_same_time(service: Service, team: Team) -> None:
    receipts: list[str] = []

    def hand_in() -> None:
        receipts.append(service.submitting.submit(team.who, "small", META, upload(right()), key="k").id)

    threads = [threading.Thread(target=hand_in) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(receipts) == 12
    assert len(set(receipts)) == 1
    assert len(service.submitting.mine(team.who)) == 1


def test_the_day_s_limit_holds_against_many_at_the_same_time(service: Service, team: Team) -> None:
    told: list[str] = []

    def hand_in(number: int) -> None:
        try:
            service.submitting.submit(team.who, "small", META, upload(right()), key=str(number))
        except TooMany:
            told.append("too many")
        else:
            told.append("stored")

    threads = [threading.Thread(target=hand_in, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["stored"] * 5 + ["too many"] * 7


def test_withdrawing_gives_no_score_back_and_the_next_day_does(service: Service, team: Team) -> None:
    books = service.accounts.books
    today = datetime(2026, 3, 1, 12, tzinfo=UTC)
    noon = Submitting(Books(books.database, books.secret, lambda: today))
    for _ in range(5):
        noon.withdraw(team.who, noon.submit(team.who, "small", META, upload(right())).id)
    with pytest.raises(TooMany):
        noon.submit(team.who, "small", META, upload(right()))
    tomorrow = Submitting(Books(books.database, books.secret, lambda: today + timedelta(hours=12)))
    assert tomorrow.submit(team.who, "small", META, upload(right())).left_today == 4


def test_an_update_keeps_the_history_and_the_shown_row_until_it_is_published(
    service: Service, team: Team
) -> None:
    first = service.submitting.submit(team.who, "small", META, upload(right(wrong=50)))
    service.admin.publish(HOST, first.id)
    newer = replace(META, model="a better model")
    second = service.submitting.update(team.who, first.id, newer, upload(right()))
    assert (second.id, second.version, second.state) == (first.id, 2, "pending")
    (row,) = service.boards.table("small", Query()).rows
    assert (row.version, row.meta.model) == (1, "a model")
    service.admin.publish(HOST, first.id)
    (row,) = service.boards.table("small", Query()).rows
    assert (row.version, row.meta.model) == (2, "a better model")
    history = service.submitting.get(team.who, first.id).versions
    assert [version.state for version in history] == ["replaced", "published"]
    assert [version.sha256 for version in history] == [first.sha256, second.sha256]


def test_a_withdrawn_submission_leaves_the_board_and_keeps_its_history(service: Service, team: Team) -> None:
    receipt = service.submitting.submit(team.who, "small", META, upload(right()))
    service.admin.publish(HOST, receipt.id)
    withdrawn = service.submitting.withdraw(team.who, receipt.id)
    assert withdrawn.state == "withdrawn"
    assert service.boards.table("small", Query()).rows == ()
    assert [v.state for v in service.submitting.get(team.who, receipt.id).versions] == ["withdrawn"]
    with pytest.raises(Conflict):
        service.submitting.update(team.who, receipt.id, META, upload(right()))
    with pytest.raises(Conflict):
        service.submitting.withdraw(team.who, receipt.id)


def test_another_team_can_neither_see_nor_change_nor_withdraw(service: Service, team: Team) -> None:
    """Attack: a team that knows another's id updates, withdraws or reads it."""
    other = add_team(service, "Team B").who
    id = service.submitting.submit(team.who, "small", META, upload(right())).id
    for attempt in (
        lambda: service.submitting.update(other, id, META, upload(right())),
        lambda: service.submitting.withdraw(other, id),
        lambda: service.submitting.get(other, id),
    ):
        with pytest.raises(NotFound):
            attempt()
    for attempt in (
        lambda: service.admin.publish(other, id),
        lambda: service.admin.withdraw(other, id),
        lambda: service.admin.close_round(other, "small"),
        lambda: service.admin.issue(other, None),
        lambda: service.admin.tokens(other),
        lambda: service.admin.log(other),
        lambda: service.admin.pending(other),
        lambda: service.admin.change(other, "small", daily=1000),
    ):
        with pytest.raises(Forbidden):
            attempt()
    assert service.submitting.get(team.who, id).state == "pending"


def test_held_out_scores_appear_when_the_host_closes_the_round(service: Service, team: Team) -> None:
    add_board(service, "held", holdout=0.5, grain=0, daily=12)
    receipt = service.submitting.submit(team.who, "held", META, upload(right()))
    service.admin.publish(HOST, receipt.id)
    row = service.boards.row("held", receipt.id)
    assert row.scores.part == "open"
    assert row.scores.compat[0].n == N // 2
    assert service.admin.close_round(HOST, "held").round.number == 2
    row = service.boards.row("held", receipt.id)
    assert (row.scores.part, row.scores.compat[0].n) == ("all", N)


def test_every_round_holds_out_other_questions(service: Service, team: Team) -> None:
    add_board(service, "held", holdout=0.5, grain=0, daily=12)
    half = right()
    half = {id: value if int(id[1:]) % 2 else (value + 1) % 4 for id, value in half.items()}
    seen = set[float]()
    for _ in range(12):  # two rounds may give one score by chance
        receipt = service.submitting.submit(team.who, "held", META, upload(half))
        seen.add(receipt.scores.compat[0].value)
        service.admin.close_round(HOST, "held")
    assert len(seen) > 1


@pytest.mark.parametrize(("expires", "revoke"), [(-1, False), (None, True)], ids=["expired", "revoked"])
def test_a_token_that_ended_lets_nobody_in(service: Service, team: Team, expires: int, revoke: bool) -> None:
    books = service.accounts.books
    if revoke:
        service.admin.revoke(HOST, team.token.split("_")[1])
    else:
        late = Books(books.database, books.secret, lambda: datetime.now(UTC) + timedelta(days=366))
        service = replace_accounts(service, late)
    with pytest.raises(Unauthorized):
        service.accounts.who(team.token)
    with pytest.raises(Unauthorized):
        service.accounts.still(team.who.token)


def replace_accounts(service: Service, books: Books) -> Service:
    from dataclasses import replace as changed

    return changed(service, accounts=changed(service.accounts, books=books))


def test_tokens_are_nowhere_in_the_database(lite: Service, team: Team, tmp_path: Path) -> None:
    lite.accounts.books.database.close()
    stored = b"".join(path.read_bytes() for path in (tmp_path / "home").glob("board.sqlite*"))
    secret = team.token.split("_", 2)[2]
    assert team.token.split("_")[1].encode() in stored
    assert secret.encode() not in stored


def test_a_copy_of_the_database_lets_nobody_in(lite: Service, team: Team, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    lite.accounts.books.database.close()
    (elsewhere / "board.sqlite").write_bytes((tmp_path / "home" / "board.sqlite").read_bytes())
    copy = opening.open_service(elsewhere)
    assert [board.slug for board in copy.boards.all()] == ["small"]
    with pytest.raises(Unauthorized):
        copy.accounts.who(team.token)
    copy.accounts.books.database.close()


def test_the_secret_is_refused_when_others_can_read_it(tmp_path: Path) -> None:
    opening.secret_of(tmp_path / "secret.key")
    (tmp_path / "secret.key").chmod(0o644)
    with pytest.raises(UserError, match="chmod 600"):
        opening.secret_of(tmp_path / "secret.key")


def test_opening_again_finds_everything_as_it_was(tmp_path: Path, address: str) -> None:
    first = opening.open_service(tmp_path / "home", address)
    add_board(first)
    team = add_team(first, "Team A")
    receipt = first.submitting.submit(team.who, "small", META, upload(right()))
    first.accounts.books.database.close()
    second = opening.open_service(tmp_path / "home", address)
    assert (
        second.submitting.get(second.accounts.who(team.token), receipt.id).versions[0].sha256
        == receipt.sha256
    )
    second.accounts.books.database.close()


def test_the_tables_are_those_of_the_newest_migration(service: Service) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    from plimsoll.leaderboard.tables import metadata

    with service.accounts.books.database.read() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    assert [each for each in differences if each[0] not in ("remove_table", "remove_index")] == []


def test_every_deed_of_host_and_teams_is_logged(service: Service, team: Team) -> None:
    receipt = service.submitting.submit(team.who, "small", META, upload(right()))
    service.admin.publish(HOST, receipt.id)
    service.submitting.withdraw(team.who, receipt.id)
    service.admin.close_round(HOST, "small")
    entries = service.admin.log(HOST)
    assert [(entry.who, entry.action) for entry in entries] == [
        ("host", "close"),
        ("team Team A", "withdraw"),
        ("host", "publish"),
        ("team Team A", "submit"),
        ("host", "issue token"),
        ("host", "add team"),
        ("host", "add board"),
    ]


def test_rows_are_sorted_filtered_and_told_apart(service: Service) -> None:
    service.admin.change(HOST, "small", at_once=True, grain=0)
    for name, size, wrong in (("Ada", "7B", 0), ("Bo", "560M", 12), ("Cy", "70B", 150)):
        team = add_team(service, name).who
        service.submitting.submit(
            team, "small", Meta(model=f"model {name}", size=size), upload(right(wrong=wrong))
        )
    table = service.boards.table("small", Query())
    assert [row.team for row in table.rows] == ["Ada", "Bo", "Cy"]
    assert [(row.rank_from, row.rank_to, row.group) for row in table.rows] == [
        (1, 1, 1),
        (2, 2, 2),
        (3, 3, 3),
    ]
    sizes = service.boards.table("small", Query(sort="size", direction="asc")).rows
    assert [row.meta.size for row in sizes] == ["560M", "7B", "70B"]
    assert [row.team for row in service.boards.table("small", Query(search="BO")).rows] == ["Bo"]
    assert service.boards.table("small", Query(team="Cy", limit=1)).total == 1
    assert table.teams == ("Ada", "Bo", "Cy")


def test_models_that_differ_in_a_few_questions_stand_in_one_group(service: Service) -> None:
    for name, wrong in (("Ada", 0), ("Bo", 4), ("Cy", 6)):
        receipt = service.submitting.submit(
            add_team(service, name).who, "small", META, upload(right(wrong=wrong))
        )
        service.admin.publish(HOST, receipt.id)
    for _ in range(2):
        rows = service.boards.table("small", Query()).rows
        assert [(row.rank_from, row.rank_to, row.group) for row in rows] == [(1, 3, 1)] * 3
        service.admin.close_round(HOST, "small")


def test_flips_are_shown_for_closed_rounds_only(service: Service, team: Team) -> None:
    """Attack: two files that differ in one answer; the flips would tell which was right."""
    ids: list[str] = []
    for wrong in (0, 3):
        receipt = service.submitting.submit(team.who, "small", META, upload(right(wrong=wrong)))
        service.admin.publish(HOST, receipt.id)
        ids.append(receipt.id)
    assert service.boards.compare("small", tuple(ids)).flips == ((),)
    service.admin.close_round(HOST, "small")
    ((whole, *_),) = service.boards.compare("small", tuple(ids)).flips
    assert (whole.gained, whole.lost, whole.n) == (0, 3, N)


def test_a_faulty_file_is_neither_stored_nor_counted(service: Service, team: Team) -> None:
    with pytest.raises(Unreadable):
        service.submitting.submit(team.who, "small", META, upload({"q0": 1}))
    assert service.submitting.mine(team.who) == ()
    assert service.submitting.submit(team.who, "small", META, upload(right())).left_today == 4


def test_missing_ids_may_count_as_wrong(service: Service, team: Team) -> None:
    service.admin.change(HOST, "small", grain=0)
    few = {id: value for id, value in right().items() if int(id[1:]) < N // 2}
    receipt = service.submitting.submit(team.who, "small", META, upload(few), missing="wrong")
    assert receipt.scores.compat[0].value == 0.5
    assert [(note.code, note.count) for note in receipt.notes] == [("missing_ids", N // 2)]


def test_nouns_go_through_json(service: Service, team: Team) -> None:
    receipt = service.submitting.submit(team.who, "small", META, upload(right()))
    assert msgspec.json.decode(msgspec.json.encode(receipt), type=type(receipt)) == receipt
