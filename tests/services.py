"""The platform as real processes, for the tests that need it whole: browser journeys, kill and load
tests.

The same supervisor and the same commands as `bin/up`, against the database of the test. PostgreSQL,
Valkey, LiveKit and the model process are those of the test run (`bin/test`, or the environment).
"""

import itertools
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from stack import orphans
from stack.django_steps import collect_static
from stack.environment import MARKER, private_hosts, python_environment
from stack.errors import StackError, last_lines
from stack.layout import LOCAL, ROOT, Layout, clone_id
from stack.ports import any_free, is_free
from stack.program import Program
from stack.programs import QUEUES, demo_site, platform_programs
from stack.readiness import (
    celery_answers,
    health,
    runs,
    unix_socket_answers,
    unready_checks,
    url_answers,
    wait_for,
)
from stack.supervisor import Supervisor

READY_SECONDS = 90
EVERYTHING = (
    "web",
    "celery-calls",
    "celery-ingest",
    "celery-mail",
    "watcher",
    "voice-worker",
    "demo-site",
)
_numbers = itertools.count(1)


@dataclass
class RunningStack:
    """A stack that runs; `supervisor` starts, stops and kills single processes of it."""

    url: str
    demo_url: str
    env: Mapping[str, str]
    supervisor: Supervisor

    def manage(self, *arguments: str) -> str:
        """Run a management command against this stack; return what it printed."""
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        done = subprocess.run(
            command, env=dict(self.env), cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def log(self, name: str) -> str:
        """Return the end of a process's log, for the message of a failing assertion."""
        return "\n".join(last_lines(self.supervisor.log_of(name), 60))

    def await_ready(self, *, seconds: float = READY_SECONDS) -> None:
        """Wait until `/health/ready/` finds nothing wanting."""
        deadline = time.monotonic() + seconds
        while (report := health(self.url)).get("status") != "ok":
            if time.monotonic() > deadline:
                raise StackError(
                    f"not ready: {unready_checks(report)}",
                    log=self.supervisor.log_of("voice-worker"),
                )
            time.sleep(0.2)


@contextmanager
def running_stack(
    database_url: str,
    *,
    only: Collection[str] = EVERYTHING,
    settings: Mapping[str, str] | None = None,
) -> Iterator[RunningStack]:
    """Run the platform against a migrated database until the block ends.

    `only` names the processes to run (those of `bin/up`); `settings` are variables to set besides.
    The environment must name Valkey and LiveKit; a model process is started where none
    answers on MODEL_SOCKET.
    """
    layout = _layout()
    layout.prepare()
    env = _environment(layout, database_url) | dict(settings or {})
    names = _with_models(env, only)
    stack = RunningStack(
        url=env["PUBLIC_URL"],
        demo_url=env["DEMO_URL"],
        env=env,
        supervisor=Supervisor(layout, _programs(env, names)),
    )
    try:
        if "web" in names:
            collect_static(env, layout)
        stack.supervisor.launch(env)
        stack.supervisor.start(*names)
        _await_each(stack, names)
        yield stack
    finally:
        stack.supervisor.shut_down()
        orphans.end(layout, grace_seconds=1)
        shutil.rmtree(layout.sockets, ignore_errors=True)


def _layout() -> Layout:
    """Return a layout below that of the test run, which ends what we should leave behind."""
    run = os.environ.get(MARKER, "").removeprefix(f"{clone_id()}-") or f"test{os.getpid()}"
    number = next(_numbers)
    return Layout(
        base=LOCAL / "test" / run.removeprefix("test") / f"stack-{number}", name=f"{run}-{number}"
    )


def _environment(layout: Layout, database_url: str) -> dict[str, str]:
    """Return the environment of the stack: the run's, with this database and own ports."""
    wished = urlsplit(os.environ.get("PUBLIC_URL", "")).port or 0
    port = wished if wished and is_free(wished) else any_free()
    demo_port = any_free()
    env = {
        **os.environ,
        **python_environment(),
        "DATABASE_URL": database_url,
        "DEBUG": "0",
        "BIND_HOST": "127.0.0.1",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "DEMO_URL": f"http://127.0.0.1:{demo_port}",
        "DATA_DIR": str(layout.data),
        "LIVEKIT_AGENT_NAME": layout.marker,
        MARKER: layout.marker,
    }
    env.setdefault("MODEL_SOCKET", str(layout.sockets / "models.sock"))
    return env | {"FETCH_ALLOWED_PRIVATE_HOSTS": private_hosts(env)}


def _with_models(env: Mapping[str, str], only: Collection[str]) -> list[str]:
    """Return the processes to start: the model process too where the run has none."""
    has_models = unix_socket_answers(Path(env["MODEL_SOCKET"]), "/health")
    return [*([] if has_models else ["models"]), *only]


def _programs(env: Mapping[str, str], names: Collection[str]) -> list[Program]:
    port = urlsplit(env["PUBLIC_URL"]).port or 0
    known = [*platform_programs(env, web_port=port), demo_site(env)]
    return [program for program in known if program.name in names]


def _await_each(stack: RunningStack, names: Collection[str]) -> None:
    """Wait for every process, and in the end for the worker to be registered with LiveKit."""
    env = stack.env
    checks: dict[str, Callable[[], bool]] = {
        "models": lambda: unix_socket_answers(Path(env["MODEL_SOCKET"]), "/health"),
        "web": lambda: url_answers(f"{stack.url}/health/"),
        "demo-site": lambda: url_answers(stack.demo_url),
        **{f"celery-{queue}": partial(celery_answers, env, queue) for queue in QUEUES},
    }
    for name in names:
        check = checks.get(name) or partial(runs, stack.supervisor, name)
        wait_for(
            check,
            supervisor=stack.supervisor,
            name=name,
            seconds=READY_SECONDS,
            cure="See the log.",
        )
    if {"web", "voice-worker"} <= set(names):
        stack.await_ready()
