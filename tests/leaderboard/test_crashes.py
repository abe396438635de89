from pathlib import Path

import pytest

from bench.cases import board_kill
from bench.measure import Result
from plimsoll.leaderboard import opening
from tests.support import postgres
from tests.support.boards import META, add_board, add_team, right, upload


@pytest.mark.slow
def test_a_server_killed_under_load_loses_and_doubles_nothing(address: str) -> None:
    result = Result(case="board_kill", title="kills in the tests")
    board_kill.measured(result, "postgresql" if address else "sqlite", address, 3)
    assert [check for check in result.checks if not check["met"]] == []


def test_a_crash_of_the_database_loses_no_receipt(tmp_path: Path, cluster: postgres.Cluster) -> None:
    service = opening.open_service(tmp_path / "home", cluster.new_database())
    add_board(service)
    team = add_team(service, "Team A").who
    receipt = service.submitting.submit(team, "small", META, upload(right()), key="k")
    cluster.crash()
    assert service.submitting.submit(team, "small", META, upload(right()), key="k").repeated
    assert service.submitting.get(team, receipt.id).versions[0].sha256 == receipt.sha256
    service.accounts.books.database.close()
