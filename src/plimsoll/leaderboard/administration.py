"""The host's desk: publishing, rounds, boards, teams, tokens and the audit log."""

import secrets
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from plimsoll.core import Reference, decoding
from plimsoll.leaderboard import accounts, keys, showing
from plimsoll.leaderboard.books import Books, Found, board_of, changed, new_id, round_of
from plimsoll.leaderboard.errors import BoardError, Conflict, Forbidden, NotFound
from plimsoll.leaderboard.keys import Key
from plimsoll.leaderboard.nouns import (
    Board,
    Category,
    Entry,
    Meta,
    NewToken,
    Slug,
    Submission,
    Team,
    TokenEntry,
    Who,
)
from plimsoll.leaderboard.submitting import withdraw
from plimsoll.leaderboard.tables import answers, boards, rounds, scores, submissions, teams, tokens, versions
from plimsoll.leaderboard.tables import log as log_table

HOST = Who(token=0, role="host")
"""Whoever commands the machine: the command line needs no token."""


@dataclass(frozen=True)
class Administration:
    """The host's desk. Raises `Forbidden` for anyone else."""

    books: Books

    def pending(self, who: Who) -> tuple[Submission, ...]:
        """What waits to be published, oldest first."""
        _host(who)
        with self.books.database.read() as connection:
            return showing.submission_list(connection, submissions.c.state == "pending")

    def publish(self, who: Who, submission: str) -> Submission:
        """Show the newest version on its board."""
        _host(who)
        with self.books.database.write() as connection:
            found = _submission(connection, submission)
            newest = _newest(connection, submission)
            if newest.state != "pending":
                raise Conflict(f"nothing of this submission is pending: it is {found.state}")
            _mark(connection, versions.c.submission_id == submission, "published", "replaced")
            _mark(connection, versions.c.id == newest.id, "pending", "published")
            connection.execute(
                update(submissions).where(submissions.c.id == submission).values(state="published")
            )
            changed(connection, found.board_id)
            self.books.log(connection, who, "publish", what=submission, detail=f"version {newest.number}")
            return showing.submission(connection, submission)

    def withdraw(self, who: Who, submission: str, reason: str = "") -> Submission:
        """Take a submission off its board."""
        _host(who)
        with self.books.database.write() as connection:
            withdraw(connection, _submission(connection, submission))
            self.books.log(connection, who, "withdraw", what=submission, detail=reason)
            return showing.submission(connection, submission)

    def close_round(self, who: Who, slug: str, holdout: float | None = None) -> Board:
        """Show the held-out scores, and open the next round (with this share held out)."""
        _host(who)
        with self.books.database.write() as connection:
            found = board_of(connection, slug)
            current = round_of(connection, found.id)
            share = _share(current.holdout if holdout is None else holdout)
            at = self.books.stamp()
            connection.execute(update(rounds).where(rounds.c.id == current.id).values(closed=at))
            open_round(connection, found.id, number=current.number + 1, at=at, holdout=share)
            changed(connection, found.id)
            self.books.log(connection, who, "close", what=slug, detail=f"round {current.number}")
            return showing.board(connection, board_of(connection, slug))

    def add_board(
        self,
        who: Who,
        board: Board,
        key: Key,
        published: tuple[Reference, ...] = (),
    ) -> Board:
        """A new board with its answers and, where there are any, results as they were published."""
        _host(who)
        checked_settings(board)
        with self.books.database.write() as connection:
            if connection.execute(select(boards.c.id).where(boards.c.slug == board.slug)).first():
                raise Conflict(f"there is a board called {board.slug} already")
            at = self.books.stamp()
            id = _insert_board(connection, board, key, at)
            current = open_round(connection, id, number=1, at=at, holdout=_share(board.round.holdout))
            for reference in published:
                _insert_published(connection, id, current, reference, key=key, at=at)
            self.books.log(connection, who, "add board", what=board.slug, detail=board.benchmark)
            return showing.board(connection, board_of(connection, board.slug))

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
        _host(who)
        given = {"title": title, "about": about, "at_once": at_once, "daily": daily, "grain": grain}
        values: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        with self.books.database.write() as connection:
            found = board_of(connection, slug)
            checked_settings(msgspec.structs.replace(showing.board(connection, found), **values))
            if values:
                connection.execute(update(boards).where(boards.c.id == found.id).values(**values))
                changed(connection, found.id)
                self.books.log(connection, who, "change board", what=slug, detail=", ".join(values))
            return showing.board(connection, board_of(connection, slug))

    def teams(self, who: Who) -> tuple[Team, ...]:
        """Every team."""
        _host(who)
        with self.books.database.read() as connection:
            found = connection.execute(select(teams).order_by(teams.c.folded)).all()
        return tuple(Team(id=row.id, name=row.name, created=row.created) for row in found)

    def add_team(self, who: Who, name: str) -> Team:
        """A new team. Raises `Conflict` where the name is taken."""
        _host(who)
        name = " ".join(name.split())
        if not 1 <= len(name) <= 120 or not name.isprintable():
            raise BoardError("a team's name has 1 to 120 printable letters")
        at = self.books.stamp()
        try:
            with self.books.database.write() as connection:
                values = {"name": name, "folded": name.casefold()[:240], "created": at}
                made = connection.execute(insert(teams).values(**values).returning(teams.c.id))
                id = made.scalar_one()
                self.books.log(connection, who, "add team", what=name)
        except IntegrityError:
            raise Conflict("there is a team of that name already") from None
        return Team(id=id, name=name, created=at)

    def tokens(self, who: Who) -> tuple[TokenEntry, ...]:
        """Every token, as it is listed."""
        _host(who)
        with self.books.database.read() as connection:
            return tuple(_token_entries(connection))

    def issue(self, who: Who, team: int | None, *, days: int | None = 365, label: str = "") -> NewToken:
        """A new token for a team, or for the host where `team` is `None`."""
        _host(who)
        if days is not None and not 0 < days <= 36_500:
            raise BoardError("a token holds for 1 to 36500 days")
        with self.books.database.write() as connection:
            owner = None if team is None else _team(connection, team)
            role = "host" if owner is None else "team"
            made = accounts.issue(self.books, connection, role, team=owner, days=days, label=label)
            self.books.log(
                connection, who, "issue token", what=made.entry.prefix, detail=made.entry.team or role
            )
        return made

    def revoke(self, who: Who, prefix: str) -> TokenEntry:
        """End a token at once."""
        _host(who)
        with self.books.database.write() as connection:
            entries = [entry for entry in _token_entries(connection) if entry.prefix == prefix]
            if not entries:
                raise NotFound("there is no token of that prefix")
            revoked = entries[0].revoked or self.books.stamp()
            connection.execute(update(tokens).where(tokens.c.prefix == prefix).values(revoked=revoked))
            self.books.log(connection, who, "revoke token", what=prefix)
        return msgspec.structs.replace(entries[0], revoked=revoked)

    def log(self, who: Who, limit: int = 200) -> tuple[Entry, ...]:
        """The audit log, newest first."""
        _host(who)
        asked = select(log_table).order_by(log_table.c.id.desc()).limit(min(max(limit, 1), 10_000))
        with self.books.database.read() as connection:
            found = connection.execute(asked).all()
        return tuple(
            Entry(at=row.at, who=row.who, action=row.action, what=row.what, detail=row.detail)
            for row in found
        )


