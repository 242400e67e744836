"""`bin/up`: everything that a newcomer needs, in the order of what needs what, each waited for
until it is ready.

The web is started as soon as the database is migrated, before the models and workers that its pages
don't need: the first page of a second start is there within seconds while the rest still warms up.
"""

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

import psutil

from stack import layout as layouts
from stack import locks
from stack.console import box, paint, say
from stack.layout import LOCAL
from stack.locks import alone
from stack.readiness import url_answers
from stack.reset import reset
from stack.signals import ignore_further_signals
from stack.startup import Startup
from stack.watching import watch


def main(arguments: list[str]) -> int:
    """Start, stay until a stop signal, stop; return the exit status."""
    options = parse(arguments)
    layout = layouts.of_clone()
    with alone():
        if options.reset and not reset(layout):
            return 1
        startup = Startup(
            layout, wanted_port=options.port, with_demo=options.demo, reload=options.dev
        )
        try:
            run(startup)
        except KeyboardInterrupt:
            say(paint("\n  Stopping ...", "2"))
        finally:
            stop(startup)
    return 0


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bin/up",
        description="Install and start everything and print the address. Ctrl-C stops it all.",
        epilog="Settings come from the environment and from .env; .env.example explains each.",
    )
    parser.add_argument("--port", type=port_number, help="the web's port (8000)")
    parser.add_argument(
        "--reset", action="store_true", help="first remove the data of this clone; asks"
    )
    parser.add_argument(
        "--no-demo", dest="demo", action="store_false", help="without the demo business"
    )
    parser.add_argument(
        "--dev", action="store_true", help="reload web, workers and styles when a file changes"
    )
    return parser.parse_args(arguments)


def port_number(text: str) -> int:
    """Return a port that an ordinary user may listen on."""
    port = int(text)
    if not 1 <= port <= 65_535:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return port


def run(startup: Startup) -> None:
    """Start everything, say where it is, and stay."""
    startup.prepare()
    startup.start_services()
    startup.start_web()
    locks.remember_running(startup.base_url)
    first_page_seconds = await_first_page(startup.base_url)
    startup.start_workers()
    demo = startup.set_up_demo()
    startup.await_ready()
    show(startup, demo, first_page_seconds)
    watch(startup.supervisor)


def await_first_page(base_url: str) -> float:
    """Ask for the first page as a visitor would; return the seconds since the command was typed."""
    if not url_answers(f"{base_url}/"):
        say(paint(f"  ! {base_url}/ does not answer 200; see {LOCAL / 'logs' / 'web.log'}", "33"))
    seconds = seconds_since_start()
    say(f"    {paint(f'first page after {seconds:.1f} s: {base_url}/', '2')}")
    return seconds


def seconds_since_start() -> float:
    """Return the age of this process; it is the one that the shell started, installing included."""
    return time.time() - psutil.Process().create_time()


def show(startup: Startup, demo: Mapping[str, Any], first_page_seconds: float) -> None:
    """Print the last thing of a start: where to go and who to be."""
    rows = [("Open", f"{startup.public_url}/"), *demo_rows(demo)]
    if not demo:
        rows.append(("Sign up", f"{startup.public_url}/accounts/signup/"))
    title = f"Ready in {seconds_since_start():.1f} s (first page after {first_page_seconds:.1f} s)"
    box(title, rows)
    say(f"  Ctrl-C stops everything and keeps all data. Logs: {LOCAL / 'logs'}\n")


def demo_rows(demo: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what the demo's set-up told us, as lines for a person."""
    if not demo:
        return []
    return [
        ("Talk to the demo agent", str(demo["test_url"])),
        ("Demo website", str(demo["demo_site_url"])),
        ("Owner", login(demo["owner"])),
        ("Staff (/admin/)", login(demo["staff"])),
    ]


def login(account: Mapping[str, str]) -> str:
    return f"{account['email']}  password: {account['password']}"


def stop(startup: Startup) -> None:
    """Stop everything within ten seconds and leave no process; nobody may interrupt that."""
    ignore_further_signals()
    started = time.monotonic()
    startup.stop()
    locks.forget_running()
    if sys.exc_info()[0] is None:
        say(paint(f"  Everything is stopped ({time.monotonic() - started:.1f} s).", "2"))
