"""A GGUF file -> the same weights under another chat template."""

from pathlib import Path

KEY = b"tokenizer.chat_template"
ALIGNED = 32
"""What follows the head of a file begins at a multiple of this; the template is padded to keep it."""


def with_template(path: Path, template: str, made: Path) -> Path:
    """The weights with another chat template."""
    whole = path.read_bytes()
    start = whole.index(KEY) + len(KEY) + 4
    size = int.from_bytes(whole[start : start + 8], "little")
    given = template.encode() + b"{##}"
    gap = b" " * ((size - len(given)) % ALIGNED)
    padded = given[:-2] + gap + b"#}"
    length = len(padded).to_bytes(8, "little")
    made.write_bytes(whole[:start] + length + padded + whole[start + 8 + size :])
    return made
