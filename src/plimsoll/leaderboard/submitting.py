"""Files and what teams say of them -> submissions that are stored exactly once, with a receipt.

A submission is checked and scored first, then stored in one transaction that holds the team's row:
in it the key is looked up again and the day's scores are counted, so no race can pass the limit or
store a key twice. The receipt is made after the commit.
"""

import re
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, func, insert, select, update

from plimsoll.leaderboard import sealed, showing
from plimsoll.leaderboard.books import Books, Found, board_of, changed, new_id, round_of
from plimsoll.leaderboard.checking import Missing, Predictions, check
from plimsoll.leaderboard.errors import (
    BoardError,
    Conflict,
    Forbidden,
    NotFound,
    TooLarge,
    TooMany,
    Unreadable,
)
from plimsoll.leaderboard.keys import Key
from plimsoll.leaderboard.nouns import Checked, Fault, Meta, Receipt, Standing, Submission, Who
from plimsoll.leaderboard.runs import Run, Verify, check_run
from plimsoll.leaderboard.scoring import score
from plimsoll.leaderboard.sealed import is_day
from plimsoll.leaderboard.tables import scores, submissions, teams, versions
from plimsoll.leaderboard.upload import PREDICTIONS_LIMIT, Upload

_KEY = re.compile(r"[\x21-\x7e]{0,100}", re.ASCII)
_ID = re.compile(r"[0-9a-f]{24}", re.ASCII)


class _Filing(NamedTuple):
    """What is about to be stored."""

    board: Found
    meta: Meta
    upload: Upload
    key: str
    run: Run
    submission: str
    """Empty for a new one."""

    @property
    def standing(self) -> Standing:
        return "verified" if self.run.signer else "reported"


