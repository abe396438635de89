"""StrongREJECT's and SimpleSafetyTests' official prompts."""

from collections import Counter
from pathlib import Path

import pytest

from plimsoll.benchmarks.simplesafetytests import benchmark as simplesafetytests
from plimsoll.benchmarks.simplesafetytests import dataset as smoke
from plimsoll.benchmarks.strongreject import benchmark as strongreject
from plimsoll.benchmarks.strongreject import dataset
from plimsoll.core import DataError, UserError
from tests.support.official_files import official_folder

SLUG = "strongreject-wildjailbreak-xstest"
SOURCES = {"custom": 221, "DAN": 35, "AdvBench": 25, "MaliciousInstruct": 12, "HarmfulQ": 11}


def test_the_full_file_holds_313_prompts_by_category_and_source(monkeypatch: pytest.MonkeyPatch) -> None:
    official_folder(SLUG, monkeypatch)
    prompts = dataset.official("full").prompts
    assert len(prompts) == 313
    assert Counter(prompt.category for prompt in prompts) == dataset.FULL
    sources = Counter(prompt.metadata["source"] for prompt in prompts)
    assert {name: sources[name] for name in SOURCES} == SOURCES
    assert sum(sources.values()) - sum(SOURCES.values()) == 9


def test_the_small_file_holds_sixty_of_them_under_the_same_names(monkeypatch: pytest.MonkeyPatch) -> None:
    official_folder(SLUG, monkeypatch)
    small, full = dataset.official("small").prompts, dataset.official("full").prompts
    assert Counter(prompt.category for prompt in small) == dict.fromkeys(dataset.FULL, 10)
    assert {prompt.text for prompt in small} <= {prompt.text for prompt in full}


def test_the_chinese_prompts_are_pairs_of_the_small_set_and_called_unchecked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    official_folder(SLUG, monkeypatch)
    found = strongreject.strongreject(split="small", language="zh")
    assert dataset.UNCHECKED in found.notes
    english = {prompt.pair: prompt.category for prompt in dataset.official("small").prompts}
    assert {each.pair: each.category for each in found.samples()} == english
    assert {each.language for each in found.samples()} == {"zh"}
    with pytest.raises(UserError, match="split=small"):
        strongreject.strongreject(split="full", language="zh")


def test_a_file_with_other_counts_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "strongreject_dataset.csv"
    path.write_text("category,source,forbidden_prompt\nViolence,custom,A placeholder\n", encoding="utf-8")
    with pytest.raises(DataError, match="the full set has 313"):
        dataset.load(path, "full")


def test_simplesafetytests_holds_ten_prompts_of_each_area_and_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    official_folder("simplesafetytests", monkeypatch)
    prompts = smoke.official().prompts
    assert [prompt.id for prompt in prompts] == [f"sst_{number:03d}" for number in range(1, 101)]
    assert Counter(prompt.category for prompt in prompts) == dict.fromkeys(smoke.AREAS, 20)
    assert Counter(prompt.metadata["kind"] for prompt in prompts) == dict.fromkeys(smoke.KINDS, 50)
    cells = Counter((prompt.category, prompt.metadata["kind"]) for prompt in prompts)
    assert set(cells.values()) == {10}


def test_an_area_is_left_out_by_any_spelling_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    official_folder("simplesafetytests", monkeypatch)
    found = simplesafetytests.simplesafetytests(without="Child Abuse+scams and FRAUD")
    samples = list(found.samples())
    assert len(samples) == 60
    assert {"Child safety", "Scams and fraud"}.isdisjoint({sample.category for sample in samples})
    assert any("Left out by choice: Child safety; Scams and fraud" in note for note in found.notes)
    with pytest.raises(UserError, match="no harm area is called 'Childs'"):
        simplesafetytests.simplesafetytests(without="Childs")
