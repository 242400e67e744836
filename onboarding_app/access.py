"""For whom an onboarding is made, and who may see it."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404

from agents_app.authentication import KeyHolder
from agents_app.models import Business
from onboarding_app.models import OnboardingSession


def business_of(user: Any) -> Business | None:
    """Return the business that a new agent will belong to: a key's own, a person's first."""
    if isinstance(user, KeyHolder):
        return user.business
    return Business.objects.filter(memberships__user=user).order_by("memberships__pk").first()


def get_session_or_404(user: Any, public_id: UUID) -> OnboardingSession:
    """Return the session with its agent, if this user may see it."""
    sessions = OnboardingSession.objects.for_user(user)
    return get_object_or_404(
        sessions.select_related("agent__business", "agent__published_version", "started_by"),
        public_id=public_id,
    )
