"""Whether this process serves, and whether everything it needs is there: `/health/` and
`/health/ready/`.

All checks run at once and in at most two seconds. Without the database, the broker or the storage
nothing works: `down`, 503. Without LiveKit, a worker or the models, pages still do, and a
balancer that took us out for it would take those away too: `degraded`, 200.
"""

import logging
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from foundation.health_checks import CHECKS, CheckFailed

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 2.0
# Anybody may ask, so that asking often must not cost a database connection each time.
REUSE_SECONDS = 1.0
VITAL = {"database", "broker", "storage"}


@never_cache
@require_safe
def alive(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok", "version": settings.VERSION})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    report = recent_report.get()
    return JsonResponse(report, status=503 if report["status"] == "down" else 200)


def readiness() -> dict[str, Any]:
    """Run every check now; `{"status", "checks": {name: {"status", "message"?}}}`."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    pool = ThreadPoolExecutor(len(CHECKS), thread_name_prefix="health")
    running = {name: pool.submit(check) for name, check in CHECKS.items()}
    checks = {name: _outcome(name, check, deadline) for name, check in running.items()}
    # A check that hangs is left behind; its own time limits end it.
    pool.shutdown(wait=False)
    return {"status": _overall(checks), "checks": checks}


def _outcome(name: str, check: Future[None], deadline: float) -> dict[str, str]:
    try:
        check.result(timeout=max(0.0, deadline - time.monotonic()))
    except CheckFailed as failure:
        return {"status": "down", "message": str(failure)}
    except FutureTimeoutError:
        return {"status": "down", "message": f"No answer within {TIMEOUT_SECONDS:g} seconds."}
    except Exception:
        logger.exception("A readiness check crashed", extra={"check": name})
        return {"status": "down", "message": "The check itself failed; the log says why."}
    return {"status": "ok"}


def _overall(checks: Mapping[str, Mapping[str, str]]) -> str:
    failed = {name for name, check in checks.items() if check["status"] != "ok"}
    if failed & VITAL:
        return "down"
    return "degraded" if failed else "ok"


class RecentReport:
    """The last report while it is fresh; whoever asks during a run waits for its result."""

    def __init__(self, *, reuse_seconds: float) -> None:
        self._reuse_seconds = reuse_seconds
        self._lock = threading.Lock()
        self._report: dict[str, Any] = {}
        self._made_at = float("-inf")

    def get(self) -> dict[str, Any]:
        with self._lock:
            if time.monotonic() - self._made_at > self._reuse_seconds:
                self._report = readiness()
                self._made_at = time.monotonic()
            return self._report


recent_report = RecentReport(reuse_seconds=REUSE_SECONDS)
