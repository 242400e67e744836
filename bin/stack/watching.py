"""Staying with a running stack and saying when a process ended and was started again."""

import time
from typing import Never

from stack.console import paint, say
from stack.errors import StackError
from stack.supervisor import Supervisor

EVERY_SECONDS = 1.0


def watch(supervisor: Supervisor) -> Never:
    """Report restarts for as long as the supervisor lives.

    Raises:
        StackError: the supervisor itself is gone; nobody starts anything again.
    """
    known = supervisor.pids()
    while supervisor.is_alive():
        time.sleep(EVERY_SECONDS)
        known = report_changes(supervisor, known)
    raise StackError("The supervisor ended.", cure="Start bin/up again; all data is kept.")


def report_changes(supervisor: Supervisor, known: dict[str, int]) -> dict[str, int]:
    """Say which programs have a new process since the last look; return the present ones."""
    try:
        pids = supervisor.pids()
    except OSError:
        return known
    for name, pid in pids.items():
        if pid and known.get(name) and pid != known[name]:
            title, log = supervisor.programs[name].title, supervisor.log_of(name)
            now = time.strftime("%H:%M:%S")
            say(paint(f"  ! {now} {title} ended and was started again; see {log}", "33"))
    return known | {name: pid for name, pid in pids.items() if pid}
