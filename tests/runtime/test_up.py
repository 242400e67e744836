"""`bin/up` itself: interrupted, killed, in the way of others; nothing is lost, nothing stays."""

import signal
import socket
import time
from collections.abc import Iterator

import pytest

from tests.runtime.clones import STOP_SECONDS, Clone, page, temporary_clone, up

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

USERS = "from agents_app.models import User; users = User.objects"
ADD_USER = f"{USERS}; users.create_user(email='kept@example.com', password='x')"
COUNT_USERS = f"{USERS}; print(users.filter(email='kept@example.com').count())"


@pytest.fixture
def bare_clone() -> Iterator[Clone]:
    """A clone in which nothing is installed."""
    with temporary_clone() as clone:
        yield clone


@pytest.fixture
def clone(bare_clone: Clone) -> Clone:
    """A clone with packages and browser code in place, never started."""
    bare_clone.borrow_installation()
    return bare_clone


def test_a_first_start_interrupted_at_every_step_is_finished_by_the_next(bare_clone: Clone) -> None:
    with up(bare_clone, "--no-demo") as running:
        time.sleep(3)
        assert running.stop() <= STOP_SECONDS, running.output
    for step in ("Python packages", "LiveKit program", "PostgreSQL", "Static files", "Web"):
        with up(bare_clone, "--no-demo") as running:
            if step not in running.output and step != "Python packages":
                running.await_line(step)
            time.sleep(2)
            assert running.stop() <= STOP_SECONDS, running.output
            assert bare_clone.processes() == []
    with up(bare_clone, "--no-demo") as running:
        running.await_line("Ctrl-C stops everything")
        assert page(f"{running.url}/") == 200


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_leaves_no_process_and_the_next_start_has_all_data(
    clone: Clone, number: signal.Signals
) -> None:
    with up(clone, "--no-demo") as running:
        running.await_line("Ctrl-C stops everything")
        clone.manage("shell", "-c", ADD_USER)
        assert running.stop(number) <= STOP_SECONDS
        assert clone.processes() == []
    with up(clone, "--no-demo") as running:
        running.await_line("Ctrl-C stops everything")
        assert clone.manage("shell", "-v0", "-c", COUNT_USERS).strip() == "1"


def test_a_killed_start_is_cleared_away_by_the_next_one(clone: Clone) -> None:
    with up(clone, "--no-demo") as running:
        running.await_line("Ctrl-C stops everything")
        clone.manage("shell", "-c", ADD_USER)
        running.process.kill()
        running.process.wait()
    assert clone.processes() != []
    with up(clone, "--no-demo") as running:
        running.await_line("of a start that was killed are ended")
        running.await_line("Ctrl-C stops everything")
        assert clone.manage("shell", "-v0", "-c", COUNT_USERS).strip() == "1"
        running.stop()
    assert clone.processes() == []


def test_a_taken_port_is_replaced_and_said(clone: Clone) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        up(clone, "--no-demo", "--port", str(taken.getsockname()[1])) as running,
    ):
        running.await_line("Ctrl-C stops everything")
        assert f"port {taken.getsockname()[1]} is taken, the web uses" in running.output
        assert page(f"{running.url}/health/") == 200


def test_a_half_set_integration_names_the_variable(clone: Clone) -> None:
    with up(clone, LIVEKIT_URL="wss://example.livekit.cloud") as running:
        assert running.await_end(seconds=60) == 1
        assert "LIVEKIT_API_KEY" in running.output
        assert "Traceback" not in running.output
    assert clone.processes() == []


def test_a_process_that_fails_is_named_with_its_log_and_a_cure(clone: Clone) -> None:
    (clone.folder / "voiceplatform" / "asgi.py").write_text("raise SystemExit('broken on purpose')")
    with up(clone, "--no-demo") as running:
        assert running.await_end(seconds=120) == 1
        assert "Web ended as it started" in running.output
        assert "broken on purpose" in running.output
        assert "What to do" in running.output
    assert clone.processes() == []


def test_a_second_start_is_told_of_the_first(clone: Clone) -> None:
    with up(clone, "--no-demo") as running:
        running.await_line("first page")
        with up(clone) as second:
            assert second.await_end(seconds=60) == 1
            assert f"bin/up already runs here (process {running.process.pid})" in second.output


def test_a_reset_that_is_not_confirmed_removes_nothing(clone: Clone) -> None:
    clone.manage("migrate", "-v0")
    with up(clone, "--reset") as running:
        assert running.await_end(seconds=60) == 1
        assert "Nothing was removed." in running.output
    assert any((clone.folder / ".local" / "valkey").iterdir())
