"""Files, official data or our own starter set -> harmful requests and harmless ones beside them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any, Literal, NamedTuple

from msgspec import Struct

from plimsoll.core import DataError, UserError, decoding, files
from plimsoll.data import delimited, locate, resources

Language = Literal["en", "zh"]
Kind = Literal["harmful", "harmless"]

SLUG = "llm_safeguard_dro"
STARTER = (
    "The prompts are a small starter set of Plimsoll's own; `plimsoll data pull llm_safeguard_dro` "
    "brings 100 published pairs."
)
TRANSLATED = (
    "The prompts are a small starter set of Plimsoll's own, in English and Chinese; `--harmful` and "
    "`--harmless` take JSON lines with prompt, question and language."
)


class Origin(NamedTuple):
    """Where a prompt comes from."""

    question: str
    """What its translations and paraphrases, and the prompt that it is paired with, share."""
    language: str


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
    told: Mapping[Kind, tuple[Origin, ...]] = field(default_factory=dict[Kind, tuple[Origin, ...]])
    """Where each prompt comes from, where that is known."""

    @property
    def digest(self) -> str:
        """What tells these prompts from others."""
        told = "\x1e".join("\x1f".join(prompts) for prompts in (self.harmful, self.harmless))
        return sha256(told.encode("utf-8", "surrogatepass")).hexdigest()

    def origins(self, kind: Kind) -> tuple[Origin, ...]:
        """Where the prompts of a kind come from: what is not told is a question of its own, or its pair's."""
        mark = "" if self.paired else f"{kind} "
        prompts = self.harmful if kind == "harmful" else self.harmless
        return self.told.get(kind) or tuple(Origin(f"{mark}{place}", "") for place in range(len(prompts)))

    def reworded(self) -> str:
        """A question that several prompts of one kind put in other words; empty where there is none."""
        for kind in self.told:
            counted = Counter(each.question for each in self.origins(kind))
            if question := next((each for each, count in counted.items() if count > 1), ""):
                return question
        return ""

    def first(self, most: int) -> "Anchors":
        """At most so many of each; 0 for all."""
        return Anchors(
            harmful=self.harmful[: most or None],
            harmless=self.harmless[: most or None],
            paired=self.paired,
            files=self.files,
            notes=self.notes,
            told={kind: origins[: most or None] for kind, origins in self.told.items()},
        )


def translated() -> Anchors:
    """Our own pairs that stand in both languages, a question's English before its Chinese."""
    ours: Mapping[str, Any] = resources.table("whitebox", "anchors.toml")
    number = min(len(ours[language][kind]) for language in ("en", "zh") for kind in ("harmful", "harmless"))

    def both(kind: Kind) -> tuple[str, ...]:
        return tuple(chain(*zip(ours["en"][kind][:number], ours["zh"][kind][:number], strict=True)))

    origins = tuple(Origin(str(place), language) for place in range(number) for language in ("en", "zh"))
    return Anchors(
        harmful=both("harmful"),
        harmless=both("harmless"),
        paired=True,
        files=resources.stamp("whitebox", "anchors.toml"),
        notes=(TRANSLATED,),
        told={"harmful": origins, "harmless": origins},
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
    first, second = (each if paired else each.once for each in map(_read, (harmful, harmless)))
    told: dict[Kind, tuple[Origin, ...]] = {}
    if first.origins and second.origins:
        told = {"harmful": first.origins, "harmless": second.origins}
    return Anchors(
        harmful=first.prompts,
        harmless=second.prompts,
        paired=paired and len(first.prompts) == len(second.prompts),
        files={
            (f"{kind} {path.name}" if harmful.name == harmless.name else path.name): sha256(
                files.read(path)
            ).hexdigest()
            for kind, path in (("harmful", harmful), ("harmless", harmless))
        },
        notes=tuple(
            f"{path.name}: {each.repeated} prompts that stand there again were left out."
            for path, each in ((harmful, first), (harmless, second))
            if each.repeated
        ),
        told=told,
    )


class _Read(NamedTuple):
    prompts: tuple[str, ...]
    origins: tuple[Origin, ...] = ()
    repeated: int = 0

    @property
    def once(self) -> "_Read":
        """Each prompt where it stands first: the same one again says nothing new."""
        first = {prompt: place for place, prompt in reversed([*enumerate(self.prompts)])}
        kept = sorted(first.values())
        return _Read(
            tuple(self.prompts[place] for place in kept),
            tuple(self.origins[place] for place in kept) if self.origins else (),
            len(self.prompts) - len(kept),
        )


def _read(path: Path) -> _Read:
    text = delimited.text(files.read(path), path)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        raise DataError(f"{path} holds no prompt: write one a line")
    return _records(path, lines) if path.suffix == ".jsonl" else _Read(tuple(lines))


class _Row(Struct):
    prompt: str
    question: str | int = ""
    language: str = ""


def _records(path: Path, lines: Sequence[str]) -> _Read:
    prompts, origins = list[str](), list[Origin]()
    for number, line in enumerate(lines, start=1):
        try:
            row = decoding.decode(line.encode(), _Row)
        except ValueError as error:
            raise DataError(f"{path}: record #{number}: {error}: write prompt, question, language") from None
        prompts.append(row.prompt)
        question = row.question if row.question != "" else f"{path.name} {number}"
        origins.append(Origin(str(question), row.language))
    return _Read(tuple(prompts), tuple(origins))
