"""Published rows -> boards, tables, a model's rows and comparisons: what anyone may see."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import NamedTuple

from sqlalchemy import Connection, select

from plimsoll.core import replace
from plimsoll.leaderboard import showing
from plimsoll.leaderboard.books import Books, Found, board_of
from plimsoll.leaderboard.errors import BoardError, NotFound
from plimsoll.leaderboard.grain import EXACT, SPREAD
from plimsoll.leaderboard.nouns import Board, Comparison, Flips, Query, Reading, Row, Score, Table
from plimsoll.leaderboard.ranking import Share, places
from plimsoll.leaderboard.rivals import Rival, Rivals
from plimsoll.leaderboard.tables import boards, versions
from plimsoll.stats.paired import mcnemar_exact

MOST_COMPARED = 8


class _Kept(NamedTuple):
    board: Board
    rows: tuple[Row, ...]
    """Best first by the official reading."""


class _Loaded(NamedTuple):
    row: Row
    rival: Rival


@dataclass(frozen=True)
class Boards:
    """What anyone may see: published rows only, numbers blunted while a round is open."""

    books: Books
    _kept: dict[str, _Kept] = field(default_factory=dict[str, _Kept], repr=False)
    """By slug, for the newest version seen: another process may have changed the board."""
    _loading: Lock = field(default_factory=Lock, repr=False)

    def all(self) -> tuple[Board, ...]:
        """Every board, by slug."""
        with self.books.database.read() as connection:
            found = connection.execute(select(boards).order_by(boards.c.slug)).all()
            return tuple(showing.board(connection, row) for row in found)

    def get(self, slug: str) -> Board:
        """One board. Raises `NotFound`."""
        with self.books.database.read() as connection:
            return showing.board(connection, board_of(connection, slug))

    def version(self, slug: str) -> int:
        """Under what a page of this board may be cached."""
        with self.books.database.read() as connection:
            found = connection.scalar(select(boards.c.version).where(boards.c.slug == slug))
        if found is None:
            raise NotFound("there is no such board")
        return found

    def table(self, slug: str, query: Query) -> Table:
        """A board's rows, sorted and filtered."""
        board, rows = self._rows(slug)
        chosen = [row for row in rows if _fits(row, query)]
        chosen = _sorted(chosen, board, query)
        return Table(
            board=board,
            query=query,
            rows=tuple(chosen[query.offset : query.offset + query.limit]),
            total=len(chosen),
            settings=_distinct(row.meta.setting for row in rows),
            teams=_distinct(row.team for row in rows),
            hows=_distinct(row.meta.how for row in rows),
        )

    def row(self, slug: str, submission: str) -> Row:
        """One published row."""
        for row in self._rows(slug).rows:
            if row.id == submission:
                return row
        raise NotFound("this board shows no such submission")

    def model(self, name: str) -> tuple[Row, ...]:
        """A model's published rows on all boards (its page; zh-en parity)."""
        wanted = name.casefold()
        slugs = [board.slug for board in self.all()]
        return tuple(
            row for slug in slugs for row in self._rows(slug).rows if row.meta.model.casefold() == wanted
        )

    def compare(self, slug: str, submissions: tuple[str, ...]) -> Comparison:
        """Two to eight rows beside each other."""
        if not 2 <= len(submissions) <= MOST_COMPARED:
            raise BoardError(f"{len(submissions)} rows: two to {MOST_COMPARED} can be compared")
        rows = tuple(self.row(slug, id) for id in submissions)
        with self.books.database.read() as connection:
            found = board_of(connection, slug)
            held = [_held(connection, found.id, id) for id in submissions]
            flips = tuple(self._flips(connection, found, held[0], other) for other in held[1:])
        return Comparison(board=self.get(slug), rows=rows, flips=flips)

    def _rows(self, slug: str) -> _Kept:
        kept = self._kept.get(slug)
        if kept is not None and kept.board.version == self.version(slug):
            return kept
        # A large board takes seconds to place: one request does it, the others wait and hold no connection.
        with self._loading, self.books.database.read() as connection:
            kept, found = self._kept.get(slug), board_of(connection, slug)
            if kept is None or kept.board.version != found.version:
                kept = self._load(connection, found)
                self._kept[slug] = kept
        return kept

    def _load(self, connection: Connection, found: Found) -> _Kept:
        board = showing.board(connection, found)
        which = (versions.c.board_id == found.id) & (versions.c.state == "published")
        counts = showing.counted(connection, which)
        codes = [category.code for category in board.categories]
        asked = showing.versions_with_all().where(which).order_by(versions.c.received, versions.c.id)
        loaded = [
            _Loaded(_row(version, counts.get(version.id, {}), codes), _rival(version))
            for version in connection.execute(asked)
        ]
        loaded.sort(key=lambda each: -_whole(each.row).value)
        shares = [_share(each.row, board.grain) for each in loaded]
        right = bytes(question.answer for question in self.books.key(connection, found.id).questions)
        placed = places(shares, Rivals([each.rival for each in loaded], right).pair)
        return _Kept(
            board, tuple(_placed(each.row, *place) for each, place in zip(loaded, placed, strict=True))
        )

    def _flips(
        self, connection: Connection, board: Found, one: Found | None, other: Found | None
    ) -> tuple[Flips, ...]:
        if one is None or other is None or not (_settled(one) and _settled(other)):
            return ()
        key = self.books.key(connection, board.id)
        gained = dict.fromkeys(("", *key.names), 0)
        lost = dict(gained)
        for question, before, after in zip(key.questions, one.compat, other.compat, strict=True):
            was, now = before == question.answer, after == question.answer
            for category in ("", question.category):
                gained[category] += now and not was
                lost[category] += was and not now
        sizes = {"": len(key.questions), **key.sizes}
        return tuple(
            Flips(
                category=category,
                n=sizes[category],
                gained=gained[category],
                lost=lost[category],
                p_value=mcnemar_exact(lost[category], gained[category]),
            )
            for category in gained
        )


