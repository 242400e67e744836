"""How often strangers may ask for a session, a turn or a message: per address, and per agent over
all addresses.
"""

from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle


class PerAddress(SimpleRateThrottle):
    """Counts by the visitor's address; behind proxies only the trusted ones' word is taken."""

    scope = "visitor_address"

    def get_rate(self) -> str:
        return settings.SESSION_RATE_PER_ADDRESS

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        return f"throttle:address:{self.get_ident(request)}"


class PerAgent(SimpleRateThrottle):
    scope = "visitor_agent"

    def get_rate(self) -> str:
        return settings.SESSION_RATE_PER_AGENT

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        return f"throttle:agent:{view.kwargs['agent_id']}"


class TurnsPerAddress(PerAddress):
    """Typed turns come faster than sessions."""

    def get_rate(self) -> str:
        return settings.TURN_RATE_PER_ADDRESS

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        return f"throttle:turns:{self.get_ident(request)}"
