"""Background work around conversations; arguments are ids, and a row that is gone is no error."""

from asgiref.sync import async_to_sync
from celery import shared_task
from django.core.mail import send_mail

from voice_app import mails, reaping, rooms, services
from voice_app.exceptions import VoiceUnavailable
from voice_app.models import VoiceSession


@shared_task(
    autoretry_for=(VoiceUnavailable,),
    retry_backoff=True,
    retry_jitter=True,
    max_retries=5,
)
def delete_room(session_pk: int) -> None:
    """Disconnect whoever is left in the room of an ended session."""
    session = VoiceSession.objects.filter(pk=session_pk).exclude(room="").first()
    if session is not None:
        access = rooms.LiveKitAccess.from_settings()
        async_to_sync(rooms.delete_room)(access, room=session.room)


@shared_task
def send_lead_mail(lead_pk: int) -> None:
    """Tell the business about a lead, once."""
    lead = services.claim_lead_mail(lead_pk=lead_pk)
    recipients = mails.lead_recipients(lead) if lead else []
    if lead and recipients:
        subject, body = mails.compose_lead_mail(lead)
        send_mail(subject, body, None, recipients)


@shared_task
def reap_sessions() -> None:
    """End what nobody closed."""
    reaping.reap_sessions()
