"""The agents API: agents themselves."""

import uuid
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from agents_app.models import Agent, AgentVersion, Business, User
from agents_app.tests.factories import AgentFactory, BusinessFactory, MembershipFactory
from foundation.tests.shapes import assert_is_error
from knowledge_app.tests.factories import SourceFactory

LIST = "/api/agents/"


def detail(agent: Agent, rest: str = "") -> str:
    return f"/api/agents/{agent.public_id}/{rest}"


def test_the_list_holds_the_agents_of_my_businesses_only(api: APIClient, agent: Agent) -> None:
    AgentFactory(business=BusinessFactory())
    body = api.get(LIST).json()
    assert list(body) == ["next", "previous", "results"]
    assert [item["id"] for item in body["results"]] == [str(agent.public_id)]
    assert body["results"][0]["published_version"]["number"] == 1


def test_the_list_takes_the_same_queries_for_one_agent_and_for_thirty(
    api: APIClient, agent: Agent, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(29):
        AgentFactory(business=agent.business, published=True)
    # Session, user, agents.
    with django_assert_num_queries(3):
        body = api.get(LIST).json()
    assert len(body["results"]) == 30


@pytest.mark.parametrize("in_one_moment", [False, True])
def test_pages_of_the_list_meet_without_gap_or_repetition(
    api: APIClient, business: Business, in_one_moment: bool
) -> None:
    made = [AgentFactory(business=business) for _ in range(7)]
    if in_one_moment:
        Agent.objects.update(created_at=made[0].created_at)
    seen, page = [], api.get(f"{LIST}?limit=3").json()
    while page["next"]:
        seen += [item["id"] for item in page["results"]]
        page = api.get(page["next"]).json()
    seen += [item["id"] for item in page["results"]]
    assert seen == [str(agent.public_id) for agent in reversed(made)]


def test_the_list_can_be_read_backwards(api: APIClient, business: Business) -> None:
    for _ in range(4):
        AgentFactory(business=business)
    first = api.get(f"{LIST}?limit=2").json()
    second = api.get(first["next"]).json()
    assert api.get(second["previous"]).json()["results"] == first["results"]
    assert second["next"] is None


def test_a_new_agent_is_visibly_not_configured(api: APIClient, business: Business) -> None:
    response = api.post(
        LIST, {"name": "Kim", "allowed_origins": ["https://Shop.example/a"]}, "json"
    )
    body = response.json()
    assert response.status_code == 201
    assert (body["name"], body["is_configured"], body["draft"]) == ("Kim", False, None)
    assert body["business"]["id"] == str(business.public_id)
    assert body["allowed_origins"] == ["https://shop.example"]
    assert body["knowledge"]["is_searchable"] is False
    assert body["onboarding"] is None
    assert api.get(f"{LIST}{body['id']}/").json() == body


def test_who_has_two_businesses_says_for_which_the_agent_is(api: APIClient, owner: User) -> None:
    second = MembershipFactory(user=owner).business
    response = api.post(LIST, {"name": "Kim"}, "json")
    assert_is_error(response, 400, "invalid", "business")
    response = api.post(LIST, {"name": "Kim", "business": str(second.public_id)}, "json")
    assert response.json()["business"]["slug"] == second.slug


def test_an_agent_cannot_be_made_for_a_strangers_business(api: APIClient, stranger: User) -> None:
    theirs = Business.objects.for_user(stranger).get()
    response = api.post(LIST, {"name": "Kim", "business": str(theirs.public_id)}, "json")
    assert_is_error(response, 400, "invalid", "business")
    assert not Agent.objects.filter(business=theirs).exists()


def test_details_carry_every_summary(api: APIClient, agent: Agent) -> None:
    body = api.get(detail(agent)).json()
    expected = {"is_configured", "is_active", "published_version", "draft", "knowledge"}
    assert expected | {"onboarding"} <= set(body)
    assert body["is_configured"] is True
    assert body["draft"] == {"has_changes": False}


def test_renaming_takes_the_draft_along(api: APIClient, agent: Agent) -> None:
    assert api.patch(detail(agent), {"name": "Kim"}, "json").json()["draft"]["has_changes"]
    agent.refresh_from_db()
    assert (agent.name, agent.draft["name"]) == ("Kim", "Kim")
    assert agent.allowed_origins == ["https://shop.example"]


def test_putting_replaces_what_is_left_out(api: APIClient, agent: Agent) -> None:
    assert api.put(detail(agent), {"name": "Kim"}, "json").json()["allowed_origins"] == []
    assert_is_error(api.put(detail(agent), {}, "json"), 400, "invalid", "name")


@pytest.mark.parametrize(
    "origin", ["shop.example", "javascript:alert(1)", "https://", "https://a b", "*", "https://u@x"]
)
def test_only_an_origin_gets_on_the_list(api: APIClient, agent: Agent, origin: str) -> None:
    response = api.patch(detail(agent), {"allowed_origins": [origin]}, "json")
    assert_is_error(response, 400, "invalid", "allowed_origins.0")


def test_a_typo_in_a_field_is_an_error(api: APIClient, agent: Agent) -> None:
    response = api.patch(detail(agent), {"nmae": "Kim"}, "json")
    assert_is_error(response, 400, "invalid", "nmae")


def test_deleting_takes_everything_along(api: APIClient, agent: Agent) -> None:
    assert api.delete(detail(agent)).status_code == 204
    assert_is_error(api.get(detail(agent)), 404, "not_found")
    assert not AgentVersion.objects.exists()


def test_an_agent_is_switched_off_and_on(api: APIClient, agent: Agent) -> None:
    assert api.post(detail(agent, "status"), {"active": False}, "json").json()["is_active"] is False
    assert api.post(detail(agent, "status"), {"active": True}, "json").json()["is_active"] is True


def test_an_unconfigured_agent_cannot_be_switched_on(api: APIClient, business: Business) -> None:
    response = api.post(detail(AgentFactory(business=business), "status"), {"active": True}, "json")
    assert_is_error(response, 409, "agent_not_configured")


CALLS: list[tuple[str, str, Any]] = [
    ("get", "", None),
    ("put", "", {"name": "Kim"}),
    ("patch", "", {"name": "Kim"}),
    ("delete", "", None),
    ("post", "status", {"active": False}),
    ("get", "draft/", None),
    ("put", "draft/", {}),
    ("patch", "draft/", {}),
    ("post", "publish", {}),
    ("post", "rollback", {"version": 1}),
    ("get", "versions/", None),
    ("get", "versions/1/", None),
]


@pytest.mark.parametrize(("method", "rest", "body"), CALLS)
def test_a_stranger_finds_nothing_anywhere(
    agent: Agent, as_stranger: Client, method: str, rest: str, body: Any
) -> None:
    before = Agent.objects.values().get()
    response = getattr(as_stranger, method)(
        detail(agent, rest), body, content_type="application/json"
    )
    assert_is_error(response, 404, "not_found")
    assert Agent.objects.values().get() == before


@pytest.mark.parametrize(("method", "rest", "body"), CALLS)
def test_nobody_gets_in_without_a_sign_in(
    agent: Agent, client: Client, method: str, rest: str, body: Any
) -> None:
    response = getattr(client, method)(detail(agent, rest), body, content_type="application/json")
    assert_is_error(response, 401, "not_authenticated")


@pytest.mark.parametrize(("method", "rest", "body"), [c for c in CALLS if c[1:] != ("draft/", {})])
def test_a_teammate_may_do_what_the_owner_may(
    agent: Agent, as_teammate: Client, method: str, rest: str, body: Any
) -> None:
    response = getattr(as_teammate, method)(
        detail(agent, rest), body, content_type="application/json"
    )
    assert response.status_code in {200, 201, 204}


@pytest.mark.parametrize(("method", "rest", "body"), CALLS)
def test_an_agent_that_does_not_exist_is_not_found(
    api: APIClient, method: str, rest: str, body: Any
) -> None:
    response = getattr(api, method)(f"{LIST}{uuid.uuid4()}/{rest}", body, format="json")
    assert_is_error(response, 404, "not_found")


def test_deleting_an_agent_deletes_its_uploads_from_the_storage(
    api: APIClient, agent: Agent, django_capture_on_commit_callbacks: Any
) -> None:
    source = SourceFactory(agent=agent, kind="file", file=ContentFile(b"text", name="prices.txt"))
    assert default_storage.exists(source.file.name)
    with django_capture_on_commit_callbacks(execute=True):
        api.delete(detail(agent))
    assert not default_storage.exists(source.file.name)
