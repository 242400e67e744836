"""What the supervisor needs to know of one process."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

# Stopped in this order, each wave together: the whole stop has ten seconds.
WAVES = ("work", "engines", "stores")
STOP_SECONDS = {"work": 6, "engines": 1, "stores": 2}


@dataclass(frozen=True)
class Program:
    """One supervised process; `wave` says with which others it is stopped.

    The command must stay in the foreground and must be the process itself, no shell around it.
    """

    name: str
    title: str
    command: tuple[str | Path, ...]
    wave: str = "work"
    stop_signal: str = "TERM"
    user: str | None = None
    # A process that ends sooner than this has failed to start.
    start_seconds: int = 3
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def command_line(self) -> str:
        return " ".join(shlex.quote(str(part)) for part in self.command)

    @property
    def stop_seconds(self) -> int:
        return STOP_SECONDS[self.wave]

    @property
    def priority(self) -> int:
        """Low numbers start first and stop last when the supervisor is told to end by itself."""
        return 10 * (len(WAVES) - WAVES.index(self.wave))
