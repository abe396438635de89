"""Files, official data or our own starter set -> harmful requests and harmless ones beside them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from plimsoll.core import DataError, UserError, files
from plimsoll.data import delimited, locate, resources

Language = Literal["en", "zh"]

SLUG = "llm_safeguard_dro"
STARTER = (
    "The prompts are a small starter set of Plimsoll's own; `plimsoll data pull llm_safeguard_dro` "
    "brings 100 published pairs."
)


@dataclass(frozen=True, kw_only=True)
class Anchors:
    """What an analysis contrasts."""

    harmful: tuple[str, ...]
    harmless: tuple[str, ...]
    paired: bool
    """Whether the two stand side by side: the same verb, the same form."""
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    """SHA-256 by file name."""
    notes: tuple[str, ...] = ()

    def first(self, most: int) -> "Anchors":
        """At most so many of each; 0 for all."""
        return Anchors(
            harmful=self.harmful[: most or None],
            harmless=self.harmless[: most or None],
            paired=self.paired,
            files=self.files,
            notes=self.notes,
        )


def anchors(*, harmful: Path | None, harmless: Path | None, language: Language) -> Anchors:
    """The user's two files; else the published pairs where they are at hand; else our own few.

    Raises `UserError` where one file is named without the other, `DataError` for what cannot be read.
    """
    if (harmful is None) != (harmless is None):
        raise UserError("name both --harmful and --harmless: an analysis contrasts the two")
    if harmful is not None and harmless is not None:
        return _of_files(harmful, harmless, paired=False)
    official = [locate.find(SLUG, f"{kind}_custom.txt") for kind in ("harmful", "harmless")]
    if language == "en" and official[0] and official[1]:
        return _of_files(official[0], official[1], paired=True)
    ours: Mapping[str, Any] = resources.table("whitebox", "anchors.toml")[language]
    return Anchors(
        harmful=tuple(ours["harmful"]),
        harmless=tuple(ours["harmless"]),
        paired=True,
        files=resources.stamp("whitebox", "anchors.toml"),
        notes=(STARTER,),
    )


def _of_files(harmful: Path, harmless: Path, *, paired: bool) -> Anchors:
    first, second = _lines(harmful), _lines(harmless)
    return Anchors(
        harmful=first,
        harmless=second,
        paired=paired and len(first) == len(second),
        files={path.name: sha256(files.read(path)).hexdigest() for path in (harmful, harmless)},
    )


def _lines(path: Path) -> tuple[str, ...]:
    text = delimited.text(files.read(path), path)
    found = tuple(line.strip() for line in text.splitlines() if line.strip())
    if not found:
        raise DataError(f"{path} holds no prompt: write one a line")
    return found
