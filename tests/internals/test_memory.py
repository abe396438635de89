"""How much memory there is, on a machine and in a container."""

from pathlib import Path

import pytest

from plimsoll.core import UserError
from plimsoll.internals import memory


def _machine(root: Path, **files: str) -> Path:
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root


MEMINFO = "MemTotal:       16000000 kB\nMemFree:         1000000 kB\nMemAvailable:    8000000 kB\n"


@pytest.mark.parametrize(
    ("group", "left"),
    [
        ({}, 8_192_000_000),
        ({"memory_dot_max": "max\n", "memory_dot_current": "5\n"}, 8_192_000_000),
        ({"memory_dot_max": "2000000000\n", "memory_dot_current": "500000000\n"}, 1_500_000_000),
        (
            {
                "memory_dot_max": "2000000000\n",
                "memory_dot_current": "1900000000\n",
                "memory_dot_stat": "anon 5\ninactive_file 900000000\n",
            },
            1_000_000_000,
        ),
        ({"memory_dot_max": "1000\n", "memory_dot_current": "2000\n"}, 0),
        (
            {
                "memory__memory_dot_limit_in_bytes": "3000000000",
                "memory__memory_dot_usage_in_bytes": "1000000000",
            },
            2_000_000_000,
        ),
        (
            {
                "memory__memory_dot_limit_in_bytes": "9223372036854771712",
                "memory__memory_dot_usage_in_bytes": "1",
            },
            8_192_000_000,
        ),
    ],
)
def test_what_is_free_is_what_machine_and_container_both_leave(
    group: dict[str, str], left: int, tmp_path: Path
) -> None:
    _machine(tmp_path, proc__meminfo=MEMINFO)
    _machine(tmp_path / "sys" / "fs" / "cgroup", **group)
    assert memory.free(tmp_path) == left


def test_a_machine_that_does_not_say_is_taken_to_have_all_its_memory_free(tmp_path: Path) -> None:
    assert memory.free(tmp_path) > 1e8


def test_what_does_not_fit_is_refused_in_one_sentence() -> None:
    with pytest.raises(UserError, match=r"takes about 4\.0 GB of memory and 1\.0 GB are free"):
        memory.refuse_more(1e9, "a model", left=1_000_000_000)
