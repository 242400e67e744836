"""Programs with a key: what it opens, and how one is issued."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from agents_app.api_keys import issue_api_key, revoke_api_key
from agents_app.models import Agent, ApiKey, Business
from agents_app.tests.factories import AgentFactory, BusinessFactory
from foundation.tests.shapes import assert_is_error


def client_with(key: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client


@pytest.fixture
def program(business: Business) -> APIClient:
    return client_with(issue_api_key(business=business, name="CRM"))


def test_a_key_sees_its_own_business_only(program: APIClient, agent: Agent) -> None:
    other = AgentFactory(business=BusinessFactory())
    assert [a["id"] for a in program.get("/api/agents/").json()["results"]] == [
        str(agent.public_id)
    ]
    assert_is_error(program.get(f"/api/agents/{other.public_id}/"), 404, "not_found")


def test_a_key_writes_without_a_csrf_token(program: APIClient, business: Business) -> None:
    body = program.post("/api/agents/", {"name": "Kim"}, "json").json()
    assert body["business"]["id"] == str(business.public_id)


def test_what_a_key_publishes_has_no_author(program: APIClient, agent: Agent) -> None:
    body = program.post(f"/api/agents/{agent.public_id}/publish", {}, "json").json()
    assert (body["number"], body["created_by"]) == (2, None)


@pytest.mark.parametrize("key", ["", "vp_", "vp_wrong", "sk_abc", "vp_\xe9", "a b c"])
def test_a_wrong_key_is_refused_and_says_how_to_send_one(db: None, key: str) -> None:
    response = client_with(key).get("/api/agents/")
    assert_is_error(response, 401, "not_authenticated")
    assert response["WWW-Authenticate"] == "Bearer"


def test_a_revoked_key_is_refused_at_once(business: Business) -> None:
    key = issue_api_key(business=business, name="CRM")
    revoke_api_key(api_key=ApiKey.objects.get())
    assert_is_error(client_with(key).get("/api/agents/"), 401, "not_authenticated")


def test_the_command_prints_the_key_and_nothing_else(agent: Agent) -> None:
    out = StringIO()
    call_command("issue_api_key", business="harbour-wheels", name="CRM", stdout=out)
    key = out.getvalue().strip()
    assert out.getvalue() == f"{key}\n"
    assert client_with(key).get("/api/agents/").status_code == 200
    assert ApiKey.objects.get().name == "CRM"


def test_the_command_names_the_businesses_there_are(business: Business) -> None:
    with pytest.raises(CommandError, match="harbour-wheels"):
        call_command("issue_api_key", business="nobody")
