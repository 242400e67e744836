"""The Python environment: installed once, again when a lock changes, and then exactly the locks."""

from pathlib import Path

import pytest

from stack import install
from stack.console import Step


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[Path]]:
    """An empty clone; gives the locks of every installation that happens."""
    calls: list[list[Path]] = []
    locks = {"run": tmp_path / "requirements.txt", "dev": tmp_path / "requirements-dev.txt"}
    for lock in locks.values():
        lock.write_text("a==1\n")
    venv = tmp_path / "venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").touch(mode=0o755)
    monkeypatch.setattr(install, "LOCKS", locks)
    monkeypatch.setattr(install, "VENV", venv)
    monkeypatch.setattr(install, "STAMP", venv / "stamp")
    monkeypatch.setattr(install, "GROUPS", venv / "groups")
    monkeypatch.setattr(install, "install", lambda found, step: calls.append(found))
    return calls


def names(calls: list[list[Path]]) -> list[list[str]]:
    return [[lock.name for lock in call] for call in calls]


def test_a_second_start_installs_nothing(installed: list[list[Path]]) -> None:
    install.ensure(["run"])
    install.ensure(["run"])
    assert names(installed) == [["requirements.txt"]]


def test_a_changed_lock_is_installed(installed: list[list[Path]]) -> None:
    install.ensure(["run"])
    install.LOCKS["run"].write_text("a==2\n")
    install.ensure(["run"])
    assert len(installed) == 2


def test_starting_keeps_what_the_tests_need(installed: list[list[Path]]) -> None:
    install.ensure(["run", "dev"])
    install.ensure(["run"])
    install.LOCKS["run"].write_text("a==2\n")
    install.ensure(["run"])
    assert names(installed) == [["requirements.txt", "requirements-dev.txt"]] * 2


def test_an_interrupted_installation_is_done_again(
    installed: list[list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(locks: list[Path], step: Step) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(install, "install", interrupted)
        with pytest.raises(KeyboardInterrupt):
            install.ensure(["run"])
    install.ensure(["run"])
    assert len(installed) == 1
