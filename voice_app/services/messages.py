"""What a visitor leaves for the business."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from agents_app.models import Agent
from foundation.queueing import enqueue
from voice_app.models import Lead, VoiceSession

# Longer than any mail server takes to accept a mail.
MAIL_CLAIM = timedelta(minutes=10)
MAIL_TRIED_FOR = timedelta(days=3)


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
    """Take the lead's one mail, or return None: it was sent, somebody sends it, or it is gone."""
    now = timezone.now()
    unclaimed = Q(mail_claimed_at=None) | Q(mail_claimed_at__lt=now - MAIL_CLAIM)
    unsent = Lead.objects.filter(unclaimed, pk=lead_pk, mailed_at=None)
    if not unsent.update(mail_claimed_at=now):
        return None
    return Lead.objects.select_related("agent__published_version", "business").get(pk=lead_pk)


def note_lead_mail_sent(*, lead: Lead) -> None:
    Lead.objects.filter(pk=lead.pk).update(mailed_at=timezone.now())


def enqueue_unsent_lead_mails() -> int:
    """Ask again for mails whose sender died or whose server was away; returns how many."""
    now = timezone.now()
    unsent = Lead.objects.filter(
        mailed_at=None, created_at__range=(now - MAIL_TRIED_FOR, now - MAIL_CLAIM)
    )
    leads = list(unsent.values_list("pk", flat=True)[:500])
    for lead_pk in leads:
        enqueue("voice_app.tasks.send_lead_mail", lead_pk)
    return len(leads)
