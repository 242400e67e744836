"""What a start asks of Django before the web runs: settings, tables and static files."""

import hashlib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from stack import children
from stack.console import Step
from stack.errors import StackError
from stack.layout import ROOT, Layout
from stack.programs import manage

SETTINGS_CHECK = "import django.conf; django.conf.settings.configured or django.conf.settings.DEBUG"
SETTINGS_ERROR = "django.core.exceptions.ImproperlyConfigured: "


def check_settings(env: Mapping[str, str], logs: Path) -> None:
    """Load the settings; tell one that is missing or half-set in its own sentence."""
    log = logs / "settings.log"
    try:
        children.run(
            [sys.executable, "-c", SETTINGS_CHECK],
            log=log,
            failure="The settings can't be loaded.",
            cure="The log says why.",
            env=env,
        )
    except StackError as error:
        for line in reversed(log.read_text().splitlines()):
            if line.startswith(SETTINGS_ERROR):
                raise StackError(
                    f"Settings: {line.removeprefix(SETTINGS_ERROR)}",
                    cure="Correct it in .env or in the environment; .env.example explains each.",
                ) from None
        raise error


def migrate(env: Mapping[str, str], logs: Path) -> None:
    """Bring the tables up to date."""
    with Step("Migrations") as step:
        lines = children.run(
            manage("migrate", "--noinput"),
            log=logs / "migrate.log",
            failure="The tables could not be brought up to date.",
            cure="The log says why; the data is as it was before.",
            env=env,
            on_line=step.note,
        )
        applied = sum(line.endswith(" OK") for line in lines)
        step.detail = f"{applied} applied" if applied else "nothing to do"


def collect_static(env: Mapping[str, str], layout: Layout) -> None:
    """Collect the static files, unless exactly these were collected before."""
    stamp, wanted = layout.base / "static.stamp", static_fingerprint()
    manifest = Path(env["DATA_DIR"]) / "static" / "staticfiles.json"
    if env.get("DEBUG") == "1" or (
        manifest.is_file() and stamp.is_file() and stamp.read_text() == wanted
    ):
        return
    with Step("Static files"):
        children.run(
            manage("collectstatic", "--noinput", "--clear", "-v", "0"),
            log=layout.logs / "collectstatic.log",
            failure="The static files could not be collected.",
            cure="The log says why.",
            env=env,
        )
        stamp.write_text(wanted)


def static_fingerprint() -> str:
    """Return what changes with a static file: the lock, and size and time of our own files."""
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for file in own_static_files():
        facts = file.stat()
        digest.update(f"{file.relative_to(ROOT)} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def own_static_files() -> Iterator[Path]:
    folders = [ROOT / "static" / "dist", *sorted(ROOT.glob("*/static"))]
    for folder in folders:
        yield from sorted(path for path in folder.rglob("*") if path.is_file())
