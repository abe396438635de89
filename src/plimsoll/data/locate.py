"""Data set's slug and file name -> where that file lies on this machine.

`PLIMSOLL_DATA` names a folder laid out `<folder>/<slug>/<file>` and is looked at first; then the
user's own data folder, which is also where downloads go when `PLIMSOLL_DATA` is not set.
"""

import os
from pathlib import Path

from plimsoll.core import UserError
from plimsoll.data.slugs import slug_of, spellings

VARIABLE = "PLIMSOLL_DATA"


class MissingData(UserError):
    """A data file is not on this machine."""

    def __init__(self, slug: str, name: str) -> None:
        slug = slug_of(slug)
        places = " or ".join(str(root / slug / name) for root in roots())
        super().__init__(
            f"{name} of {slug} is not on this machine: run `plimsoll data pull {slug}`, "
            f"or put the file at {places}"
        )
        self.slug = slug
        self.name = name


def home() -> Path:
    """The user's data folder of Plimsoll: `$XDG_DATA_HOME/plimsoll` or `~/.local/share/plimsoll`."""
    given = os.environ.get("XDG_DATA_HOME", "")
    return (Path(given) if given else Path.home() / ".local" / "share") / "plimsoll"


def roots() -> tuple[Path, ...]:
    """The folders that hold data folders, the first one first."""
    given = os.environ.get(VARIABLE, "")
    return (Path(given).expanduser(), home()) if given else (home(),)


def folders(slug: str) -> tuple[Path, ...]:
    """Where files of a data set may lie, under any spelling of its name, first place first."""
    return tuple(root / spelled for root in roots() for spelled in spellings(slug_of(slug)))


def folder(slug: str) -> Path:
    """Where a download of the data set goes."""
    return folders(slug)[0]


def find(slug: str, name: str) -> Path | None:
    """The file, or nothing where it is not on this machine."""
    return next((place / name for place in folders(slug) if (place / name).is_file()), None)


def need(slug: str, *names: str) -> Path:
    """The first of the named files that is here. Raises `MissingData` for the first name."""
    found = next((path for path in (find(slug, name) for name in names) if path is not None), None)
    if found is None:
        raise MissingData(slug, names[0])
    return found