def checked_settings(board: Board) -> None:
    """Refuse settings that no board may have."""
    try:
        decoding.converted(board.slug, Slug)
    except msgspec.ValidationError:
        raise BoardError(f"{board.slug!r} is no board's name: a-z, 0-9, - and _, at most 63") from None
    if not 1 <= board.daily <= 100_000:
        raise BoardError(f"daily={board.daily}: a team may have 1 to 100,000 scores a day")
    if not 0 <= board.grain <= 1000:
        raise BoardError(f"grain={board.grain}: a shown step stands for 0 (exact) to 1,000 questions")
    if not 1 <= len(board.title) <= 200 or len(board.about) > 4000:
        raise BoardError("a title has 1 to 200 letters, and what is said about a board at most 4,000")
    if not board.title.isprintable() or not all(c.isprintable() or c == "\n" for c in board.about):
        raise BoardError("the title or the text holds a character that cannot be printed")


def open_round(connection: Connection, board: int, *, number: int, at: str, holdout: float) -> int:
    """Begin a round with a secret of its own."""
    values = {"board_id": board, "number": number, "opened": at, "holdout": holdout}
    made = connection.execute(
        insert(rounds).values(**values, secret=secrets.token_bytes(32)).returning(rounds.c.id)
    )
    return made.scalar_one()


