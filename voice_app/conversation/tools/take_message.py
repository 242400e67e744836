"""Take a message for the business: the visitor's words become a lead, exactly once."""

import hashlib
import time
from typing import Annotated

from asgiref.sync import sync_to_async
from django.db import transaction
from pydantic import BaseModel, ConfigDict, StringConstraints

from voice_app import services
from voice_app.models import ToolCall, VoiceSession

NAME = "take_message"
MIN_CONTACT_CHARACTERS = 3
Contact = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=MIN_CONTACT_CHARACTERS, max_length=300),
]


class TakeMessageArguments(BaseModel):
    """How to reach the visitor, and what to pass on."""

    model_config = ConfigDict(extra="forbid")

    contact: Contact
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5000)]
    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""


@sync_to_async
def take_message(session_pk: int, arguments: TakeMessageArguments) -> bool:
    """Store the message; False when this very message stands already.

    The row of the call and the lead are one transaction: a job that dies in between leaves neither.
    """
    began = time.perf_counter()
    key = _idempotency_key(arguments)
    with transaction.atomic():
        session = VoiceSession.objects.select_related("agent").select_for_update(of=["self"])
        owner = session.get(pk=session_pk)
        if ToolCall.objects.filter(session=owner, idempotency_key=key).exists():
            return False
        lead = services.take_message(agent=owner.agent, session=owner, **arguments.model_dump())
        services.record_tool_call(
            session_pk=session_pk,
            name=NAME,
            arguments=arguments.model_dump(),
            result=f"Stored as lead {lead.public_id}",
            is_error=False,
            duration_ms=round((time.perf_counter() - began) * 1000),
            idempotency_key=key,
        )
    return True


def _idempotency_key(arguments: TakeMessageArguments) -> str:
    return f"{NAME}:{hashlib.sha256(arguments.model_dump_json().encode()).hexdigest()}"
