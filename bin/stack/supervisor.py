"""The supervisor: its configuration, and starting, watching and stopping its programs over its Unix
socket.

supervisord runs in a session of its own, so that Ctrl-C reaches `bin/up` alone, which then stops
the programs in waves. Signals go to a program's own process and never to its group: SIGTERM to the
voice worker's forkserver would end every live call unrecorded (notes/livekit.md section 1).
"""

import os
import resource
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from supervisor.xmlrpc import SupervisorTransport

from stack.errors import StackError
from stack.layout import ROOT, Layout
from stack.program import STOP_SECONDS, WAVES, Program

POLL_SECONDS = 0.05
STARTED_BADLY = {"BACKOFF", "FATAL", "EXITED", "UNKNOWN"}
STOPPED = {"STOPPED", "EXITED", "FATAL"}


class Supervisor:
    """One supervisord with its programs, for `bin/up`, `bin/manage` and the tests."""

    def __init__(self, layout: Layout, programs: Sequence[Program]) -> None:
        self._layout = layout
        self.programs = {program.name: program for program in programs}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> Path:
        return self._layout.sockets / "supervisor.sock"

    @property
    def _rpc(self) -> Any:
        transport = SupervisorTransport(None, None, f"unix://{self.socket}")
        return xmlrpc.client.ServerProxy("http://localhost", transport=transport).supervisor

    def log_of(self, name: str) -> Path:
        return self._layout.logs / f"{name}.log"

    def launch(self, env: Mapping[str, str]) -> None:
        """Start supervisord with every program stopped; programs inherit `env`."""
        # A SIGQUIT that comes before Celery handles it would leave a core file in the clone.
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
        config = self._layout.run / "supervisord.conf"
        config.write_text(configuration(self._layout, self.programs.values(), self.socket))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "supervisor.supervisord", "-n", "-c", str(config)],
            cwd=ROOT,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=(self._layout.logs / "supervisord.err").open("wb"),
            start_new_session=True,
        )
        self._await_socket()

    def _await_socket(self) -> None:
        deadline = time.monotonic() + 15
        while not self.is_alive():
            if time.monotonic() > deadline or (self._process and self._process.poll() is not None):
                raise StackError(
                    "The supervisor did not start.", log=self._layout.logs / "supervisord.err"
                )
            time.sleep(POLL_SECONDS)

    def is_alive(self) -> bool:
        """Tell whether supervisord answers."""
        try:
            return bool(self._rpc.getState()["statename"] == "RUNNING")
        except (OSError, xmlrpc.client.Error):
            return False

    def start(self, *names: str) -> None:
        """Start programs without waiting; those that run already stay as they are."""
        running = self.states()
        for name in names:
            if running[name] not in {"RUNNING", "STARTING"}:
                self._start(name)

    def _start(self, name: str) -> None:
        try:
            self._rpc.startProcess(name, False)
        except xmlrpc.client.Fault as fault:
            message = f"{self.programs[name].title} can't be started: {fault.faultString}"
            raise StackError(message, log=self.log_of(name)) from fault

    def restart(self, name: str) -> None:
        """Stop one program as a signal would, and start it again."""
        self.stop([name])
        self.start(name)

    def signal(self, name: str, signal_name: str) -> None:
        """Send a signal such as `KILL` to a program's own process; it is started again."""
        self._rpc.signalProcess(name, signal_name)

    def states(self) -> dict[str, str]:
        """Return every program's state in supervisor's words: RUNNING, STARTING, BACKOFF, ..."""
        return {info["name"]: info["statename"] for info in self._rpc.getAllProcessInfo()}

    def pids(self) -> dict[str, int]:
        """Return the process id of every program; 0 for those that don't run."""
        return {info["name"]: int(info["pid"]) for info in self._rpc.getAllProcessInfo()}

    def has_failed(self, name: str) -> bool:
        """Tell whether a program that was started ended instead of staying."""
        return self.states().get(name, "UNKNOWN") in STARTED_BADLY

    def stop(self, names: Iterable[str], *, seconds: float = 6) -> None:
        """Stop programs together; supervisord kills the group of what doesn't go in time."""
        names = [name for name in names if name in self.programs]
        for name in names:
            try:
                self._rpc.stopProcess(name, False)
            except xmlrpc.client.Fault:
                continue  # it was not running
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            states = self.states()
            if all(states[name] in STOPPED for name in names):
                return
            time.sleep(POLL_SECONDS)

    def shut_down(self) -> None:
        """Stop all programs in waves, then supervisord itself; bears it when it is gone already."""
        try:
            for wave in WAVES:
                members = [name for name, one in self.programs.items() if one.wave == wave]
                self.stop(members, seconds=STOP_SECONDS[wave] + 1)
            self._rpc.shutdown()
        except (OSError, xmlrpc.client.Error):
            pass
        self._end_process()

    def _end_process(self) -> None:
        if self._process is None:
            return
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def configuration(layout: Layout, programs: Iterable[Program], socket: Path) -> str:
    """Return supervisord's configuration; it holds no secret, those come with the environment."""
    head = f"""\
[supervisord]
logfile = {escape(layout.logs / "supervisord.log")}
logfile_maxbytes = 5MB
logfile_backups = 1
pidfile = {escape(layout.run / "supervisord.pid")}
nocleanup = true
{"user = root" if os.geteuid() == 0 else ""}

[unix_http_server]
file = {socket}
chmod = 0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
"""
    return head + "".join(section(layout, program) for program in programs)


def section(layout: Layout, program: Program) -> str:
    """Return the part of one program; 30 retries outlast a restart of what it needs."""
    pairs = ",".join(f'{name}="{escape(value)}"' for name, value in program.environment.items())
    return f"""
[program:{program.name}]
command = {escape(program.command_line)}
directory = {escape("/" if program.user else ROOT)}
environment = {pairs}
autostart = false
autorestart = true
startsecs = {program.start_seconds}
startretries = 30
stopsignal = {program.stop_signal}
stopwaitsecs = {program.stop_seconds}
stopasgroup = false
killasgroup = true
priority = {program.priority}
redirect_stderr = true
stdout_logfile = {escape(layout.logs / program.name)}.log
stdout_logfile_maxbytes = 10MB
stdout_logfile_backups = 3
{f"user = {program.user}" if program.user else ""}
"""


def escape(text: str | Path) -> str:
    """Escape what supervisord would expand."""
    return str(text).replace("%", "%%")