def _host(who: Who) -> None:
    if not who.is_host:
        raise Forbidden("this is for the host")


def _share(holdout: float) -> float:
    if not 0 <= holdout <= 0.9:
        raise BoardError("the held-out share is 0 to 0.9")
    return holdout


def _submission(connection: Connection, id: str) -> Found:
    asked = select(submissions).where(submissions.c.id == id[:32].replace("\0", "")).with_for_update()
    found = connection.execute(asked).first()
    if found is None:
        raise NotFound("there is no such submission")
    return found


def _newest(connection: Connection, submission: str) -> Found:
    asked = select(versions).where(versions.c.submission_id == submission)
    return connection.execute(asked.order_by(versions.c.number.desc()).limit(1)).one()


def _mark(connection: Connection, which: Any, before: str, after: str) -> None:
    connection.execute(update(versions).where(which, versions.c.state == before).values(state=after))


def _team(connection: Connection, id: int) -> Found:
    found = None
    if 0 < id < 2**31:
        found = connection.execute(select(teams).where(teams.c.id == id)).first()
    if found is None:
        raise NotFound("there is no such team")
    return found


def _token_entries(connection: Connection) -> list[TokenEntry]:
    asked = select(tokens, teams.c.name.label("team_name")).join_from(tokens, teams, isouter=True)
    return [
        TokenEntry(
            prefix=row.prefix,
            role=row.role,
            team=row.team_name or "",
            created=row.created,
            expires=row.expires,
            revoked=row.revoked,
            label=row.label,
        )
        for row in connection.execute(asked.order_by(tokens.c.id))
    ]


def _insert_board(connection: Connection, board: Board, key: Key, at: str) -> int:
    sizes = key.sizes
    listed = tuple(Category(code=code, name=name, n=sizes[code]) for code, name in key.names.items())
    made = connection.execute(
        insert(boards)
        .values(
            slug=board.slug,
            title=board.title,
            benchmark=board.benchmark,
            language=board.language,
            about=board.about,
            categories=msgspec.json.encode(listed).decode(),
            n=len(key.questions),
            at_once=board.at_once,
            daily=board.daily,
            grain=board.grain,
            version=1,
            created=at,
        )
        .returning(boards.c.id)
    )
    id: int = made.scalar_one()
    connection.execute(insert(answers).values(board_id=id, body=keys.to_bytes(key)))
    return id


def _insert_published(
    connection: Connection, board: int, current: int, reference: Reference, *, key: Key, at: str
) -> None:
    id = new_id()
    connection.execute(
        insert(submissions).values(
            id=id, board_id=board, team_id=None, state="published", source=reference.source[:300], created=at
        )
    )
    meta = Meta(model=reference.name, setting=reference.setting, how="as published")
    made = connection.execute(
        insert(versions)
        .values(
            submission_id=id,
            board_id=board,
            team_id=None,
            round_id=current,
            number=1,
            key=None,
            state="published",
            standing="as_published",
            signer="",
            model=reference.name,
            meta=msgspec.json.encode(meta).decode(),
            sha256="",
            seed="",
            received=at,
            day="",
            notes="[]",
        )
        .returning(versions.c.id)
    )
    version, sizes = made.scalar_one(), {"": len(key.questions), **key.sizes}
    rows = [
        {
            "version_id": version,
            "reading": "compat",
            "part": "all",
            "category": category,
            "hits": value * sizes[category],
            "n": sizes[category],
        }
        for category, value in reference.values.items()
        if category in sizes
    ]
    connection.execute(insert(scores), rows)
