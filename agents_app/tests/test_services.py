"""Agents and their versions."""

import pytest

from agents_app import services
from agents_app.exceptions import AgentNotConfigured, ConfigRejected
from agents_app.models import Agent, Business, User
from agents_app.tests.factories import AgentFactory, config


def test_a_new_business_has_its_owner_and_a_free_slug(owner: User) -> None:
    first = services.create_business(owner=owner, name="Café Rot")
    second = services.create_business(owner=owner, name="Café Rot")
    assert (first.slug, second.slug) == ("cafe-rot", "cafe-rot-2")
    assert Business.objects.for_user(owner).filter(pk=first.pk).exists()


def test_publishing_freezes_the_draft_under_the_next_number(agent: Agent, owner: User) -> None:
    services.save_draft(agent=agent, data=config(name="Kim"))
    version = services.publish(agent=agent, by=owner, note="new name")
    assert (version.number, version.load().name, agent.name) == (2, "Kim", "Kim")
    assert agent.published_version == version


def test_rolling_back_moves_only_the_pointer(agent: Agent, owner: User) -> None:
    services.publish(agent=agent, by=owner)
    services.roll_back(agent=agent, number=1)
    assert agent.published_version.number == 1
    assert agent.versions.count() == 2


def test_an_incomplete_draft_is_refused_with_the_places_named(agent: Agent) -> None:
    before = agent.draft
    with pytest.raises(ConfigRejected) as caught:
        services.save_draft(agent=agent, data=config(greeting="", colour="red"))
    assert {"greeting", "colour"} <= set(caught.value.problems)
    agent.refresh_from_db()
    assert agent.draft == before


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"engine": {"kind": "realtime"}}, "engine.kind"),
        ({"engine": {"voice": "amy"}}, "engine.voice"),
        ({"language": "de"}, "language"),
    ],
)
def test_what_cannot_be_spoken_here_is_not_published(
    agent: Agent, changes: dict, place: str
) -> None:
    services.save_draft(agent=agent, data=config(**changes))
    with pytest.raises(ConfigRejected) as caught:
        services.publish(agent=agent, by=None)
    assert list(caught.value.problems) == [place]
    assert agent.versions.count() == 1


def test_an_agent_without_a_version_cannot_be_switched_on(business: Business) -> None:
    with pytest.raises(AgentNotConfigured):
        services.set_active(agent=AgentFactory(business=business), active=True)


def test_deleting_an_agent_takes_its_versions_along(agent: Agent) -> None:
    services.delete_agent(agent=agent)
    assert not Agent.objects.exists()


def test_no_sign_up_takes_the_slug_of_the_demo(owner: User) -> None:
    slugs = [services.create_business(owner=owner, name="Demo").slug for _ in range(2)]
    assert slugs == ["demo-2", "demo-3"]
