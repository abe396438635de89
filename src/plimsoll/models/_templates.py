"""Files of a model at hand -> the chat templates in them, and whether these have a place for tools."""

import json
import mmap
import re
from pathlib import Path
from typing import Any

from plimsoll.core import decoding, files
from plimsoll.text.expressions import expression

TEXT = (8).to_bytes(4, "little")
"""How GGUF marks a value that is a text."""
LONGEST = 1024 * 1024
"""Bytes of a template; a longer one is none."""
FILES = ("chat_template.jinja", "chat_template.json", "tokenizer_config.json")
_KEY = re.compile(rb"tokenizer\.chat_template(?:\.tool_use)?" + TEXT, re.DOTALL)
_TOOLS = expression(r"\b(?:if|in|and|or|not)\s+\(?tools\b|\btools\s*(?:\||is\b|\[)|[(,=]\s*tools\b")
"""A template that does something with the tools."""


def takes_tools(template: str) -> bool:
    """Whether a chat template puts tools before the model."""
    return _TOOLS.search(template) is not None


def of_gguf(path: Path) -> str:
    """The templates of a GGUF file, the one for tools beside the plain one."""
    with files.opened(path) as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
        found = (_text(whole, key.end()) for key in _KEY.finditer(whole))
        return "\n".join(found)


def of_folder(folder: Path) -> str:
    """The templates beside a model's weights, in whichever of its files they stand."""
    listed = [folder / name for name in FILES] + sorted(folder.glob("additional_chat_templates/*.jinja"))
    return "\n".join(filter(None, map(_of_file, listed)))


def of_tokenizer(tokenizer: Any) -> str:
    """The templates of a tokenizer: one, or several by name; nothing where it has none."""
    found: object = tokenizer.chat_template
    return found if isinstance(found, str) else json.dumps(found) if found else ""


def _of_file(path: Path) -> str:
    try:
        text = files.read_text(path)
        if path.suffix == ".jinja":
            return text
        held: object = decoding.decode(text, dict[str, Any]).get("chat_template")
    except (OSError, ValueError):
        return ""
    if isinstance(held, list):  # the older way of keeping several
        return json.dumps(held)
    return held if isinstance(held, str) else ""


def _text(whole: mmap.mmap, at: int) -> str:
    size = int.from_bytes(whole[at : at + 8], "little")
    return whole[at + 8 : at + 8 + size].decode("utf-8", "replace") if size <= LONGEST else ""
