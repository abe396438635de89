from importlib import import_module
from pathlib import Path

import bench.cases
from bench.run import CASES


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
