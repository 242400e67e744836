"""The steps of a start, in order; `bin/up` calls them and shows the result."""

import json
import os
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from stack import children, frontend, orphans, secret_values
from stack.console import Step, paint, say
from stack.django_steps import check_settings, collect_static, migrate
from stack.embedded import Embedded, add_livekit, stores
from stack.environment import compose, given_settings, web_host
from stack.errors import StackError
from stack.layout import ROOT, Layout
from stack.ports import Ports
from stack.programs import QUEUES, demo_site, frontend_watch, manage, platform_programs
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

WEB_SECONDS = 60
MODEL_SECONDS = 120
WORKER_SECONDS = 90
READY_SECONDS = 90
LOG_CURE = "The log says why; mend that and start again."


class Startup:
    """One start of the clone's stack, from nothing to ready, and its stop."""

    supervisor: Supervisor
    env: Mapping[str, str]

    def __init__(
        self, layout: Layout, *, wanted_port: int | None, with_demo: bool, reload: bool
    ) -> None:
        self.layout, self.wanted_port = layout, wanted_port
        self.with_demo, self.reload = with_demo, reload
        self.given = given_settings(os.environ, ROOT / ".env")
        self._supervisor: Supervisor | None = None

    @property
    def public_url(self) -> str:
        return self.env["PUBLIC_URL"].rstrip("/")

    @property
    def base_url(self) -> str:
        """Where this machine reaches the web, whatever proxy stands before it for others."""
        return f"http://{web_host(self.given)}:{self.ports['web']}"

    # -- Before anything runs --

    def prepare(self) -> None:
        """Clear away a killed start, choose ports, check the settings, build what is missing."""
        self.layout.prepare()
        left = orphans.end(self.layout)
        if left:
            say(paint(f"  ! {left} processes of a start that was killed are ended", "33"))
        self.ports = Ports(self.layout.ports, host=self.given.get("BIND_HOST", "127.0.0.1"))
        self.ports.settle({"web": self.wanted_port} if self.wanted_port else None)
        for change in self.ports.changes:
            say(paint(f"  ! {change}", "33"))
        self.secrets = secret_values.load_or_make(self.layout.secrets)
        self.env = self._environment()
        check_settings(self.env, self.layout.logs)
        self._find_parts()

    def _environment(self) -> dict[str, str]:
        env = compose(
            self.given,
            layout=self.layout,
            ports=self.ports,
            secrets=self.secrets,
            with_demo=self.with_demo,
        )
        return {"DEBUG": "1"} | env if self.reload else env

    def _find_parts(self) -> None:
        """Find the embedded services, building LiveKit and the browser code where needed."""
        self.embedded: Embedded = stores(
            self.layout, env=self.env, given=self.given, ports=self.ports, secrets=self.secrets
        )
        add_livekit(
            self.embedded,
            self.layout,
            given=self.given,
            ports=self.ports,
            webhook_base=self.base_url,
        )
        with Step("Browser code") as step:
            frontend.ensure_built(step, self.layout.logs)
            if self.reload:
                frontend.ensure_packages(step, self.layout.logs)

    # -- Starting --

    def start_services(self) -> None:
        """Start the supervisor and the services, then bring the tables up to date."""
        programs = [
            *self.embedded.programs(),
            *platform_programs(self.env, web_port=self.ports["web"], reload=self.reload),
            *([demo_site(self.env)] if self.with_demo else []),
            *(frontend_watch() if self.reload else []),
        ]
        self.supervisor = self._supervisor = Supervisor(self.layout, programs)
        self.supervisor.launch(self.env)
        self.embedded.start_postgres(self.supervisor)
        self.embedded.start_valkey(self.supervisor)
        self.embedded.start_livekit(self.supervisor)
        migrate(self.env, self.layout.logs)
        collect_static(self.env, self.layout)

    def start_web(self) -> None:
        with Step("Web") as step:
            self.supervisor.start("web")
            self._wait("web", lambda: url_answers(f"{self.base_url}/health/"), WEB_SECONDS)
            step.detail = f"port {self.ports['web']}"

    def start_workers(self) -> None:
        """Start all that the pages don't need at once, and wait for one after the other."""
        started = time.monotonic()
        work = [name for name, one in self.supervisor.programs.items() if one.wave == "work"]
        self.supervisor.start("models", *(name for name in work if name != "voice-worker"))
        socket = Path(self.env["MODEL_SOCKET"])
        with Step("Model process", since=started):
            self._wait("models", lambda: unix_socket_answers(socket, "/health"), MODEL_SECONDS)
        self.supervisor.start("voice-worker")
        with Step("Task workers", since=started) as step:
            for queue in QUEUES:
                self._wait(f"celery-{queue}", partial(celery_answers, self.env, queue))
            step.detail = ", ".join(QUEUES)
        with Step("Schedule and watcher", since=started):
            for name in ("beat", "watcher"):
                self._wait(name, partial(runs, self.supervisor, name))
        if self.with_demo:
            with Step("Demo website", since=started) as step:
                self._wait("demo-site", lambda: url_answers(self.env["DEMO_URL"]))
                step.detail = f"port {self.ports['demo']}"

    def _wait(self, name: str, check: Callable[[], bool], seconds: float = WORKER_SECONDS) -> None:
        wait_for(check, supervisor=self.supervisor, name=name, seconds=seconds, cure=LOG_CURE)

    def set_up_demo(self) -> dict[str, Any]:
        """Have the demo business onboarded; return its addresses and logins."""
        if not self.with_demo:
            return {}
        with Step("Demo business") as step:
            lines = children.run(
                manage("setup_demo", "--json"),
                log=self.layout.logs / "setup-demo.log",
                failure="The demo business could not be set up.",
                cure=f"{LOG_CURE} Without a demo: bin/up --no-demo",
                env=self.env,
                on_line=lambda line: None if line.startswith("{") else step.note(line),
            )
            return parse_demo(lines, self.layout.logs / "setup-demo.log")

    def await_ready(self) -> None:
        """Wait until `/health/ready/` finds all well: a worker is registered with LiveKit."""
        with Step("Voice worker") as step:
            deadline = time.monotonic() + READY_SECONDS
            while (report := health(self.base_url)).get("status") != "ok":
                step.note(unready_checks(report))
                if time.monotonic() > deadline:
                    raise StackError(
                        f"The platform is not ready: {unready_checks(report)}",
                        log=self.supervisor.log_of("voice-worker"),
                        cure=LOG_CURE,
                    )
                time.sleep(0.2)
            step.detail = "registered with LiveKit"

    # -- Stopping --

    def stop(self) -> None:
        """Stop in waves, then end whatever is left of this start."""
        if self._supervisor is not None:
            self._supervisor.shut_down()
        orphans.end(self.layout, grace_seconds=1)


def parse_demo(lines: list[str], log: Path) -> dict[str, Any]:
    """Return the JSON line that the demo's set-up prints."""
    for line in reversed(lines):
        if line.startswith("{"):
            return dict(json.loads(line))
    raise StackError("The demo's set-up did not say where it is.", log=log, cure=LOG_CURE)
