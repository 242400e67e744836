"""The platform's own processes: one list for the supervisor, the containers and the tests."""

import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from stack import frontend
from stack.layout import LOCAL, ROOT
from stack.program import Program

APPS = ("voiceplatform", "foundation", "agents_app", "knowledge_app", "voice_app", "onboarding_app")
# Worker processes by queue: calls must never wait, reading websites may use both cores of a laptop.
QUEUES = {"calls": 2, "ingest": 2, "mail": 1}


def platform_programs(
    env: Mapping[str, str], *, web_port: int, reload: bool = False
) -> list[Program]:
    """Return the platform's processes; with `reload` a change of our code starts them anew."""
    return [
        Program("models", "Model process", manage("run_model_process"), wave="engines"),
        web(env, port=web_port, reload=reload),
        *(celery_worker(env, queue, reload=reload) for queue in QUEUES),
        beat(env),
        Program("watcher", "Session watcher", reloading(manage("run_session_watcher"), reload)),
        Program("voice-worker", "Voice worker", reloading(manage("run_voice_worker"), reload)),
    ]


def manage(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, str(ROOT / "manage.py"), *arguments)


def web(env: Mapping[str, str], *, port: int, reload: bool) -> Program:
    """Return the web; it believes no proxy's headers, `TRUSTED_PROXY_COUNT` decides later."""
    watched = [part for app in APPS for part in ("--reload-dir", app)] if reload else []
    return Program(
        "web",
        "Web",
        (
            *(sys.executable, "-m", "uvicorn", "voiceplatform.asgi:application"),
            *("--host", env.get("BIND_HOST", "127.0.0.1"), "--port", str(port)),
            *("--no-proxy-headers", "--no-server-header", "--no-access-log"),
            # Event streams must not hold up a stop.
            *("--timeout-graceful-shutdown", "3", "--lifespan", "off"),
            *(["--reload", *watched] if reload else []),
        ),
    )


def celery_worker(env: Mapping[str, str], queue: str, *, reload: bool = False) -> Program:
    command = (
        *(sys.executable, "-m", "celery", "-A", "voiceplatform", "worker"),
        *("-Q", queue, "-n", node_name(env, queue), "-c", str(QUEUES[queue])),
        # Talking to other workers at start costs a second and serves nobody here.
        *("--without-gossip", "--without-mingle", "--loglevel", env.get("LOG_LEVEL", "INFO")),
    )
    return Program(
        f"celery-{queue}",
        f"Tasks: {queue}",
        reloading(command, reload),
        # Celery's soft shutdown: finish what is quick, give the rest back to the broker.
        stop_signal="TERM" if reload else "QUIT",
    )


def node_name(env: Mapping[str, str], queue: str) -> str:
    """Return a Celery worker's name; two installations may share a broker's server."""
    return f"{queue}@{env.get('VOICEPLATFORM_STACK', 'voiceplatform')}"


def beat(env: Mapping[str, str]) -> Program:
    command = (sys.executable, "-m", "celery", "-A", "voiceplatform", "beat", "--pidfile=")
    return Program("beat", "Task schedule", (*command, "--loglevel", env.get("LOG_LEVEL", "INFO")))


def demo_site(env: Mapping[str, str]) -> Program:
    """Return the demo's website; the address of its agent comes by a file of `setup_demo`."""
    port = urlsplit(env.get("DEMO_URL", "")).port or 8100
    agent = Path(env.get("DATA_DIR", LOCAL / "data")) / "demo.json"
    serve = (sys.executable, str(ROOT / "demo" / "serve.py"))
    return Program(
        "demo-site", "Demo website", (*serve, "--port", str(port), "--platform-file", str(agent))
    )


def frontend_watch() -> list[Program]:
    """Return the bundlers that write pages' and widget's code anew on every change."""
    vite = (str(ROOT / "node_modules" / ".bin" / "vite"), "build", "--watch")
    path = {"PATH": frontend.environment()["PATH"]}
    widget = (*vite, "--config", "vite.widget.config.ts")
    return [
        Program("frontend", "Browser code", vite, environment=path),
        Program("frontend-widget", "Widget code", widget, environment=path),
    ]


def reloading(command: tuple[str, ...], reload: bool) -> tuple[str, ...]:
    """Wrap a command so that a changed Python file of ours starts it anew."""
    if not reload:
        return command
    line = " ".join(command)
    folders = [str(ROOT / app) for app in (*APPS, "worker")]
    return (sys.executable, "-m", "watchfiles", "--filter", "python", line, *folders)
