"""Which ports the parts listen on: the same at every start, another where one is taken."""

import json
import socket
from collections.abc import Iterable
from pathlib import Path

PREFERRED = {
    "web": 8000,
    "demo": 8100,
    "postgres": 54320,
    "valkey": 63790,
    "livekit": 7880,
    "livekit_tcp": 7881,
    "livekit_udp": 7882,
}
UDP = {"livekit_udp"}
TITLES = {
    "web": "the web",
    "demo": "the demo website",
    "postgres": "PostgreSQL",
    "valkey": "Valkey",
    "livekit": "LiveKit",
    "livekit_tcp": "LiveKit's media (TCP)",
    "livekit_udp": "LiveKit's media (UDP)",
}
TRIES = 200


class Ports:
    """The chosen ports by part; `changes` says in words which wish could not be granted."""

    def __init__(self, file: Path, *, host: str = "127.0.0.1") -> None:
        self._file, self._host = file, host
        self._chosen = self._read()
        self.changes: list[str] = []

    def __getitem__(self, part: str) -> int:
        return self._chosen.get(part, PREFERRED[part])

    def settle(self, wishes: dict[str, int] | None = None) -> None:
        """Choose a free port for every part, remembered ones and `wishes` first, and remember them.

        Must run while nothing of this stack is up: its own ports would count as taken.
        """
        chosen: dict[str, int] = {}
        for part in PREFERRED:
            wish = (wishes or {}).get(part, self[part])
            chosen[part] = find_free(wish, part=part, host=self._host, without=chosen.values())
            if chosen[part] != wish:
                self.changes.append(f"port {wish} is taken, {TITLES[part]} uses {chosen[part]}")
        self._chosen = chosen
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.write_text(json.dumps(chosen, indent=1))

    def _read(self) -> dict[str, int]:
        try:
            found = json.loads(self._file.read_text())
            return {part: int(found[part]) for part in PREFERRED if part in found}
        except (OSError, ValueError, TypeError):
            return {}


def find_free(wish: int, *, part: str, host: str, without: Iterable[int]) -> int:
    """Return `wish` or the next port above it that is free; any free one when all are taken."""
    taken = set(without)
    for port in range(wish, min(wish + TRIES, 65_536)):
        if port not in taken and is_free(port, host=host, udp=part in UDP):
            return port
    return any_free(udp=part in UDP)


def any_free(*, udp: bool = False) -> int:
    """Return a port that the system just called free."""
    with socket.socket(type=socket.SOCK_DGRAM if udp else socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(port: int, *, host: str = "127.0.0.1", udp: bool = False) -> bool:
    """Tell whether this port is free on loopback and on the address that the web binds."""
    return all(can_bind(port, address, udp=udp) for address in {"127.0.0.1", host}) and (
        udp or not answers(port)
    )


def can_bind(port: int, host: str, *, udp: bool) -> bool:
    kind = socket.SOCK_DGRAM if udp else socket.SOCK_STREAM
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, kind) as probe:
        if not udp:
            # A port that its last owner left a moment ago is free, though TIME_WAIT lasts a minute.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError):
            return False
    return True


def answers(port: int) -> bool:
    """Tell whether somebody listens here: macOS lets us bind beside a wildcard listener."""
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0