@dataclass(frozen=True)
class Submitting:
    """What a team may do."""

    books: Books
    verify: Verify | None = None
    """Checks the seal of a run folder; without it no run is marked verified."""
    hosts_keys: bool = False
    """Whether seals are the host's own: then many teams' runs bear one signer."""

    def check(self, who: Who, slug: str, upload: Upload, missing: Missing = "refuse") -> Checked:
        """Look a file over without scoring it; nothing is stored or counted."""
        _team(who)
        with self.books.database.read() as connection:
            board = board_of(connection, slug)
            key = self.books.key(connection, board.id)
        predictions = self._read(board, key, upload, missing).predictions
        return Checked(
            sound=not predictions.faults,
            sha256=upload.sha256,
            covered=predictions.covered,
            total=len(key.questions),
            faults=predictions.faults + predictions.notes,
        )

    def submit(
        self,
        who: Who,
        slug: str,
        meta: Meta,
        upload: Upload,
        *,
        key: str = "",
        missing: Missing = "refuse",
    ) -> Receipt:
        """Store a submission, once per key. Raises `Unreadable`, `TooMany`, `Conflict`."""
        with self.books.database.read() as connection:
            board = board_of(connection, slug)
        return self._file(who, board, meta, upload, key=key, missing=missing)

    def update(
        self,
        who: Who,
        submission: str,
        meta: Meta,
        upload: Upload,
        *,
        key: str = "",
        missing: Missing = "refuse",
    ) -> Receipt:
        """Store a new version of the team's own submission."""
        with self.books.database.read() as connection:
            own = _own(connection, who, submission)
            board = board_of(connection, own.slug)
        return self._file(who, board, meta, upload, key=key, missing=missing, submission=submission)

    def withdraw(self, who: Who, submission: str) -> Submission:
        """Take the team's own submission off the board; its history stays."""
        with self.books.database.write() as connection:
            _lock(connection, _team(who))
            own = _own(connection, who, submission)
            withdraw(connection, own)
            self.books.log(connection, who, "withdraw", what=submission)
            return showing.submission(connection, submission)

    def mine(self, who: Who) -> tuple[Submission, ...]:
        """The team's submissions, newest first."""
        team = _team(who)
        with self.books.database.read() as connection:
            return showing.submission_list(connection, submissions.c.team_id == team)[::-1]

    def get(self, who: Who, submission: str) -> Submission:
        """One of the team's own submissions, or any one for the host."""
        with self.books.database.read() as connection:
            if not who.is_host:
                _own(connection, who, submission)
            elif not _ID.fullmatch(submission):
                raise NotFound("there is no such submission")
            return showing.submission(connection, submission)

    def _file(
        self,
        who: Who,
        board: Found,
        meta: Meta,
        upload: Upload,
        *,
        key: str,
        missing: Missing,
        submission: str = "",
    ) -> Receipt:
        team = _team(who)
        if not _KEY.fullmatch(key):
            raise BoardError("an idempotency key has at most 100 printable ASCII characters")
        plain_text(meta)
        with self.books.database.read() as connection:
            if before := _before(connection, team, board.id, key):
                return self._again(connection, before, upload, submission)
            _refuse_more(board, self._used(connection, team, board.id))
            answers = self.books.key(connection, board.id)
        run = self._read(board, answers, upload, missing)
        if run.predictions.faults:
            raise Unreadable(run.predictions.faults)
        filing = _Filing(board, meta, upload, key, run, submission)
        with self.books.database.write() as connection:
            _lock(connection, team)
            if before := _before(connection, team, board.id, key):
                return self._again(connection, before, upload, submission)
            _refuse_more(board, self._used(connection, team, board.id))
            filing = self._held_against(connection, team, filing)
            version = self._store(connection, who, filing)
        with self.books.database.read() as connection:
            return self._receipt(connection, version)

    def _held_against(self, connection: Connection, team: int, filing: _Filing) -> _Filing:
        """A filing whose seal counts only for the model that it names, and for the team whose it is."""
        run = filing.run
        if not run.signer:
            return filing
        doubts = [*sealed.other_model(filing.meta, run.model)]
        if sealed.is_anothers(connection, team, run, hosts_keys=self.hosts_keys):
            what = "this run was" if self.hosts_keys else "runs with this signer were"
            message = f"{what} handed in by another team before; the seal does not count for yours"
            doubts.append(Fault(code="seal_owner", message=message))
        if not doubts:
            return filing
        predictions = run.predictions._replace(notes=(*run.predictions.notes, *doubts))
        return filing._replace(run=run._replace(signer="", predictions=predictions))

    def _read(self, board: Found, key: Key, upload: Upload, missing: Missing) -> Run:
        if upload.kind == "run":
            return check_run(upload, key, benchmark=board.benchmark, verify=self.verify, missing=missing)
        if upload.size > PREDICTIONS_LIMIT:
            raise TooLarge(f"a predictions file has at most {PREDICTIONS_LIMIT:,} bytes")
        upload.file.seek(0)
        return Run(check(upload.file.read(PREDICTIONS_LIMIT + 1), key, missing))

    def _store(self, connection: Connection, who: Who, filing: _Filing) -> int:
        board, at = filing.board, self.books.stamp()
        submission = filing.submission or _new_submission(connection, who, board, at)
        if filing.submission and _own(connection, who, submission).state == "withdrawn":
            raise Conflict("this submission was withdrawn: hand in a new one")
        current = round_of(connection, board.id, locked=True)
        number = _next_number(connection, submission)
        _replace(connection, submission, published=board.at_once)
        version = _insert_version(
            connection,
            submission_id=submission,
            board_id=board.id,
            team_id=who.team,
            round_id=current.id,
            number=number,
            key=filing.key or None,
            state="published" if board.at_once else "pending",
            standing=filing.standing,
            signer=filing.run.signer[:128],
            model=filing.meta.model,
            meta=msgspec.json.encode(filing.meta).decode(),
            sha256=filing.upload.sha256,
            seed=filing.run.predictions.seed,
            received=at,
            day=at[:10],
            notes=msgspec.json.encode(filing.run.predictions.notes).decode(),
            compat=filing.run.predictions.compat,
            strict=filing.run.predictions.strict,
        )
        self._score(connection, version, current, filing.run.predictions)
        _set_state(connection, submission, "published" if board.at_once else "pending")
        self.books.log(connection, who, "submit", what=submission, detail=f"version {number}, {board.slug}")
        if board.at_once:
            changed(connection, board.id)
        return version

    def _score(self, connection: Connection, version: int, current: Found, predictions: Predictions) -> None:
        layout = self.books.layout(connection, current)
        rows = [
            {"version_id": version, "reading": reading, **hits._asdict()}
            for reading, predicted in (("compat", predictions.compat), ("strict", predictions.strict))
            for hits in score(layout, predicted)
        ]
        connection.execute(insert(scores), rows)

    def _used(self, connection: Connection, team: int, board: int) -> int:
        """Scores that a team had today on a board, whatever became of them."""
        asked = (
            select(func.count())
            .select_from(versions)
            .where(
                versions.c.team_id == team,
                versions.c.board_id == board,
                versions.c.day == self.books.stamp()[:10],
            )
        )
        return connection.scalar(asked) or 0

    def _again(self, connection: Connection, before: Found, upload: Upload, submission: str) -> Receipt:
        if before.sha256 != upload.sha256 or submission not in ("", before.submission_id):
            raise Conflict("this idempotency key was used for another file")
        return msgspec.structs.replace(self._receipt(connection, before.id), repeated=True)

    def _receipt(self, connection: Connection, version: int) -> Receipt:
        found = connection.execute(showing.versions_with_all().where(versions.c.id == version)).one()
        counts = showing.counted(connection, versions.c.id == version)
        codes = [category.code for category in showing.categories(found)]
        return Receipt(
            id=found.submission_id,
            version=found.number,
            board=found.slug,
            sha256=found.sha256,
            received=found.received,
            state=found.submission_state,
            standing=found.standing,
            left_today=max(0, found.daily - self._used(connection, found.team_id, found.board_id)),
            scores=showing.shown_scores(found, counts[version], codes),
            notes=showing.notes(found),
        )


