"""LiveKit server: on the `PATH`, or built once from its Go module and kept in the user's cache by
version.

No package carries it. v1.13.5 is the last version whose module `go install` can build (later ones
have `replace` directives). The build takes about two minutes and gets Go caches of its own, 1.2 GB,
which are removed afterwards: the newcomer's disk keeps the 53 MB that are used.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from stack import children
from stack.console import Step
from stack.errors import StackError
from stack.layout import Layout
from stack.packages import package_folder
from stack.ports import Ports
from stack.program import Program

VERSION = "1.13.5"
MODULE = f"github.com/livekit/livekit-server/cmd/server@v{VERSION}"
OLDEST_GO = (1, 26)
# Packages that a build from empty caches compiles: measured, to show how far it is.
PACKAGES = 800
INSTALL = (
    "Install Go 1.26 or newer, put `livekit-server` on the PATH, or set LIVEKIT_URL, "
    "LIVEKIT_API_KEY and LIVEKIT_API_SECRET to a server that runs elsewhere (LiveKit Cloud)."
)


def cache_folder() -> Path:
    """Return the user's cache, shared by all clones."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "voiceplatform"


def cached_binary() -> Path:
    return cache_folder() / f"livekit-server-v{VERSION}" / "livekit-server"


def find_or_build(step: Step, log: Path) -> tuple[Path, str]:
    """Return the server's binary and where it came from, building it where there is none."""
    found = shutil.which("livekit-server")
    if found and is_close_enough(Path(found)):
        return Path(found), "PATH"
    if not os.access(cached_binary(), os.X_OK):
        build(step, log)
        return cached_binary(), "build"
    return cached_binary(), "cache"


def is_close_enough(program: Path) -> bool:
    """Tell whether a server of the `PATH` is of the minor version that we know, or a later one."""
    asked = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    match = re.search(r"(\d+)\.(\d+)", asked.stdout)
    wanted = tuple(int(part) for part in VERSION.split(".")[:2])
    return match is not None and (int(match[1]), int(match[2])) >= wanted


def build(step: Step, log: Path) -> None:
    """Build the server with `go install`; the binary appears whole or not at all."""
    go = find_go()
    remove_leftovers()
    target = cached_binary()
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="build-", dir=cache_folder()))
    try:
        run_build(go, folder, step, log)
        (folder / "bin" / "server").rename(target)
    finally:
        remove_build(folder)


def run_build(go: Path, folder: Path, step: Step, log: Path) -> None:
    step.note("fetching its source (once, about two minutes in all)")
    seen = Progress(step)
    children.run(
        [go, "install", "-v", "-trimpath", "-ldflags=-s -w", MODULE],
        log=log,
        failure="The LiveKit server could not be built.",
        cure=f"If the Go module proxy can't be reached, try again later. {INSTALL}",
        env=build_environment(go, folder),
        on_line=seen.line,
    )


def build_environment(go: Path, folder: Path) -> dict[str, str]:
    """Return an environment in which Go leaves nothing behind and needs no C compiler."""
    kept = {name: value for name, value in os.environ.items() if name not in {"GOFLAGS", "GOROOT"}}
    return kept | {
        "PATH": f"{go.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "GOBIN": str(folder / "bin"),
        "GOMODCACHE": str(folder / "modules"),
        "GOCACHE": str(folder / "cache"),
        "GOPATH": str(folder / "path"),
        "GOTMPDIR": str(folder),
        "GOTOOLCHAIN": "local",
        "GOTELEMETRY": "off",
        "GOFLAGS": "-modcacherw",
        "CGO_ENABLED": "0",
    }


