"""Files without a published checksum -> trusted on first use, and held to it afterwards.

The first time such a file is used and found sound, its SHA-256 is written to `checksums.json` in
the user's data folder; from then on another content under the same name is refused.
"""

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from plimsoll.core import DataError
from plimsoll.data.locate import home


def lock_file() -> Path:
    """Where checksums of first use are kept."""
    return home() / "checksums.json"


def known(slug: str, name: str) -> str:
    """The checksum of first use, or nothing."""
    return _read().get(f"{slug}/{name}", "")


def hold(slug: str, name: str, digest: str) -> None:
    """Trust a checksum on first use. Raises `DataError` where another one is already trusted."""
    before = known(slug, name)
    if before == digest:
        return
    if before:
        raise DataError(
            f"{name} of {slug} has SHA-256 {digest}, but {before} was trusted on first use; "
            f"if the change is meant, delete the line {slug}/{name} in {lock_file()}"
        )
    _write({**_read(), f"{slug}/{name}": digest})


def _read() -> Mapping[str, str]:
    try:
        return msgspec.json.decode(lock_file().read_bytes(), type=dict[str, str])
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.DecodeError) as error:
        raise DataError(f"{lock_file()}: cannot be read: {error}") from error


def _write(entries: Mapping[str, str]) -> None:
    path = lock_file()
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(msgspec.json.format(msgspec.json.encode(dict(sorted(entries.items()))), indent=2))
        part.replace(path)
    except OSError:
        # A home that cannot be written must not stop a run: its manifest holds the checksum anyway.
        part.unlink(missing_ok=True)
