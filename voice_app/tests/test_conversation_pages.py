"""The pages of conversations and leads: who may see them, what they tell, how they are narrowed."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from agents_app.models import Agent
from voice_app.models import Lead, VoiceSession
from voice_app.tests.factories import (
    LeadFactory,
    ToolCallFactory,
    TurnFactory,
    VoiceSessionFactory,
)

HTMX = {"HX-Request": "true"}


def list_address(agent: Agent) -> str:
    return reverse("agents:conversations", args=[agent.public_id])


def address(session: VoiceSession) -> str:
    return reverse("voice:conversation", args=[session.agent.public_id, session.public_id])


@pytest.fixture
def session(agent: Agent) -> VoiceSession:
    """A call in which one question was asked and answered."""
    session = VoiceSessionFactory(
        agent=agent, call=True, status="ended", close_reason="visitor_left"
    )
    TurnFactory(session=session, position=1, text="When do you open?")
    TurnFactory(
        session=session,
        position=2,
        role="agent",
        text="At nine.",
        sources=[{"title": "Opening hours", "url": "https://shop.example/hours", "text": "9 to 5"}],
        metrics={"stt_ms": 400, "retrieval_ms": 10, "llm_ms": 100, "total_ms": 1240},
    )
    return session


class TestList:
    def test_words_search_what_was_said(self, as_owner: Client, session: VoiceSession) -> None:
        other = VoiceSessionFactory(agent=session.agent)
        TurnFactory(session=other, position=1, text="Do you rent tandems?")
        text = as_owner.get(list_address(session.agent), {"q": "tandem"}).text
        assert "Do you rent tandems?" in text
        assert "When do you open?" not in text

    def test_words_find_who_left_a_message(self, as_owner: Client, session: VoiceSession) -> None:
        LeadFactory(agent=session.agent, session=session, contact="ada@example.com")
        text = as_owner.get(list_address(session.agent), {"q": "ada@"}).text
        assert "When do you open?" in text

    @pytest.mark.parametrize(
        ("wanted", "is_found"),
        [
            ({"channel": "voice"}, True),
            ({"channel": "text"}, False),
            ({"status": "ended"}, True),
            ({"status": "open"}, False),
            ({"status": "failed"}, False),
            ({"status": "nonsense"}, True),
        ],
    )
    def test_filters(
        self, wanted: dict[str, str], is_found: bool, as_owner: Client, session: VoiceSession
    ) -> None:
        text = as_owner.get(list_address(session.agent), wanted).text
        assert ("When do you open?" in text) is is_found

    def test_htmx_gets_the_results_alone(self, as_owner: Client, session: VoiceSession) -> None:
        text = as_owner.get(list_address(session.agent), {"q": "open"}, headers=HTMX).text
        assert "When do you open?" in text
        assert "<html" not in text

    def test_nothing_found_offers_to_show_all(
        self, as_owner: Client, session: VoiceSession
    ) -> None:
        text = as_owner.get(list_address(session.agent), {"q": "zebra"}).text
        assert "No conversation fits" in text

    def test_its_queries_do_not_grow_with_the_conversations(
        self,
        as_owner: Client,
        session: VoiceSession,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        for _ in range(5):
            TurnFactory(session=VoiceSessionFactory(agent=session.agent), position=1)
        # Session, user, agent, count, page.
        with django_assert_num_queries(5):
            as_owner.get(list_address(session.agent))

    def test_older_ones_are_on_the_next_page(self, as_owner: Client, agent: Agent) -> None:
        VoiceSessionFactory.create_batch(26, agent=agent)
        first = as_owner.get(list_address(agent), {"channel": "text"})
        assert "?channel=text&amp;page=2" in first.text
        assert len(as_owner.get(list_address(agent), {"page": 2}).context["page"]) == 1


class TestConversation:
    def test_it_shows_what_was_said_where_it_came_from_and_how_long_it_took(
        self, as_owner: Client, session: VoiceSession
    ) -> None:
        text = as_owner.get(address(session)).text
        assert "At nine." in text
        assert 'href="https://shop.example/hours"' in text
        assert "1.2 s" in text
        assert "The visitor hung up" in text

    def test_a_teammate_and_staff_see_it(
        self, as_teammate: Client, as_staff: Client, session: VoiceSession
    ) -> None:
        assert as_teammate.get(address(session)).status_code == 200
        assert as_staff.get(address(session)).status_code == 200

    def test_a_stranger_gets_404(self, as_stranger: Client, session: VoiceSession) -> None:
        assert as_stranger.get(address(session)).status_code == 404

    def test_an_anonymous_visitor_is_sent_to_sign_in(
        self, client: Client, session: VoiceSession
    ) -> None:
        assert client.get(address(session))["Location"].startswith("/accounts/login/")

    def test_it_is_not_found_under_another_agent(
        self, as_owner: Client, session: VoiceSession, agent: Agent
    ) -> None:
        other = VoiceSessionFactory()
        crossed = reverse("voice:conversation", args=[agent.public_id, other.public_id])
        assert as_owner.get(crossed).status_code == 404

    def test_a_source_never_becomes_a_script(self, as_owner: Client, session: VoiceSession) -> None:
        hostile = [{"title": "Click <b>me</b>", "url": "javascript:alert(1)", "text": ""}]
        TurnFactory(session=session, position=3, role="agent", sources=hostile)
        text = as_owner.get(address(session)).text
        assert 'href="javascript' not in text
        assert "Click &lt;b&gt;me" in text

    def test_a_page_of_a_document_is_named(self, as_owner: Client, session: VoiceSession) -> None:
        TurnFactory(
            session=session,
            position=3,
            role="agent",
            sources=[{"title": "Prices.pdf", "page": 3, "text": ""}],
        )
        assert "Prices.pdf, page 3" in as_owner.get(address(session)).text

    def test_what_the_agent_did_is_told(self, as_owner: Client, session: VoiceSession) -> None:
        ToolCallFactory(session=session)
        lead = LeadFactory(agent=session.agent, session=session)
        text = as_owner.get(address(session)).text
        assert "Took a message" in text
        assert lead.contact in text

    def test_while_it_goes_on_the_page_refreshes_its_part(
        self, as_owner: Client, agent: Agent
    ) -> None:
        session = VoiceSessionFactory(agent=agent)
        assert 'hx-trigger="every 3s"' in as_owner.get(address(session)).text
        part = as_owner.get(address(session), headers=HTMX).text
        assert "<html" not in part

    def test_an_ended_one_is_left_in_peace(self, as_owner: Client, session: VoiceSession) -> None:
        assert "hx-trigger" not in as_owner.get(address(session)).text

    def test_its_queries_do_not_grow_with_the_turns(
        self,
        as_owner: Client,
        session: VoiceSession,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        for position in range(3, 9):
            TurnFactory(session=session, position=position)
            ToolCallFactory(session=session)
        # Session, user, agent, conversation, turns, leads, tool calls.
        with django_assert_num_queries(7):
            as_owner.get(address(session))

    def test_a_call_that_never_began_says_why(self, as_owner: Client, agent: Agent) -> None:
        session = VoiceSessionFactory(
            agent=agent,
            call=True,
            status="failed",
            close_reason="livekit_unavailable",
            ended_at=timezone.now() + timedelta(seconds=2),
        )
        assert "the voice server didn" in as_owner.get(address(session)).text


class TestLeads:
    @pytest.fixture
    def lead(self, agent: Agent) -> Lead:
        return LeadFactory(agent=agent, name="Ada", session=VoiceSessionFactory(agent=agent))

    def change(self, lead: Lead) -> str:
        return reverse("voice:change_lead", args=[lead.public_id])

    def test_owner_and_teammate_see_it_with_its_conversation(
        self, as_owner: Client, as_teammate: Client, lead: Lead
    ) -> None:
        assert lead.session is not None
        for client in (as_owner, as_teammate):
            text = client.get("/leads/").text
            assert "ada@example.com" in text
            assert address(lead.session) in text

    def test_a_stranger_sees_none(self, as_stranger: Client, lead: Lead) -> None:
        assert "No leads yet" in as_stranger.get("/leads/").text

    def test_an_anonymous_visitor_is_sent_to_sign_in(self, client: Client, db: None) -> None:
        assert client.get("/leads/")["Location"].startswith("/accounts/login/")

    def test_done_and_new_again(self, as_owner: Client, lead: Lead) -> None:
        as_owner.post(self.change(lead), {"status": "done"})
        assert Lead.objects.get().status == "done"
        as_owner.post(self.change(lead), {"status": "new"})
        assert Lead.objects.get().status == "new"

    def test_htmx_gets_the_row_alone(self, as_owner: Client, lead: Lead) -> None:
        text = as_owner.post(self.change(lead), {"status": "done"}, headers=HTMX).text
        assert "<tr" in text
        assert "<html" not in text

    def test_a_state_that_does_not_exist_changes_nothing(
        self, as_owner: Client, lead: Lead
    ) -> None:
        as_owner.post(self.change(lead), {"status": "gone"})
        assert Lead.objects.get().status == "new"

    def test_a_stranger_can_not_change_it(self, as_stranger: Client, lead: Lead) -> None:
        assert as_stranger.post(self.change(lead), {"status": "done"}).status_code == 404
        assert Lead.objects.get().status == "new"

    def test_only_new_ones(self, as_owner: Client, agent: Agent, lead: Lead) -> None:
        LeadFactory(agent=agent, contact="bob@example.com", status="done")
        text = as_owner.get("/leads/", {"status": "new"}).text
        assert "ada@example.com" in text
        assert "bob@example.com" not in text

    def test_the_lead_of_a_deleted_agent_is_still_there(self, as_owner: Client, lead: Lead) -> None:
        Lead.objects.update(agent=None, session=None)
        assert "A deleted agent" in as_owner.get("/leads/").text

    def test_its_queries_do_not_grow_with_the_leads(
        self, as_owner: Client, agent: Agent, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for _ in range(4):
            LeadFactory(agent=agent, session=VoiceSessionFactory(agent=agent))
        # Session, user, new ones counted, all counted, page.
        with django_assert_num_queries(5):
            as_owner.get("/leads/")
