"""A PostgreSQL cluster of its own for tests: in a temporary folder, on a free loopback port."""

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROGRAMS = ("initdb", "pg_ctl", "postgres")
OFF = "-c fsync=on -c full_page_writes=on -c max_connections=100 -c shared_buffers=64MB"


def missing() -> str:
    """Why no cluster can be started here; empty where one can."""
    absent = [name for name in PROGRAMS if shutil.which(name) is None]
    if absent:
        return f"no PostgreSQL here ({', '.join(absent)}); Debian: apt-get install postgresql"
    return "" if _user() is not None or os.getuid() != 0 else "PostgreSQL does not run as root"


class Cluster:
    """A running cluster."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port

    def new_database(self) -> str:
        """The address of an empty database."""
        import psycopg

        name = f"board_{secrets.token_hex(6)}"
        where = f"host=127.0.0.1 port={self.port} user=board dbname=postgres"
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return f"postgresql+psycopg://board@127.0.0.1:{self.port}/{name}"

    def crash(self) -> None:
        """Kill every process of the cluster, as a power cut would, and start it again."""
        self.control("stop", "-m", "immediate")
        self.start()

    def start(self) -> None:
        """Start the cluster."""
        self.control(
            "start", "-w", "-t", "60", "-l", str(self.folder / "log"), "-o",
            f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self.folder} {OFF}",
        )  # fmt: skip

    def control(self, *arguments: str) -> None:
        """Run `pg_ctl`."""
        _run("pg_ctl", "-D", str(self.folder / "cluster"), *arguments)


@contextmanager
def cluster() -> Generator[Cluster]:
    """A cluster that lives as long as the block."""
    with tempfile.TemporaryDirectory(prefix="plimsoll-pg-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        user = _user()
        if user is not None:
            os.chown(folder, user.pw_uid, user.pw_gid)
        _run(
            "initdb", "-D", str(folder / "cluster"), "-U", "board", "-A", "trust", "-E", "UTF8",
            "--locale=C.UTF-8", "--no-instructions",
        )  # fmt: skip
        made = Cluster(folder, _free_port())
        made.start()
        try:
            yield made
        finally:
            made.control("stop", "-m", "immediate")


def _run(program: str, *arguments: str) -> None:
    user = _user()
    subprocess.run(
        [program, *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        user=user.pw_uid if user else None,
        group=user.pw_gid if user else None,
    )


def _user() -> Any:
    """Whom PostgreSQL runs as where the tests are root: it refuses root."""
    import pwd  # not on every system; where it is missing, so are the programs' usual places

    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return None


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]
