"""The owner's pages: who may see them, what they say, and what their buttons do."""

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from agents_app.api_keys import find_api_key, issue_api_key
from agents_app.models import Agent, Business, User
from agents_app.tests.factories import AgentFactory
from foundation.error_pages import server_error
from knowledge_app.tests.factories import SourceFactory
from onboarding_app.models import OnboardingSession
from voice_app.models import VoiceSession
from voice_app.tests.factories import LeadFactory, TurnFactory, VoiceSessionFactory

HTMX = {"HX-Request": "true"}


def page(name: str, agent: Agent) -> str:
    return reverse(f"agents:{name}", args=[agent.public_id])


@pytest.mark.parametrize("name", ["detail", "widget", "conversations"])
class TestPagesOfAnAgent:
    def test_an_owner_and_a_teammate_see_it(
        self, name: str, as_owner: Client, as_teammate: Client, agent: Agent
    ) -> None:
        assert as_owner.get(page(name, agent)).status_code == 200
        assert as_teammate.get(page(name, agent)).status_code == 200

    def test_staff_see_it(self, name: str, as_staff: Client, agent: Agent) -> None:
        assert as_staff.get(page(name, agent)).status_code == 200

    def test_a_stranger_gets_404(self, name: str, as_stranger: Client, agent: Agent) -> None:
        assert as_stranger.get(page(name, agent)).status_code == 404

    def test_an_anonymous_visitor_is_sent_to_sign_in(
        self, name: str, client: Client, agent: Agent
    ) -> None:
        answer = client.get(page(name, agent))
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("name", ["switch", "delete"])
class TestActionsOnAnAgent:
    def test_a_stranger_gets_404(self, name: str, as_stranger: Client, agent: Agent) -> None:
        assert as_stranger.post(page(name, agent)).status_code == 404
        assert Agent.objects.filter(pk=agent.pk, is_active=True).exists()

    def test_an_anonymous_visitor_changes_nothing(
        self, name: str, client: Client, agent: Agent
    ) -> None:
        assert client.post(page(name, agent)).status_code == 302
        assert Agent.objects.filter(pk=agent.pk, is_active=True).exists()

    def test_looking_at_it_does_nothing(self, name: str, as_owner: Client, agent: Agent) -> None:
        assert as_owner.get(page(name, agent)).status_code == 405


