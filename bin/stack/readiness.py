"""Waiting until a part is really ready: it answers the question that its users will ask it."""

import http.client
import json
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from stack.errors import StackError
from stack.programs import node_name
from stack.supervisor import Supervisor

POLL_SECONDS = 0.1


def wait_for(
    check: Callable[[], bool],
    *,
    supervisor: Supervisor,
    name: str,
    seconds: float,
    cure: str,
) -> None:
    """Poll until `check` holds.

    Raises:
        StackError: the program ended or `seconds` went by; carries its log.
    """
    title, deadline = supervisor.programs[name].title, time.monotonic() + seconds
    while not check():
        if supervisor.has_failed(name):
            raise StackError(
                f"{title} ended as it started.", log=supervisor.log_of(name), cure=cure
            )
        if time.monotonic() > deadline:
            message = f"{title} was not ready after {seconds:.0f} seconds."
            raise StackError(message, log=supervisor.log_of(name), cure=cure)
        time.sleep(POLL_SECONDS)


def runs(supervisor: Supervisor, name: str) -> bool:
    """Tell whether a program without a face has stayed up long enough to count as started."""
    return supervisor.states().get(name) == "RUNNING"


def url_answers(url: str) -> bool:
    """Tell whether an address of ours answers 200."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except (OSError, http.client.HTTPException):
        return False


def unix_socket_answers(path: Path, target: str) -> bool:
    """Tell whether an HTTP server on a Unix socket answers 200."""
    connection = UnixConnection(path)
    try:
        connection.request("GET", target)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=5)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def celery_answers(env: Mapping[str, str], queue: str) -> bool:
    """Tell whether the worker of a queue answers a ping through the broker."""
    from celery import Celery
    from kombu.exceptions import OperationalError

    with Celery(broker=env["REDIS_URL"], set_as_current=False) as app:
        try:
            return bool(app.control.ping(destination=[node_name(env, queue)], timeout=0.5))
        except (OperationalError, OSError):
            return False


def health(base_url: str) -> dict[str, Any]:
    """Return what `/health/ready/` says, also when it says no; empty when nobody answers."""
    try:
        with urllib.request.urlopen(f"{base_url}/health/ready/", timeout=10) as answer:  # noqa: S310
            return dict(json.load(answer))
    except urllib.error.HTTPError as error:
        return parsed(error.read())
    except (OSError, ValueError, http.client.HTTPException):
        return {}


def parsed(body: bytes) -> dict[str, Any]:
    try:
        return dict(json.loads(body))
    except (ValueError, TypeError):
        return {}


def unready_checks(report: Mapping[str, Any]) -> str:
    """Put into words which parts `/health/ready/` finds wanting."""
    if not report:
        return "the web does not answer"
    wrong = {name: one for name, one in report.get("checks", {}).items() if one["status"] != "ok"}
    return "; ".join(f"{name}: {one.get('message', one['status'])}" for name, one in wrong.items())
