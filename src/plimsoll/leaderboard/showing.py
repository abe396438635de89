"""Rows of the database -> nouns that may be shown."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, Select, select

from plimsoll.core import decoding
from plimsoll.leaderboard import grain
from plimsoll.leaderboard.books import Found, published_rows, round_of
from plimsoll.leaderboard.errors import NotFound
from plimsoll.leaderboard.nouns import (
    Board,
    Category,
    Fault,
    Meta,
    Part,
    Round,
    Score,
    Scores,
    State,
    Submission,
    Version,
)
from plimsoll.leaderboard.tables import boards, rounds, scores, submissions, teams, versions

Counted = Mapping[tuple[str, str, str], tuple[float, int]]
"""Reading, part, category -> hits and questions."""
_categories = decoding.Decoder(tuple[Category, ...])
_meta = decoding.Decoder(Meta)
_notes = decoding.Decoder(tuple[Fault, ...])


def board(connection: Connection, found: Found) -> Board:
    """A board with its open round."""
    current = round_of(connection, found.id)
    return Board(
        slug=found.slug,
        title=found.title,
        benchmark=found.benchmark,
        language=found.language,
        about=found.about,
        n=found.n,
        categories=categories(found),
        round=Round(number=current.number, opened=current.opened, holdout=current.holdout),
        at_once=found.at_once,
        daily=found.daily,
        grain=found.grain,
        version=found.version,
        rows=published_rows(connection, found.id),
    )


def categories(found: Found) -> tuple[Category, ...]:
    """A board's categories, in its order."""
    return _categories.decode(found.categories)


def meta(found: Found) -> Meta:
    """What the team says of its model."""
    return _meta.decode(found.meta)


def notes(found: Found) -> tuple[Fault, ...]:
    """What was accepted but should be known."""
    return _notes.decode(found.notes)


def versions_with_all() -> Select[tuple[object, ...]]:
    """Versions with what is needed to show them: submission, team, round, board."""
    return select(
        versions,
        submissions.c.source,
        submissions.c.state.label("submission_state"),
        teams.c.name.label("team_name"),
        boards.c.slug,
        boards.c.grain,
        boards.c.daily,
        boards.c.categories,
        rounds.c.number.label("round_number"),
        rounds.c.closed,
        rounds.c.holdout,
        rounds.c.secret,
    ).select_from(
        versions.join(submissions, versions.c.submission_id == submissions.c.id)
        .join(boards, versions.c.board_id == boards.c.id)
        .join(rounds, versions.c.round_id == rounds.c.id)
        .outerjoin(teams, versions.c.team_id == teams.c.id)
    )


def counted(connection: Connection, which: object) -> Mapping[int, Counted]:
    """Version -> its counts, for the versions that fit; held-out parts stay in the database."""
    found: dict[int, dict[tuple[str, str, str], tuple[float, int]]] = defaultdict(dict)
    asked = select(scores).join(versions, scores.c.version_id == versions.c.id)
    asked = asked.where(which, scores.c.part != "held")  # pyright: ignore[reportArgumentType]
    for version, reading, part, category, hits, n in connection.execute(asked):
        found[version][reading, part, category] = (hits, n)
    return found


def shown_scores(found: Found, counts: Counted, codes: Iterable[str]) -> Scores:
    """The numbers of a version as they may be shown now."""
    part: Part = "open" if found.closed is None and found.holdout > 0 else "all"
    if found.standing == "as_published":
        part = "all"
    places = ("", *codes)
    return Scores(
        part=part,
        compat=_reading(found, counts, "compat", part, places),
        strict=_reading(found, counts, "strict", part, places),
    )


def is_exact(found: Found) -> bool:
    """Whether a version's numbers may be shown as they are: published, and its round closed."""
    if found.standing == "as_published":
        return True
    return found.closed is not None and found.state == "published"


def version(found: Found, counts: Counted, codes: Iterable[str]) -> Version:
    """One state of a submission."""
    return Version(
        number=found.number,
        state=found.state,
        standing=found.standing,
        signer=found.signer,
        meta=meta(found),
        sha256=found.sha256,
        received=found.received,
        round=found.round_number,
        scores=shown_scores(found, counts, codes),
    )


def submission_list(connection: Connection, which: object) -> tuple[Submission, ...]:
    """Submissions with their histories, oldest first."""
    asked = versions_with_all().where(which)  # pyright: ignore[reportArgumentType]
    rows = connection.execute(asked.order_by(submissions.c.created, versions.c.number)).all()
    if not rows:
        return ()
    counts = counted(connection, versions.c.submission_id.in_({row.submission_id for row in rows}))
    by_submission: dict[str, list[Found]] = defaultdict(list)
    for row in rows:
        by_submission[row.submission_id].append(row)
    return tuple(_submission(history, counts) for history in by_submission.values())


def submission(connection: Connection, id: str) -> Submission:
    """One submission with its history. Raises `NotFound`."""
    found = submission_list(connection, submissions.c.id == id)
    if not found:
        raise NotFound("there is no such submission")
    return found[0]


def _submission(history: Sequence[Found], counts: Mapping[int, Counted]) -> Submission:
    newest = history[-1]
    codes = [category.code for category in categories(newest)]
    state: State = newest.submission_state
    return Submission(
        id=newest.submission_id,
        board=newest.slug,
        team=newest.team_name or "",
        state=state,
        versions=tuple(version(row, counts[row.id], codes) for row in history),
    )


def _reading(
    found: Found, counts: Counted, reading: str, part: Part, places: Iterable[str]
) -> tuple[Score, ...]:
    shown: list[Score] = []
    # Equal predictions of both readings share a draw: two would be two looks at one number.
    seed = found.seed[:32] if reading == "compat" else found.seed[32:]
    for category in places:
        if (reading, part, category) not in counts:
            continue
        hits, n = counts[reading, part, category]
        if is_exact(found):
            shown.append(grain.exact(category, hits, n))
            continue
        draw = grain.keyed_draw(found.secret, seed, f"{part}:{category}")
        shown.append(grain.blunted(category, hits, n, grain=found.grain, draw=draw))
    return tuple(shown)
