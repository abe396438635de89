"""Parts of one's own -> which of them are the same: by their lines, what these call, and what they hold."""

import re
import sys
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib.util import module_from_spec, spec_from_file_location
from itertools import count
from logging import getLogger
from pathlib import Path
from random import Random
from shutil import rmtree
from threading import Lock
from types import ModuleType
from typing import Any

import pytest

import plimsoll
from plimsoll.run.ask.own import named

NUMBERS = count()
PART = """
import functools
import re
from dataclasses import dataclass
from pathlib import Path

import {library}

HERE = Path(__file__).parent
PREFIX = "("
RULES = {{"yes": "A"}}
PATTERN = re.compile("yes")
seen = []


@dataclass(frozen=True)
class Ending:
    text: str = ")"

    def after(self, letter):
        return letter + self.text


ENDING = Ending()


@functools.lru_cache
def letter(prompt):
    return deeper(prompt)


def deeper(prompt):
    return RULES["yes"] if PATTERN.search(prompt) else {library}.usual()


def never():
    return 1


def says(prompt):
    seen.append(prompt)
    return PREFIX + ENDING.after(letter(prompt))


class Base:
    def ending(self):
        return deeper("")


class Judge(Base):
    name = "judge"
    limit = 1

    @staticmethod
    def still(text):
        return letter(text)

    def judge(self, sample, transcript):
        return self.still(transcript)
"""
LIBRARY = """
def usual():
    return "B"


def unused():
    return "C"
"""


def made(folder: Path, name: str, text: str) -> ModuleType:
    path = folder / f"{name}.py"
    path.write_text(text, encoding="utf-8")
    # Kept bytecode is told apart by length and whole seconds alone.
    rmtree(folder / "__pycache__", ignore_errors=True)
    found = spec_from_file_location(name, path)
    assert found is not None
    assert found.loader is not None
    module = module_from_spec(found)
    sys.modules[name] = module
    found.loader.exec_module(module)
    return module


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    before = {*sys.modules}
    yield tmp_path
    for name in {*sys.modules} - before:
        if name.startswith("own_"):
            del sys.modules[name]


def identities(folder: Path, part: str = PART, library: str = LIBRARY) -> tuple[str, str]:
    """Of the function and of the class, as a process sees them that has only this version of both files."""
    here = folder / str(next(NUMBERS))
    here.mkdir()
    made(here, "own_library", library)
    module = made(here, "own_part", part.format(library="own_library"))
    return named(module.says), named(module.Judge())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('PREFIX = "("', 'PREFIX = "["'),
        ('{{"yes": "A"}}', '{{"yes": "C"}}'),
        ('compile("yes")', 'compile("no")'),
        ('text: str = ")"', 'text: str = "]"'),
        ("Ending()", 'Ending("!")'),
        ("letter + self.text", "self.text + letter"),
        ("return deeper(prompt)", "return deeper(prompt.lower())"),
        ('RULES["yes"] if', 'RULES["yes"].lower() if'),
    ],
)
def test_a_function_is_another_one_when_what_it_calls_or_names_has_changed(
    before: str, after: str, folder: Path
) -> None:
    assert PART.replace(before, after) != PART
    assert identities(folder)[0] != identities(folder, PART.replace(before, after))[0]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("return deeper(prompt)", "return deeper(prompt.lower())"),
        ('RULES["yes"] if', 'RULES["yes"].lower() if'),
        ("limit = 1", "limit = 2"),
        ('return deeper("")', 'return deeper("x")'),
    ],
)
def test_a_class_is_another_one_when_what_its_methods_call_has_changed(
    before: str, after: str, folder: Path
) -> None:
    assert identities(folder)[1] != identities(folder, PART.replace(before, after))[1]


def test_a_change_in_another_file_of_ones_own_is_a_change(folder: Path) -> None:
    changed = LIBRARY.replace('"B"', '"D"')
    first, other = identities(folder), identities(folder, library=changed)
    assert first[0] != other[0]
    assert first[1] != other[1]


@pytest.mark.parametrize(
    ("part", "library"),
    [
        (PART, LIBRARY),
        (PART.replace("return 1", "return 2"), LIBRARY),
        (PART, LIBRARY.replace('"C"', '"E"')),
        (PART.replace("seen = []", "seen = ['what was asked before']"), LIBRARY),
    ],
    ids=["another folder", "what is not called", "what is not called there", "what is remembered"],
)
def test_what_a_part_does_not_run_with_leaves_it_as_it_is(part: str, library: str, folder: Path) -> None:
    assert identities(folder) == identities(folder, part, library)


@dataclass
class Held:
    """A part that holds something."""

    what: Any


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (re.compile("yes"), re.compile("no")),
        (re.compile("yes"), re.compile("yes", re.IGNORECASE)),
        (date(2026, 1, 1), date(2026, 1, 2)),
        (Decimal("0.1"), Decimal("0.2")),
        (range(3), range(4)),
        (deque([1]), deque([2])),
        (Random(1), Random(2)),
        (bytearray(b"a"), bytearray(b"b")),
        (getLogger("one"), getLogger("other")),
    ],
    ids=lambda each: type(each).__name__,
)
def test_what_a_part_holds_tells_it_from_others(one: Any, other: Any) -> None:
    assert named(Held(one)) != named(Held(other))
    assert named(Held(one)) == named(Held(one))


def test_a_lock_is_no_part_of_what_a_part_is() -> None:
    assert named(Held(Lock())) == named(Held(Lock()))


def test_answers_of_a_function_are_not_taken_from_the_cache_once_its_rules_have_changed(
    folder: Path,
) -> None:
    asked = folder / "my.jsonl"
    asked.write_text('{"prompt": "yes?", "options": ["one", "two", "three"], "target": "C"}\n')
    values: list[float] = []
    for text in (PART, PART.replace('"yes": "A"', '"yes": "C"')):
        made(folder, "own_library", LIBRARY)
        says = made(folder, "own_part", text.format(library="own_library")).says
        run = plimsoll.evaluate(asked, says, log_dir=folder / "logs", cache=folder / "cache", progress=False)
        values.append(run.headline.value)
    assert values == [0.0, 1.0]
