"""One `bin/up` per clone; the second is told where the first one is."""

import fcntl
from pathlib import Path

import pytest

from stack import locks
from stack.errors import StackError


@pytest.fixture(autouse=True)
def _own_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "STACK_LOCK", tmp_path / "stack.lock")
    monkeypatch.setattr(locks, "RUNNING", tmp_path / "running.json")


def test_a_second_start_is_told_where_the_first_one_is() -> None:
    with locks.alone():
        locks.remember_running("http://127.0.0.1:8000")
        with (
            pytest.raises(StackError, match=r"already runs here.*http://127\.0\.0\.1:8000"),
            locks.alone(),
        ):
            pass


def test_a_start_beside_a_management_command_is_told_so() -> None:
    with locks.open_lock(locks.STACK_LOCK) as handle:
        locks.try_lock(handle, fcntl.LOCK_SH)
        with pytest.raises(StackError, match="bin/manage is at work"), locks.alone():
            pass


def test_management_commands_run_beside_each_other() -> None:
    with locks.open_lock(locks.STACK_LOCK) as first, locks.open_lock(locks.STACK_LOCK) as second:
        assert locks.try_lock(first, fcntl.LOCK_SH)
        assert locks.try_lock(second, fcntl.LOCK_SH)
        assert not locks.try_lock(second, fcntl.LOCK_EX)
