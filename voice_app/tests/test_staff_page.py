"""The admin's front page."""

from typing import Any

import pytest
import redis
from django.conf import LazySettings
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from agents_app.models import Agent
from foundation.worker_registry import WorkerInfo
from knowledge_app.tests.factories import SourceFactory
from onboarding_app.models import OnboardingSession
from voice_app import staff_page
from voice_app.tests.factories import VoiceSessionFactory

ALL_OK = {"status": "ok", "checks": {name: {"status": "ok"} for name in staff_page.PARTS}}


@pytest.fixture(autouse=True)
def report(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the readiness checks found; a test changes it."""
    found = ALL_OK | {"checks": dict(ALL_OK["checks"])}
    monkeypatch.setattr(staff_page.recent_report, "get", lambda: found)
    monkeypatch.setattr(
        staff_page, "registered_workers", lambda: [WorkerInfo("AW_1", "robin", 2, 0.0, "1.8.9")]
    )
    return found


def test_it_says_that_everything_works(as_staff: Client) -> None:
    page = as_staff.get("/admin/").content.decode()
    assert "Everything works." in page
    assert "Registered with LiveKit: calls are answered." in page
    assert "robin, version 1.8.9" in page
    assert "Nobody is talking to an agent." in page


def test_what_does_not_work_is_said_with_its_cure(as_staff: Client, report: dict[str, Any]) -> None:
    report["status"] = "degraded"
    report["checks"]["worker"] = {"status": "down", "message": "Start the worker."}
    page = as_staff.get("/admin/").content.decode()
    assert "Pages work. Calls don&#x27;t; what is missing is said below." in page
    assert "Start the worker." in page


def test_it_stands_while_valkey_is_down(
    as_staff: Client, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody_knows() -> list[WorkerInfo]:
        raise redis.ConnectionError

    settings.CELERY_BROKER_URL = "redis://127.0.0.1:9/0"
    monkeypatch.setattr(staff_page, "registered_workers", nobody_knows)
    response = as_staff.get("/admin/")
    assert response.status_code == 200
    assert "Valkey doesn't say." in response.content.decode()
    assert [queue.waiting for queue in response.context["queues"]] == [None, None, None]


def test_it_counts_what_waits_in_each_queue(as_staff: Client, settings: LazySettings) -> None:
    with redis.Redis.from_url(settings.CELERY_BROKER_URL) as valkey:
        before = valkey.llen("ingest")
        valkey.rpush("ingest", *["task"] * 30)
        try:
            queues = {q.name: q for q in as_staff.get("/admin/").context["queues"]}
        finally:
            valkey.ltrim("ingest", 0, before - 1) if before else valkey.delete("ingest")
    assert queues["ingest"].waiting == before + 30
    assert queues["ingest"].is_busy


def test_it_shows_what_goes_on_and_what_failed(as_staff: Client, agent: Agent) -> None:
    VoiceSessionFactory(agent=agent)
    VoiceSessionFactory(agent=agent, status="failed", close_reason="livekit_unavailable")
    problems = [{"where": "page 3", "message": "It answered 404."}]
    SourceFactory(agent=agent, status="failed", problems=problems)
    OnboardingSession.objects.create(agent=agent, status="failed", error="Nothing to learn from.")
    response = as_staff.get("/admin/")
    page = response.content.decode()
    assert response.context["open_count"] == 1
    assert [kind.count for kind in response.context["failures"]] == [1, 1, 1]
    for words in ("livekit unavailable", "It answered 404.", "Nothing to learn from."):
        assert words in page


def test_yesterdays_failures_are_not_todays(as_staff: Client, agent: Agent) -> None:
    session = VoiceSessionFactory(agent=agent, status="lost")
    type(session).objects.update(created_at="2020-01-01T00:00:00Z")
    assert as_staff.get("/admin/").context["failures"][0].count == 0


def test_it_costs_the_same_for_one_conversation_and_for_many(
    as_staff: Client, agent: Agent, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for status in ["active", "failed"] * 12:
        VoiceSessionFactory(agent=agent, status=status)
    for _ in range(12):
        SourceFactory(agent=agent, status="failed")
    with django_assert_max_num_queries(12):
        assert as_staff.get("/admin/").status_code == 200
