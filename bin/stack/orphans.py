"""Ending what an earlier start left behind, whoever killed it and whatever is left of it.

Every process of a stack carries its marker in its environment, so none is found by a broad name and
none is missed: not the children of a supervisor that was killed, nor a worker's forked jobs.
"""

import os
import signal
import time
from collections.abc import Iterable

import psutil

from stack.environment import MARKER
from stack.layout import Layout

GRACE_SECONDS = 3


def find(marker: str) -> list[psutil.Process]:
    """Return the processes of a stack and of its tests' stacks, without us and our parents."""
    mine = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    return [one for one in psutil.process_iter() if one.pid not in mine and carries(one, marker)]


def carries(process: psutil.Process, marker: str) -> bool:
    try:
        found = process.environ().get(MARKER, "")
    except (psutil.Error, OSError):
        return False
    return found == marker or found.startswith(f"{marker}-")


def end(layout: Layout, *, grace_seconds: float = GRACE_SECONDS) -> int:
    """End every process of a layout, gently first; return how many there were."""
    found = find(layout.marker)
    # The supervisor first: it would start again what we end.
    ask(one for one in found if "supervisor.supervisord" in command_line(one))
    time.sleep(0.1 if found else 0)
    ask(one for one in found if "supervisor.supervisord" not in command_line(one))
    _, alive = psutil.wait_procs(found, timeout=grace_seconds)
    for process in alive:
        deliver(process, signal.SIGKILL)
    psutil.wait_procs(alive, timeout=2)
    return len(found)


def ask(processes: Iterable[psutil.Process]) -> None:
    for process in processes:
        is_postgres = command_line(process).split(" ", 1)[0].endswith("/postgres")
        deliver(process, signal.SIGINT if is_postgres else signal.SIGTERM)


def command_line(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def deliver(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.Error:
        return
