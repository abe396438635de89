"""A folder that takes its name when it is whole: until then it lies beside it under a name nobody asks for.

What a process left there that was killed is swept by the next one that makes the same folder.
"""

import os
import platform
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4
from zlib import crc32

from plimsoll.core import UserError, files
from plimsoll.core.processes import lives

LONGEST = 40
"""Letters of a folder's name that stand in that of its unfinished form."""


def unfinished(folder: Path) -> Path:
    """A new name beside a folder, after what dead processes left under such names is gone."""
    for left in _left(folder):
        shutil.rmtree(left, ignore_errors=True)
    mark = f"{_machine()}-{os.getpid()}-{uuid4().hex[:8]}"
    return folder.with_name(f".{folder.name[:LONGEST]}.{mark}{files.ENDING}")


def appear(made: Path, folder: Path) -> None:
    """Give a whole folder its name. Raises `UserError` where another process took it meanwhile."""
    try:
        made.rename(folder)
    except OSError:
        if not os.path.lexists(folder):
            raise
        raise UserError(f"{folder} is there by now: another process made it; nothing was changed") from None


def _left(folder: Path) -> Iterator[Path]:
    if not folder.parent.is_dir():
        return
    begin = f"{folder.name[:LONGEST]}.{_machine()}-"
    for path in folder.parent.iterdir():
        name = path.name.lstrip(".")
        number = name.removeprefix(begin).partition("-")[0]
        ours = name.startswith(begin) and name.endswith(files.ENDING) and number.isdecimal()
        if ours and int(number) != os.getpid() and not lives(int(number)):
            yield path


def _machine() -> str:
    """What tells machines apart that share a disk: numbers of processes mean something on one alone."""
    return f"{crc32(platform.node().encode()):08x}"
