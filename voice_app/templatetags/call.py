"""Lets the call's markup stand on any page without the page's view knowing what a call needs."""

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def livekit_url() -> str:
    """Return where browsers will call, so that they can shake hands before the click."""
    return settings.LIVEKIT_PUBLIC_URL
