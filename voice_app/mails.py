"""Mails about what visitors left."""

from django.conf import settings
from django.urls import reverse

from agents_app.models import Membership, User
from voice_app.models import Lead


def lead_recipients(lead: Lead) -> list[str]:
    """Return who hears of it: the person named for hand-off, else the owners."""
    version = lead.agent.published_version if lead.agent else None
    if version and (named := version.load().hand_off.contact_email):
        return [named]
    owners = User.objects.filter(
        memberships__business=lead.business, memberships__role=Membership.Role.OWNER
    )
    return list(owners.values_list("email", flat=True))


def compose_lead_mail(lead: Lead) -> tuple[str, str]:
    """Return subject and body; header lines can't be forged, since the subject holds no visitor's
    word.
    """
    agent = lead.agent.name if lead.agent else "your agent"
    lines = [
        f"{agent} took a message for {lead.business.name}.",
        "",
        f"Name:    {lead.name or '(not given)'}",
        f"Contact: {lead.contact}",
        "",
        lead.message,
        "",
        f"All messages: {settings.PUBLIC_URL}{reverse('voice:leads')}",
    ]
    return f"A new message for {' '.join(lead.business.name.split())}", "\n".join(lines)
