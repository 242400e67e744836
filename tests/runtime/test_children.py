"""Commands that a step runs: logged, told apart when they fail, and never outliving the step."""

import sys
import time
from pathlib import Path

import psutil
import pytest

from stack import children
from stack.errors import StackError

SLEEPER = (
    "import subprocess, sys; print(subprocess.Popen(['sleep', '60'], stdout=-3).pid, flush=True)"
)


def run(code: str, log: Path, **options: object) -> list[str]:
    return children.run([sys.executable, "-c", code], log=log, failure="It broke.", **options)


def test_what_a_command_prints_is_logged_without_colours(tmp_path: Path) -> None:
    seen: list[str] = []
    lines = run("print('\\x1b[31mred\\x1b[0m')", tmp_path / "log", on_line=seen.append)
    assert lines == seen == ["red"]
    assert (tmp_path / "log").read_text() == "red\n"


def test_a_failing_command_names_itself_its_log_and_the_cure(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="It broke") as caught:
        run("import sys; print('why'); sys.exit(3)", tmp_path / "log", cure="Mend it.")
    assert (caught.value.log, caught.value.cure) == (tmp_path / "log", "Mend it.")


def test_a_command_that_is_not_there_is_an_error_in_words(tmp_path: Path) -> None:
    with pytest.raises(StackError, match=r"It broke\. .*No such file"):
        children.run(["/nowhere/x"], log=tmp_path / "log", failure="It broke.")


def test_what_a_command_leaves_running_is_ended(tmp_path: Path) -> None:
    with pytest.raises(StackError):
        run(f"{SLEEPER}; sys.exit(1)", tmp_path / "log", timeout_seconds=20)
    assert not alive(int((tmp_path / "log").read_text()))


def test_a_command_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    started = time.monotonic()
    with pytest.raises(StackError):
        run("import time; time.sleep(60)", tmp_path / "log", timeout_seconds=0.5)
    assert time.monotonic() - started < 10


def test_an_interrupt_ends_the_command(tmp_path: Path) -> None:
    def interrupt(line: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(
            "import os, time; print(os.getpid(), flush=True); time.sleep(60)",
            tmp_path / "log",
            on_line=interrupt,
        )
    assert not alive(int((tmp_path / "log").read_text()))


def alive(pid: int) -> bool:
    """Tell whether a process stays; a signal takes a moment, and nobody may reap what it leaves."""
    try:
        psutil.Process(pid).wait(3)
    except psutil.TimeoutExpired:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
    return False
