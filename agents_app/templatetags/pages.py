"""What templates need to say things the same way on every page: where we are, times, fields."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import template
from django.forms import BoundField, CheckboxInput, FileInput, RadioSelect, Select, Textarea
from django.utils.safestring import SafeString

register = template.Library()

# Widgets get the class of their look here, so that forms stay free of it.
_CONTROL_CLASSES = (
    (CheckboxInput, "checkbox"),
    (RadioSelect, "radios"),
    (FileInput, "file-input"),
    (Select, "select"),
    (Textarea, "textarea"),
)

AGENT_TINTS = 6
_SECTIONS = {"voice:leads": "leads", "agents:settings": "settings"}


@register.simple_tag(takes_context=True)
def nav_section(context: dict[str, Any]) -> str:
    """Return the current section of the navigation; what belongs to an agent is under Agents."""
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


@register.filter
def control(field: BoundField) -> SafeString:
    """Render a field's control in our look; Django ties it to its help and errors."""
    widget = field.field.widget
    look = next((css for kind, css in _CONTROL_CLASSES if isinstance(widget, kind)), "input")
    attrs: dict[str, str | bool] = {"class": look}
    # allauth repeats the label as a placeholder; said once is enough.
    if field.label.lower() in str(widget.attrs.get("placeholder", "")).lower():
        attrs["placeholder"] = ""
    return field.as_widget(attrs=attrs)


@register.filter
def is_web_address(url: str | None) -> bool:
    """Tell what may become a link: a stored source is a stranger's and could say `javascript:`."""
    return bool(url) and str(url).startswith(("https://", "http://"))


@register.filter
def minutes(duration: timedelta | None) -> str:
    """Write how long a conversation lasted: `48 s`, `3 min 05 s`."""
    if duration is None:
        return ""
    whole = max(0, round(duration.total_seconds()))
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60:02d} s"
