"""Health: what each check says, and what that makes of the whole."""

import json
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from socketserver import UnixStreamServer
from threading import Thread
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from foundation import health, health_checks
from foundation.health_checks import CheckFailed

NOWHERE = "127.0.0.1:9"


def works() -> None:
    pass


def fails() -> None:
    raise CheckFailed("Start it.")


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[], None]]:
    """Checks that pass; nothing is reused from one request to the next."""
    passing = dict.fromkeys(health_checks.CHECKS, works)
    monkeypatch.setattr(health, "CHECKS", passing)
    monkeypatch.setattr(health, "recent_report", health.RecentReport(reuse_seconds=-1))
    return passing


def test_health_answers_without_the_database(
    client: Client, db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        response = client.get("/health/")
    assert response.json() == {"status": "ok", "version": "0.1.0"}
    assert "no-store" in response["Cache-Control"]


def test_ready_is_ok_when_everything_is(client: Client, checks: dict[str, Any]) -> None:
    response = client.get("/health/ready/")
    assert response.status_code == 200
    assert response.json() == {"status": "ok", "checks": {n: {"status": "ok"} for n in checks}}


@pytest.mark.parametrize("name", ["livekit", "worker", "models"])
def test_without_calls_we_still_serve_the_rest(
    client: Client, checks: dict[str, Any], name: str
) -> None:
    checks[name] = fails
    response = client.get("/health/ready/")
    assert (response.status_code, response.json()["status"]) == (200, "degraded")
    assert response.json()["checks"][name] == {"status": "down", "message": "Start it."}


@pytest.mark.parametrize("name", ["database", "broker", "storage"])
def test_without_a_vital_part_we_are_down(
    client: Client, checks: dict[str, Any], name: str
) -> None:
    checks[name] = fails
    response = client.get("/health/ready/")
    assert (response.status_code, response.json()["status"]) == (503, "down")


def test_checks_run_at_once_and_one_that_hangs_is_left_behind(
    client: Client, checks: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "TIMEOUT_SECONDS", 0.2)
    checks.update(dict.fromkeys(["database", "livekit", "worker"], lambda: time.sleep(0.5)))
    began = time.monotonic()
    body = client.get("/health/ready/").json()
    assert time.monotonic() - began < 0.45
    assert body["checks"]["livekit"]["message"] == "No answer within 0.2 seconds."
    assert body["checks"]["storage"] == {"status": "ok"}


def test_a_check_that_crashes_is_down_without_details(
    client: Client, checks: dict[str, Any]
) -> None:
    def crash() -> None:
        raise RuntimeError("secret")

    checks["worker"] = crash
    response = client.get("/health/ready/")
    assert response.json()["checks"]["worker"]["status"] == "down"
    assert b"secret" not in response.content


def test_asking_often_does_not_check_often(checks: dict[str, Any]) -> None:
    runs: list[int] = []
    checks["worker"] = lambda: runs.append(1)
    recent = health.RecentReport(reuse_seconds=60)
    assert recent.get() == recent.get()
    assert len(runs) == 1


def test_only_reading_is_allowed(client: Client) -> None:
    assert client.post("/health/ready/").status_code == 405


@pytest.mark.django_db(transaction=True)
def test_the_database_that_answers_passes() -> None:
    health_checks.check_database()


def test_a_database_that_is_gone_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    params = {"host": "127.0.0.1", "port": 9, "dbname": "app"}
    monkeypatch.setattr(connection, "get_connection_params", lambda: params)
    with pytest.raises(CheckFailed, match="DATABASE_URL"):
        health_checks.check_database()


@pytest.mark.django_db(transaction=True)
def test_a_database_older_than_the_code_asks_for_migrate(monkeypatch: pytest.MonkeyPatch) -> None:
    newest = frozenset({("agents_app", "9999_future")})
    monkeypatch.setattr(health_checks, "_newest_migrations", lambda: newest)
    with pytest.raises(CheckFailed, match="migrate"):
        health_checks.check_database()


def test_the_broker_that_answers_passes() -> None:
    health_checks.check_broker()


def test_a_broker_that_is_gone_is_named(settings: LazySettings) -> None:
    settings.CELERY_BROKER_URL = f"redis://{NOWHERE}/0"
    with pytest.raises(CheckFailed, match="REDIS_URL"):
        health_checks.check_broker()


@pytest.fixture
def livekit(settings: LazySettings) -> Iterator[dict[str, Any]]:
    """A server that answers as the test says; `seen` holds what it was asked."""
    answer: dict[str, Any] = {"status": 200, "body": "{}", "seen": {}}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer["seen"] = {"path": self.path, "key": self.headers["Authorization"]}
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(answer["status"])
            self.end_headers()
            self.wfile.write(answer["body"].encode())

        def log_message(self, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    settings.LIVEKIT_URL = f"ws://127.0.0.1:{server.server_port}"
    settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET = "key", "s" * 40
    yield answer
    server.shutdown()
    server.server_close()


def test_livekit_is_asked_with_our_key(livekit: dict[str, Any]) -> None:
    health_checks.check_livekit()
    assert livekit["seen"]["path"] == "/twirp/livekit.RoomService/ListRooms"
    assert livekit["seen"]["key"].startswith("Bearer ey")


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (401, "invalid API key: key", "LIVEKIT_API_KEY"),
        (401, "go-jose/go-jose: error in cryptographic primitive", "LIVEKIT_API_SECRET"),
        (401, "validation failed, token not valid yet (nbf)", "clock"),
        (404, "404 page not found", "not LiveKit"),
        (500, "oops", "LiveKit answered 500"),
    ],
)
def test_a_refusal_names_its_cause(
    livekit: dict[str, Any], status: int, body: str, words: str
) -> None:
    livekit |= {"status": status, "body": body}
    with pytest.raises(CheckFailed, match=words):
        health_checks.check_livekit()


