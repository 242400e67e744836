"""The one way from an address to an agent: what belongs to others does not exist."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404

from agents_app.models import Agent


def get_agent_or_404(user: Any, public_id: UUID) -> Agent:
    """Return the agent with its business and published version, if this user may see it."""
    agents = Agent.objects.for_user(user).select_related("business", "published_version")
    return get_object_or_404(agents, public_id=public_id)
