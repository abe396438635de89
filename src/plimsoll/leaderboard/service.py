"""What pages, the HTTP API and the command line may ask of a leaderboard.

Every method blocks on the database: call it from a thread (`starlette.concurrency.run_in_threadpool`,
or a plain `def` endpoint). Every refusal is a `leaderboard.errors.BoardError` with its HTTP status.
"""

from dataclasses import dataclass
from typing import Protocol

from plimsoll.leaderboard.nouns import (
    Board,
    Checked,
    Comparison,
    Entry,
    Meta,
    NewToken,
    Query,
    Receipt,
    Row,
    Submission,
    Table,
    Team,
    TokenEntry,
    Who,
)
from plimsoll.leaderboard.upload import Upload


class Accounts(Protocol):
    """Tokens -> who."""

    def who(self, token: str) -> Who:
        """The owner of a token. Raises `Unauthorized`."""
        ...


class Boards(Protocol):
    """What anyone may see: published rows only, numbers blunted while a round is open."""

    def all(self) -> tuple[Board, ...]:
        """Every board, by slug."""
        ...

    def get(self, slug: str) -> Board:
        """One board. Raises `NotFound`."""
        ...

    def table(self, slug: str, query: Query) -> Table:
        """A board's rows, sorted and filtered."""
        ...

    def row(self, slug: str, submission: str) -> Row:
        """One published row."""
        ...

    def model(self, name: str) -> tuple[Row, ...]:
        """A model's published rows on all boards (its page; zh-en parity)."""
        ...

    def compare(self, slug: str, submissions: tuple[str, ...]) -> Comparison:
        """Two to eight rows beside each other."""
        ...


class Entrance(Protocol):
    """What a team may do."""

    def check(self, who: Who, slug: str, upload: Upload) -> Checked:
        """Look a file over without scoring it."""
        ...

    def submit(self, who: Who, slug: str, meta: Meta, upload: Upload, key: str = "") -> Receipt:
        """Store a submission once per key. Raises `Unreadable`, `TooMany`, `Conflict`."""
        ...

    def update(self, who: Who, submission: str, meta: Meta, upload: Upload, key: str = "") -> Receipt:
        """Store a new version of the team's own submission."""
        ...

    def withdraw(self, who: Who, submission: str) -> Submission:
        """Take the team's own submission off the board; its history stays."""
        ...

    def mine(self, who: Who) -> tuple[Submission, ...]:
        """The team's submissions, newest first."""
        ...

    def get(self, who: Who, submission: str) -> Submission:
        """One of the team's own submissions, or any one for the host."""
        ...


class Office(Protocol):
    """The host's desk. Raises `Forbidden` for anyone else."""

    def pending(self, who: Who) -> tuple[Submission, ...]:
        """What waits to be published, oldest first."""
        ...

    def publish(self, who: Who, submission: str) -> Submission:
        """Show the newest version on its board."""
        ...

    def withdraw(self, who: Who, submission: str, reason: str = "") -> Submission:
        """Take a submission off its board."""
        ...

    def close_round(self, who: Who, slug: str, holdout: float | None = None) -> Board:
        """Show the held-out scores, and open the next round (with this share held out)."""
        ...

    def change(
        self,
        who: Who,
        slug: str,
        *,
        title: str | None = None,
        about: str | None = None,
        at_once: bool | None = None,
        daily: int | None = None,
        grain: int | None = None,
    ) -> Board:
        """Change a board's settings."""
        ...

    def teams(self, who: Who) -> tuple[Team, ...]:
        """Every team."""
        ...

    def add_team(self, who: Who, name: str) -> Team:
        """A new team. Raises `Conflict` where the name is taken."""
        ...

    def tokens(self, who: Who) -> tuple[TokenEntry, ...]:
        """Every token, as it is listed."""
        ...

    def issue(self, who: Who, team: int | None, *, days: int | None = 365, label: str = "") -> NewToken:
        """A new token for a team, or for the host where `team` is `None`."""
        ...

    def revoke(self, who: Who, prefix: str) -> TokenEntry:
        """End a token at once."""
        ...

    def log(self, who: Who, limit: int = 200) -> tuple[Entry, ...]:
        """The audit log, newest first."""
        ...


@dataclass(frozen=True)
class Service:
    """The four counters of a leaderboard."""

    accounts: Accounts
    boards: Boards
    entrance: Entrance
    office: Office
