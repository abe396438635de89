"""What pages, the HTTP API and the command line may ask of a leaderboard.

Every method blocks on the database: call it from a thread (`starlette.concurrency.run_in_threadpool`,
or a plain `def` endpoint). Every refusal is a `leaderboard.errors.BoardError` with its HTTP status.
"""

from dataclasses import dataclass

from plimsoll.leaderboard.accounts import Accounts
from plimsoll.leaderboard.administration import Administration
from plimsoll.leaderboard.boards import Boards
from plimsoll.leaderboard.submitting import Submitting


@dataclass(frozen=True)
class Service:
    """The four counters of a leaderboard."""

    accounts: Accounts
    boards: Boards
    submitting: Submitting
    admin: Administration
