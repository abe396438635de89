"""The file `.env` of the folder one is in -> variables of the environment, and what is said of them.

Only keys, tokens, addresses and Plimsoll's own variables are taken: a folder that came from somewhere
else must not say which programs or libraries run here. What the environment holds already stays.
"""

import re
from collections.abc import Iterator, MutableMapping
from pathlib import Path

from plimsoll.core import files

LONGEST = 65_536
"""Bytes of such a file."""
TAKEN = re.compile(r"(PLIMSOLL|HF)_\w+|\w+_(KEY|TOKEN|BASE_URL|ENDPOINT)", re.IGNORECASE)
LINE = re.compile(r"(?:export\s+)?(?P<name>[A-Za-z_]\w*)\s*=\s*(?P<value>.*)")
QUOTED = re.compile(r"(?P<quote>[\"'])(?P<inner>.*?)(?P=quote)\s*(?:#.*)?")
REMARK = re.compile(r"(?:^|\s+)#.*")


def taken_up(path: Path, environment: MutableMapping[str, str]) -> Iterator[str]:
    """Set what the file says and the environment does not; yields what a person should know of it."""
    if not path.is_file():
        return
    try:
        with files.opened(path) as file:
            body = file.read(LONGEST + 1)
        if len(body) > LONGEST:
            yield f"{path} is not read: it has more than {LONGEST:,} bytes"
            return
        text = body.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        yield f"{path} cannot be read: {getattr(error, 'strerror', None) or 'it is no UTF-8'}"
        return
    yield from _said(path, text, environment)


def _said(path: Path, text: str, environment: MutableMapping[str, str]) -> Iterator[str]:
    taken: list[str] = []
    left: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        written = line.strip()
        if not written or written.startswith("#"):
            continue
        found = LINE.fullmatch(written)
        if found is None or "\0" in written:
            yield f"{path}, line {number} is not NAME=value, and is left out"
        elif not TAKEN.fullmatch(found["name"]):
            left.append(found["name"])
        elif found["name"] not in environment:
            environment[found["name"]] = _value(found["value"])
            taken.append(found["name"])
    if taken:
        yield f"{path} gives {', '.join(taken)}"
    if left:
        yield f"{path} says {', '.join(left)} too, which are no keys, tokens or addresses: left out"


def _value(written: str) -> str:
    """Quotes and a remark behind the value are no part of it."""
    if quoted := QUOTED.fullmatch(written):
        return quoted["inner"]
    return REMARK.sub("", written)
