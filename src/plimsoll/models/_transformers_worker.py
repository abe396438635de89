"""Single calls from many tasks -> batches in one thread."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from time import sleep
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")
R = TypeVar("R")

GATHERING = 0.004
"""Seconds that the first call of a batch waits for others."""


class _Job(NamedTuple, Generic[T, R]):
    value: T
    done: Future[R]


class Worker(Generic[T, R]):
    """A thread that is handed whatever calls have come together while it was busy."""

    def __init__(self, work: Callable[[Sequence[T]], Sequence[R | Exception]], most: int) -> None:
        """`work` answers every value of a batch, by a result or by an error for that value alone."""
        self._work = work
        self._most = most
        self._jobs: SimpleQueue[_Job[T, R] | None] = SimpleQueue()
        self._thread: Thread | None = None
        self._starting = Lock()

    async def call(self, value: T) -> R:
        """Have one value worked on."""
        job = _Job(value, Future[R]())
        self._jobs.put(job)
        self._start()
        return await asyncio.wrap_future(job.done)

    async def stop(self) -> None:
        """End the thread after the batch it is at."""
        with self._starting:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._jobs.put(None)
            await asyncio.to_thread(thread.join)

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = Thread(target=self._run, name="transformers", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            sleep(GATHERING)
            batch, ended = self._gather(job)
            self._do([job for job in batch if job.done.set_running_or_notify_cancel()])
            if ended:
                return

    def _gather(self, first: _Job[T, R]) -> tuple[list[_Job[T, R]], bool]:
        batch = [first]
        while len(batch) < self._most:
            try:
                job = self._jobs.get_nowait()
            except Empty:
                break
            if job is None:
                return batch, True
            batch.append(job)
        return batch, False

    def _do(self, batch: list[_Job[T, R]]) -> None:
        try:
            results = self._work([job.value for job in batch])
        except Exception as error:  # noqa: BLE001 - it belongs to the callers, who wait in another thread
            results = [error] * len(batch)
        for job, result in zip(batch, results, strict=True):
            if isinstance(result, Exception):
                job.done.set_exception(result)
            else:
                job.done.set_result(result)
