"""The admin's front page: what works and what doesn't, in words, and what is going on now.

Everything is read when the page is asked for. A part that is down leaves a sentence in its place
and the rest of the page standing, because that is when staff look at it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import redis
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from foundation.health import recent_report
from foundation.worker_registry import WorkerInfo, registered_workers
from knowledge_app.models import KnowledgeSource
from onboarding_app.models import OnboardingSession
from voice_app.models import VoiceSession

SHOWN_SESSIONS = 8
SHOWN_FAILURES = 5
# Enough for a moment's work; more means that the workers don't keep up.
BUSY_QUEUE = 20
QUEUES = {
    "calls": "What a conversation leaves to do",
    "ingest": "Websites and files to read",
    "mail": "Mails to send",
}
PARTS = {
    "database": ("Database", "PostgreSQL takes connections and has the newest schema."),
    "broker": ("Task queue", "Valkey takes writes."),
    "livekit": ("LiveKit", "It answers and accepts our key."),
    "worker": ("Voice worker", "Registered with LiveKit: calls are answered."),
    "models": ("Models", "The process that hears, speaks and searches answers."),
    "storage": ("Files", "They can be written, read and deleted."),
}
HEADLINES = {
    "ok": "Everything works.",
    "degraded": "Pages work. Calls don't; what is missing is said below.",
    "down": "The platform is down.",
}


@dataclass(frozen=True)
class Part:
    name: str
    works: bool
    message: str


@dataclass(frozen=True)
class Queue:
    """`waiting` is None when nobody knows."""

    name: str
    purpose: str
    waiting: int | None

    @property
    def is_busy(self) -> bool:
        return (self.waiting or 0) > BUSY_QUEUE


@dataclass(frozen=True)
class Failure:
    what: str
    why: str
    at: datetime
    address: str


@dataclass(frozen=True)
class Failures:
    """What failed of one kind since yesterday; `address` is the whole list."""

    title: str
    count: int
    newest: list[Failure]
    address: str


def add_overview(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add what the front page shows (unfold's DASHBOARD_CALLBACK)."""
    report = recent_report.get()
    if report["checks"]["database"]["status"] != "ok":
        return context | _state(report)
    since = timezone.now() - timedelta(days=1)
    sessions = VoiceSession.objects.open().select_related("agent__business")
    return (
        context
        | _state(report)
        | {
            "open_count": sessions.count(),
            "open_sessions": sessions.defer("dialogue")[:SHOWN_SESSIONS],
            "open_address": _list_address("voice_app_voicesession", status="active"),
            "failures": [
                _failed_sessions(since),
                _failed_sources(since),
                _failed_onboarding(since),
            ],
        }
    )


def _state(report: Mapping[str, Any]) -> dict[str, Any]:
    workers = _workers()
    return {
        "open_count": None,
        "headline": HEADLINES[report["status"]],
        "status": report["status"],
        "parts": _parts(report["checks"]),
        "queues": _queues(),
        "workers": workers,
        "active_jobs": sum(worker.active_jobs for worker in workers or []),
    }


def _parts(checks: Mapping[str, Mapping[str, str]]) -> list[Part]:
    return [
        Part(name, checks[key]["status"] == "ok", checks[key].get("message", works))
        for key, (name, works) in PARTS.items()
    ]


def _workers() -> list[WorkerInfo] | None:
    """Return the workers, or None when Valkey doesn't say."""
    try:
        return registered_workers()
    except redis.RedisError:
        return None


def _queues() -> list[Queue]:
    """Celery keeps each queue as a list of its name in Valkey."""
    try:
        with redis.Redis.from_url(
            settings.CELERY_BROKER_URL, socket_connect_timeout=1, socket_timeout=1
        ) as valkey:
            lengths = {name: int(valkey.llen(name)) for name in QUEUES}
    except redis.RedisError:
        lengths = {}
    return [Queue(name, purpose, lengths.get(name)) for name, purpose in QUEUES.items()]


def _failed_sessions(since: datetime) -> Failures:
    failed = VoiceSession.objects.filter(
        status__in=[VoiceSession.Status.FAILED, VoiceSession.Status.LOST], created_at__gte=since
    )
    return Failures(
        "Conversations",
        failed.count(),
        [
            Failure(
                f"{session} with {session.agent}",
                session.close_reason.replace("_", " ") or session.get_status_display(),
                session.created_at,
                _row_address("voice_app_voicesession", session.pk),
            )
            for session in _newest(failed.select_related("agent"), "-created_at")
        ],
        _list_address("voice_app_voicesession", status="failed"),
    )


def _failed_sources(since: datetime) -> Failures:
    failed = KnowledgeSource.objects.filter(
        status=KnowledgeSource.Status.FAILED, updated_at__gte=since
    )
    return Failures(
        "Sources",
        failed.count(),
        [
            Failure(
                f"{source} of {source.agent}",
                _first_problem(source),
                source.updated_at,
                _row_address("knowledge_app_knowledgesource", source.pk),
            )
            for source in _newest(failed.select_related("agent").defer("text"), "-updated_at")
        ],
        _list_address("knowledge_app_knowledgesource", status="failed"),
    )


def _failed_onboarding(since: datetime) -> Failures:
    failed = OnboardingSession.objects.filter(
        status=OnboardingSession.Status.FAILED, updated_at__gte=since
    )
    return Failures(
        "Onboarding",
        failed.count(),
        [
            Failure(
                str(session.agent),
                session.error,
                session.updated_at,
                _row_address("onboarding_app_onboardingsession", session.pk),
            )
            for session in _newest(failed.select_related("agent"), "-updated_at")
        ],
        _list_address("onboarding_app_onboardingsession", status="failed"),
    )


def _newest(rows: QuerySet[Any], order: str) -> QuerySet[Any]:
    return rows.order_by(order)[:SHOWN_FAILURES]


def _first_problem(source: KnowledgeSource) -> str:
    return str(source.problems[0].get("message", "")) if source.problems else source.activity


def _row_address(name: str, pk: int) -> str:
    return reverse(f"admin:{name}_change", args=[pk])


def _list_address(name: str, *, status: str) -> str:
    return f"{reverse(f'admin:{name}_changelist')}?{urlencode({'status__exact': status})}"