@pytest.mark.parametrize(("url", "words"), [("", "not set up"), (f"ws://{NOWHERE}", "LIVEKIT_URL")])
def test_a_livekit_that_is_gone_is_named(settings: LazySettings, url: str, words: str) -> None:
    settings.LIVEKIT_URL = url
    with pytest.raises(CheckFailed, match=words):
        health_checks.check_livekit()


@pytest.fixture
def model_socket(settings: LazySettings, tmp_path: Path) -> Iterator[UnixStreamServer]:
    """A model process that is loaded and says so."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *args: Any) -> None:
            pass

    settings.MODEL_SOCKET = str(tmp_path / "models.sock")
    with UnixStreamServer(settings.MODEL_SOCKET, Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_the_model_process_that_answers_passes(model_socket: UnixStreamServer) -> None:
    health_checks.check_models()


def test_a_model_process_that_is_gone_is_named(settings: LazySettings, tmp_path: Path) -> None:
    settings.MODEL_SOCKET = str(tmp_path / "nobody.sock")
    with pytest.raises(CheckFailed, match="run_model_process"):
        health_checks.check_models()


def test_storage_is_written_read_and_left_clean() -> None:
    health_checks.check_storage()
    assert default_storage.listdir("health") == ([], [])


def test_a_storage_that_cannot_be_written_is_named(settings: LazySettings, tmp_path: Any) -> None:
    (tmp_path / "file").write_text("not a folder")
    settings.MEDIA_ROOT = tmp_path / "file"
    with pytest.raises(CheckFailed, match="DATA_DIR"):
        health_checks.check_storage()


def test_no_message_holds_a_secret(settings: LazySettings, client: Client) -> None:
    settings.CELERY_BROKER_URL = f"redis://user:topsecret@{NOWHERE}/0"
    settings.LIVEKIT_URL, settings.LIVEKIT_API_SECRET = f"ws://{NOWHERE}", "t" * 40
    report = json.dumps(health.readiness())
    assert "topsecret" not in report
    assert "t" * 40 not in report
