"""A block of code -> the same, held to a bound of memory and of processor time."""

import time
import tracemalloc
from collections.abc import Generator
from contextlib import contextmanager

MEMORY = 128 * 2**20
"""Bytes that a few kilobytes of hostile input may cost."""
SECONDS = 20.0
"""Of the processor, however busy the machine is."""


@contextmanager
def bounded() -> Generator[None]:
    """Fail where what was done cost too much."""
    traced = tracemalloc.is_tracing()
    if not traced:
        tracemalloc.start(1)
    tracemalloc.reset_peak()
    held, began = tracemalloc.get_traced_memory()[0], time.process_time()
    try:
        yield
        took, peak = time.process_time() - began, tracemalloc.get_traced_memory()[1] - held
    finally:
        if not traced:
            tracemalloc.stop()
    assert peak < MEMORY, f"{peak:,} bytes"
    assert took < SECONDS, f"{took:.1f} s"
