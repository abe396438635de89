"""Wording -> CoSA's three evaluation prompts; names of prose policies -> their text.

`own` is ours. `official` is read from the authors' files in the data folder; of their script, string
literals are looked up in the syntax tree and nothing is run.
"""

import ast
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec
from msgspec import Struct

from plimsoll.benchmarks.cosa.taxonomy import DEFINITIONS, SCENARIOS
from plimsoll.core import DataError, UserError, decoding, did_you_mean, files
from plimsoll.data import locate, rows
from plimsoll.data.resources import table
from plimsoll.judges.form import FENCE

SLUG = "cosa"
HARMS, HELPFULNESS, SCRIPT = "harmcat_e7+1_gr.json", "resp_eval_0-5_gr.json", "generate_prompt_template.py"
PROSE = "cosapien_configs_5.json"
Wording = Literal["own", "official"]


class Asked(NamedTuple):
    """A system text and what stands under it."""

    system: str
    user: str


class _Own(Struct, frozen=True):
    harms: str
    helpfulness: str
    policy: str
    user: str


class _Message(Struct, frozen=True):
    role: str
    content: str


class _Template(Struct, frozen=True):
    messages: tuple[_Message, ...]


def harms(wording: Wording) -> Asked:
    """Which harms a reply holds."""
    if wording == "official":
        return _template(locate.need(SLUG, HARMS))
    listed = "\n".join(f"{n}. {name}: {text}." for n, (name, text) in enumerate(DEFINITIONS.items(), start=1))
    return _own(_texts().harms.format(definitions=listed))


def helpfulness(wording: Wording) -> Asked:
    """How fully a reply answers, 0 to 5."""
    return _template(locate.need(SLUG, HELPFULNESS)) if wording == "official" else _own(_texts().helpfulness)


def policy(wording: Wording, prose: str) -> Asked:
    """Whether a reply keeps to a policy in prose."""
    if wording == "own":
        asked = _own(_texts().policy)
        return asked._replace(system=asked.system.replace("{{policy}}", prose))
    found = _strings(locate.need(SLUG, SCRIPT))
    return Asked(found["instruction"].replace("{safety_guideline}", prose), _slotted(found["user_message"]))


def scenarios() -> Mapping[str, str]:
    """The five official policies in prose, by name. Raises `MissingData`."""
    path = locate.find(SLUG, PROSE)
    if path is None:
        path = locate.need(SLUG, SCRIPT)
        found = _scenarios_of(path)
    else:
        found = rows.read_json(path, dict[str, str])
    if missing := [name for name in SCENARIOS if not found.get(name, "").strip()]:
        raise DataError(f"{path}: has no policy {missing[0]}")
    return found


def prose(text: str) -> str:
    """A policy in prose, by its official name or from a text file of one's own."""
    if text.endswith((".txt", ".md")):
        try:
            return files.read_text(Path(text).expanduser())
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(f"{text} cannot be read as a policy: {error}") from None
    if text not in SCENARIOS:
        raise UserError(
            f"no policy in prose is called {text!r}{did_you_mean(text, SCENARIOS)} "
            f"(there is {', '.join(SCENARIOS)}; a .txt or .md file may hold one of your own)"
        )
    return scenarios()[text]


def _own(text: str) -> Asked:
    return Asked(f"{text.strip()}\n\n{FENCE}", _texts().user.strip())


@cache
def _texts() -> _Own:
    return decoding.converted(table("benchmarks", "cosa", "judge.toml"), _Own)


def _template(path: Path) -> Asked:
    found = {each.role: each.content for each in rows.read_json(path, _Template).messages}
    if not {"system", "user"} <= set(found):
        raise DataError(f"{path}: has no system and user message")
    return Asked(found["system"], _slotted(found["user"]))


def _slotted(text: str) -> str:
    return text.replace("{question}", "{{request}}").replace("{response}", "{{reply}}")


def _strings(path: Path) -> dict[str, str]:
    held = {name: value for name, value in _assigned(path).items() if isinstance(value, str)}
    if missing := [name for name in ("instruction", "user_message") if name not in held]:
        raise DataError(f"{path}: holds no text {missing[0]}")
    return held


def _scenarios_of(path: Path) -> dict[str, str]:
    try:
        return decoding.converted(_assigned(path).get("name2scenario"), dict[str, str])
    except msgspec.ValidationError as error:
        raise DataError(f"{path}: name2scenario: {error}") from None


def _assigned(path: Path) -> dict[str, object]:
    """Names at the top of a script -> the literals assigned to them."""
    found: dict[str, object] = {}
    try:
        tree = ast.parse(rows.read_bytes(path).decode("utf-8", "replace"))
        for node in tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                found[node.targets[0].id] = decoding.literal(node.value)
    except (SyntaxError, ValueError) as error:
        raise DataError(f"{path}: cannot be read as Python: {error}") from None
    return found
