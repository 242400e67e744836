"""Staff's admin: every model, for staff only, without a query per row and without secrets."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agents_app import models as agents
from agents_app.tests import factories as agents_rows
from knowledge_app import models as knowledge
from knowledge_app.tests import factories as knowledge_rows
from onboarding_app import models as onboarding
from voice_app import models as voice
from voice_app.tests import factories as voice_rows

OURS = ("agents_app", "knowledge_app", "voice_app", "onboarding_app")


def make_agent() -> agents.Agent:
    agent: agents.Agent = agents_rows.AgentFactory(published=True)
    agents_rows.MembershipFactory(business=agent.business)
    return agent


def make_knowledge() -> None:
    document = knowledge_rows.DocumentFactory()
    knowledge_rows.make_chunk(document, "We open at nine.", heading="Hours")


def make_onboarding() -> None:
    person = agents_rows.UserFactory()
    session = onboarding.OnboardingSession.objects.create(agent=make_agent(), started_by=person)
    session.answers.create(question_id="goal", question="What for?", text="Bookings")


def make_session() -> None:
    session = voice_rows.VoiceSessionFactory()
    voice_rows.TurnFactory(session=session)
    voice_rows.ToolCallFactory(session=session)
    voice_rows.LeadFactory(agent=session.agent, session=session)


def make_person() -> None:
    person = agents_rows.MembershipFactory().user
    EmailAddress.objects.create(user=person, email=person.email, primary=True)
    Authenticator.objects.create(user=person, type="totp", data={"secret": "TOTPSEED"})


ROWS: dict[type[Model], Callable[[], Any]] = {
    agents.User: make_person,
    EmailAddress: make_person,
    Authenticator: make_person,
    Group: lambda: Group.objects.create(name=f"Group {Group.objects.count()}"),
    agents.Business: make_agent,
    agents.Membership: make_person,
    agents.ApiKey: agents_rows.ApiKeyFactory,
    agents.Agent: make_agent,
    agents.AgentVersion: make_agent,
    agents.Product: agents_rows.ProductFactory,
    agents.Connection: agents_rows.ConnectionFactory,
    knowledge.KnowledgeSource: make_knowledge,
    knowledge.KnowledgeDocument: make_knowledge,
    knowledge.KnowledgeChunk: make_knowledge,
    knowledge.ChunkEmbedding: make_knowledge,
    onboarding.OnboardingSession: make_onboarding,
    onboarding.OnboardingAnswer: make_onboarding,
    voice.VoiceSession: make_session,
    voice.Turn: make_session,
    voice.ToolCall: make_session,
    voice.Lead: make_session,
    voice.Calendar: voice_rows.CalendarFactory,
    voice.Appointment: voice_rows.AppointmentFactory,
    voice.WebhookEvent: voice_rows.WebhookEventFactory,
}
EVERY_MODEL = pytest.mark.parametrize("model", ROWS, ids=lambda model: model.__name__)


def address(model: type[Model], page: str, *args: Any) -> str:
    options = model._meta
    return reverse(f"admin:{options.app_label}_{options.model_name}_{page}", args=args)


def count_queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = client.get(url)
    assert response.status_code == 200
    return len(queries)


def test_every_model_has_its_place() -> None:
    ours = {model for app in OURS for model in apps.get_app_config(app).get_models()}
    assert ours <= set(ROWS)
    assert set(ROWS) == set(admin.site._registry)


@EVERY_MODEL
def test_a_list_takes_the_same_queries_for_two_rows_and_for_many(
    as_staff: Client, model: type[Model]
) -> None:
    for _ in range(2):
        ROWS[model]()
    few = count_queries(as_staff, address(model, "changelist"))
    for _ in range(22):
        ROWS[model]()
    assert model._default_manager.count() >= 24
    # Session, user, a count, the page; two more where a list prefetches.
    assert count_queries(as_staff, address(model, "changelist")) == few <= 6


@EVERY_MODEL
@pytest.mark.parametrize("words", ["Robin", "3f2a9c1e", "a@b.c x", "%", "'"])
def test_every_list_can_be_searched(as_staff: Client, model: type[Model], words: str) -> None:
    ROWS[model]()
    assert as_staff.get(address(model, "changelist"), {"q": words}).status_code == 200


def test_an_agent_is_found_by_its_short_id(as_staff: Client, agent: agents.Agent) -> None:
    make_agent()
    url = address(agents.Agent, "changelist")
    response = as_staff.get(url, {"q": agent.short_id})
    assert list(response.context["cl"].queryset) == [agent]


@EVERY_MODEL
def test_every_row_can_be_looked_at_with_its_history_and_its_end(
    as_staff: Client, model: type[Model]
) -> None:
    ROWS[model]()
    row = model._default_manager.first()
    assert row
    assert as_staff.get(address(model, "change", row.pk)).status_code == 200
    assert as_staff.get(address(model, "history", row.pk)).status_code == 200
    expected = 403 if model is agents.AgentVersion else 200
    assert as_staff.get(address(model, "delete", row.pk)).status_code == expected


@EVERY_MODEL
def test_every_filter_opens(as_staff: Client, model: type[Model]) -> None:
    """With a value that nothing has; a list must not fall over its own filters."""
    ROWS[model]()
    response = as_staff.get(address(model, "changelist"))
    for spec in response.context["cl"].filter_specs:
        for name in spec.expected_parameters():
            if name.endswith(("__id__exact", "__pk__exact")):
                assert as_staff.get(response.request["PATH_INFO"], {name: "1"}).status_code == 200


@EVERY_MODEL
def test_only_staff_may_look(as_owner: Client, client: Client, model: type[Model]) -> None:
    url = address(model, "changelist")
    assert as_owner.get(url).status_code in {302, 403}
    as_owner.logout()
    response = as_owner.get(url)
    assert (response.status_code, response["Location"].split("?")[0]) == (302, "/admin/login/")


def test_staff_sign_in_where_everybody_does(client: Client, db: None) -> None:
    response = client.get("/admin/login/?next=/admin/")
    assert response["Location"].startswith(reverse("account_login"))


def test_staff_without_rights_see_no_models(client: Client, db: None) -> None:
    person = agents_rows.UserFactory(is_staff=True)
    client.force_login(person)
    response = client.get("/admin/")
    assert response.status_code == 200
    assert reverse("admin:agents_app_agent_changelist") not in response.content.decode()
    assert client.get(address(agents.Agent, "changelist")).status_code == 403


def test_no_secret_is_ever_shown(as_staff: Client) -> None:
    make_person()
    make_session()
    secret = agents_rows.ConnectionFactory().secret
    key = agents_rows.ApiKeyFactory(key_hash="5ec2e7" * 10)
    session = voice.VoiceSession.objects.get()
    for row in (agents.Connection.objects.get(), key, session, Authenticator.objects.get()):
        body = as_staff.get(address(type(row), "change", row.pk)).content.decode()
        for hidden in (secret, key.key_hash, session.secret_hash, "TOTPSEED"):
            assert hidden not in body
