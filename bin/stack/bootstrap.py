"""The way into every command of `bin/`: find a new enough Python, make the environment, go on
inside it.

This file alone must also parse on old Pythons, so that they are told what to install instead of a
syntax error; everything newer is imported after the version is known.
"""

from __future__ import annotations

import importlib
import os
import shutil
import sys
from typing import NoReturn

OLDEST = (3, 11)


def run(module: str, groups: tuple[str, ...] = ("run",), *, speaks: bool = True) -> NoReturn:
    """Run `stack.<module>.main(argv)` in `.local/venv`, installing the locks of `groups` first.

    A command that does not speak itself (`speaks`) leaves stdout to what it runs.
    """
    require_system()
    require_python()
    from stack.console import use_stderr
    from stack.errors import StackError
    from stack.layout import ROOT
    from stack.signals import stop_on_signals

    stop_on_signals()
    if not speaks:
        use_stderr()
    os.chdir(str(ROOT))
    try:
        if groups:
            enter_environment(groups)
        status = importlib.import_module("stack." + module).main(sys.argv[1:])
    except StackError as error:
        status = error.show()
    except PermissionError as error:
        status = StackError(
            f"{error.filename} belongs to another user.",
            cure="Start as the user who started before, or give the folder .local to this one.",
        ).show()
    except KeyboardInterrupt:
        status = 130
    sys.exit(status)


def require_system() -> None:
    """Refuse the system that no part is packaged for, with the two ways that work there."""
    if sys.platform == "win32":
        sys.exit("Windows itself is not supported: use WSL2 or docker-compose.yml (see README.md).")


def require_python() -> None:
    """Go on with a newer Python of the `PATH` where this one is too old, or say what to install."""
    if sys.version_info >= OLDEST:
        return
    for name in ("python3.13", "python3.12", "python3.11", "python3.14"):
        found = shutil.which(name)
        if found:
            os.execv(found, [found, *sys.argv])
    sys.exit(
        f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}. Install it (Debian: "
        "apt install python3 python3-venv; macOS: brew install python) and start again."
    )


def enter_environment(groups: tuple[str, ...]) -> None:
    """Install what the locks say, then replace this process by the environment's Python."""
    from stack import install

    interpreter = install.ensure(groups)
    if sys.prefix != str(install.VENV):
        sys.stdout.flush()
        os.execv(str(interpreter), [str(interpreter), *sys.argv])
