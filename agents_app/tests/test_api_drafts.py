"""The agents API: drafts, publishing, versions."""

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from agents_app import services
from agents_app.merging import merge_patch
from agents_app.models import Agent, Business, User
from agents_app.tests.factories import AgentFactory, AgentVersionFactory, config
from agents_app.tests.test_api import detail
from foundation.tests.shapes import assert_is_error


def test_a_draft_comes_back_as_it_was_put_with_its_defaults(api: APIClient, agent: Agent) -> None:
    response = api.put(detail(agent, "draft/"), config(greeting="Ahoy!"), "json")
    body = api.get(detail(agent, "draft/")).json()
    assert response.json() == body
    assert (body["greeting"], body["engine"]) == ("Ahoy!", {"kind": "local", "voice": "joe"})


def test_a_draft_changes_nothing_that_visitors_hear(api: APIClient, agent: Agent) -> None:
    api.put(detail(agent, "draft/"), config(greeting="Ahoy!"), "json")
    body = api.get(detail(agent)).json()
    assert body["draft"] == {"has_changes": True}
    assert body["published_version"]["number"] == 1


def test_without_a_draft_there_is_nothing_to_read(api: APIClient, business: Business) -> None:
    empty = AgentFactory(business=business)
    assert_is_error(api.get(detail(empty, "draft/")), 404, "not_found")
    assert_is_error(api.post(detail(empty, "publish")), 409, "agent_not_configured")


def test_an_incomplete_draft_names_every_place(api: APIClient, agent: Agent) -> None:
    broken = config(greeting="", colour="red", engine={"kind": "magic"})
    response = api.put(detail(agent, "draft/"), broken, "json")
    assert_is_error(response, 400, "invalid", "greeting", "colour", "engine.kind")


def test_patching_changes_parts_and_null_brings_back_the_default(
    api: APIClient, agent: Agent
) -> None:
    api.patch(detail(agent, "draft/"), {"engine": {"voice": "amy"}}, "json")
    changes = {"instructions": {"task": "Sell bicycles."}, "engine": None}
    body = api.patch(detail(agent, "draft/"), changes, "json").json()
    assert body["instructions"]["task"] == "Sell bicycles."
    assert body["instructions"]["identity"] == config()["instructions"]["identity"]
    assert body["engine"]["voice"] == "joe"


@pytest.mark.parametrize("changes", [{"greeting": None}, {"instructions": "none"}, {"x": 1}])
def test_a_patch_that_breaks_the_draft_stores_nothing(
    api: APIClient, agent: Agent, changes: dict[str, object]
) -> None:
    assert api.patch(detail(agent, "draft/"), changes, "json").status_code == 400
    assert api.get(detail(agent)).json()["draft"] == {"has_changes": False}


@pytest.mark.parametrize("body", [[], "text", 7, True])
def test_a_patch_is_an_object(api: APIClient, agent: Agent, body: object) -> None:
    assert_is_error(api.patch(detail(agent, "draft/"), body, "json"), 400, "invalid")


def test_merging_follows_the_examples_of_rfc_7396() -> None:
    target = {"a": {"b": "c"}, "d": [1]}
    assert merge_patch(target, {"a": {"b": "x", "e": None}}) == {"a": {"b": "x"}, "d": [1]}
    assert merge_patch({"a": "c"}, {"a": {"bb": {"ccc": None}}}) == {"a": {"bb": {}}}
    assert target == {"a": {"b": "c"}, "d": [1]}


def test_publishing_makes_the_next_version(api: APIClient, agent: Agent, owner: User) -> None:
    response = api.post(detail(agent, "publish"), {"note": "Warmer"}, "json")
    body = response.json()
    assert response.status_code == 201
    assert (body["number"], body["note"], body["is_published"]) == (2, "Warmer", True)
    assert (body["created_by"], body["config"]["name"]) == (owner.email, "Robin")


def test_rolling_back_lets_the_earlier_version_speak(api: APIClient, agent: Agent) -> None:
    api.post(detail(agent, "publish"), {}, "json")
    body = api.post(detail(agent, "rollback"), {"version": 1}, "json").json()
    assert (body["number"], body["is_published"]) == (1, True)
    assert api.get(detail(agent)).json()["published_version"]["number"] == 1


def test_rolling_back_to_nowhere_is_not_found(api: APIClient, agent: Agent) -> None:
    response = api.post(detail(agent, "rollback"), {"version": 9}, "json")
    assert_is_error(response, 404, "not_found")
    response = api.post(detail(agent, "rollback"), {"version": 2**70}, "json")
    assert_is_error(response, 400, "invalid", "version")


def test_versions_are_listed_without_test_freezes_and_with_pinned_queries(
    api: APIClient,
    agent: Agent,
    owner: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    services.freeze_draft(agent=agent, by=owner)
    for number in range(2, 26):
        AgentVersionFactory(agent=agent, number=number, created_by=owner)
    # Session, user, agent, versions.
    with django_assert_num_queries(4):
        results = api.get(detail(agent, "versions/")).json()["results"]
    assert [item["number"] for item in results] == list(range(25, 0, -1))
    assert [item["number"] for item in results if item["is_published"]] == [1]


def test_one_version_shows_its_configuration(api: APIClient, agent: Agent) -> None:
    body = api.get(detail(agent, "versions/1/")).json()
    assert body["config"]["greeting"] == config()["greeting"]
    assert_is_error(api.get(detail(agent, f"versions/{10**30}/")), 404, "not_found")


def test_the_schema_of_a_configuration_can_be_read(api: APIClient) -> None:
    body = api.get("/api/agents/config-schema/").json()
    assert body["title"] == "AgentConfig"
    assert "greeting" in body["required"]
