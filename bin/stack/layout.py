"""Where this clone keeps its things: all below `.local/`, but for sockets and what another user
must reach.

Paths of Unix sockets hold 107 bytes at most and a clone may lie deeper than that, so they live in a
short folder of `/tmp` that only this user can open. A test run has the same layout in a folder of
its own.
"""

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from stack.errors import StackError

ROOT = Path(__file__).resolve().parents[2]
LOCAL = ROOT / ".local"


@dataclass(frozen=True)
class Layout:
    """The folders of one stack: the clone's own (`bin/up`) or that of one test run."""

    base: Path
    name: str

    @property
    def marker(self) -> str:
        """What every process of this stack carries in its environment, so that none is lost."""
        return f"{clone_id()}-{self.name}"

    @property
    def logs(self) -> Path:
        return self.base / "logs"

    @property
    def run(self) -> Path:
        """Generated configuration, rewritten at every start."""
        return self.base / "run"

    @property
    def data(self) -> Path:
        """Uploads, recordings, mails: what the settings call DATA_DIR."""
        return self.base / "data"

    @property
    def postgres(self) -> Path:
        return self.base / "postgres"

    @property
    def valkey(self) -> Path:
        return self.base / "valkey"

    @property
    def secrets(self) -> Path:
        return self.base / "secrets.env"

    @property
    def ports(self) -> Path:
        return self.base / "ports.json"

    @property
    def sockets(self) -> Path:
        return Path("/tmp") / f"vp-{self.marker}-{os.getuid()}"  # noqa: S108 - short, 0700 and checked

    def prepare(self) -> None:
        """Make the folders; refuse a socket folder that somebody else made first."""
        for folder in (self.logs, self.run, self.data, self.valkey):
            folder.mkdir(parents=True, exist_ok=True)
        self.run.chmod(0o700)
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        found = self.sockets.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            raise StackError(
                f"{self.sockets} belongs to somebody else.", cure="Remove it and start again."
            )
        self.sockets.chmod(0o700)


def clone_id() -> str:
    """Return a short name of this clone, the same at every start."""
    return hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]


def of_clone() -> Layout:
    """Return the layout of `bin/up` and `bin/manage`."""
    return Layout(base=LOCAL, name="up")


def of_tests() -> Layout:
    """Return the layout of this test run; several may go on at once."""
    return Layout(base=LOCAL / "test" / str(os.getpid()), name=f"test{os.getpid()}")
