"""Files in SafetyBench's official form, made by hand: every count as published, every text ours."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from plimsoll.benchmarks.safetybench.categories import CATEGORIES, SUBSET_SIZE, Category
from plimsoll.data import locate

Edit = Callable[[list[Any]], object]


def category_of(id: int) -> Category:
    return next(category for category in CATEGORIES if id <= category.last)


def question(id: int, text: str = "Which number?") -> dict[str, Any]:
    options = ["one", "two", "three", "four"]
    return {"id": id, "options": options, "category": category_of(id).name, "question": f"{text} {id} "}


def answers() -> dict[str, Any]:
    """All 11,435: in each category first the As, then the Bs, the Cs, the Ds."""
    letters = [
        letter for category in CATEGORIES for letter, n in enumerate(category.answers) for _ in range(n)
    ]
    return {str(id): {"category": category_of(id).name, "answer": a} for id, a in enumerate(letters)}


def subset_ids() -> list[int]:
    return [id for category in CATEGORIES for id in range(category.first, category.first + SUBSET_SIZE)]


def shots(text: str) -> dict[str, Any]:
    def shot(number: int) -> dict[str, Any]:
        return {"question": f"{text} {number}", "options": ["yes {", "no }"], "answer": number % 2}

    return {category.name: [shot(number) for number in range(5)] for category in CATEGORIES}


class Files:
    """The folder of the files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        right = answers()
        self.put("test_answers_en.json", right)
        self.put("test_answers_zh_subset.json", {str(id): right[str(id)] for id in subset_ids()})
        self.put("test_zh_subset.json", [question(id, "哪个数字？") for id in subset_ids()])
        self.put("test_en_sample.json", [question(id) for id in range(0, 11435, 500)])
        self.put("test_zh_sample.json", [question(id, "哪个数字？") for id in range(0, 11435, 500)])
        self.put("dev_en.json", shots("Really?"))
        self.put("dev_zh.json", shots("真的？"))

    def put(self, name: str, content: object) -> Path:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else msgspec.json.encode(content))
        return path

    def whole(self, name: str = "test_en.json") -> Path:
        return self.put(name, [question(id) for id in range(11435)])

    def edit(self, name: str, change: Edit) -> Path:
        """Change the list of records in a file."""
        rows = msgspec.json.decode((self.folder / name).read_bytes())
        change(rows)
        return self.put(name, rows)


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Files:
    """The files, where Plimsoll looks for them."""
    monkeypatch.setenv(locate.VARIABLE, str(tmp_path / "data"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    return Files(tmp_path / "data" / "safetybench")
