"""The knowledge page: who may see it, what can be added, and how reading is told."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from agents_app.models import Agent
from foundation.model_process.client import ModelProcessUnavailable
from knowledge_app import views
from knowledge_app.models import KnowledgeSource
from knowledge_app.retrieval import Passage
from knowledge_app.tests.factories import SourceFactory

HTMX = {"HX-Request": "true"}
PASSAGE = Passage(
    chunk_id=1,
    document_id="d",
    text="Saturdays from nine to five.",
    title="Opening hours",
    heading="",
    url="https://shop.example/hours",
    page=None,
    score=1.0,
    similarity=0.9,
)


def address(name: str, agent: Agent, *args: Any) -> str:
    return reverse(f"knowledge:{name}", args=[agent.public_id, *args])


@pytest.mark.parametrize("name", ["sources", "progress", "ask"])
class TestWhoMayLook:
    def test_owner_teammate_and_staff(
        self, name: str, as_owner: Client, as_teammate: Client, as_staff: Client, agent: Agent
    ) -> None:
        for client in (as_owner, as_teammate, as_staff):
            assert client.get(address(name, agent)).status_code == 200

    def test_a_stranger_gets_404(self, name: str, as_stranger: Client, agent: Agent) -> None:
        assert as_stranger.get(address(name, agent)).status_code == 404

    def test_an_anonymous_visitor_is_sent_to_sign_in(
        self, name: str, client: Client, agent: Agent
    ) -> None:
        assert client.get(address(name, agent))["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("name", ["add_address", "add_files", "add_text"])
class TestWhoMayAdd:
    def test_a_stranger_adds_nothing(self, name: str, as_stranger: Client, agent: Agent) -> None:
        data = {"url": "https://a.example", "scope": "page", "title": "a", "text": "b"}
        assert as_stranger.post(address(name, agent), data).status_code == 404
        assert not KnowledgeSource.objects.exists()

    def test_an_anonymous_visitor_adds_nothing(
        self, name: str, client: Client, agent: Agent
    ) -> None:
        assert client.post(address(name, agent)).status_code == 302


@pytest.mark.parametrize("name", ["sync", "remove"])
class TestWhoMayChange:
    def test_a_stranger_gets_404(self, name: str, as_stranger: Client, agent: Agent) -> None:
        source = SourceFactory(agent=agent)
        answer = as_stranger.post(address(name, agent, source.public_id))
        assert answer.status_code == 404
        assert KnowledgeSource.objects.filter(pk=source.pk).exists()

    def test_another_agent_s_source_is_not_found(
        self, name: str, as_owner: Client, agent: Agent
    ) -> None:
        source = SourceFactory()
        assert as_owner.post(address(name, agent, source.public_id)).status_code == 404


class TestAdding:
    def test_a_website(self, as_owner: Client, agent: Agent) -> None:
        data = {"url": "shop.example", "scope": "website"}
        answer = as_owner.post(address("add_address", agent), data)
        assert answer["Location"] == address("sources", agent)
        source = agent.sources.get()
        assert source.kind == "website"
        assert source.url.startswith("https://shop.example")

    def test_only_one_page(self, as_owner: Client, agent: Agent) -> None:
        data = {"url": "https://shop.example/hours", "scope": "page"}
        as_owner.post(address("add_address", agent), data)
        assert agent.sources.get().kind == "page"

    @pytest.mark.parametrize("url", ["not a website", "ftp://shop.example", "http://127.0.0.1/"])
    def test_what_can_not_be_read_is_said_at_the_field(
        self, url: str, as_owner: Client, agent: Agent
    ) -> None:
        answer = as_owner.post(address("add_address", agent), {"url": url, "scope": "website"})
        assert answer.status_code == 400
        assert 'aria-invalid="true"' in answer.text
        assert f'value="{url}"' in answer.text
        assert not agent.sources.exists()

    def test_several_files_of_which_one_is_refused(self, as_owner: Client, agent: Agent) -> None:
        good = SimpleUploadedFile("hours.txt", b"We open at nine.")
        bad = SimpleUploadedFile("photo.png", b"\x89PNG\r\n\x1a\n\x00\x00")
        answer = as_owner.post(address("add_files", agent), {"uploads": [good, bad]})
        assert answer.status_code == 400
        assert "photo.png: " in answer.text
        assert [source.title for source in agent.sources.all()] == ["hours.txt"]

    def test_no_file_at_all(self, as_owner: Client, agent: Agent) -> None:
        assert as_owner.post(address("add_files", agent)).status_code == 400

    def test_a_text(self, as_owner: Client, agent: Agent) -> None:
        as_owner.post(address("add_text", agent), {"title": "Dogs", "text": "Dogs are welcome."})
        assert agent.sources.get().text == "Dogs are welcome."

    def test_a_question_that_was_not_answered_is_the_text_s_title(
        self, as_owner: Client, agent: Agent
    ) -> None:
        text = as_owner.get(address("sources", agent), {"title": "Dogs allowed?"}).text
        assert 'value="Dogs allowed?"' in text


class TestSources:
    def test_reading_is_told_in_words_and_refreshed(self, as_owner: Client, agent: Agent) -> None:
        SourceFactory(
            agent=agent,
            status="working",
            activity="Reading page 14 of 60: Opening hours",
            documents_found=60,
            documents_done=14,
        )
        text = as_owner.get(address("progress", agent), headers=HTMX).text
        assert "Reading page 14 of 60: Opening hours" in text
        assert 'value="23"' in text
        assert 'hx-trigger="every 2s"' in text

    def test_what_is_read_is_left_in_peace(self, as_owner: Client, agent: Agent) -> None:
        SourceFactory(agent=agent, status="ready", synced_at=timezone.now())
        assert "every 2s" not in as_owner.get(address("sources", agent)).text

    def test_problems_are_told(self, as_owner: Client, agent: Agent) -> None:
        problem = {"where": "scan.pdf", "message": "It holds only pictures."}
        SourceFactory(agent=agent, status="failed", problems=[problem])
        assert "It holds only pictures." in as_owner.get(address("sources", agent)).text

    def test_reading_again(self, as_owner: Client, agent: Agent) -> None:
        source = SourceFactory(agent=agent, status="ready")
        as_owner.post(address("sync", agent, source.public_id), headers=HTMX)
        source.refresh_from_db()
        assert source.status == "queued"

    def test_removing(self, as_owner: Client, agent: Agent) -> None:
        source = SourceFactory(agent=agent, title="Old prices")
        answer = as_owner.post(address("remove", agent, source.public_id), follow=True)
        assert "has forgotten “Old prices”" in answer.text
        assert not agent.sources.exists()

    def test_its_queries_do_not_grow_with_the_sources(
        self, as_owner: Client, agent: Agent, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        SourceFactory.create_batch(4, agent=agent)
        # Session, user, agent, sources.
        with django_assert_num_queries(4):
            as_owner.get(address("sources", agent))


class TestAsking:
    def test_the_passages_are_shown_with_where_they_stand(
        self, as_owner: Client, agent: Agent, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(views, "search_knowledge", lambda **_: [PASSAGE])
        text = as_owner.get(address("ask", agent), {"q": "When?"}, headers=HTMX).text
        assert "Saturdays from nine to five." in text
        assert 'href="https://shop.example/hours"' in text

    def test_without_script_it_is_the_whole_page(
        self, as_owner: Client, agent: Agent, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(views, "search_knowledge", lambda **_: [])
        text = as_owner.get(address("ask", agent), {"q": "When?"}).text
        assert "<html" in text
        assert "Nothing fits" in text
        assert 'value="When?"' in text

    def test_a_model_process_that_is_down_is_said(
        self, as_owner: Client, agent: Agent, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(**_: object) -> None:
            raise ModelProcessUnavailable("down")

        monkeypatch.setattr(views, "search_knowledge", fail)
        answer = as_owner.get(address("ask", agent), {"q": "When?"}, headers=HTMX)
        assert "Try again in a moment" in answer.text
