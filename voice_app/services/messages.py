"""What a visitor leaves for the business."""

from django.db import transaction
from django.utils import timezone

from agents_app.models import Agent
from foundation.queueing import enqueue
from voice_app.models import Lead, VoiceSession


def take_message(
    *, agent: Agent, contact: str, text: str, name: str = "", session: VoiceSession | None = None
) -> Lead:
    """Store a message as a lead; the people of the business get a mail."""
    with transaction.atomic():
        lead = Lead.objects.create(
            business_id=agent.business_id,
            agent=agent,
            session=session,
            name=name,
            contact=contact,
            message=text,
        )
        enqueue("voice_app.tasks.send_lead_mail", lead.pk)
    return lead


def set_lead_status(*, lead: Lead, status: str) -> Lead:
    lead.status = status
    lead.save(update_fields=["status", "updated_at"])
    return lead


def claim_lead_mail(*, lead_pk: int) -> Lead | None:
    """Take the lead's one mail, or return None: it was sent, or the lead is gone."""
    unsent = Lead.objects.filter(pk=lead_pk, mailed_at=None)
    if not unsent.update(mailed_at=timezone.now()):
        return None
    return Lead.objects.select_related("agent__published_version", "business").get(pk=lead_pk)
