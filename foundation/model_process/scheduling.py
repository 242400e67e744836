"""Who computes next: calls before ingestion, and among calls what somebody is waiting for.

A model can't be interrupted, so work is cut small (one sentence, one passage) and ordered before
each piece. One lane does one thing at a time with all cores, which is quicker for everybody than
sharing them. The background lane starts a piece only while the calls' lane has nothing to do, and
its thread is nice: a call that comes meanwhile gets the cores.
"""

import asyncio
import contextlib
import itertools
import os
import queue
import sys
import threading
from collections.abc import Callable
from enum import IntEnum
from typing import Any, TypeVar

# A third of an ordinary thread's share; at 19, other programs on a busy machine starved ingestion.
BACKGROUND_NICENESS = 5
T = TypeVar("T")
Piece = tuple[int, int, Callable[[], Any], asyncio.Future[Any]]


class Priority(IntEnum):
    """Smaller goes first."""

    QUERY = 0
    FIRST_WORDS = 1
    HEARING = 2
    # What follows the first words has as long as they take to be spoken.
    MORE_WORDS = 3
    INGESTION = 4


class Lane:
    """A thread that does pieces of work one at a time, the most urgent first.

    `after` is a lane whose work goes before all of this one's.
    """

    def __init__(self, name: str, *, after: "Lane | None" = None) -> None:
        self._pieces: queue.PriorityQueue[Piece] = queue.PriorityQueue()
        self._order = itertools.count()
        self._after = after
        self._idle = threading.Condition()
        self._open_pieces = 0
        # A daemon: a model in the middle of its work must not hold up the end of the process.
        threading.Thread(target=self._work, name=name, daemon=True).start()

    async def run(self, work: Callable[[], T], *, priority: Priority) -> T:
        """Do `work` in this lane's thread; cancelled before its turn, it never runs."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        with self._idle:
            self._open_pieces += 1
        self._pieces.put((priority, next(self._order), work, future))
        return await future

    def wait_until_idle(self) -> None:
        with self._idle:
            self._idle.wait_for(lambda: self._open_pieces == 0)

    def _work(self) -> None:
        if self._after is not None:
            _yield_to_other_threads()
        while True:
            _, _, work, future = self._pieces.get()
            if self._after is not None:
                self._after.wait_until_idle()
            try:
                self._do(work, future)
            finally:
                with self._idle:
                    self._open_pieces -= 1
                    self._idle.notify_all()

    def _do(self, work: Callable[[], Any], future: asyncio.Future[Any]) -> None:
        if future.cancelled():
            return
        try:
            result = work()
        except Exception as error:
            _tell(future, error, None)
        else:
            _tell(future, None, result)


def _tell(future: asyncio.Future[Any], error: Exception | None, result: Any) -> None:
    """Settle the future in its own loop; the loop may be closed, and then nobody waits."""

    def settle() -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)

    with contextlib.suppress(RuntimeError):
        future.get_loop().call_soon_threadsafe(settle)


def _yield_to_other_threads() -> None:
    """Make this thread, and those that its models start, nice; only Linux can."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), BACKGROUND_NICENESS)
