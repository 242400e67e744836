"""Fresh clones for the tests that start and kill `bin/up` itself, each with its own services."""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from stack import orphans
from stack.layout import ROOT
from stack.testing import without_settings

STOP_SECONDS = 10


class Clone:
    """A copy of the working tree in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        names = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard", "-z"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout.decode()
        for name in filter(None, names.split("\0")):
            copy(ROOT / name, self.folder / name)

    @property
    def marker(self) -> str:
        return f"{hashlib.sha256(str(self.folder).encode()).hexdigest()[:8]}-up"

    def borrow_installation(self) -> None:
        """Take packages and browser code from the clone that runs the tests."""
        (self.folder / ".local").mkdir(exist_ok=True)
        (self.folder / ".local" / "venv").symlink_to(ROOT / ".local" / "venv")
        for name in ("frontend.stamp", "npm.stamp"):
            copy(ROOT / ".local" / name, self.folder / ".local" / name)
        shutil.copytree(ROOT / "static" / "dist", self.folder / "static" / "dist")

    def processes(self) -> list[str]:
        """Return what runs of this clone, for an assertion that can be read."""
        return [orphans.command_line(one) for one in orphans.find(self.marker)]

    def manage(self, *arguments: str) -> str:
        """Run `bin/manage` and return what it printed."""
        done = subprocess.run(
            [self.folder / "bin" / "manage", *arguments],
            cwd=self.folder,
            env=without_settings(os.environ),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def end(self) -> None:
        """End whatever a failing test left."""
        for process in orphans.find(self.marker):
            process.kill()


@contextmanager
def temporary_clone() -> Iterator[Clone]:
    """Give a fresh clone, not in pytest's folder: PostgreSQL's user can't enter that."""
    with tempfile.TemporaryDirectory(prefix="vp-clone-") as folder:
        Path(folder).chmod(0o755)
        clone = Clone(Path(folder) / "clone")
        try:
            yield clone
        finally:
            clone.end()


class Up:
    """A running `bin/up` whose output is read as it comes."""

    def __init__(self, clone: Clone, *arguments: str, settings: Mapping[str, str]) -> None:
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [clone.folder / "bin" / "up", *arguments],
            cwd=clone.folder,
            env=without_settings(os.environ) | dict(settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self.lines.append(line.rstrip())

    @property
    def output(self) -> str:
        return "\n".join(self.lines)

    def await_line(self, text: str, *, seconds: float = 300) -> None:
        """Wait until a line with this text was printed."""
        deadline = time.monotonic() + seconds
        while not any(text in line for line in self.lines):
            assert self.process.poll() is None, self.output
            assert time.monotonic() < deadline, self.output
            time.sleep(0.05)

    def await_end(self, *, seconds: float) -> int:
        status = self.process.wait(seconds)
        self._reader.join(5)
        return status

    def stop(self, number: signal.Signals = signal.SIGINT) -> float:
        """Send a stop signal; return the seconds that the stop took."""
        began = time.monotonic()
        self.process.send_signal(number)
        self.await_end(seconds=60)
        return time.monotonic() - began

    @property
    def url(self) -> str:
        """Where the web is, as the box says."""
        found = re.search(r"Open +(http://\S+)/", self.output)
        assert found is not None, self.output
        return found[1]


def page(url: str) -> int:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return int(answer.status)


@contextmanager
def up(clone: Clone, *arguments: str, **settings: str) -> Iterator[Up]:
    """Start `bin/up` and make sure that it is gone afterwards, with all that it started."""
    running = Up(clone, *arguments, settings=settings)
    try:
        yield running
    finally:
        running.process.kill()
        running.process.wait()


def copy(source: Path, target: Path) -> None:
    if source.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target, follow_symlinks=False)
