"""`bin/manage`: a management command in the environment of `bin/up`, whether or not that is
running.

Where nothing runs, PostgreSQL and Valkey run for the time of the command; of several commands at
once, the first starts them and the last stops them.
"""

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO

from stack import layout as layouts
from stack import locks, orphans, secret_values
from stack.embedded import Embedded, stores
from stack.environment import compose, given_settings
from stack.errors import StackError
from stack.layout import ROOT, Layout
from stack.ports import Ports
from stack.signals import ignore_further_signals
from stack.supervisor import Supervisor

STARTING_SECONDS = 90
STOPPING_SECONDS = 5


def main(arguments: list[str]) -> int:
    """Run `manage.py` with these arguments; return its exit status."""
    layout = layouts.of_clone()
    layout.prepare()
    with services(layout) as env:
        return run_command(arguments, env)


def run_command(arguments: list[str], env: Mapping[str, str]) -> int:
    """Run the command on this terminal; Ctrl-C reaches it as well and it may tidy up."""
    process = subprocess.Popen([sys.executable, str(ROOT / "manage.py"), *arguments], env=dict(env))
    try:
        return process.wait()
    except KeyboardInterrupt:
        ignore_further_signals()
        try:
            return process.wait(5)
        except subprocess.TimeoutExpired:
            process.terminate()
            return process.wait()


@contextmanager
def services(layout: Layout) -> Iterator[dict[str, str]]:
    """Give the environment with PostgreSQL and Valkey up: `bin/up`'s, a neighbour's or our own."""
    given = given_settings(os.environ, ROOT / ".env")
    secrets = secret_values.load_or_make(layout.secrets)
    ports = Ports(layout.ports)
    with locks.open_lock(locks.STACK_LOCK) as handle:
        is_ours = locks.try_lock(handle, fcntl.LOCK_SH)
        try:
            with locks.one_at_a_time():
                if is_ours and locks.try_lock(handle, fcntl.LOCK_EX):
                    clear_away(layout, ports)
                    locks.try_lock(handle, fcntl.LOCK_SH)
                env = compose(given, layout=layout, ports=ports, secrets=secrets)
                embedded = stores(layout, env=env, given=given, ports=ports, secrets=secrets)
                if is_ours:
                    start_stores(layout, embedded)
            await_stores(embedded)
            yield env
        finally:
            ignore_further_signals()
            if is_ours:
                stop_if_last(layout, handle)


def stop_if_last(layout: Layout, handle: IO[str]) -> None:
    """Stop the services unless another command still uses them."""
    with locks.one_at_a_time():
        if locks.try_lock(handle, fcntl.LOCK_EX):
            Supervisor(layout, []).shut_down()
            orphans.end(layout, grace_seconds=STOPPING_SECONDS)


def clear_away(layout: Layout, ports: Ports) -> None:
    """End what a killed command left, and choose ports; nobody else uses the services now."""
    orphans.end(layout)
    ports.settle()


def start_stores(layout: Layout, embedded: Embedded) -> None:
    """Start what isn't up yet, silently: the command's own output is all that is wanted."""
    supervisor = Supervisor(layout, embedded.programs())
    if not supervisor.is_alive():
        supervisor.launch(embedded.env)
    embedded.start_postgres(supervisor, quiet=True)
    embedded.start_valkey(supervisor, quiet=True)


def await_stores(embedded: Embedded) -> None:
    """Wait for the services of a `bin/up` that is still starting."""
    deadline = time.monotonic() + STARTING_SECONDS
    parts = [part for part in (embedded.postgres, embedded.valkey) if part is not None]
    while not all(part.is_ready() for part in parts):
        if time.monotonic() > deadline:
            raise StackError(
                "bin/up runs here, but its database does not answer.", cure="Start bin/up again."
            )
        time.sleep(0.3)
