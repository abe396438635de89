"""SOMF's five files -> 846 prompts by set."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from plimsoll.core import DataError, UserError, did_you_mean
from plimsoll.data import locate, rows
from plimsoll.data.prompts import Prompt, PromptSet

SLUG = "somf"
SETS: Mapping[str, str] = {
    "beavertails": "BeaverTails.json",
    "catqa": "catqa_english.json",
    "harmfulqa": "harmfulqa.json",
    "shadow_alignment": "shadow-alignment.json",
    "dangerousqa": "dangerousqa.json",
}
COUNTS: Mapping[str, int] = {
    "beavertails": 140,
    "catqa": 110,
    "harmfulqa": 196,
    "shadow_alignment": 200,
    "dangerousqa": 200,
}
ALL = "all"


class _Row(Struct, frozen=True):
    prompt: str


def load(named: str) -> PromptSet:
    """The prompts of some sets, `+` between their names. Raises `UserError`, `MissingData`, `DataError`."""
    chosen = list(SETS) if named == ALL else list(dict.fromkeys(named.split("+")))
    for name in chosen:
        if name not in SETS:
            raise UserError(
                f"sets={named}: SOMF has no set {name!r}{did_you_mean(name, SETS)}: there is "
                f"{', '.join(SETS)}, or {ALL}"
            )
    parts = [_read(name) for name in chosen]
    return PromptSet(
        tuple(prompt for part in parts for prompt in part.prompts),
        {name: digest for part in parts for name, digest in part.files.items()},
    )


def _read(name: str) -> PromptSet:
    path = locate.need(SLUG, SETS[name])
    found = tuple(_prompts(name, rows.read_json(path, list[_Row])))
    if len(found) != COUNTS[name]:
        raise DataError(f"{path}: {len(found)} prompts; the official file has {COUNTS[name]}")
    if any(not prompt.text for prompt in found):
        raise DataError(f"{path}: holds an empty prompt")
    return PromptSet(found, {path.name: rows.checksum_of(path)})


def _prompts(name: str, found: Sequence[_Row]) -> Iterator[Prompt]:
    """Prompts that stand twice in a file are asked twice, as officially, and count as one question."""
    first = dict[str, str]()
    for number, row in enumerate(found, start=1):
        key, text = f"{name}-{number:03}", row.prompt.strip()
        yield Prompt(id=key, text=text, category=name, pair=first.setdefault(text, key))
