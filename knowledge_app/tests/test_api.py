"""The knowledge API, for an owner, a teammate, a key, and a stranger who sees nothing."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from agents_app.api_keys import issue_api_key
from agents_app.models import Agent, User
from foundation.model_process.client import ModelProcessUnavailable
from knowledge_app import api as knowledge_api
from knowledge_app import retrieval
from knowledge_app.models import KnowledgeSource
from knowledge_app.tests import pdfs
from knowledge_app.tests.factories import (
    DocumentFactory,
    SourceFactory,
    make_chunk,
    word_vector,
)


@pytest.fixture
def base(agent: Agent) -> str:
    return f"/api/agents/{agent.public_id}"


@pytest.fixture
def _word_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """Questions are embedded as the stored chunks are."""
    monkeypatch.setattr(
        retrieval, "embed_query_sync", lambda text, *, socket_path: word_vector(text)
    )


def signed_in(user: User) -> APIClient:
    client = APIClient()
    client.force_login(user)
    return client


def test_a_website_is_accepted_and_can_be_followed(api: APIClient, base: str) -> None:
    answer = api.post(f"{base}/sources/", {"kind": "website", "url": "shop.example"}, format="json")
    assert answer.status_code == 202
    source = api.get(f"{base}/sources/{answer.data['id']}/").data
    assert (source["kind"], source["status"], source["percent"]) == ("website", "queued", 0)
    assert source["url"] == "https://shop.example/"
    assert (source["problems"], source["synced_at"]) == ([], None)


def test_a_text_is_accepted(api: APIClient, base: str) -> None:
    body = {"kind": "text", "title": "Parking", "text": "Behind the market."}
    answer = api.post(f"{base}/sources/", body, format="json")
    assert answer.status_code == 202
    assert "url" not in answer.data


def test_a_file_is_accepted_as_multipart(api: APIClient, base: str) -> None:
    file = SimpleUploadedFile("terms.pdf", pdfs.make_pdf())
    answer = api.post(f"{base}/sources/", {"file": file}, format="multipart")
    assert answer.status_code == 202
    assert (answer.data["kind"], answer.data["title"]) == ("file", "terms.pdf")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "kind"),
        ({"kind": "nonsense", "url": "shop.example"}, "kind"),
        ({"kind": "website"}, "url"),
        ({"kind": "website", "url": "http://127.0.0.1/"}, "url"),
        ({"kind": "page", "url": "shop.example", "text": "x"}, "text"),
        ({"kind": "text", "text": "x"}, "title"),
        ({"kind": "website", "url": "shop.example", "colour": "red"}, "colour"),
        ({"kind": "file"}, "file"),
        ({"kind": "website", "url": ["shop.example"]}, "url"),
    ],
)
def test_what_is_not_a_source_is_refused_with_the_field_named(
    api: APIClient, base: str, body: dict[str, Any], field: str
) -> None:
    answer = api.post(f"{base}/sources/", body, format="json")
    assert (answer.status_code, answer.data["error"]["code"]) == (400, "invalid")
    assert field in answer.data["error"]["fields"]
    assert not KnowledgeSource.objects.exists()


@pytest.mark.parametrize("body", [b"", b"PK\x03\x04", b"\x00\x01" * 50])
def test_a_file_that_cannot_be_read_is_refused(api: APIClient, base: str, body: bytes) -> None:
    file = SimpleUploadedFile("x.pdf", body)
    answer = api.post(f"{base}/sources/", {"file": file}, format="multipart")
    assert answer.status_code == 400
    assert answer.data["error"]["fields"]["file"]


def test_a_huge_body_is_refused_before_it_is_read(api: APIClient, base: str, settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES = 1_000_000
    file = SimpleUploadedFile("x.txt", b"a" * 1_200_000)
    answer = api.post(f"{base}/sources/", {"file": file}, format="multipart")
    assert (answer.status_code, answer.data["error"]["code"]) == (413, "too_large")


@pytest.mark.parametrize("content_type", ["multipart/form-data", "text/plain", "application/xml"])
def test_a_broken_or_foreign_body_is_the_callers_error(
    api: APIClient, base: str, content_type: str
) -> None:
    answer = api.post(f"{base}/sources/", b"\xff\x00nonsense", content_type=content_type)
    assert answer.status_code in {400, 415}


def test_sources_are_listed_newest_first_by_cursor(
    api: APIClient, base: str, agent: Agent, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    for n in range(3):
        SourceFactory(agent=agent, title=f"S{n}")
    SourceFactory(title="another agent's")
    with django_assert_max_num_queries(6):
        first = api.get(f"{base}/sources/?limit=2").data
    assert [source["title"] for source in first["results"]] == ["S2", "S1"]
    assert [source["title"] for source in api.get(first["next"]).data["results"]] == ["S0"]


def test_a_source_is_read_anew_and_deleted(api: APIClient, base: str, agent: Agent) -> None:
    source = SourceFactory(agent=agent, status="ready")
    answer = api.post(f"{base}/sources/{source.public_id}/sync")
    assert (answer.status_code, answer.data["status"]) == (202, "queued")
    assert api.delete(f"{base}/sources/{source.public_id}/").status_code == 204
    assert api.get(f"{base}/sources/{source.public_id}/").status_code == 404


@pytest.mark.usefixtures("_word_search")
def test_search_gives_exactly_what_the_agent_would_get(
    api: APIClient, base: str, agent: Agent
) -> None:
    document = DocumentFactory(
        source=SourceFactory(agent=agent), title="Terms", url="https://a.b/c"
    )
    make_chunk(document, "A lost key costs 32 euros.", heading="Keys")
    make_chunk(DocumentFactory(), "Another agent's lost key.")
    answer = api.get(f"{base}/knowledge/search", {"q": "lost key", "top_k": 3})
    assert answer.status_code == 200
    (found,) = answer.data["results"]
    assert (found["text"], found["title"]) == ("A lost key costs 32 euros.", "Terms")
    assert (found["heading"], found["url"]) == ("Keys", "https://a.b/c")
    assert found["document_id"] == str(document.public_id)
    assert "page" not in found
    assert answer.data["took_ms"] >= 0


@pytest.mark.parametrize(
    "query", [{}, {"q": ""}, {"q": "a\x00"}, {"q": "a", "top_k": "0"}, {"q": "a", "x": "1"}]
)
def test_a_search_that_makes_no_sense_is_refused(
    api: APIClient, base: str, query: dict[str, str]
) -> None:
    assert api.get(f"{base}/knowledge/search", query).status_code == 400


def test_search_without_models_says_to_try_again(
    api: APIClient, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**options: Any) -> None:
        raise ModelProcessUnavailable

    monkeypatch.setattr(knowledge_api, "search_knowledge", fail)
    answer = api.get(f"{base}/knowledge/search", {"q": "hours"})
    assert (answer.status_code, answer.data["error"]["code"]) == (503, "search_unavailable")


def test_a_teammate_and_a_key_may_do_the_same(agent: Agent, base: str, teammate: User) -> None:
    key = issue_api_key(business=agent.business, name="test")
    with_key = APIClient(HTTP_AUTHORIZATION=f"Bearer {key}")
    for client in (signed_in(teammate), with_key):
        body = {"kind": "website", "url": "shop.example"}
        assert client.post(f"{base}/sources/", body, format="json").status_code == 202
        assert client.get(f"{base}/sources/").status_code == 200


def requests_for(base: str, source_id: object) -> list[tuple[str, str]]:
    return [
        ("get", f"{base}/sources/"),
        ("post", f"{base}/sources/"),
        ("get", f"{base}/sources/{source_id}/"),
        ("delete", f"{base}/sources/{source_id}/"),
        ("post", f"{base}/sources/{source_id}/sync"),
        ("get", f"{base}/knowledge/search?q=key"),
    ]


def test_a_stranger_gets_404_everywhere(agent: Agent, base: str, stranger: User) -> None:
    source = SourceFactory(agent=agent)
    key = issue_api_key(business=stranger.memberships.get().business, name="test")
    for client in (signed_in(stranger), APIClient(HTTP_AUTHORIZATION=f"Bearer {key}")):
        for method, url in requests_for(base, source.public_id):
            body = {"kind": "website", "url": "shop.example"} if method == "post" else None
            answer = getattr(client, method)(url, body, format="json")
            assert (answer.status_code, answer.data["error"]["code"]) == (404, "not_found"), url
    assert KnowledgeSource.objects.count() == 1


def test_nobody_gets_401(agent: Agent, base: str) -> None:
    for method, url in requests_for(base, uuid4()):
        assert getattr(APIClient(), method)(url).status_code == 401


def test_a_source_is_found_only_under_its_own_agent(api: APIClient, base: str) -> None:
    other = SourceFactory()
    assert api.get(f"{base}/sources/{other.public_id}/").status_code == 404