def overall(row: Row, reading: Reading) -> Score | None:
    """A row's score over all categories."""
    shown = row.scores.compat if reading == "compat" else row.scores.strict
    return shown[0] if shown else None


def _settled(found: Found) -> bool:
    return found.compat is not None and showing.is_exact(found)


def _held(connection: Connection, board: int, submission: str) -> Found | None:
    asked = showing.versions_with_all().where(
        versions.c.board_id == board,
        versions.c.submission_id == submission,
        versions.c.state == "published",
    )
    return connection.execute(asked).first()


def _row(found: Found, counts: showing.Counted, codes: Sequence[str]) -> Row:
    return Row(
        id=found.submission_id,
        board=found.slug,
        version=found.number,
        rank_from=0,
        rank_to=0,
        group=0,
        team=found.team_name or "",
        standing=found.standing,
        source=found.source,
        signer=found.signer,
        meta=showing.meta(found),
        received=found.received,
        scores=showing.shown_scores(found, counts, codes),
    )


def _rival(found: Found) -> Rival:
    return Rival(found.compat, "exact" if showing.is_exact(found) else str(found.round_number))


def _whole(row: Row) -> Score:
    return row.scores.compat[0]


def _share(row: Row, grain: int) -> Share:
    shown = _whole(row)
    blunted = grain > 0 and shown.step > EXACT
    return Share(shown.value, shown.n, SPREAD * shown.step if blunted else 0.0)


def _placed(row: Row, first: int, last: int, group: int) -> Row:
    return replace(row, rank_from=first, rank_to=last, group=group)


def _fits(row: Row, query: Query) -> bool:
    wanted = query.search.casefold()
    return (
        (not wanted or wanted in row.meta.model.casefold() or wanted in row.team.casefold())
        and query.setting in ("", row.meta.setting)
        and query.team in ("", row.team)
        and query.how in ("", row.meta.how)
        and query.standing in ("", row.standing)
    )


_TEXTS: dict[str, Callable[[Row], str]] = {
    "model": lambda row: row.meta.model.casefold(),
    "team": lambda row: row.team.casefold(),
    "date": lambda row: row.meta.released,
    "received": lambda row: row.received,
    "setting": lambda row: row.meta.setting.casefold(),
    "how": lambda row: row.meta.how.casefold(),
    "standing": lambda row: row.standing,
}


def _sorted(rows: list[Row], board: Board, query: Query) -> list[Row]:
    """The rows in the order asked for; rows without the number or text come last."""
    down = query.direction == "desc"
    if query.sort in _TEXTS:
        text = _TEXTS[query.sort]
        return sorted(rows, key=text, reverse=down)
    if query.sort == "size":
        return _by_number(rows, parameters, down=down)
    wanted = "" if query.sort == "value" else query.sort
    if wanted and wanted not in {category.code for category in board.categories}:
        raise BoardError("there is no such column to sort by")
    return _by_number(rows, lambda row: _value(row, query.reading, wanted), down=down)


def _by_number(rows: list[Row], number: Callable[[Row], float | None], *, down: bool) -> list[Row]:
    def order(row: Row) -> tuple[bool, float]:
        value = number(row)
        return (value is None, 0.0 if value is None else -value if down else value)

    return sorted(rows, key=order)


def _value(row: Row, reading: Reading, category: str) -> float | None:
    shown = row.scores.compat if reading == "compat" else row.scores.strict
    return next((score.value for score in shown if score.category == category), None)


def parameters(row: Row) -> float | None:
    """A size such as `7B`, `560M` or `1.3 T` as a number of parameters."""
    text = row.meta.size.strip().upper()
    unit = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}.get(text[-1:], 1.0)
    digits = text.rstrip("KMBT ")
    if len(digits) > 12 or not digits.replace(".", "", 1).isdecimal() or not digits.isascii():
        return None
    return float(digits) * unit


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({value for value in values if value}))
