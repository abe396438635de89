from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import bench.cases
from bench import page
from bench.run import CASES, PAGE


def test_every_case_of_the_bench_has_a_main_and_a_place_in_the_whole_run() -> None:
    (folder,) = bench.cases.__path__
    files = {path.stem for path in Path(folder).glob("*.py")} - {"__init__"}
    without = [
        name
        for name in sorted(files)
        if not callable(getattr(import_module(f"bench.cases.{name}"), "main", None))
    ]
    assert not without
    assert files == set(CASES)


def _result(case: str, measured: str) -> dict[str, Any]:
    return {
        "case": case,
        "title": f"A title of {case}",
        "rows": [{"what": "one", "items": 3}],
        "checks": [{"what": "speed", "measured": measured, "target": "≤ 2 s", "met": True}],
        "notes": ["a note"],
        "commands": ["one command"],
        "machine": "2 cores",
        "date": "2026-11-30 11:40 UTC",
        "versions": {"Python": "3.11.7"},
    }


def test_a_case_measured_again_keeps_the_sections_and_targets_of_the_others() -> None:
    order = ("startup", "latency", "memory")
    first = page.merged("", [_result("memory", "1 s"), _result("startup", "7 s")], order)
    again = page.merged(first, [_result("memory", "2 s"), _result("latency", "3 s")], order)
    assert again == page.merged(
        "", [_result("startup", "7 s"), _result("latency", "3 s"), _result("memory", "2 s")], order
    )


def test_the_page_of_results_reads_back_to_itself() -> None:
    text = PAGE.read_text("utf-8")
    assert page.merged(text, [], CASES).partition("## Peers")[0] == text.partition("## Peers")[0]


def test_a_section_without_a_case_is_not_dropped_in_silence() -> None:
    with pytest.raises(ValueError, match="names no case: ## Speeds"):
        page.merged("# Page\n\n## Speeds\n\n2026-11-30; 2 cores\n", [], CASES)
