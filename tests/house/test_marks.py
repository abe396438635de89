"""Editors of one system put a mark before a text (U+FEFF) that no reader may stumble over."""

import asyncio
import re
from pathlib import Path

import pytest

from plimsoll.benchmarks.cosa.taxonomy import from_file
from plimsoll.core import Request, user
from plimsoll.data import rows
from plimsoll.judges import rubric
from plimsoll.models.prices import price_of
from plimsoll.registry import build_model
from plimsoll.run.ask import suite
from tests.support.house import SOURCE

MARK = "\ufeff"
PLAIN = re.compile(r"(?:\b(?:path|file)|Path\(.*\))\.read_text\((?:encoding=)?\"utf-8\"")
OWN = ("files(", "_MARK")
"""Texts that come along with the code."""


def test_a_persons_text_is_read_with_or_without_the_mark() -> None:
    found = [
        f"{path.relative_to(SOURCE)}: {line.strip()}"
        for path in SOURCE.rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if PLAIN.search(line) and not any(word in line for word in OWN)
    ]
    assert found == []


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(MARK + text, encoding="utf-8")
    return path


def test_rows_of_every_form_are_read(tmp_path: Path) -> None:
    lines = written(tmp_path, "a.jsonl", '{"a": "1"}\n{"a": "2"}\n')
    assert rows.read_jsonl(lines, dict[str, str]) == [{"a": "1"}, {"a": "2"}]
    assert rows.read_json(written(tmp_path, "a.json", '[{"a": "1"}]'), list[dict[str, str]]) == [{"a": "1"}]
    assert rows.read_csv(written(tmp_path, "a.csv", "a,b\n1,2\n"), ("a",)) == [{"a": "1", "b": "2"}]


def test_rubrics_suites_prices_and_policies_are_read(tmp_path: Path) -> None:
    made = 'user = "{{reply}}"\n[labels]\nsafe = 0.0\nunsafe = 1.0\n'
    event = 'event = "unsafe"\nhigher_is_safer = false\n'
    assert rubric.load(written(tmp_path, "r.toml", event + made)).labels == {"safe": 0.0, "unsafe": 1.0}
    runs = 'title = "t"\n[[run]]\nbenchmark = "safetybench"\n'
    assert suite.load(str(written(tmp_path, "s.toml", runs))).run[0].benchmark == "safetybench"
    row = '[[price]]\nmodels = ["m"]\ninput = 1.0\noutput = 1.0\nsource = "t"\ndate = "2026-01-01"\n'
    assert price_of("m", written(tmp_path, "p.toml", row)) is not None
    policy = 'id = "own"\npermitted = []\nauthor = "me"\n'
    assert from_file(written(tmp_path, "c.toml", policy)).id == "own"


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_replies_are_read(tmp_path: Path, ending: str) -> None:
    path = written(tmp_path, "replies.jsonl", f'{{"prompt": "Hello", "response": "hi"}}{ending}')
    asked = build_model(f"replay/{path}").generate(Request(messages=(user("Hello"),)))
    assert asyncio.run(asked).text == "hi"
