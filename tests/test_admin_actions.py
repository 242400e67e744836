"""What staff can do in the admin: each action calls the service that people call."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.db.models import Model
from django.test import Client

from agents_app import services
from agents_app.models import Agent, AgentVersion, Business, Connection, User
from agents_app.tests.factories import (
    AgentFactory,
    ApiKeyFactory,
    ConnectionFactory,
    MembershipFactory,
    UserFactory,
    config,
)
from knowledge_app.models import KnowledgeChunk, KnowledgeSource
from knowledge_app.tests.factories import DocumentFactory, SourceFactory, make_chunk
from onboarding_app.models import OnboardingSession
from tests.test_admin import address
from voice_app.models import Lead, VoiceSession
from voice_app.tests.factories import LeadFactory, TurnFactory, VoiceSessionFactory

NO_MEMBERSHIPS = {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}


def act(client: Client, action: str, rows: Sequence[Model]) -> list[str]:
    """Run a list's action on rows; return what it said."""
    data = {"action": action, "_selected_action": [row.pk for row in rows]}
    response = client.post(address(type(rows[0]), "changelist"), data)
    assert response.status_code == 302, response.content[:500]
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_publishing_does_what_can_be_done_and_says_what_cannot(
    as_staff: Client, agent: Agent, staff: User
) -> None:
    empty = AgentFactory(business=agent.business, name="Empty")
    services.save_draft(agent=agent, data=config(name="Kim"))
    said = act(as_staff, "publish", [agent, empty])
    agent.refresh_from_db()
    assert (agent.name, agent.published_version.number) == ("Kim", 2)
    assert agent.published_version.created_by == staff
    assert "Published: 1." in said
    assert any("Empty" in words and "no complete configuration" in words for words in said)


def test_agents_are_switched_off_and_on(as_staff: Client, agent: Agent) -> None:
    act(as_staff, "switch_off", [agent])
    agent.refresh_from_db()
    assert not agent.is_active
    act(as_staff, "switch_on", [agent])
    agent.refresh_from_db()
    assert agent.is_active


def test_an_agent_that_cannot_speak_is_not_switched_on(
    as_staff: Client, business: Business
) -> None:
    said = act(as_staff, "switch_on", [AgentFactory(business=business, is_active=False)])
    assert "no complete configuration" in said[0]
    assert not Agent.objects.get().is_active


def test_rolling_back_lets_the_chosen_version_speak(as_staff: Client, agent: Agent) -> None:
    services.publish(agent=agent, by=None)
    act(as_staff, "roll_back", [AgentVersion.objects.get(number=1)])
    agent.refresh_from_db()
    assert agent.published_version.number == 1


def test_a_version_can_be_neither_changed_nor_deleted(as_staff: Client, agent: Agent) -> None:
    version = agent.published_version
    assert version
    url = address(AgentVersion, "change", version.pk)
    assert as_staff.post(url, {"note": "x"}).status_code == 403
    assert as_staff.post(address(AgentVersion, "delete", version.pk)).status_code == 403
    assert as_staff.get(address(AgentVersion, "add")).status_code == 403


def test_sources_are_read_again(as_staff: Client, agent: Agent) -> None:
    source = SourceFactory(agent=agent, status="ready")
    act(as_staff, "read_again", [source])
    source.refresh_from_db()
    assert source.status == KnowledgeSource.Status.QUEUED
    source.status = "ready"
    source.save()
    act(as_staff, "read_sources_again", [agent])
    source.refresh_from_db()
    assert source.status == KnowledgeSource.Status.QUEUED


def test_a_revoked_key_opens_nothing_any_more(as_staff: Client, business: Business) -> None:
    key = ApiKeyFactory(business=business)
    assert act(as_staff, "revoke", [key]) == ["Revoked: 1."]
    key.refresh_from_db()
    first = key.revoked_at
    act(as_staff, "revoke", [key])
    key.refresh_from_db()
    assert key.revoked_at == first is not None


def test_a_conversation_that_hangs_is_ended(as_staff: Client) -> None:
    session = VoiceSessionFactory()
    act(as_staff, "end", [session])
    session.refresh_from_db()
    assert (session.status, session.close_reason) == (VoiceSession.Status.ENDED, "staff")


def test_leads_are_marked(as_staff: Client) -> None:
    lead = LeadFactory()
    act(as_staff, "mark_done", [lead])
    assert Lead.objects.get().status == Lead.Status.DONE
    act(as_staff, "mark_new", [lead])
    assert Lead.objects.get().status == Lead.Status.NEW


def test_a_failed_build_begins_again(as_staff: Client, agent: Agent) -> None:
    session = OnboardingSession.objects.create(agent=agent, status="failed")
    act(as_staff, "build_again", [session])
    session.refresh_from_db()
    assert session.status == OnboardingSession.Status.BUILDING


