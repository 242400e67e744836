"""The tasks themselves: thin, and sent again when it is worth it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from knowledge_app import tasks
from knowledge_app.models import KnowledgeSource
from knowledge_app.progress import STALE_SECONDS
from knowledge_app.tests.factories import SourceFactory
from tests.standins.website import Answer, Website

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent_again(monkeypatch: pytest.MonkeyPatch) -> list[tuple[tuple[int], float]]:
    sent: list[tuple[tuple[int], float]] = []
    monkeypatch.setattr(
        tasks.ingest_source, "apply_async", lambda args, countdown: sent.append((args, countdown))
    )
    return sent


def test_a_website_in_trouble_is_asked_again_when_it_wishes(
    site: Website, sent_again: list, settings: Any
) -> None:
    settings.FETCH_ALLOWED_PRIVATE_HOSTS = [site.pair]
    site.answers["/"] = Answer(status=503, headers={"Retry-After": "60"})
    source = SourceFactory(kind="website", url=f"{site.url}/", text="")
    tasks.ingest_source(source.pk)
    assert sent_again == [((source.pk,), 60)]
    source.refresh_from_db()
    assert source.status == "queued"


def test_a_website_is_asked_by_our_name(site: Website, settings: Any) -> None:
    settings.FETCH_ALLOWED_PRIVATE_HOSTS = [site.pair]
    settings.PUBLIC_URL = "https://voice.example.com"
    source = SourceFactory(kind="website", url=f"{site.url}/", text="")
    tasks.ingest_source(source.pk)
    expected = f"VoicePlatformBot/{settings.VERSION} (+https://voice.example.com)"
    assert {headers["User-Agent"] for _, headers in site.requests} == {expected}


def test_a_source_that_is_gone_is_borne(sent_again: list) -> None:
    tasks.ingest_source(123_456)
    assert sent_again == []


def test_the_beat_task_queues_what_is_stuck() -> None:
    old = timezone.now() - timedelta(seconds=STALE_SECONDS + 1)
    source = SourceFactory(status="working", beat_at=old)
    tasks.requeue_stuck_sources()
    assert KnowledgeSource.objects.get(pk=source.pk).status == "queued"
