"""PostgreSQL refuses to run as root; started as root, it runs as the system user `pgserver`.

That user must reach the programs and the data. A clone below a folder that only root may enter
(a home with mode 0700) isn't reachable, and opening somebody's home is not ours to do: then both
stand in `/var/lib/voiceplatform` and `bin/up` says so.
"""

import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path

from stack.children import identity
from stack.errors import StackError
from stack.layout import Layout

USER = "pgserver"
OUTSIDE = Path("/var/lib/voiceplatform")


def postgres_user() -> str | None:
    """Return the user that PostgreSQL runs as: none when it can be this one.

    Raises:
        StackError: we are root and the system has no way to add a user.
    """
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(USER)
    except KeyError:
        add_user()
    return USER


def add_user() -> None:
    """Add a system user without a home and without a login."""
    tool = shutil.which("useradd")
    if tool is None or sys.platform == "darwin":
        raise StackError(
            "PostgreSQL can't run as root and there is no `useradd` here to make a user for it.",
            cure="Start as an ordinary user.",
        )
    subprocess.run([tool, "--system", "--no-create-home", "-s", "/bin/sh", USER], check=True)


def can_reach(user: str | None, folder: Path) -> bool:
    """Tell whether this user may enter a folder, asked of the system itself."""
    if user is None:
        return True
    probe = subprocess.run(["test", "-x", str(folder)], check=False, cwd="/", **identity(user))
    return probe.returncode == 0


def reachable_programs(folder: Path, user: str | None) -> Path:
    """Return the installation (the parent of `bin`), copied where the user can reach it."""
    if can_reach(user, folder / "bin"):
        return folder
    package = folder.parent
    stamp = f"{folder.name}-{int((folder / 'bin' / 'postgres').stat().st_mtime)}"
    copy = OUTSIDE / stamp
    if not copy.is_dir():
        fresh = OUTSIDE / f"{stamp}.{os.getpid()}"
        shutil.copytree(folder, fresh / package.name / folder.name, symlinks=True)
        # The wheel's own libraries, which the programs look for beside their package.
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        fresh.rename(copy)
    return copy / package.name / folder.name


def data_folder(layout: Layout, user: str | None) -> Path:
    """Return where the database lies: where there is data, else where the user can reach it.

    Raises:
        StackError: the user can't reach the data any more; an empty database instead would look
            as if all were lost.
    """
    outside = OUTSIDE / layout.marker / "postgres"
    for folder in (layout.postgres, outside):
        if (folder / "PG_VERSION").is_file():
            require_reach(user, folder)
            return folder
    if can_reach(user, layout.base):
        return layout.postgres
    outside.parent.mkdir(parents=True, exist_ok=True)
    return outside


def require_reach(user: str | None, data: Path) -> None:
    if not can_reach(user, data):
        raise StackError(
            f"The database in {data} can't be reached by the user {user} any more.",
            cure=f"Let others enter the folders above it (chmod o+x), up to {data.parent}.",
        )
