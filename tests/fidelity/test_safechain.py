import json
from pathlib import Path

import pytest

from plimsoll.benchmarks.safechain.benchmark import safechain
from plimsoll.benchmarks.safechain.prompts import HAZARDS, prompts
from plimsoll.benchmarks.safechain.strings import PHRASES


def test_the_phrases_are_the_official_ones_in_order(official: Path) -> None:
    path = official.parent / "safechain" / "refusal_substrings.json"
    if not path.is_file():
        pytest.skip(f"{path.name} is not here")
    assert list(PHRASES) == json.loads(path.read_text())


@pytest.mark.parametrize(("split", "size"), [("strongreject", 313), ("strongreject_small", 60)])
def test_strongreject_holds_as_many_prompts_as_published(official: Path, split: str, size: int) -> None:
    if not (official.parent / "strongreject-wildjailbreak-xstest").is_dir():
        pytest.skip("StrongREJECT's files are not here")
    found = prompts(split)  # pyright: ignore[reportArgumentType]
    assert len(found.prompts) == size
    assert found.notes == ()
    assert {prompt.category for prompt in found.prompts} == set(HAZARDS)
    assert len(list(safechain(split=split).samples())) == size  # pyright: ignore[reportArgumentType]
