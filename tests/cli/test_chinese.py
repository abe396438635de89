"""Whoever reads Chinese meets no English sentence: in help, in errors, in what a run prints."""

import os
import re
import subprocess
import sys

import pytest

from plimsoll.words import catalogue
from tests.support import said

HOW = (
    '\nnot in Chinese yet. Add each as `"English" = "中文"` to src/plimsoll/words/zh/{table}.toml '
    "(holes keep their numbers, names and flags stay):\n"
)
SENTENCE = re.compile(r"\b[a-z]{2,} [a-z]{2,} [a-z]{2,}\b")
"""Three English words in a row are a sentence; names and flags are not."""
COMMAND = re.compile(r"plimsoll [\w ./:=-]+|`[^`]*`|'[^']*'")


def english(text: str) -> list[str]:
    """The English sentences in a text; commands to copy, and what is quoted, are none."""
    return SENTENCE.findall(COMMAND.sub("", text))


def untranslated(sentences: list[str]) -> list[str]:
    known = catalogue.catalogue("zh").whole
    return [each for each in sentences if each not in known]


def hold(sentences: list[str], table: str) -> None:
    if lost := untranslated(sentences):
        shown = "\n".join(f'"{each}" = ""' for each in lost)
        pytest.fail(HOW.replace("{table}", table) + shown, pytrace=False)


def chinese(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PLIMSOLL_LANG": "zh", "COLUMNS": "80", "PYTHONUTF8": "1"} | more
    return subprocess.run(
        [sys.executable, "-m", "plimsoll", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )


def test_all_help_is_there_in_chinese() -> None:
    hold(said.help_texts(), "help")


def test_all_errors_are_there_in_chinese() -> None:
    hold(said.raised(), "errors")


@pytest.mark.parametrize("command", ["", "run", "board serve", "label"])
def test_help_is_read_in_chinese(command: str) -> None:
    shown = chinese(*command.split(), "--help").stdout
    assert shown.startswith("用法：plimsoll")
    assert english(shown) == []
    assert "显示本帮助后退出" in shown
