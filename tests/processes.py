"""Real processes as fixtures, each started once for all tests that want it; import the fixture
where it is used.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from foundation.worker_registry import registered_workers
from stack.readiness import unix_socket_answers
from tests.services import RunningStack, running_stack

WORKER_SECONDS = 60


@pytest.fixture(scope="session")
def model_socket() -> Iterator[str]:
    """The run's model process (`bin/test`), or one of our own."""
    path = settings.MODEL_SOCKET
    if unix_socket_answers(Path(path), "/health"):
        yield path
    else:
        with running_stack(os.environ["DATABASE_URL"], only=()) as stack:
            yield stack.env["MODEL_SOCKET"]


def await_registration(stack: RunningStack) -> None:
    """Wait until LiveKit has the stack's worker on its list."""
    name = stack.env["LIVEKIT_AGENT_NAME"]
    deadline = time.monotonic() + WORKER_SECONDS
    while not any(worker.agent_name == name for worker in registered_workers()):
        assert time.monotonic() < deadline, stack.log("voice-worker")
        time.sleep(0.2)


def database_url(name: str, *, host: str | None = None) -> str:
    """Return the environment's database address with another name, and perhaps behind another
    `host:port`.
    """
    before, _, rest = os.environ["DATABASE_URL"].rpartition("@")
    return f"{before}@{host or rest.partition('/')[0]}/{name}"
