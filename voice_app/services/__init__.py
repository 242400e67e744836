"""What can be done with conversations; one face over sessions, turns and messages.

The `a...` forms are for the worker's event loop: the same functions in Django's database thread.
"""

from asgiref.sync import sync_to_async

from voice_app.services.messages import (
    claim_lead_mail,
    enqueue_unsent_lead_mails,
    note_lead_mail_sent,
    set_lead_status,
    take_message,
)
from voice_app.services.sessions import (
    NewSession,
    beat,
    claim_session,
    create_session,
    end_session,
    join_token,
)
from voice_app.services.turns import (
    begin_turn,
    finish_turn,
    record_tool_call,
    record_turn,
    save_client_metrics,
    save_dialogue,
    save_usage,
)

abeat = sync_to_async(beat)
aclaim_session = sync_to_async(claim_session)
aend_session = sync_to_async(end_session)
afinish_turn = sync_to_async(finish_turn)
arecord_tool_call = sync_to_async(record_tool_call)
arecord_turn = sync_to_async(record_turn)
asave_dialogue = sync_to_async(save_dialogue)
asave_usage = sync_to_async(save_usage)

__all__ = [
    "NewSession",
    "abeat",
    "aclaim_session",
    "aend_session",
    "afinish_turn",
    "arecord_tool_call",
    "arecord_turn",
    "asave_dialogue",
    "asave_usage",
    "beat",
    "begin_turn",
    "claim_lead_mail",
    "claim_session",
    "create_session",
    "end_session",
    "enqueue_unsent_lead_mails",
    "finish_turn",
    "join_token",
    "note_lead_mail_sent",
    "record_tool_call",
    "record_turn",
    "save_client_metrics",
    "save_dialogue",
    "save_usage",
    "set_lead_status",
    "take_message",
]
