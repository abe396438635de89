"""Files without a published checksum -> trusted on first use, and held to it afterwards.

The first time such a file is used and found sound, its SHA-256 is written to `checksums.json` in
the user's data folder; from then on another content under the same name is refused.
"""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from plimsoll.core import DataError, decoding, files, lock
from plimsoll.data.locate import home

LARGEST = 16 << 20
"""Bytes of the list of checksums."""


def lock_file() -> Path:
    """Where checksums of first use are kept."""
    return home() / "checksums.json"


def known(slug: str, name: str) -> str:
    """The checksum of first use, or nothing."""
    return _read().get(f"{slug}/{name}", "")


def hold(slug: str, name: str, digest: str) -> None:
    """Trust a checksum on first use. Raises `DataError` where another one is already trusted."""
    if _settled(slug, name, digest):
        return
    # A home that cannot be written must not stop a run: its manifest holds the checksum anyway.
    with suppress(OSError):
        lock_file().parent.mkdir(parents=True, exist_ok=True)
        # Read again behind the lock: another process may have written since.
        with lock.waited_for(lock_file().parent):
            if not _settled(slug, name, digest):
                _write({**_read(), f"{slug}/{name}": digest})


def _settled(slug: str, name: str, digest: str) -> bool:
    """Whether this checksum is trusted already. Raises `DataError` where another one is."""
    before = known(slug, name)
    if before and before != digest:
        raise DataError(
            f"{name} of {slug} has SHA-256 {digest}, but {before} was trusted on first use; "
            f"if the change is meant, delete the line {slug}/{name} in {lock_file()}"
        )
    return before == digest


def _read() -> Mapping[str, str]:
    try:
        return decoding.decode(files.read(lock_file(), LARGEST), dict[str, str])
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.DecodeError) as error:
        raise DataError(f"{lock_file()}: cannot be read: {error}") from error


def _write(entries: Mapping[str, str]) -> None:
    body = msgspec.json.format(msgspec.json.encode(dict(sorted(entries.items()))), indent=2)
    files.write(lock_file(), [body])
