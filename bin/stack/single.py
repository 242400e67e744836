"""`bin/run`: one process of the platform in the foreground, the same that `bin/up` supervises.

For containers and service managers, which bring their own supervision. Nothing is embedded and
nothing generated here: every setting must come from the environment or `.env`.
"""

import argparse
import os
from collections.abc import Mapping
from typing import NoReturn

from stack import frontend
from stack.console import Step
from stack.django_steps import collect_static, migrate
from stack.environment import given_settings, python_environment
from stack.install import LOGS
from stack.layout import LOCAL, ROOT, Layout
from stack.program import Program
from stack.programs import demo_site, platform_programs
from stack.secret_values import MAKERS

# What docker-compose.yml asks for.
CONTAINER_SECRETS = (
    "SECRET_KEY",
    "FIELD_ENCRYPTION_KEY",
    "POSTGRES_PASSWORD",
    "LIVEKIT_API_KEY",
    "LIVEKIT_API_SECRET",
)


def main(arguments: list[str]) -> int:
    """Become the named process, or do the named step."""
    env = {**given_settings(os.environ, ROOT / ".env"), **python_environment()}
    options = parse(arguments)
    steps = {
        "install": lambda: None,
        "build": build,
        "migrate": lambda: bring_up_to_date(env),
        "secrets": print_secrets,
    }
    if options.name in steps:
        steps[options.name]()
        return 0
    return become(programs(env, port=options.port)[options.name], env)


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bin/run",
        description="Run one process of the platform in the foreground.",
        epilog="install: only install the packages; build: the browser code; "
        "migrate: tables and static files; secrets: fresh ones for .env. "
        "The others stay until they are told to stop.",
    )
    names = ["install", "build", "migrate", "secrets", *programs({}, port=0)]
    parser.add_argument("name", choices=names, metavar=f"{{{','.join(names)}}}")
    parser.add_argument("--port", type=int, default=8000, help="the web's port (8000)")
    return parser.parse_args(arguments)


def programs(env: Mapping[str, str], *, port: int) -> dict[str, Program]:
    known = [*platform_programs(env, web_port=port), demo_site(env)]
    return {program.name: program for program in known}


def build() -> None:
    """Build the browser code, as an image does once."""
    with Step("Browser code") as step:
        frontend.ensure_built(step, LOGS)


def print_secrets() -> None:
    """Print the settings that must be secret and that nobody should think up."""
    for name in CONTAINER_SECRETS:
        print(f"{name}={MAKERS[name]()}")


def bring_up_to_date(env: Mapping[str, str]) -> None:
    """Migrate the database and collect the static files; run before the web of a new version."""
    migrate(env, LOGS)
    collect_static(env, Layout(base=LOCAL, name="run"))


def become(program: Program, env: Mapping[str, str]) -> NoReturn:
    """Replace this process by the program, so that signals and exit status are its own."""
    command = [str(part) for part in program.command]
    os.execve(command[0], command, {**env, **program.environment})
