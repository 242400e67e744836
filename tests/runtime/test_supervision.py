"""A real supervisord with small programs: started, watched, stopped, and nothing left behind."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from stack import orphans
from stack.environment import MARKER
from stack.errors import StackError
from stack.layout import Layout
from stack.program import Program
from stack.readiness import runs, wait_for
from stack.supervisor import Supervisor

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
PROGRAMS = [
    Program("sleeper", "Sleeper", ("sleep", "60"), start_seconds=1),
    Program("failing", "Failing", (sys.executable, "-c", "print('why it failed'); exit(1)")),
    Program("odd", "Odd 100 %", (sys.executable, "-c", "print('100 %; \"x\"')"), start_seconds=0),
    Program("stubborn", "Stubborn", (sys.executable, "-c", STUBBORN), wave="engines"),
]


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(base=tmp_path, name=f"supervision{os.getpid()}")


@pytest.fixture
def supervisor(layout: Layout) -> Iterator[Supervisor]:
    layout.prepare()
    supervisor = Supervisor(layout, PROGRAMS)
    supervisor.launch({**os.environ, MARKER: layout.marker})
    yield supervisor
    supervisor.shut_down()
    orphans.end(layout)
    layout.sockets.joinpath("supervisor.sock").unlink(missing_ok=True)
    layout.sockets.rmdir()


def start(supervisor: Supervisor, name: str) -> int:
    """Start a program and return its process id."""
    supervisor.start(name)
    wait_for(lambda: runs(supervisor, name), supervisor=supervisor, name=name, seconds=10, cure="")
    return supervisor.pids()[name]


def test_nothing_starts_before_it_is_asked_for(supervisor: Supervisor) -> None:
    assert set(supervisor.states().values()) == {"STOPPED"}


def test_a_killed_program_is_started_again(supervisor: Supervisor) -> None:
    first = start(supervisor, "sleeper")
    supervisor.signal("sleeper", "KILL")
    wait_for(
        lambda: supervisor.pids()["sleeper"] not in {0, first},
        supervisor=supervisor,
        name="stubborn",
        seconds=10,
        cure="",
    )


def test_a_program_that_fails_is_named_with_its_log_and_the_cure(supervisor: Supervisor) -> None:
    supervisor.start("failing")
    with pytest.raises(StackError, match="Failing ended as it started") as caught:
        wait_for(lambda: False, supervisor=supervisor, name="failing", seconds=20, cure="Mend it.")
    assert caught.value.cure == "Mend it."
    assert "why it failed" in (caught.value.log or Path()).read_text()


def test_commands_reach_the_program_unchanged(supervisor: Supervisor) -> None:
    supervisor.start("odd")
    deadline = time.monotonic() + 10
    while not supervisor.log_of("odd").read_text() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert supervisor.log_of("odd").read_text() == '100 %; "x"\n'


def test_the_stop_ends_the_stubborn_too_and_within_ten_seconds(
    supervisor: Supervisor, layout: Layout
) -> None:
    start(supervisor, "stubborn")
    start(supervisor, "sleeper")
    began = time.monotonic()
    supervisor.shut_down()
    assert time.monotonic() - began < 10
    assert orphans.find(layout.marker) == []


def test_what_a_killed_supervisor_leaves_is_found_and_ended(
    supervisor: Supervisor, layout: Layout
) -> None:
    start(supervisor, "sleeper")
    for process in orphans.find(layout.marker):
        if "supervisor.supervisord" in orphans.command_line(process):
            process.kill()
            process.wait(5)
    assert orphans.end(layout) == 1
    assert orphans.find(layout.marker) == []


def test_processes_of_others_are_left_alone(layout: Layout) -> None:
    neighbour = subprocess.Popen(["sleep", "60"], env={**os.environ, MARKER: f"{layout.marker}x"})
    try:
        orphans.end(layout)
        assert psutil.Process(neighbour.pid).is_running()
        assert neighbour.poll() is None
    finally:
        neighbour.kill()
        neighbour.wait()
