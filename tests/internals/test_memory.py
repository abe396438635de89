"""How much memory there is, on a machine and in a container."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from plimsoll.core import UserError
from plimsoll.internals import memory
from plimsoll.internals.stored import Layout


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


class Accelerator:
    """A device that says how much of its memory is free, as torch's modules of devices do."""

    def __init__(self, free: int, kept: int = 0) -> None:
        self.free, self.kept = free, kept

    def mem_get_info(self, device: str) -> tuple[int, int]:
        return self.free, 80_000_000_000

    def memory_reserved(self, device: str) -> int:
        return self.kept + 1000

    def memory_allocated(self, device: str) -> int:
        return 1000


class Shared:
    """One that shares the processor's memory, and says how much of it it may take."""

    def recommended_max_memory(self) -> int:
        return 12_000_000_000

    def current_allocated_memory(self) -> int:
        return 2_000_000_000


class Library:
    """What stands for torch."""

    cuda = Accelerator(3_000_000_000, kept=1_000_000_000)
    mps = Shared()
    odd = object()


@dataclass
class Model:
    device: str
    width: int


def test_what_is_free_on_a_device_is_what_it_says_and_what_torch_keeps_unused() -> None:
    assert memory.free_on("cuda", Library) == 4_000_000_000
    assert memory.free_on("cuda:1", Library) == 4_000_000_000
    assert memory.free_on("mps", Library) == 10_000_000_000
    assert memory.free_on("odd", Library) is None
    assert (memory.free_on("cpu", Library) or 0) > 1e8


def test_a_model_is_held_against_the_memory_of_the_device_on_which_it_will_lie() -> None:
    layouts = [Layout("BF16", (1_000_000, 1_500)), Layout("F32", (100_000_000,))]
    memory.refuse_models([(Model("cuda", 0), layouts[:1])], Library)  # 3.0 GB as they are stored
    with pytest.raises(
        UserError, match=r"about 8\.0 GB of the memory of cuda and 4\.0 GB are free.*device=cpu"
    ):
        memory.refuse_models([(Model("cuda", 4), layouts)], Library)
    memory.refuse_models([(Model("mps", 4), layouts)], Library)
    with pytest.raises(UserError, match="memory of mps"):
        memory.refuse_models([(Model("mps", 4), layouts)] * 2, Library)
    memory.refuse_models([(Model("odd", 4), layouts * 100)], Library)
    with pytest.raises(UserError, match="GB of memory and"):
        memory.refuse_models([(object(), [Layout("F32", (1 << 40,))])], Library)
