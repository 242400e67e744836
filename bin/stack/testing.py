"""`bin/test`: services of this run alone, on free ports, then pytest; a running `bin/up` is not
disturbed.

Nothing that was set for the product reaches the tests: a `.env` that names a production database or
a paid provider's key must not be what they run against. `--live` hands the keys over under
`LIVE_...`.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import psutil

from stack import frontend, orphans, secret_values
from stack import layout as layouts
from stack.console import Step, paint, say
from stack.embedded import Embedded, add_livekit, stores
from stack.environment import MARKER, compose, given_settings
from stack.layout import LOCAL, ROOT, Layout
from stack.ports import PREFERRED, UDP, Ports, any_free
from stack.program import Program
from stack.programs import manage
from stack.readiness import unix_socket_answers, wait_for
from stack.signals import ignore_further_signals
from stack.supervisor import Supervisor

LIVE_KEYS = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "TAVILY_API_KEY")
MODEL_SECONDS = 120


def main(arguments: list[str]) -> int:
    """Start the services, run pytest, stop the services; return pytest's exit status."""
    options, pytest_arguments = parse(arguments)
    remove_dead_runs()
    layout = layouts.of_tests()
    layout.prepare()
    try:
        env = start_services(layout, with_live_keys=options.live)
        say()
        status = run_pytest([*selection(options), *pytest_arguments], env)
    finally:
        ignore_further_signals()
        orphans.end(layout)
    tidy(layout, keep_logs=status != 0)
    return status


def parse(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Split our options from those that pytest gets."""
    parser = argparse.ArgumentParser(
        prog="bin/test",
        description="Run the tests against real services of their own.",
        epilog="Everything else goes to pytest, for example: bin/test voice_app -k token -x",
    )
    parser.add_argument("--long", action="store_true", help="also kill, load and soak tests")
    parser.add_argument(
        "--live", action="store_true", help="also tests against real providers (OPENAI_API_KEY)"
    )
    return parser.parse_known_args(arguments)


def selection(options: argparse.Namespace) -> list[str]:
    """Return pytest's marker expression; say plainly what is left out."""
    left_out = []
    if not options.long:
        left_out.append("long")
    if not (options.live and live_keys()):
        left_out.append("live")
    if options.live and not live_keys():
        say(paint("  Tests with real providers are not run: OPENAI_API_KEY is not set.", "33"))
    return ["-m", " and ".join(f"not {marker}" for marker in left_out)]


def live_keys() -> dict[str, str]:
    """Return the provider's keys under names that only live tests read."""
    given = given_settings(os.environ, ROOT / ".env")
    if not given.get("OPENAI_API_KEY"):
        return {}
    return {f"LIVE_{name}": given[name] for name in LIVE_KEYS if given.get(name)}


def start_services(layout: Layout, *, with_live_keys: bool) -> dict[str, str]:
    """Start PostgreSQL, Valkey, LiveKit and the model process; return the tests' environment."""
    with Step("Browser code") as step:
        frontend.ensure_built(step, layout.logs)
        frontend.ensure_packages(step, layout.logs)
    ports = free_ports(layout)
    secrets = secret_values.load_or_make(layout.secrets)
    given = without_settings(os.environ)
    env = compose(given, layout=layout, ports=ports, secrets=secrets) | {"DEBUG": "0"}
    if with_live_keys:
        env |= live_keys()
    embedded = stores(layout, env=env, given={}, ports=ports, secrets=secrets, durable=False)
    add_livekit(embedded, layout, given={}, ports=ports, webhook_base=env["PUBLIC_URL"])
    start_programs(layout, embedded)
    return env


def start_programs(layout: Layout, embedded: Embedded) -> None:
    models = Program("models", "Model process", manage("run_model_process"), wave="engines")
    supervisor = Supervisor(layout, [*embedded.programs(), models])
    supervisor.launch(embedded.env)
    supervisor.start("models")
    embedded.start_postgres(supervisor)
    embedded.start_valkey(supervisor)
    embedded.start_livekit(supervisor)
    with Step("Model process"):
        socket = Path(embedded.env["MODEL_SOCKET"])
        wait_for(
            lambda: unix_socket_answers(socket, "/health"),
            supervisor=supervisor,
            name="models",
            seconds=MODEL_SECONDS,
            cure="See the log.",
        )


def free_ports(layout: Layout) -> Ports:
    """Choose ports at random, so that several runs and a `bin/up` don't meet."""
    ports = Ports(layout.ports)
    ports.settle({part: any_free(udp=part in UDP) for part in PREFERRED})
    return ports


def without_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without any setting of the product, those that `.env.example` lists."""
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    known = {*re.findall(r"^#?\s?([A-Z][A-Z0-9_]+)=", text, re.MULTILINE), MARKER}
    return {name: value for name, value in environ.items() if name not in known}


def run_pytest(arguments: list[str], env: Mapping[str, str]) -> int:
    """Run pytest on this terminal; on a stop signal let it finish its teardown."""
    command = [sys.executable, "-m", "pytest", "-p", "stack.pytest_end", *arguments]
    path = f"{ROOT}{os.pathsep}{ROOT / 'bin'}"
    process = subprocess.Popen(command, cwd=ROOT, env={**env, "PYTHONPATH": path})
    try:
        return process.wait()
    except KeyboardInterrupt:
        ignore_further_signals()
        process.send_signal(signal.SIGINT)
        try:
            return process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()


def tidy(layout: Layout, *, keep_logs: bool) -> None:
    """Remove what the run left; after a failure its logs stay until the next run."""
    shutil.rmtree(layout.sockets, ignore_errors=True)
    if keep_logs:
        say(f"  The services' logs: {layout.logs}")
        return
    shutil.rmtree(layout.base, ignore_errors=True)


def remove_dead_runs() -> None:
    """End and remove what runs that were killed left behind."""
    for folder in (LOCAL / "test").glob("[0-9]*"):
        if not psutil.pid_exists(int(folder.name)):
            layout = Layout(base=folder, name=f"test{folder.name}")
            orphans.end(layout)
            shutil.rmtree(layout.sockets, ignore_errors=True)
            shutil.rmtree(folder, ignore_errors=True)
