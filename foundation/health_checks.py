"""One check per part that the platform stands on. Each uses its part for real and says, when it
fails, who must do what.

No check shares a connection with the pages: what is asked is whether a *new* one can be had now.
"""

import uuid
from functools import cache

import httpx
import psycopg
import redis
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from livekit import api

from foundation.model_process.client import ModelProcessError, SyncModelClient
from foundation.worker_registry import registered_workers

# Below the two seconds that a check may take, so that the words of the check win over "no answer".
CONNECT_SECONDS = 1.5


class CheckFailed(Exception):
    """The part doesn't work; the text is for the person who can repair it, without secrets."""


def check_database() -> None:
    params = connection.get_connection_params() | {"connect_timeout": 2}
    try:
        with psycopg.connect(**params) as session:
            rows = session.execute("SELECT app, name FROM django_migrations").fetchall()
    except psycopg.errors.UndefinedTable:
        raise CheckFailed("The database is empty: run bin/manage migrate.") from None
    except psycopg.Error as error:
        message = "PostgreSQL does not answer: start it, or correct DATABASE_URL."
        raise CheckFailed(message) from error
    missing = _newest_migrations() - {(app, name) for app, name, *_ in map(tuple, rows)}
    if missing:
        raise CheckFailed("The database is older than the code: run bin/manage migrate.")


@cache
def _newest_migrations() -> frozenset[tuple[str, str]]:
    """Return the last migration of each app, as the code has them; read from disk once."""
    return frozenset(MigrationLoader(None).graph.leaf_nodes())


def check_broker() -> None:
    """Write, because a Valkey whose disk is full still answers a ping."""
    client = redis.Redis.from_url(
        settings.CELERY_BROKER_URL,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=CONNECT_SECONDS,
    )
    try:
        client.set("health:probe", "1", ex=10)
    except redis.ConnectionError as error:
        raise CheckFailed("Valkey does not answer: start it, or correct REDIS_URL.") from error
    except redis.RedisError as error:
        raise CheckFailed("Valkey takes no writes: look at its log and its disk.") from error
    finally:
        client.close()


def check_livekit() -> None:
    if not settings.LIVEKIT_URL:
        raise CheckFailed("LiveKit is not set up: set LIVEKIT_URL and its key pair.")
    address = settings.LIVEKIT_URL.replace("ws", "http", 1).rstrip("/")
    try:
        answer = httpx.post(
            f"{address}/twirp/livekit.RoomService/ListRooms",
            json={"names": ["health"]},
            headers={"Authorization": f"Bearer {_server_token()}"},
            timeout=CONNECT_SECONDS,
            trust_env=False,
        )
    except httpx.HTTPError as error:
        message = "LiveKit does not answer: start it, or correct LIVEKIT_URL."
        raise CheckFailed(message) from error
    if answer.status_code != httpx.codes.OK:
        raise CheckFailed(_refusal(answer))


def _server_token() -> str:
    grants = api.VideoGrants(room_list=True)
    token = api.AccessToken(settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET)
    return token.with_grants(grants).to_jwt()


def _refusal(answer: httpx.Response) -> str:
    """Say why LiveKit refused; the texts are those of its pkg/service/auth.go."""
    text = answer.text[:500]
    if "invalid API key" in text:
        return "LiveKit doesn't know our key: LIVEKIT_API_KEY is not the server's."
    if "cryptographic" in text or "signature" in text:
        return "LiveKit refused our key: LIVEKIT_API_SECRET is not the server's."
    if "nbf" in text or "exp" in text:
        return "LiveKit refused our key because its clock and ours differ: correct the time."
    if answer.status_code == httpx.codes.NOT_FOUND:
        return "What answers at LIVEKIT_URL is not LiveKit: correct the address."
    return f"LiveKit answered {answer.status_code}: look at its log."


def check_worker() -> None:
    try:
        workers = registered_workers()
    except redis.RedisError as error:
        message = "Unknown while Valkey does not answer, since workers register there."
        raise CheckFailed(message) from error
    if not workers:
        message = (
            "No voice worker is registered with LiveKit: start it with "
            "bin/manage run_voice_worker; its log says why it can't register."
        )
        raise CheckFailed(message)


def check_models() -> None:
    try:
        with SyncModelClient(settings.MODEL_SOCKET) as models:
            models.health(timeout_seconds=CONNECT_SECONDS)
    except ModelProcessError as error:
        message = (
            "The model process does not answer, so agents neither hear, speak nor search: start "
            "it with bin/manage run_model_process, or correct MODEL_SOCKET."
        )
        raise CheckFailed(message) from error


def check_storage() -> None:
    """Write, read and delete a probe where uploads and recordings go."""
    content = uuid.uuid4().hex.encode()
    try:
        name = default_storage.save(f"health/{uuid.uuid4().hex}", ContentFile(content))
        try:
            with default_storage.open(name) as probe:
                is_same = probe.read() == content
        finally:
            default_storage.delete(name)
    except OSError as error:
        message = "Files can't be written: look at the rights and the space of DATA_DIR."
        raise CheckFailed(message) from error
    if not is_same:
        raise CheckFailed("A file came back changed: look at the storage behind DATA_DIR.")


CHECKS = {
    "database": check_database,
    "broker": check_broker,
    "livekit": check_livekit,
    "worker": check_worker,
    "models": check_models,
    "storage": check_storage,
}
