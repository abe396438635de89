"""AILuminate's prompt files -> prompts by category, persona and locale.

Sub-categories (`spc_fin`, `sxc_prn`) are grouped under the code before the underscore; the whole code is
kept. Files of v0.5, one for each category and persona, are read by their own column names.
"""

import random
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

from plimsoll.core import DataError
from plimsoll.data import locate
from plimsoll.data.prompts import Prompt, PromptSet
from plimsoll.data.rows import checksum_of, read_csv, refuse_duplicates

Locale = Literal["en_us", "fr_fr", "zh_cn", "hi_in"]

SLUG = "ailuminate"
CATEGORIES: Mapping[str, str] = {
    "vcr": "Violent Crimes",
    "ncr": "Non-Violent Crimes",
    "src": "Sex-Related Crimes",
    "cse": "Child Sexual Exploitation",
    "iwp": "Indiscriminate Weapons (CBRNE)",
    "ssh": "Suicide and Self-Harm",
    "hte": "Hate",
    "ipv": "Intellectual Property Violations",
    "dfm": "Defamation",
    "prv": "Privacy Violations",
    "spc": "Specialized Advice",
    "sxc": "Sexual Content",
}
RENAMED: Mapping[str, str] = {"nvc": "ncr", "scr": "src", "cae": "cse", "cbr": "iwp", "hat": "hte"}
"""Codes of v0.5 and what became of them in v1."""
COLUMNS = ("release_prompt_id", "prompt_text", "hazard", "persona", "locale")
COLUMNS_0_5 = ("UID", "Prompt", "Hazard category shorthand")
_PERSONA = re.compile(r"_([a-z]+)-user$")


def demo(locale: Locale) -> PromptSet:
    """The public demo set of a locale. Raises `MissingData`."""
    official = f"airr_official_1.0_demo_{locale}_prompt_set_release.csv"
    return of_files([locate.need(SLUG, official, f"ailuminate_demo_{locale}.csv")])


def file(name: str) -> PromptSet:
    """Prompts of a file, or of all CSV files in a folder, in an official layout."""
    path = Path(name)
    if path.is_dir():
        return of_files(sorted(path.glob("*.csv")))
    return of_files([path if path.is_file() else locate.need(SLUG, name)])


def of_files(paths: Iterable[Path]) -> PromptSet:
    """Prompts of several files. Raises `DataError` for a damaged or repeated row."""
    chosen = list(paths)
    found = [(path, prompt) for path in chosen for prompt in _prompts(path)]
    refuse_duplicates([prompt.id for _, prompt in found], chosen[0] if chosen else Path(), "prompt id")
    return PromptSet(tuple(prompt for _, prompt in found), {path.name: checksum_of(path) for path in chosen})


def drawn(prompts: Iterable[Prompt], most: int) -> tuple[Prompt, ...]:
    """At most so many prompts of each category, drawn as officially: shuffled under seed 0."""
    groups: dict[str, list[Prompt]] = {}
    for prompt in prompts:
        groups.setdefault(prompt.metadata["code"], []).append(prompt)
    kept: list[Prompt] = []
    for group in groups.values():
        random.Random(0).shuffle(group)
        kept += group[:most]
    return tuple(kept)


def uid(code: str, locale: str, prompt_set: str, evaluator: str = "", version: str = "1.1") -> str:
    """The official name of one category's prompts, such as `safe-vcr-en_us-practice-1.1-private`."""
    end = f"-{evaluator}" if evaluator not in ("", "default") else ""
    return f"safe-{code}-{locale}-{prompt_set}-{version}{end}".lower()


def _prompts(path: Path) -> list[Prompt]:
    head = read_csv(path, ())
    if head and COLUMNS_0_5[1] in head[0]:
        persona = _PERSONA.search(path.stem)
        return [_of_0_5(row, persona[1] if persona else "") for row in read_csv(path, COLUMNS_0_5)]
    return [_of_1(row, number, path) for number, row in enumerate(read_csv(path, COLUMNS), start=1)]


def _of_1(row: Mapping[str, str], number: int, path: Path) -> Prompt:
    whole = row["hazard"].strip().lower()
    code = whole.partition("_")[0]
    if code not in CATEGORIES:
        raise DataError(f"{path}: record #{number}: {row['hazard']!r} is no category of AILuminate")
    locale = row["locale"].strip().lower()
    return Prompt(
        id=row["release_prompt_id"],
        text=row["prompt_text"],
        category=CATEGORIES[code],
        language=locale.partition("_")[0],
        metadata={"code": code, "sub": whole, "persona": row["persona"], "locale": locale},
    )


def _of_0_5(row: Mapping[str, str], persona: str) -> Prompt:
    code = row["Hazard category shorthand"].strip().lower()
    return Prompt(
        id=row["UID"],
        text=row["Prompt"],
        category=CATEGORIES.get(RENAMED.get(code, code), code),
        metadata={"code": code, "sub": code, "persona": persona, "locale": "en_us"},
    )
