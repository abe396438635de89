"""A user's text file with one slot in it -> a wrapper for prompts.

Wrappers that make models misbehave are not shipped: who wants one brings it as a file.
"""

import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from plimsoll.core import UserError, files


@dataclass(frozen=True)
class Template:
    """A text around one slot."""

    before: str
    after: str

    def fill(self, prompt: str) -> str:
        """The text with the prompt in its slot, unchanged byte for byte."""
        return f"{self.before}{prompt}{self.after}"


def template_of(text: str, slot: "re.Pattern[str]", written: str, place: str) -> Template:
    """A template out of a text. Raises `UserError` where the slot is missing or stands twice."""
    pieces = slot.split(text)
    if len(pieces) != 2:
        raise UserError(f"{place} holds the slot {written} {len(pieces) - 1} times: it must hold it once")
    return Template(*pieces)


def read_template(path: str, slot: "re.Pattern[str]", written: str) -> tuple[Template, str]:
    """A template out of a file, and the file's checksum. Raises `UserError`."""
    try:
        content = files.read(Path(path).expanduser())
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise UserError(f"template {path}: cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise UserError(f"template {path}: is not in UTF-8") from None
    return template_of(text, slot, written, f"template {path}"), sha256(content).hexdigest()
