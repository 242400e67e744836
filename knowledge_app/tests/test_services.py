"""What an owner can do with knowledge."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from agents_app.models import Agent
from knowledge_app import services
from knowledge_app.exceptions import SourceRejected
from knowledge_app.models import KnowledgeSource
from knowledge_app.tests import pdfs
from knowledge_app.tests.factories import DocumentFactory, SourceFactory, make_chunk

Kind, Status = KnowledgeSource.Kind, KnowledgeSource.Status
Commit = Callable[..., Any]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[int, ...]]]:
    """Tasks that were sent, instead of sending them."""
    sent: list[tuple[str, tuple[int, ...]]] = []
    monkeypatch.setattr(
        "celery.current_app.send_task", lambda name, args: sent.append((name, args))
    )
    return sent


def upload(body: bytes, name: str = "terms.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, body)


def test_a_website_is_queued_and_its_task_sent_at_commit(
    agent: Agent, sent: list, django_capture_on_commit_callbacks: Commit
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        source = services.add_website(agent=agent, url=" Harbour-Wheels.example ")
        assert sent == []
    assert (source.kind, source.status) == (Kind.WEBSITE, Status.QUEUED)
    assert (source.url, source.title) == (
        "https://harbour-wheels.example/",
        "harbour-wheels.example",
    )
    assert sent == [("knowledge_app.tasks.ingest_source", (source.pk,))]


def test_the_same_address_again_is_the_same_source_read_anew(agent: Agent) -> None:
    first = services.add_website(agent=agent, url="https://shop.example")
    KnowledgeSource.objects.update(status=Status.READY, attempts=3)
    again = services.add_website(agent=agent, url="https://shop.example/#top")
    assert again.pk == first.pk
    again.refresh_from_db()
    assert (again.status, again.attempts) == (Status.QUEUED, 0)


def test_a_page_grows_into_its_website_but_not_back(agent: Agent) -> None:
    services.add_page(agent=agent, url="https://shop.example")
    assert services.add_website(agent=agent, url="https://shop.example").kind == Kind.WEBSITE
    services.add_page(agent=agent, url="https://shop.example")
    assert agent.sources.get().kind == Kind.WEBSITE


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense here",
        "http://localhost:8000",
        "http://10.0.0.1/",
        "file:///etc/passwd",
        "a@b.c",
    ],
)
def test_an_address_that_cannot_be_read_is_refused(agent: Agent, url: str) -> None:
    with pytest.raises(SourceRejected):
        services.add_website(agent=agent, url=url)
    assert not agent.sources.exists()


def test_a_private_pair_that_the_operator_named_is_read_over_http(
    agent: Agent, settings: Any
) -> None:
    settings.FETCH_ALLOWED_PRIVATE_HOSTS = ["127.0.0.1:8100"]
    assert services.add_website(agent=agent, url="127.0.0.1:8100").url == "http://127.0.0.1:8100/"


def test_a_text_is_kept_and_an_empty_one_refused(agent: Agent) -> None:
    source = services.add_text(agent=agent, title="Parking\x00", text=" Behind the market. ")
    assert (source.title, source.text) == ("Parking", "Behind the market.")
    with pytest.raises(SourceRejected):
        services.add_text(agent=agent, title="Nothing", text=" \x00\n")


def test_a_file_is_stored_under_ids_and_shown_under_its_name(agent: Agent) -> None:
    source = services.add_file(agent=agent, file=upload(pdfs.make_pdf(), "../Te\u202erms.pdf"))
    assert (source.title, source.content_type) == ("Terms.pdf", "application/pdf")
    assert source.file.name == f"knowledge/{agent.public_id}/{source.public_id}"


def test_the_same_file_again_is_the_same_source(agent: Agent) -> None:
    first = services.add_file(agent=agent, file=upload(b"# Hello"))
    assert services.add_file(agent=agent, file=upload(b"# Hello")).pk == first.pk
    assert services.add_file(agent=agent, file=upload(b"# Hallo")).pk != first.pk


def test_a_file_that_is_too_large_or_of_another_kind_is_refused(
    agent: Agent, settings: Any
) -> None:
    with pytest.raises(SourceRejected, match="picture"):
        services.add_file(agent=agent, file=upload(b"\x89PNG\r\n"))
    settings.MAX_UPLOAD_BYTES = 2_000_000
    with pytest.raises(SourceRejected, match="2 MB"):
        services.add_file(agent=agent, file=upload(bytes(2_000_001)))


def test_removing_a_source_forgets_all_of_it(
    agent: Agent, django_capture_on_commit_callbacks: Commit
) -> None:
    source = services.add_file(agent=agent, file=upload(b"# Hello"))
    make_chunk(DocumentFactory(source=source), "Hello")
    name = source.file.name
    with django_capture_on_commit_callbacks(execute=True):
        services.remove_source(source=source)
    assert not services.has_searchable_knowledge(agent=agent)
    assert not default_storage.exists(name)


def test_what_is_stuck_is_queued_again_once(
    sent: list, db: None, django_capture_on_commit_callbacks: Commit
) -> None:
    old = timezone.now() - timedelta(hours=1)
    source = SourceFactory(status=Status.WORKING, beat_at=old)
    SourceFactory(status=Status.READY, beat_at=old)
    with django_capture_on_commit_callbacks(execute=True):
        assert services.requeue_stuck_sources() == 1
        assert services.requeue_stuck_sources() == 0
    assert sent == [("knowledge_app.tasks.ingest_source", (source.pk,))]


def test_lists_leave_the_text_where_it_is(agent: Agent) -> None:
    SourceFactory(agent=agent)
    assert agent.sources.listed().get().get_deferred_fields() == {"text"}


def test_a_file_whose_row_fails_is_not_left_behind(
    agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise OSError

    monkeypatch.setattr(services, "enqueue", fail)
    with pytest.raises(OSError):
        services.add_file(agent=agent, file=upload(b"# Hello"))
    assert not agent.sources.exists()
    folder = f"knowledge/{agent.public_id}"
    assert not default_storage.exists(folder) or default_storage.listdir(folder)[1] == []


def test_a_file_is_stored_before_the_transaction_begins(
    agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    depths = []
    save = FileSystemStorage.save

    def note(*args: Any, **options: Any) -> str:
        depths.append(len(connection.savepoint_ids))
        return save(*args, **options)

    monkeypatch.setattr(FileSystemStorage, "save", note)
    before = len(connection.savepoint_ids)
    services.add_file(agent=agent, file=upload(b"# Hello"))
    assert depths == [before]


def test_the_summary_counts_and_takes_three_queries(
    agent: Agent, django_assert_num_queries: Callable[[int], Any]
) -> None:
    SourceFactory(agent=agent, status=Status.WORKING, documents_found=10, documents_done=5)
    ready = SourceFactory(agent=agent, status=Status.READY, problems=[{"where": "", "message": ""}])
    make_chunk(DocumentFactory(source=ready), "Hello")
    with django_assert_num_queries(3):
        summary = services.summarise_knowledge(agent=agent)
    assert summary == {
        "percent": 75,
        "sources": 2,
        "documents": 1,
        "problems": 1,
        "is_searchable": True,
    }


def test_an_agent_without_sources_has_an_empty_summary(agent: Agent) -> None:
    summary = services.summarise_knowledge(agent=agent)
    assert (summary["percent"], summary["is_searchable"]) == (0, False)
