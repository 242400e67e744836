"""LiveKit's webhook. It delivers at least once and in any order, signed with our own key pair.

A plain Django view: the content type is `application/webhook+json`, and the signature is over the
body's bytes.
"""

import logging
from contextlib import suppress

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from livekit import api

from foundation.api_errors import error_body
from voice_app import services
from voice_app.models import VoiceSession, WebhookEvent

logger = logging.getLogger(__name__)

MAX_BODY_BYTES = 200_000


@csrf_exempt
@require_POST
def livekit_webhook(request: HttpRequest) -> HttpResponse:
    event = _verified(request)
    if event is None:
        body = error_body("not_authenticated", "The signature isn't LiveKit's.")
        return JsonResponse(body, status=401)
    with suppress(IntegrityError), transaction.atomic():
        # In one transaction with what follows: an event that failed may be delivered again.
        WebhookEvent.objects.create(event_id=event.id, name=event.event)
        _handle(event)
    return HttpResponse(status=200)


def _handle(event: api.WebhookEvent) -> None:
    if event.event == "room_finished":
        session = VoiceSession.objects.filter(room=event.room.name).exclude(room="").first()
        if session is not None:
            services.end_session(session=session, reason="room_closed")


def _verified(request: HttpRequest) -> api.WebhookEvent | None:
    """Return the event if LiveKit signed exactly this body, else None."""
    if len(request.body) > MAX_BODY_BYTES or not settings.LIVEKIT_API_KEY:
        return None
    verifier = api.TokenVerifier(settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET)
    token = request.headers.get("Authorization", "")
    try:
        return api.WebhookReceiver(verifier).receive(request.body.decode(), token)
    except Exception:  # PyJWT, protobuf and the SDK each raise their own on forged input.
        logger.warning("webhook refused")
        return None
