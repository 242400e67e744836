"""What a person can do with a business and its agents."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from pydantic import ValidationError

from agents_app.config import AgentConfig
from agents_app.engines import find_obstacles
from agents_app.exceptions import AgentNotConfigured, ConfigRejected
from agents_app.merging import merge_patch
from agents_app.models import Agent, AgentVersion, Business, Membership, User


def create_business(*, owner: User, name: str, time_zone: str = "UTC") -> Business:
    """Make a business with its first owner."""
    with transaction.atomic():
        business = Business.objects.create(
            name=name, slug=Business.free_slug(name), time_zone=time_zone
        )
        Membership.objects.create(business=business, user=owner, role=Membership.Role.OWNER)
    return business


def update_business(*, business: Business, name: str, website_url: str, time_zone: str) -> Business:
    business.name, business.website_url, business.time_zone = name, website_url, time_zone
    business.save(update_fields=["name", "website_url", "time_zone", "updated_at"])
    return business


def create_agent(*, business: Business, name: str) -> Agent:
    return Agent.objects.create(business=business, name=name)


def delete_agent(*, agent: Agent) -> None:
    """Delete the agent with everything it knows and has said; versions are freed from their pointer
    first.
    """
    with transaction.atomic():
        Agent.objects.filter(pk=agent.pk).update(published_version=None)
        agent.delete()


def update_agent(
    *, agent: Agent, name: str | None = None, allowed_origins: Sequence[str] | None = None
) -> Agent:
    """Change the agent's name or the websites that may show it; None leaves it as it is.

    The draft takes the name along, or the next publishing would bring the old one back.
    """
    with transaction.atomic():
        locked = Agent.objects.select_for_update().get(pk=agent.pk)
        if name is not None:
            locked.name = name
            locked.draft = locked.draft and locked.draft | {"name": name}
        if allowed_origins is not None:
            locked.allowed_origins = list(dict.fromkeys(allowed_origins))
        locked.save(update_fields=["name", "draft", "allowed_origins", "updated_at"])
    agent.refresh_from_db()
    return agent


def set_active(*, agent: Agent, active: bool) -> Agent:
    """Switch an agent on or off.

    Raises:
        AgentNotConfigured: it can't be switched on before it can speak.
    """
    if active and not agent.is_configured:
        raise AgentNotConfigured
    agent.is_active = active
    agent.save(update_fields=["is_active", "updated_at"])
    return agent


def validated_config(data: Any) -> AgentConfig:
    """Return `data` as an AgentConfig.

    Raises:
        ConfigRejected: with the field paths and what is wrong with each.
    """
    try:
        return AgentConfig.model_validate(data)
    except ValidationError as error:
        problems: dict[str, list[str]] = {}
        for item in error.errors(include_url=False, include_input=False, include_context=False):
            problems.setdefault(".".join(map(str, item["loc"])) or "config", []).append(item["msg"])
        raise ConfigRejected(problems) from error


def save_draft(*, agent: Agent, data: Any) -> Agent:
    """Store a complete configuration as the agent's draft.

    Raises:
        ConfigRejected: nothing was stored.
    """
    agent.draft = validated_config(data).model_dump(mode="json")
    agent.save(update_fields=["draft", "updated_at"])
    return agent


def merge_draft(*, agent: Agent, changes: dict[str, Any]) -> Agent:
    """Change parts of the draft, as RFC 7396 has it: objects merge, null removes, anything else
    replaces.

    Raises:
        ConfigRejected: the result is not complete; nothing was stored.
    """
    with transaction.atomic():
        locked = Agent.objects.select_for_update().get(pk=agent.pk)
        save_draft(agent=locked, data=merge_patch(locked.draft, changes))
    agent.refresh_from_db()
    return agent


def publish(*, agent: Agent, by: User | None, note: str = "") -> AgentVersion:
    """Freeze the draft as the next numbered version and point the agent at it.

    Raises:
        AgentNotConfigured: there is no draft.
        ConfigRejected: the draft is not complete, or can't be spoken here.
    """
    with transaction.atomic():
        locked = Agent.objects.select_for_update().get(pk=agent.pk)
        if locked.draft is None:
            raise AgentNotConfigured
        config = validated_config(locked.draft)
        if obstacles := find_obstacles(config):
            raise ConfigRejected(obstacles)
        last = locked.versions.aggregate(last=Max("number"))["last"] or 0
        version = AgentVersion.objects.create(
            agent=locked,
            number=last + 1,
            config=config.model_dump(mode="json"),
            note=note,
            created_by=by,
        )
        locked.published_version = version
        locked.name = config.name
        locked.save(update_fields=["published_version", "name", "updated_at"])
    agent.refresh_from_db()
    return version


def roll_back(*, agent: Agent, number: int) -> AgentVersion:
    """Point the agent at an earlier version; nothing is copied or deleted.

    Raises:
        AgentVersion.DoesNotExist: the agent has no version of that number.
    """
    version = agent.versions.get(number=number)
    agent.published_version = version
    agent.save(update_fields=["published_version", "updated_at"])
    return version


def freeze_draft(*, agent: Agent, by: User | None) -> AgentVersion:
    """Freeze the draft as an unnumbered test version, for members to try.

    Raises:
        AgentNotConfigured: there is no draft.
        ConfigRejected: the draft is not complete.
    """
    if agent.draft is None:
        raise AgentNotConfigured
    config = validated_config(agent.draft).model_dump(mode="json")
    same = agent.versions.filter(number=None, config=config).first()
    return same or AgentVersion.objects.create(agent=agent, config=config, created_by=by)
