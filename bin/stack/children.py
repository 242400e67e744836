"""Commands that a step runs and waits for: pip, npm, the LiveKit build, migrations.

Each gets a session of its own, so that Ctrl-C reaches `bin/up` alone and takes the whole tree of
the command down in an orderly way. What a command prints goes to its log, line by line to the step
as well.
"""

import os
import pwd
import re
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypedDict

from stack.errors import StackError

TERMINATE_SECONDS = 4
# Some tools colour what they write, terminal or not.
COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def run(
    command: Sequence[str | Path],
    *,
    log: Path,
    failure: str,
    cure: str = "",
    env: Mapping[str, str] | None = None,
    user: str | None = None,
    on_line: Callable[[str], None] = lambda line: None,
    timeout_seconds: float = 1800,
) -> list[str]:
    """Run a command to its end and return the lines that it printed.

    Raises:
        StackError: it could not be started, failed or took longer than `timeout_seconds`.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    process = start(command, env=env, user=user, failure=failure)
    overtime = threading.Timer(timeout_seconds, end_group, [process])
    overtime.start()
    try:
        lines = follow(process, log, on_line)
        if process.wait() != 0:
            raise StackError(failure, cure=cure, log=log)
    finally:
        overtime.cancel()
        end_group(process)
    return lines


def start(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None,
    user: str | None,
    failure: str,
) -> subprocess.Popen[str]:
    """Start a command whose output, errors included, can be read line by line."""
    try:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=None if env is None else dict(env),
            start_new_session=True,
            **identity(user),
        )
    except OSError as error:
        raise StackError(f"{failure} ({error})") from error


class Identity(TypedDict, total=False):
    """Popen's arguments to run as somebody else."""

    user: str
    group: int
    extra_groups: list[str]


def identity(user: str | None) -> Identity:
    """Return Popen's arguments to run as another user, without the groups of this one."""
    if user is None:
        return {}
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


def follow(process: subprocess.Popen[str], log: Path, on_line: Callable[[str], None]) -> list[str]:
    """Copy what the command prints into its log and to the step; return it as lines."""
    lines: list[str] = []
    with log.open("w") as file:
        for raw in process.stdout or ():
            line = COLOURS.sub("", raw.rstrip("\n"))
            print(line, file=file, flush=True)
            lines.append(line)
            on_line(line)
    return lines


def end_group(process: subprocess.Popen[str]) -> None:
    """End a command with everything that it started; nothing happens when it is gone."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(TERMINATE_SECONDS)
        except (ProcessLookupError, PermissionError):
            return
        except subprocess.TimeoutExpired:
            continue