class TestList:
    def test_an_owner_sees_the_business_s_agents_only(self, as_owner: Client, agent: Agent) -> None:
        AgentFactory(name="Somebody else's", published=True)
        text = as_owner.get("/").text
        assert f"({agent.short_id})" in text
        assert "Somebody else" not in text

    def test_a_stranger_is_told_how_to_begin(self, as_stranger: Client, agent: Agent) -> None:
        text = as_stranger.get("/").text
        assert agent.short_id not in text
        assert "Your first agent" in text

    def test_an_anonymous_visitor_is_sent_to_sign_in(self, client: Client, db: None) -> None:
        assert client.get("/")["Location"].startswith("/accounts/login/")

    def test_its_queries_do_not_grow_with_the_agents(
        self,
        as_owner: Client,
        business: Business,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        for _ in range(3):
            agent = AgentFactory(business=business, published=True)
            SourceFactory(agent=agent)
            VoiceSessionFactory(agent=agent)
        # The session, the user, the agents, their sources.
        with django_assert_num_queries(4):
            as_owner.get("/")

    def test_an_unfinished_agent_offers_to_go_on_with_its_set_up(
        self, as_owner: Client, owner: User, business: Business
    ) -> None:
        agent = AgentFactory(business=business)
        onboarding = OnboardingSession.objects.create(agent=agent, started_by=owner)
        text = as_owner.get("/").text
        assert "Not finished" in text
        assert reverse("onboarding:wizard", args=[onboarding.public_id]) in text


class TestOverview:
    def test_it_names_the_websites_it_answers_on(self, as_owner: Client, agent: Agent) -> None:
        SourceFactory(agent=agent, status="ready")
        assert "answers visitors on shop.example" in as_owner.get(page("detail", agent)).text

    def test_it_says_when_nothing_can_be_answered(self, as_owner: Client, agent: Agent) -> None:
        assert "nothing to answer from yet" in as_owner.get(page("detail", agent)).text

    def test_it_says_when_the_agent_is_off(self, as_owner: Client, agent: Agent) -> None:
        agent.is_active = False
        agent.save()
        assert "is switched off" in as_owner.get(page("detail", agent)).text

    def test_an_unanswered_question_is_shown_with_a_way_to_answer_it(
        self, as_owner: Client, agent: Agent
    ) -> None:
        session = VoiceSessionFactory(agent=agent)
        TurnFactory(session=session, position=1, text="Do you buy tandems?")
        TurnFactory(session=session, position=2, role="agent", metrics={"is_unknown": True})
        text = as_owner.get(page("detail", agent)).text
        assert "Do you buy tandems?" in text
        assert "title=Do%20you%20buy%20tandems%3F" in text

    def test_a_question_that_was_answered_is_not_shown(
        self, as_owner: Client, agent: Agent
    ) -> None:
        session = VoiceSessionFactory(agent=agent)
        TurnFactory(session=session, position=1, text="When do you open?")
        TurnFactory(session=session, position=2, role="agent", metrics={"llm_ms": 3})
        assert "None in the last 30 days" in as_owner.get(page("detail", agent)).text

    def test_new_leads_are_something_to_do(self, as_owner: Client, agent: Agent) -> None:
        LeadFactory(agent=agent)
        assert "A visitor waits for you" in as_owner.get(page("detail", agent)).text

    def test_its_queries_do_not_grow_with_what_happened(
        self, as_owner: Client, agent: Agent, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for _ in range(4):
            session = VoiceSessionFactory(agent=agent)
            TurnFactory(session=session, position=1)
            TurnFactory(session=session, position=2, role="agent", metrics={"is_unknown": True})
            SourceFactory(agent=agent)
        # Session, user, agent, sources, sessions counted, leads counted, unanswered, newest.
        with django_assert_num_queries(8):
            as_owner.get(page("detail", agent))


class TestSwitch:
    def test_switching_off_and_on_again(self, as_owner: Client, agent: Agent) -> None:
        as_owner.post(page("switch", agent), {"active": "false"})
        agent.refresh_from_db()
        assert not agent.is_active
        as_owner.post(page("switch", agent), {"active": "true"})
        agent.refresh_from_db()
        assert agent.is_active

    def test_htmx_gets_the_switch_alone(self, as_owner: Client, agent: Agent) -> None:
        answer = as_owner.post(page("switch", agent), {"active": "false"}, headers=HTMX)
        assert 'aria-checked="false"' in answer.text
        assert "<html" not in answer.text

    def test_an_unfinished_agent_stays_off_and_the_owner_is_told(
        self, as_owner: Client, business: Business
    ) -> None:
        agent = AgentFactory(business=business, is_active=False)
        answer = as_owner.post(page("switch", agent), {"active": "true"}, follow=True)
        assert "be switched on before it is finished" in answer.text
        assert not Agent.objects.get(pk=agent.pk).is_active


class TestDelete:
    def test_the_agent_goes_with_its_conversations_and_leads_stay(
        self, as_owner: Client, agent: Agent
    ) -> None:
        lead = LeadFactory(agent=agent, session=VoiceSessionFactory(agent=agent))
        answer = as_owner.post(page("delete", agent), follow=True)
        assert "are deleted" in answer.text
        assert not VoiceSession.objects.exists()
        lead.refresh_from_db()
        assert lead.agent is None


class TestWidget:
    def test_the_line_names_the_agent_and_our_address(self, as_owner: Client, agent: Agent) -> None:
        text = as_owner.get(page("widget", agent)).text
        assert f"data-agent=&quot;{agent.public_id}&quot;" in text
        assert "/widget/v1/loader.js" in text

    def test_origins_are_kept_without_paths_and_doubles(
        self, as_owner: Client, agent: Agent
    ) -> None:
        lines = "https://Shop.example/a/page\n\n https://shop.example \nhttp://localhost:3000"
        as_owner.post(page("widget", agent), {"origins": lines})
        agent.refresh_from_db()
        assert agent.allowed_origins == ["https://shop.example", "http://localhost:3000"]

    @pytest.mark.parametrize(
        "line", ["shop.example", "javascript:alert(1)", "*", "https://", f"https://{'a.' * 150}de"]
    )
    def test_what_is_not_a_website_is_refused_and_kept_in_the_form(
        self, line: str, as_owner: Client, agent: Agent
    ) -> None:
        answer = as_owner.post(page("widget", agent), {"origins": line})
        assert answer.status_code == 400
        assert "is not a website" in answer.text
        assert f"{line}</textarea>" in answer.text
        agent.refresh_from_db()
        assert agent.allowed_origins == ["https://shop.example"]

    def test_an_empty_list_is_allowed_and_its_meaning_said(
        self, as_owner: Client, agent: Agent
    ) -> None:
        answer = as_owner.post(page("widget", agent), {"origins": ""}, follow=True)
        assert "The list is empty, so no website may show" in answer.text

    def test_a_stranger_changes_nothing(self, as_stranger: Client, agent: Agent) -> None:
        answer = as_stranger.post(page("widget", agent), {"origins": "https://evil.example"})
        assert answer.status_code == 404
        agent.refresh_from_db()
        assert agent.allowed_origins == ["https://shop.example"]


BUSINESS = {"name": "Wheels", "website_url": "wheels.example", "time_zone": "Europe/Amsterdam"}


class TestSettings:
    def test_owner_and_teammate_see_the_team_of_their_own_business(
        self, as_owner: Client, as_teammate: Client, stranger: User
    ) -> None:
        for client in (as_owner, as_teammate):
            text = client.get("/settings/").text
            assert "owner@example.com" in text
            assert "mate@example.com" in text
            assert stranger.email not in text

    def test_a_stranger_sees_nothing_of_it(self, as_stranger: Client, owner: User) -> None:
        assert owner.email not in as_stranger.get("/settings/").text

    def test_an_anonymous_visitor_is_sent_to_sign_in(self, client: Client, db: None) -> None:
        assert client.get("/settings/")["Location"].startswith("/accounts/login/")

    def test_staff_without_a_business_are_told_so(self, as_staff: Client) -> None:
        assert "You belong to no business" in as_staff.get("/settings/").text
        assert as_staff.post("/settings/keys/", {"name": "x"}).status_code == 404

    def test_the_business_is_saved(self, as_owner: Client, business: Business) -> None:
        answer = as_owner.post("/settings/", BUSINESS, follow=True)
        assert "Your business is saved" in answer.text
        business.refresh_from_db()
        assert business.name == "Wheels"
        assert business.website_url == "https://wheels.example"
        assert business.time_zone == "Europe/Amsterdam"

    def test_what_was_typed_stays_when_it_is_wrong(
        self, as_owner: Client, business: Business
    ) -> None:
        answer = as_owner.post("/settings/", BUSINESS | {"time_zone": "Mars/Olympus"})
        assert answer.status_code == 400
        assert 'aria-invalid="true"' in answer.text
        assert 'value="wheels.example"' in answer.text
        business.refresh_from_db()
        assert business.name == "Harbour Wheels"

    def test_its_queries_do_not_grow_with_team_and_keys(
        self,
        as_owner: Client,
        as_teammate: Client,
        business: Business,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        for n in range(3):
            issue_api_key(business=business, name=f"Key {n}")
        # Session, user, business, keys, team.
        with django_assert_num_queries(5):
            as_owner.get("/settings/")


class TestKeys:
    def test_a_new_key_is_shown_once_and_works(self, as_owner: Client, business: Business) -> None:
        answer = as_owner.post("/settings/keys/", {"name": "Booking"})
        key = answer.context["new_key"]
        assert key in answer.text
        assert "no-store" in answer["Cache-Control"]
        found = find_api_key(key)
        assert found is not None
        assert found.business == business
        assert key not in as_owner.get("/settings/").text

    def test_a_key_without_a_name_is_refused_at_the_field(self, as_owner: Client) -> None:
        answer = as_owner.post("/settings/keys/", {"name": ""})
        assert answer.status_code == 400
        assert "This field is required" in answer.text

    def test_a_revoked_key_no_longer_works(self, as_owner: Client, business: Business) -> None:
        key = issue_api_key(business=business, name="Old")
        as_owner.post(revoke_address(business))
        assert find_api_key(key) is None

    def test_revoking_twice_is_404(self, as_owner: Client, business: Business) -> None:
        issue_api_key(business=business, name="Old")
        as_owner.post(revoke_address(business))
        assert as_owner.post(revoke_address(business)).status_code == 404

    def test_a_stranger_can_not_revoke_it(self, as_stranger: Client, business: Business) -> None:
        key = issue_api_key(business=business, name="Old")
        assert as_stranger.post(revoke_address(business)).status_code == 404
        assert find_api_key(key) is not None

    def test_an_anonymous_visitor_makes_none(self, client: Client, business: Business) -> None:
        assert client.post("/settings/keys/", {"name": "x"}).status_code == 302
        assert not business.api_keys.exists()


def revoke_address(business: Business) -> str:
    key = business.api_keys.get()
    return reverse("agents:revoke_key", args=[key.public_id])


class TestAccounts:
    @pytest.mark.parametrize(
        "path", ["login/", "signup/", "password/reset/", "password/reset/done/"]
    )
    def test_a_visitor_can_read_it(self, path: str, client: Client, db: None) -> None:
        assert client.get(f"/accounts/{path}").status_code == 200

    @pytest.mark.parametrize("path", ["email/", "password/change/", "2fa/", "logout/"])
    def test_a_member_can_read_it(self, path: str, as_owner: Client) -> None:
        assert as_owner.get(f"/accounts/{path}").status_code == 200

    def test_signing_up_makes_a_business_and_ends_in_the_wizard(
        self, client: Client, db: None
    ) -> None:
        form = {"email": "new@example.com", "password1": "a long pass phrase 7"}
        answer = client.post("/accounts/signup/", form | {"business_name": "New Shop"})
        assert answer["Location"] == reverse("onboarding:new")
        user = User.objects.get(email="new@example.com")
        assert user.memberships.get().business.name == "New Shop"

    def test_a_sign_up_that_fails_keeps_what_was_typed(self, client: Client, db: None) -> None:
        form = {"email": "not an address", "password1": "short", "business_name": "New Shop"}
        answer = client.post("/accounts/signup/", form)
        assert 'value="New Shop"' in answer.text
        assert 'aria-invalid="true"' in answer.text

    def test_the_reset_mail_leads_to_a_new_password(
        self, client: Client, owner: User, mailoutbox: list
    ) -> None:
        client.post("/accounts/password/reset/", {"email": owner.email})
        assert mailoutbox[0].subject == "Choose a new password"
        link = next(line for line in mailoutbox[0].body.split() if "/key/" in line)
        form_page = client.get(link.removeprefix("http://testserver"), follow=True)
        assert "Choose a new password" in form_page.text
        where = form_page.redirect_chain[-1][0]
        client.post(
            where, {"password1": "an even longer one 8", "password2": "an even longer one 8"}
        )
        owner.refresh_from_db()
        assert owner.check_password("an even longer one 8")

    def test_a_link_that_was_used_says_so(self, client: Client, db: None) -> None:
        answer = client.get("/accounts/password/reset/key/1-abc/")
        assert "This link no longer works" in answer.text


class TestNothingHere:
    def test_a_page_that_is_not_there_says_so(self, as_owner: Client) -> None:
        answer = as_owner.get("/nothing/")
        assert answer.status_code == 404
        assert "There is nothing at this address" in answer.text

    def test_a_failure_of_ours_is_a_page_that_needs_no_database(self, rf: RequestFactory) -> None:
        answer = server_error(rf.get("/"))
        assert answer.status_code == 500
        assert b"Something went wrong on our side" in answer.content
