"""Option texts -> letters, continuations and the block of options that a prompt shows."""

from collections.abc import Iterable, Sequence

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""What options are called, in order."""


def letter(index: int) -> str:
    """The letter of the option at `index`."""
    if not 0 <= index < len(LETTERS):
        raise IndexError(f"no letter stands for option {index}: options go from 0 to {len(LETTERS) - 1}")
    return LETTERS[index]


def index_of(label: str | None) -> int | None:
    """The option that a capital letter stands for; `None` for anything else (`unparsed`, empty ...)."""
    if label is None or len(label) != 1:
        return None
    found = LETTERS.find(label)
    return None if found < 0 else found


def option_block(options: Iterable[str]) -> str:
    """One line per option: `(A) first`, `(B) second` ..., each ended by a line break."""
    return "".join([f"({name}) {option}\n" for name, option in zip(LETTERS, options, strict=False)])


def continuations(options: Sequence[str], opening: str = "(") -> tuple[str, ...]:
    """The beginnings of a reply to weigh against each other: `(A`, `(B` ..."""
    return tuple(opening + name for name in LETTERS[: len(options)])
