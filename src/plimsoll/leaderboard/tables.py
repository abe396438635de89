"""The tables of a leaderboard, as the newest migration leaves them.

Times are ISO 8601 texts in UTC, so that both databases sort and compare them alike.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

boards = Table(
    "board",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("slug", String(63), nullable=False, unique=True),
    Column("title", String(200), nullable=False),
    Column("benchmark", String(300), nullable=False),
    Column("language", String(20), nullable=False),
    Column("about", Text, nullable=False),
    Column("categories", Text, nullable=False),
    Column("n", Integer, nullable=False),
    Column("at_once", Boolean, nullable=False),
    Column("daily", Integer, nullable=False),
    Column("grain", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created", String(32), nullable=False),
)

answers = Table(
    "answers",
    metadata,
    Column("board_id", Integer, ForeignKey("board.id"), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

rounds = Table(
    "round",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("board_id", Integer, ForeignKey("board.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("opened", String(32), nullable=False),
    Column("closed", String(32)),
    Column("holdout", Float, nullable=False),
    Column("secret", LargeBinary, nullable=False),
    UniqueConstraint("board_id", "number", name="one_round_of_a_number"),
)

teams = Table(
    "team",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(120), nullable=False),
    Column("folded", String(240), nullable=False, unique=True),
    Column("created", String(32), nullable=False),
)

tokens = Table(
    "token",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("prefix", String(16), nullable=False, unique=True),
    Column("digest", LargeBinary, nullable=False),
    Column("role", String(8), nullable=False),
    Column("team_id", Integer, ForeignKey("team.id")),
    Column("label", String(120), nullable=False),
    Column("created", String(32), nullable=False),
    Column("expires", String(32)),
    Column("revoked", String(32)),
)

submissions = Table(
    "submission",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("board_id", Integer, ForeignKey("board.id"), nullable=False),
    Column("team_id", Integer, ForeignKey("team.id")),
    Column("state", String(12), nullable=False),
    Column("source", String(300), nullable=False),
    Column("created", String(32), nullable=False),
    Index("submissions_of_a_team", "team_id"),
    Index("submissions_of_a_board", "board_id", "state"),
)

versions = Table(
    "version",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("submission_id", String(32), ForeignKey("submission.id"), nullable=False),
    Column("board_id", Integer, ForeignKey("board.id"), nullable=False),
    Column("team_id", Integer, ForeignKey("team.id")),
    Column("round_id", Integer, ForeignKey("round.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("key", String(128)),
    Column("state", String(12), nullable=False),
    Column("standing", String(16), nullable=False),
    Column("signer", String(128), nullable=False),
    Column("model", String(120), nullable=False),
    Column("meta", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("seed", String(64), nullable=False),
    Column("received", String(32), nullable=False),
    Column("day", String(10), nullable=False),
    Column("notes", Text, nullable=False),
    Column("compat", LargeBinary),
    Column("strict", LargeBinary),
    UniqueConstraint("submission_id", "number", name="one_version_of_a_number"),
    UniqueConstraint("team_id", "board_id", "key", name="one_version_of_a_key"),
    Index("versions_of_a_day", "team_id", "board_id", "day"),
    Index("versions_on_a_board", "board_id", "state"),
    Index("versions_of_a_model", "model"),
)

scores = Table(
    "score",
    metadata,
    Column("version_id", Integer, ForeignKey("version.id"), primary_key=True),
    Column("reading", String(8), primary_key=True),
    Column("part", String(8), primary_key=True),
    Column("category", String(40), primary_key=True),
    Column("hits", Float, nullable=False),
    Column("n", Integer, nullable=False),
)

log = Table(
    "log",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", String(32), nullable=False),
    Column("who", String(140), nullable=False),
    Column("action", String(40), nullable=False),
    Column("what", String(200), nullable=False),
    Column("detail", Text, nullable=False),
)
