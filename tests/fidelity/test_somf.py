"""SOMF's five official files: 846 prompts with their counts."""

from collections import Counter
from pathlib import Path

import pytest

from plimsoll.benchmarks.somf.benchmark import somf
from plimsoll.benchmarks.somf.dataset import COUNTS, SETS
from plimsoll.core import DataError
from plimsoll.data.sources import source
from tests.support.official_files import official_folder


@pytest.fixture
def official(monkeypatch: pytest.MonkeyPatch) -> Path:
    return official_folder("somf", monkeypatch)


def test_846_prompts_load_with_their_counts(official: Path) -> None:
    samples = list(somf().samples())
    assert len(samples) == 846
    assert Counter(sample.category for sample in samples) == COUNTS
    assert tuple(COUNTS.values()) == (140, 110, 196, 200, 200)
    assert len({sample.id for sample in samples}) == 846


def test_prompts_that_stand_twice_are_one_question(official: Path) -> None:
    samples = list(somf(sets="catqa+harmfulqa").samples())
    assert len(samples) == 306
    assert len({sample.cluster for sample in samples}) == 108 + 195
    assert {sample.category for sample in samples} == {"catqa", "harmfulqa"}


def test_the_files_are_those_that_are_pinned(official: Path) -> None:
    pinned = {file.name: file.sha256 for file in source("somf").files}
    assert {name: pinned[name] for name in SETS.values()} == dict(somf().files)


def test_a_file_that_lost_prompts_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "somf"
    folder.mkdir()
    monkeypatch.setenv("PLIMSOLL_DATA", str(tmp_path))
    (folder / "BeaverTails.json").write_text('[{"prompt": "one"}]', encoding="utf-8")
    with pytest.raises(DataError, match="1 prompts; the official file has 140"):
        somf(sets="beavertails")
