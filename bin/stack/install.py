"""The Python environment: uv, then exactly what the hashed locks say, skipped when nothing changed.

uv comes from the `PATH` or, pinned and hashed, into a small environment made by `venv`. What a lock
no longer names is removed, since a leftover package can change what the others do.
"""

import hashlib
import os
import platform
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from stack import children
from stack.console import Step
from stack.layout import LOCAL, ROOT

VENV = LOCAL / "venv"
STAMP = VENV / ".locks-installed"
GROUPS = VENV / ".groups"
BOOTSTRAP = LOCAL / "bootstrap"
LOGS = LOCAL / "logs"
UV_LOCK = Path(__file__).with_name("uv-requirements.txt")
LOCKS = {"run": ROOT / "requirements.txt", "dev": ROOT / "requirements-dev.txt"}
NETWORK = "Most often the package index can't be reached: see the log, then start again."


def ensure(groups: Iterable[str]) -> Path:
    """Make `.local/venv` hold exactly the locks of these and earlier groups; return its Python."""
    wanted_groups = set(groups) | known_groups()
    locks = [lock for group, lock in LOCKS.items() if group in wanted_groups]
    wanted = fingerprint(locks)
    if not (STAMP.is_file() and STAMP.read_text() == wanted and interpreter().is_file()):
        with Step("Python packages") as step:
            install(locks, step)
            GROUPS.write_text(" ".join(sorted(wanted_groups)))
            STAMP.write_text(wanted)
    return interpreter()


def known_groups() -> set[str]:
    """Return the groups that the environment holds: `bin/up` keeps what the tests need."""
    return set(GROUPS.read_text().split()) & set(LOCKS) if GROUPS.is_file() else set()


def interpreter() -> Path:
    return VENV / "bin" / "python"


def fingerprint(files: Iterable[Path]) -> str:
    """Return what must be equal for an environment to be up to date: locks, Python and machine."""
    digest = hashlib.sha256(f"{sys.version_info[:2]} {platform.platform(terse=True)}".encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def install(locks: list[Path], step: Step) -> None:
    """Install the locks with uv; an interrupted run is taken up where it stopped."""
    uv = find_uv(step)
    if not works(interpreter()):
        step.note("making .local/venv")
        uv_run([uv, "venv", "--clear", "--python", base_python(), VENV], step, "uv-venv")
    # A dozen processes start from this environment: compiling once saves each of them seconds.
    compiled = "--compile-bytecode"
    command = [uv, "pip", "sync", compiled, "--require-hashes", "--python", interpreter(), *locks]
    lines = uv_run(command, step, "uv-install")
    step.detail = next(
        (line for line in lines if line.startswith(("Installed", "Uninstalled"))), "nothing to do"
    )


def uv_run(command: list[str | Path], step: Step, name: str) -> list[str]:
    """Run uv with the system's certificates, as pip does, so that a company's proxy is trusted."""
    return children.run(
        command,
        log=LOGS / f"{name}.log",
        failure="The Python packages could not be installed.",
        cure=NETWORK,
        env={**os.environ, "UV_SYSTEM_CERTS": "1"},
        on_line=step.note,
    )


def works(python: Path) -> bool:
    """Tell whether an environment's Python is there; its link may dangle."""
    return python.exists() and os.access(python, os.X_OK)


def base_python() -> str:
    """Return the Python to build on, also when this one runs inside some environment."""
    return getattr(sys, "_base_executable", "") or sys.executable


def find_uv(step: Step) -> str | Path:
    """Return uv from the `PATH`, or put the pinned one into `.local/bootstrap`."""
    own = BOOTSTRAP / "bin" / "uv"
    found = shutil.which("uv")
    if found:
        return found
    stamp, wanted = BOOTSTRAP / ".stamp", fingerprint([UV_LOCK])
    if not (own.is_file() and stamp.is_file() and stamp.read_text() == wanted):
        step.note("fetching uv, the installer")
        make_bootstrap()
        stamp.write_text(wanted)
    return own


def make_bootstrap() -> None:
    """Make a small environment with the standard library's own tools and install uv into it."""
    children.run(
        [base_python(), "-m", "venv", "--clear", BOOTSTRAP],
        log=LOGS / "venv.log",
        failure="This Python can't make virtual environments.",
        cure="Install its venv module (Debian: apt install python3-venv) or uv, and start again.",
    )
    pip: list[str | Path] = [BOOTSTRAP / "bin" / "python", "-m", "pip", "install", "--quiet"]
    children.run(
        [*pip, "--disable-pip-version-check", "--require-hashes", "-r", UV_LOCK],
        log=LOGS / "pip.log",
        failure="uv, which installs the Python packages, could not be fetched.",
        cure=NETWORK,
    )
