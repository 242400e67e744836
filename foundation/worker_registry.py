"""Which voice workers LiveKit has on its list now.

Each worker keeps a key of a few seconds' life in Valkey, and only while it is registered; a dead
one is gone by itself.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any

import redis
from django.conf import settings

KEY_PREFIX = "voiceplatform:worker:"
TIMEOUT_SECONDS = 1.5


@dataclass(frozen=True)
class WorkerInfo:
    """`worker_id` is LiveKit's; `registered_at` is a Unix time."""

    worker_id: str
    agent_name: str
    active_jobs: int
    registered_at: float
    version: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def registered_workers(redis_url: str | None = None) -> list[WorkerInfo]:
    """Return the registered workers, oldest registration first.

    Raises:
        redis.RedisError: nobody knows; Valkey doesn't answer.
    """
    with redis.Redis.from_url(
        redis_url or settings.REDIS_URL,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
    ) as valkey:
        keys = list(valkey.scan_iter(f"{KEY_PREFIX}*", count=1000))
        # A key may run out between the two commands.
        found = [body for body in valkey.mget(keys) if body] if keys else []
    workers = [WorkerInfo(**json.loads(body)) for body in found]
    return sorted(workers, key=lambda worker: worker.registered_at)
