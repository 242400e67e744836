"""The environment that every process of the platform gets: what is set, else `.env`, else the
embedded default.

Each part is decided as a whole. Who sets `LIVEKIT_URL` gets no generated key beside it, so that the
settings can name the variable that is missing instead of failing with a key of another server.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from stack.env_files import read_env_file
from stack.layout import ROOT, Layout, clone_id
from stack.ports import Ports

LIVEKIT_NAMES = ("LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET")
MARKER = "VOICEPLATFORM_STACK"


def given_settings(environ: Mapping[str, str], env_file: Path) -> dict[str, str]:
    """Return what somebody set: the environment wins over the file, empty counts as not set."""
    merged = {**read_env_file(env_file), **environ}
    return {name: value for name, value in merged.items() if value}


def compose(
    given: Mapping[str, str],
    *,
    layout: Layout,
    ports: Ports,
    secrets: Mapping[str, str],
    with_demo: bool = True,
) -> dict[str, str]:
    """Return the whole environment: defaults and embedded parts below what was given."""
    defaults = (
        base_defaults(given, layout=layout, ports=ports, secrets=secrets)
        | part_defaults(given, ports=ports, secrets=secrets)
        | (demo_defaults(ports) if with_demo else {})
    )
    composed = {**defaults, **given, MARKER: layout.marker, **python_environment()}
    return {**composed, "FETCH_ALLOWED_PRIVATE_HOSTS": private_hosts(composed)}


def python_environment() -> dict[str, str]:
    """Return what Python's processes need: our commands first on the path, no buffering."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return {
        "PATH": path,
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": str(ROOT),
        "DJANGO_SETTINGS_MODULE": "voiceplatform.settings",
    }


def base_defaults(
    given: Mapping[str, str], *, layout: Layout, ports: Ports, secrets: Mapping[str, str]
) -> dict[str, str]:
    public = given.get("PUBLIC_URL") or f"http://{web_host(given)}:{ports['web']}"
    hosts = dict.fromkeys(["127.0.0.1", "localhost", urlsplit(public).hostname or "localhost"])
    return {
        "SECRET_KEY": secrets["SECRET_KEY"],
        "FIELD_ENCRYPTION_KEY": secrets["FIELD_ENCRYPTION_KEY"],
        "PUBLIC_URL": public,
        "ALLOWED_HOSTS": ",".join(hosts),
        "BIND_HOST": "127.0.0.1",
        "DATA_DIR": str(layout.data),
        "MODEL_SOCKET": str(layout.sockets / "models.sock"),
    }


def web_host(given: Mapping[str, str]) -> str:
    """Return the name to reach the web by when no PUBLIC_URL says it."""
    host = given.get("BIND_HOST", "127.0.0.1")
    return "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - compared, not bound


def part_defaults(
    given: Mapping[str, str], *, ports: Ports, secrets: Mapping[str, str]
) -> dict[str, str]:
    """Return the addresses of the embedded parts, leaving out those that somebody set."""
    values = {}
    if not given.get("DATABASE_URL"):
        password = secrets["APP_DATABASE_PASSWORD"]
        values["DATABASE_URL"] = f"postgres://app:{password}@127.0.0.1:{ports['postgres']}/app"
    if not given.get("REDIS_URL"):
        password = secrets["VALKEY_PASSWORD"]
        values["REDIS_URL"] = f"redis://:{password}@127.0.0.1:{ports['valkey']}/0"
    if uses_embedded_livekit(given):
        values["LIVEKIT_URL"] = f"ws://{web_host(given)}:{ports['livekit']}"
        values["LIVEKIT_API_KEY"] = secrets["LIVEKIT_API_KEY"]
        values["LIVEKIT_API_SECRET"] = secrets["LIVEKIT_API_SECRET"]
    # Workers of two installations on one LiveKit project must not take each other's calls.
    return values | {"LIVEKIT_AGENT_NAME": f"voiceplatform-{clone_id()}"}


def uses_embedded_livekit(given: Mapping[str, str]) -> bool:
    return not any(given.get(name) for name in LIVEKIT_NAMES)


def demo_defaults(ports: Ports) -> dict[str, str]:
    return {"DEMO_URL": f"http://127.0.0.1:{ports['demo']}"}


def private_hosts(composed: Mapping[str, str]) -> str:
    """Return the private `host:port` pairs that a crawl may open: those set and the demo's."""
    given = [name for name in composed.get("FETCH_ALLOWED_PRIVATE_HOSTS", "").split(",") if name]
    demo = urlsplit(composed.get("DEMO_URL", "")).netloc
    return ",".join(dict.fromkeys([*given, *([demo] if demo else [])]))
