"""What must follow a session's row when it goes with its agent or business.

A signal, because such a deletion begins in apps below that know nothing of rooms.
"""

from typing import Any

from foundation.queueing import enqueue
from voice_app.models import VoiceSession


def empty_room(*, instance: VoiceSession, **_: Any) -> None:
    """Disconnect an open call that is being deleted (`pre_delete`); by name: the row will be
    gone.
    """
    if instance.room and instance.is_open:
        enqueue("voice_app.tasks.delete_room_by_name", instance.room)