@pytest.mark.parametrize("action", ["publish", "switch_off", "read_sources_again"])
def test_who_may_only_look_cannot_act(client: Client, agent: Agent, action: str) -> None:
    person = UserFactory(is_staff=True)
    person.user_permissions.add(_permission("view_agent"))
    client.force_login(person)
    data = {"action": action, "_selected_action": [agent.pk]}
    client.post(address(Agent, "changelist"), data)
    agent.refresh_from_db()
    assert agent.is_active
    assert agent.versions.count() == 1


def _permission(name: str) -> Any:
    from django.contrib.auth.models import Permission

    return Permission.objects.get(codename=name)


def test_deleting_a_business_counts_first_and_then_takes_everything(
    as_staff: Client, agent: Agent
) -> None:
    make_chunk(DocumentFactory(source__agent=agent), "We open at nine.")
    TurnFactory(session__agent=agent)
    url = address(Business, "delete", agent.business.pk)
    page = as_staff.get(url).content.decode()
    assert "Knowledge chunks: 1" in page
    assert "Turns: 1" in page
    assert as_staff.post(url, {"post": "yes"}).status_code == 302
    assert not Business.objects.exists()
    assert not KnowledgeChunk.objects.exists()


def test_deleting_agents_from_the_list_goes_by_the_service(as_staff: Client, agent: Agent) -> None:
    VoiceSessionFactory(agent=agent)
    data = {"action": "delete_selected", "_selected_action": [agent.pk], "post": "yes"}
    as_staff.post(address(Agent, "changelist"), data)
    assert not Agent.objects.exists()


def test_who_may_not_delete_what_goes_along_may_not_delete(client: Client, agent: Agent) -> None:
    person = UserFactory(is_staff=True)
    person.user_permissions.add(_permission("view_business"), _permission("delete_business"))
    client.force_login(person)
    url = address(Business, "delete", agent.business.pk)
    assert client.post(url, {"post": "yes"}).status_code == 403
    assert Business.objects.exists()


def test_a_secret_goes_in_encrypted_and_stays_when_left_empty(
    as_staff: Client, business: Business
) -> None:
    data = {"business": business.pk, "kind": "webhook", "name": "CRM", "address": ""}
    as_staff.post(address(Connection, "add"), data | {"new_secret": "open sesame"})
    row = Connection.objects.get()
    as_staff.post(address(Connection, "change", row.pk), data | {"name": "X", "new_secret": ""})
    row.refresh_from_db()
    assert (row.name, row.secret) == ("X", "open sesame")
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM agents_app_connection")
        assert "sesame" not in cursor.fetchone()[0]


def test_a_lost_encryption_key_breaks_no_page(as_staff: Client, settings: Any) -> None:
    row = ConnectionFactory()
    settings.FIELD_ENCRYPTION_KEYS = ["MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="]
    assert as_staff.get(address(Connection, "changelist")).status_code == 200
    assert as_staff.get(address(Connection, "change", row.pk)).status_code == 200


def test_an_agent_is_made_and_changed_by_the_services(as_staff: Client, business: Business) -> None:
    data = {"business": business.pk, "name": "Kim", "allowed_origins": "https://Shop.example/x"}
    as_staff.post(address(Agent, "add"), data)
    agent = Agent.objects.get()
    assert (agent.name, agent.allowed_origins) == ("Kim", ["https://shop.example"])
    other = MembershipFactory().business
    url = address(Agent, "change", agent.pk)
    as_staff.post(url, {"business": other.pk, "name": "Robin", "allowed_origins": ""})
    agent.refresh_from_db()
    assert (agent.name, agent.allowed_origins, agent.business) == ("Robin", [], business)
    response = as_staff.post(url, {"name": "Robin", "allowed_origins": "nonsense"})
    assert "“nonsense” is not a website".encode() in response.content


def test_a_person_is_added_without_a_user_name(as_staff: Client) -> None:
    password = "correct horse battery"
    data = {"email": "New@Example.com", "password1": password, "password2": password}
    data |= NO_MEMBERSHIPS
    as_staff.post(address(User, "add"), data)
    person = User.objects.get(email="new@example.com")
    assert person.check_password(password)
    response = as_staff.post(address(User, "add"), data)
    assert b"Somebody has this address already." in response.content


def test_staff_cannot_give_themselves_rights(client: Client, staff: User) -> None:
    person = UserFactory(is_staff=True)
    person.user_permissions.add(_permission("view_user"), _permission("change_user"))
    client.force_login(person)
    data = {"email": person.email, "is_active": "on", "is_superuser": "on", "is_staff": "on"}
    client.post(address(User, "change", person.pk), data | NO_MEMBERSHIPS)
    person.refresh_from_db()
    assert not person.is_superuser
    assert client.post(address(User, "change", staff.pk), data | NO_MEMBERSHIPS).status_code == 403
