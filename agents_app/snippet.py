"""The line that puts an agent on a website, the same on the wizard's last page and the agent's."""

from django.conf import settings
from django.urls import reverse

from agents_app.models import Agent


def widget_snippet(agent: Agent) -> str:
    """Return the line that an owner pastes before `</body>`."""
    address = settings.PUBLIC_URL + reverse("voice:loader")
    return f'<script src="{address}" data-agent="{agent.public_id}" async></script>'