class Progress:
    """Counts what Go prints: a line per module fetched, then one per package compiled."""

    def __init__(self, step: Step) -> None:
        self._step, self._fetched, self._compiled = step, 0, 0

    def line(self, text: str) -> None:
        if text.startswith("go: downloading"):
            self._fetched += 1
            self._step.note(f"fetching its source, module {self._fetched}")
        elif text and not text.startswith("go:"):
            self._compiled += 1
            percent = min(99, 100 * self._compiled // PACKAGES)
            self._step.note(f"compiling (once, about two minutes in all): {percent} %")


def find_go() -> Path:
    """Return a Go that is new enough: of the `PATH`, then of the package.

    Raises:
        StackError: neither serves; says what to install.
    """
    for go in go_candidates():
        if go_version(go) >= OLDEST_GO:
            return go
    raise StackError("There is no Go 1.26 here to build the LiveKit server with.", cure=INSTALL)


def go_candidates() -> list[Path]:
    """Return the Go programs to try; the package's own is run without its wrapper."""
    found = [Path(path) for path in [shutil.which("go", path=path_without_environment())] if path]
    folder = package_folder("go")
    return found if folder is None else [*found, folder / "bin" / "go"]


def path_without_environment() -> str:
    """Return the `PATH` without our own environment, whose `go` is the package's wrapper."""
    own = str(Path(sys.executable).parent)
    parts = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(part for part in parts if part != own)


def go_version(go: Path) -> tuple[int, int]:
    """Return the version that this Go names; (0, 0) when it can't be run."""
    try:
        asked = subprocess.run(
            [go, "version"],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "GOTOOLCHAIN": "local"},
        )
    except OSError:
        return (0, 0)
    match = re.search(r"go(\d+)\.(\d+)", asked.stdout)
    return (int(match[1]), int(match[2])) if match else (0, 0)


def remove_leftovers() -> None:
    """Remove what a build that was killed an hour or longer ago left behind."""
    for folder in cache_folder().glob("build-*"):
        if time.time() - folder.stat().st_mtime > 3600:
            remove_build(folder)


def remove_build(folder: Path) -> None:
    """Remove a build with its caches, `-modcacherw` having left them writable."""
    shutil.rmtree(folder, ignore_errors=True)


class EmbeddedLiveKit:
    """The LiveKit server of one layout."""

    def __init__(
        self,
        layout: Layout,
        *,
        binary: Path,
        ports: Ports,
        env: Mapping[str, str],
        webhook_url: str,
    ) -> None:
        self._layout, self._binary, self._ports = layout, binary, ports
        self._env, self._webhook_url = env, webhook_url

    @property
    def description(self) -> str:
        return f"port {self._ports['livekit']}"

    def program(self) -> Program:
        """Write the configuration, key pair included, and return the foreground server."""
        config = self._layout.run / "livekit.json"
        config.touch(mode=0o600)
        # JSON is YAML, and needs no second thought about quoting.
        config.write_text(json.dumps(self._config(), indent=1))
        return Program(
            name="livekit",
            title="LiveKit server",
            command=(self._binary, "--config", config),
            wave="engines",
            start_seconds=1,
        )

    def _config(self) -> dict[str, object]:
        host = self._env.get("BIND_HOST", "127.0.0.1")
        key = self._env["LIVEKIT_API_KEY"]
        return {
            "port": self._ports["livekit"],
            "bind_addresses": [host],
            "rtc": {
                "udp_port": self._ports["livekit_udp"],
                "use_external_ip": False,
                **media_addresses(host, tcp_port=self._ports["livekit_tcp"]),
            },
            "keys": {key: self._env["LIVEKIT_API_SECRET"]},
            "webhook": {"api_key": key, "urls": [self._webhook_url]},
            "logging": {"level": "info", "json": True},
        }

    def is_ready(self) -> bool:
        """Tell whether it answers over HTTP."""
        host = self._env.get("BIND_HOST", "127.0.0.1")
        host = "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104 - compared, not bound
        try:
            url = f"http://{host}:{self._ports['livekit']}/"
            with urllib.request.urlopen(url, timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


def media_addresses(host: str, *, tcp_port: int) -> dict[str, object]:
    """Return where media is received, as a part of LiveKit's `rtc` section.

    A node IP of 127.0.0.1 alone leaves its UDP port open on every interface but loopback, and its
    TCP port on all of them (seen with `ss`); the TCP port can't be bound to one address.
    """
    if host == "127.0.0.1":
        return {
            "node_ip": host,
            "interfaces": {"includes": ["lo", "lo0"]},
            "enable_loopback_candidate": True,
            "tcp_port": 0,
        }
    is_wildcard = host in {"0.0.0.0", "::"}  # noqa: S104 - compared, not bound
    return {"tcp_port": tcp_port} | ({} if is_wildcard else {"node_ip": host})