def withdraw(connection: Connection, own: Found) -> None:
    """Take a submission off its board."""
    if own.state == "withdrawn":
        raise Conflict("this submission was withdrawn before")
    connection.execute(
        update(versions)
        .where(versions.c.submission_id == own.id, versions.c.state.in_(("pending", "published")))
        .values(state="withdrawn")
    )
    _set_state(connection, own.id, "withdrawn")
    changed(connection, own.board_id)


def plain_text(meta: Meta) -> None:
    """Refuse control characters: no page, log or database is to see them."""
    for name, text in msgspec.structs.asdict(meta).items():
        if not all(letter.isprintable() or (letter == "\n" and name == "note") for letter in text):
            raise BoardError(f"{name} holds a character that cannot be printed")
    if meta.released and not is_day(meta.released):
        raise BoardError(f"released={meta.released}: there is no such day; write 2026-01-31")
    if not meta.model.strip():
        raise BoardError("model is empty: name the model")


def _team(who: Who) -> int:
    if who.team is None:
        raise Forbidden("this is for teams: use a team's token")
    return who.team


def _lock(connection: Connection, team: int) -> None:
    """Let the team's submissions pass one at a time."""
    connection.execute(select(teams.c.id).where(teams.c.id == team).with_for_update())


def _own(connection: Connection, who: Who, submission: str) -> Found:
    """A submission of this team; another team's is as unknown as none."""
    from plimsoll.leaderboard.tables import boards

    if not _ID.fullmatch(submission):
        raise NotFound("your team has no such submission")
    asked = (
        select(submissions, boards.c.slug)
        .join(boards, submissions.c.board_id == boards.c.id)
        .where(submissions.c.id == submission, submissions.c.team_id == _team(who))
    )
    found = connection.execute(asked.with_for_update(of=submissions)).first()
    if found is None:
        raise NotFound("your team has no such submission")
    return found


def _before(connection: Connection, team: int, board: int, key: str) -> Found | None:
    if not key:
        return None
    which = (versions.c.team_id == team, versions.c.board_id == board, versions.c.key == key)
    return connection.execute(select(versions).where(*which)).first()


def _refuse_more(board: Found, used: int) -> None:
    if used >= board.daily:
        raise TooMany(
            f"your team has had its {board.daily} scores of today on this board; a new day begins at "
            "midnight UTC",
            retry_after=3600,
        )


def _new_submission(connection: Connection, who: Who, board: Found, at: str) -> str:
    id = new_id()
    values = {"id": id, "board_id": board.id, "team_id": who.team, "state": "pending", "source": ""}
    connection.execute(insert(submissions).values(**values, created=at))
    return id


def _next_number(connection: Connection, submission: str) -> int:
    highest = select(func.max(versions.c.number)).where(versions.c.submission_id == submission)
    return (connection.scalar(highest) or 0) + 1


def _insert_version(connection: Connection, **values: Any) -> int:
    made = connection.execute(insert(versions).values(**values).returning(versions.c.id))
    return made.scalar_one()


def _replace(connection: Connection, submission: str, *, published: bool) -> None:
    """Older versions make room for a new one: waiting ones always, shown ones when it is shown at once."""
    gone = ("pending", "published") if published else ("pending",)
    connection.execute(
        update(versions)
        .where(versions.c.submission_id == submission, versions.c.state.in_(gone))
        .values(state="replaced")
    )


def _set_state(connection: Connection, submission: str, state: str) -> None:
    connection.execute(update(submissions).where(submissions.c.id == submission).values(state=state))
