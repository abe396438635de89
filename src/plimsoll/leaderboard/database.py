"""An address -> an open database with the newest tables.

SQLite (the default) runs in WAL mode with full syncs: what is committed survives a kill and a power
cut. Its writers queue behind one lock in the process and wait up to 30 s for other processes.
"""

import threading
from collections.abc import Generator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError

from plimsoll.core import MissingExtra, UserError
from plimsoll.leaderboard import trouble

CONNECTIONS = 16
"""At most so many are open; as many threads ask at a time (`web.in_thread`)."""
WAIT = 30
"""Seconds to wait for a connection or for another writer."""
_MIGRATING = 7_236_411
"""PostgreSQL's advisory lock of this name keeps two servers from migrating at once."""


@dataclass(frozen=True)
class Database:
    """Reads see whole transactions; writes happen one after the other where the engine needs it."""

    engine: Engine
    _writing: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_sqlite(self) -> bool:
        """Whether it is the embedded one."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Generator[Connection]:
        """A transaction that changes nothing."""
        with trouble.told(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Generator[Connection]:
        """A transaction that is committed when the block ends well."""
        queue = self._writing if self.is_sqlite else nullcontext()
        with queue, trouble.told(), self._writing_connection() as connection, connection.begin():
            yield connection

    def _writing_connection(self) -> Connection:
        return self.engine.connect().execution_options(writes=True)

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


def open_database(address: str) -> Database:
    """Connect, and bring the tables up to date. Raises `UserError` for an address that leads nowhere."""
    database = Database(_engine(address))
    try:
        migrate(database)
    except OperationalError as error:
        # The driver's first line says what failed; the address may hold a password.
        said = str(error.orig).partition("\n")[0]
        raise UserError(f"the database cannot be opened: {said} (check --database)") from None
    return database


def sqlite_address(path: Path) -> str:
    """The address of an SQLite file."""
    return f"sqlite:///{path.absolute()}"


def migrate(database: Database) -> None:
    """Apply the steps that this database has not seen yet."""
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    script = ScriptDirectory.from_config(config)

    def steps(revision: Any, _: Any) -> Any:
        return script._upgrade_revs("head", revision)  # pyright: ignore[reportPrivateUsage]

    with database.write() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:name)"), {"name": _MIGRATING})
        with EnvironmentContext(config, script, fn=steps, destination_rev="head") as environment:
            environment.configure(connection=connection, transactional_ddl=False)
            environment.run_migrations()


def _engine(address: str) -> Engine:
    try:
        url = make_url(address)
        if url.get_backend_name() not in ("sqlite", "postgresql"):
            raise UserError(f"--database {url.get_backend_name()}: there are sqlite and postgresql+psycopg")
        engine = create_engine(
            url,
            pool_size=CONNECTIONS,
            max_overflow=0,
            pool_timeout=WAIT,
            pool_pre_ping=url.get_backend_name() != "sqlite",
            hide_parameters=True,
        )
    except ArgumentError:
        raise UserError("--database is no address: write postgresql+psycopg://user@host/name") from None
    except ModuleNotFoundError as error:
        raise MissingExtra(f"the database driver {error.name}", "board") from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions by itself
    for setting in (
        f"busy_timeout = {WAIT * 1000}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {setting}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
