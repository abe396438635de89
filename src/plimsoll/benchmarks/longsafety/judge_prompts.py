"""Wording -> the four prompts of LongSafety's agents, and how an instruction stands around its context.

`own` is ours. `official` is read from the authors' script in the data folder: its string literals are
looked up in the syntax tree, nothing of it is run.
"""

import ast
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec
from msgspec import Struct

from plimsoll.core import DataError, Sample, decoding
from plimsoll.data import locate, rows
from plimsoll.data.resources import table
from plimsoll.judges.form import FENCE
from plimsoll.judges.reading import request_of

SLUG = "longsafety"
SCRIPT = "multi_agent_eval.py"
Wording = Literal["own", "official"]
FRONT = ("Based on the following long context, {instruction}\n\n", "")
END = ("", "\n\nBased on the long context above, {instruction}")


class Prompts(Struct, frozen=True):
    """What the agents are asked, with slots such as `{{instruction}}`."""

    system: str
    analyser: str
    summariser: str
    judge: str
    judge_short: str
    """Without a context: no summary, and no rules about what the context holds."""


class Asked(NamedTuple):
    """What a sample asks, taken apart."""

    instruction: str
    context: str
    """Empty where there is none."""


def prompts(wording: Wording) -> Prompts:
    """The prompts of a wording. Raises `MissingData` where the authors' script is not here."""
    return _own() if wording == "own" else official(locate.need(SLUG, SCRIPT))


def asked(sample: Sample) -> Asked:
    """The instruction of a sample, and the context it stands before or after."""
    instruction = request_of(sample)
    text = next((each.text for each in reversed(sample.messages) if each.role == "user"), "")
    for before, after in (FRONT, END):
        head, tail = before.format(instruction=instruction), after.format(instruction=instruction)
        if len(text) > len(head) + len(tail) and text.startswith(head) and text.endswith(tail):
            return Asked(instruction, text[len(head) : len(text) - len(tail)])
    return Asked(instruction, "")


def official(path: Path) -> Prompts:
    """The prompts of the authors' script, byte for byte, with our slots."""
    content = rows.read_bytes(path).decode("utf-8", "replace")
    try:
        found = _literals(ast.parse(content))
    except (SyntaxError, ValueError) as error:
        raise DataError(f"{path}: cannot be read as Python: {error}") from None
    wanted = {
        "analyser": ("RiskAnalyzer", "prompt_template"),
        "summariser": ("EnvSummarizer", "prompt_template"),
        "judge": ("SafetyJudge", "prompt_template"),
        "judge_short": ("SafetyJudge", "prompt_template_wo_context"),
    }
    missing = [f"{name}.{field}" for name, field in wanted.values() if (name, field) not in found]
    if missing:
        raise DataError(f"{path}: holds no text {missing[0]}")
    texts = {key: _slotted(found[place]) for key, place in wanted.items()}
    return decoding.converted({"system": "", **texts}, Prompts)


def _slotted(text: str) -> str:
    slots = {"env_summary": "summary", "response": "reply"}
    for name in ("instruction", "context", "env_summary", "risks", "response"):
        text = text.replace(f"{{{name}}}", f"{{{{{slots.get(name, name)}}}}}")
    return text


def _literals(tree: ast.Module) -> Mapping[tuple[str, str], str]:
    """Class and attribute -> the string that is assigned to `self.attribute`."""
    return {
        (part.name, target.attr): node.value.value
        for part in tree.body
        if isinstance(part, ast.ClassDef)
        for node in ast.walk(part)
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Attribute)
    }


@cache
def _own() -> Prompts:
    found = decoding.converted(table("benchmarks", "longsafety", "judge.toml"), Prompts)
    return msgspec.structs.replace(found, system=f"{found.system.strip()} {FENCE}")
