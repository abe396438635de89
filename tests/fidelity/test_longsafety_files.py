"""The official metadata of LongSafety -> the counts that were published, and the prompts as published."""

import json
import os
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from plimsoll import registry
from plimsoll.benchmarks.longsafety import dataset
from plimsoll.core import Benchmark
from plimsoll.data import locate
from plimsoll.data.sources import source

TYPES = {
    "Illegal Activities": 373,
    "Unethical Activities": 273,
    "Bias": 221,
    "Physical & Mental Health": 213,
    "Toxicity": 182,
    "Sensitive Topics": 170,
    "Privacy & Property": 111,
}
TASKS = {
    "Question Answering": 334,
    "Role-playing": 293,
    "Brainstorming": 278,
    "Generation": 277,
    "Summarization": 202,
    "Rewrite": 159,
}


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch) -> Path:
    given = os.environ.get(locate.VARIABLE)
    root = Path(given) if given else Path(__file__).parents[2].parent / "shared" / "data"
    if not (root / "longsafety" / dataset.META).is_file():
        pytest.skip(f"{root} has no longsafety: set {locate.VARIABLE} to a folder with the official files")
    monkeypatch.setenv(locate.VARIABLE, str(root))
    return root


def test_the_metadata_have_the_published_counts(root: Path) -> None:
    loaded = dataset.official(contexts=False)
    assert len(loaded.items) == 1543
    assert Counter(item.safety_type for item in loaded.items) == TYPES
    assert Counter(item.task_type for item in loaded.items) == TASKS
    documents = Counter(min(item.documents, 6) for item in loaded.items)
    assert [documents[number] for number in range(1, 7)] == [962, 249, 167, 100, 35, 30]
    lengths = sorted(item.length for item in loaded.items)
    assert (lengths[0], lengths[771], lengths[-1]) == (3000, 4726, 20676)
    assert round(sum(lengths) / 1543) == 5579
    assert len({item.instruction for item in loaded.items}) == 1542
    assert loaded.files[dataset.META] == next(
        file.sha256 for file in source(dataset.SLUG).files if file.name == dataset.META
    )


def test_twenty_prompts_are_the_published_formats_byte_for_byte(root: Path) -> None:
    rows = [
        json.loads(line) for line in (root / "longsafety" / dataset.META).read_text("utf-8").splitlines()[:20]
    ]
    meta = [msgspec.convert(row, dataset.Meta) for row in rows]
    docs = [dataset.Text(id=row["id"], context=f"Context {row['id']}\nwith {{braces}}.") for row in rows]
    items, _ = dataset.join(meta, docs[::-1], "docs")
    for row, doc, item in zip(rows, docs, items, strict=True):
        query, context = row["instruction"], doc.context
        front = f"Based on the following long context, {query}\n\n{context}"
        end = f"{context}\n\nBased on the long context above, {query}"
        assert dataset.prompt(item, "front").encode() == front.encode()
        assert dataset.prompt(item, "end").encode() == end.encode()


def test_instructions_alone_need_no_contexts(root: Path) -> None:
    benchmark: Benchmark = registry.build("benchmarks", "longsafety:context=none,per_type=2")
    assert len(list(benchmark.samples())) == 14
    assert set(benchmark.hazards) == set(TYPES)
