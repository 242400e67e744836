"""Who may talk to an agent: a website on its list, a member on the platform's own pages, or the
business's key.

`Origin` stops only browsers, which is what it is for: a website that isn't on the list can't show
the agent. Programs that forge it meet rate limits, caps and a token for one room.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest

from agents_app.models import Agent
from agents_app.origins import normalise_origin


@dataclass(frozen=True)
class Caller:
    """Whoever asks for a session. Members and keys may also use drafts and agents that are switched
    off.
    """

    origin: str
    is_member: bool
    user: Any


class OriginNotAllowed(Exception):
    """The website isn't on the agent's list; `.origin` is what the browser said."""

    def __init__(self, origin: str) -> None:
        super().__init__(origin)
        self.origin = origin


def identify_caller(request: HttpRequest, *, agent: Agent, user: Any) -> Caller:
    """Return who calls.

    `user` is a key's holder or None; the session cookie counts only on our own pages, where
    `Origin` proves that the page is ours, so no other website can use it.

    Raises:
        OriginNotAllowed: none of the three.
    """
    origin = normalise_origin(request.headers.get("Origin", ""))
    if user is None and origin and origin in _own_origins(request):
        # Not `request.user`: the API's own authentication has put a stranger there.
        user = get_user(request)
    if user is not None and Agent.objects.for_user(user).filter(pk=agent.pk).exists():
        return Caller(origin, is_member=True, user=user)
    if origin and origin in {normalise_origin(allowed) for allowed in agent.allowed_origins}:
        return Caller(origin, is_member=False, user=None)
    raise OriginNotAllowed(origin)


def _own_origins(request: HttpRequest) -> set[str]:
    here = f"{request.scheme}://{request.get_host()}"
    return {normalise_origin(settings.PUBLIC_URL), normalise_origin(here)}
