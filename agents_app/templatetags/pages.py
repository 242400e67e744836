"""What templates need to say things the same way on every page: where we are, durations, and a colour per agent."""

from typing import Any
from uuid import UUID

from django import template

register = template.Library()

AGENT_TINTS = 6
_SECTIONS = {"voice:leads": "leads", "agents:settings": "settings"}


@register.simple_tag(takes_context=True)
def nav_section(context: dict[str, Any]) -> str:
    """Return which link of the navigation is the current one; whatever belongs to an agent is under Agents."""
    request = context.get("request")
    match = getattr(request, "resolver_match", None)
    if match is None or not match.namespace:
        return ""
    return _SECTIONS.get(match.view_name, "agents")


@register.filter
def tint(public_id: UUID) -> int:
    """Return a number 1..6 that stays the agent's own, so that a list is told apart at a glance."""
    return public_id.int % AGENT_TINTS + 1


@register.filter
def seconds(milliseconds: float | None) -> str:
    """Write a stage's time as people say it: `0.84 s`, `120 ms`."""
    if milliseconds is None:
        return ""
    if milliseconds < 1000:
        return f"{round(milliseconds)} ms"
    return f"{milliseconds / 1000:.1f} s"
