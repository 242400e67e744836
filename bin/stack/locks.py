"""Who may use the clone's services: one `bin/up`, or any number of `bin/manage` beside each other.

`flock` is released by the kernel when its holder dies in whatever way, so that no lock is ever
stale.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from stack.errors import StackError
from stack.layout import LOCAL

STACK_LOCK = LOCAL / "stack.lock"
DOOR_LOCK = LOCAL / "door.lock"
RUNNING = LOCAL / "running.json"


def open_lock(file: Path) -> IO[str]:
    file.parent.mkdir(parents=True, exist_ok=True)
    return file.open("a")


def try_lock(handle: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def alone() -> Iterator[None]:
    """Hold the clone's stack alone, as `bin/up` does.

    Raises:
        StackError: another `bin/up` or a `bin/manage` is at work in this clone.
    """
    with open_lock(STACK_LOCK) as handle:
        if not try_lock(handle, fcntl.LOCK_EX):
            raise StackError(*already_running())
        yield


def already_running() -> tuple[str]:
    """Say who holds the stack."""
    try:
        found = json.loads(RUNNING.read_text())
        return (f"bin/up already runs here (process {found['pid']}): {found['url']}",)
    except (OSError, ValueError, KeyError):
        return ("A bin/up or bin/manage is at work in this clone; wait for it or end it first.",)


def remember_running(url: str) -> None:
    RUNNING.write_text(json.dumps({"pid": os.getpid(), "url": url}))


def forget_running() -> None:
    RUNNING.unlink(missing_ok=True)


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let one command at a time decide whether services are to be started or stopped."""
    with open_lock(DOOR_LOCK) as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
