"""`manage.py run_session_watcher`: looks at the open calls every second, until it is told to
stop.
"""

import logging
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand
from django.db import OperationalError, close_old_connections
from django.utils import timezone

from voice_app.exceptions import VoiceUnavailable
from voice_app.watching import BEAT_WITHIN, dispatch_into_room, watch_once

logger = logging.getLogger(__name__)

INTERVAL_SECONDS = 1.0


class Command(BaseCommand):
    help = "Send for another agent when one never joined its call or died in it."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        self.stdout.write("watching")
        while not stop.wait(INTERVAL_SECONDS):
            # While the database was away no job could beat: give the jobs time before judging them.
            if not _look():
                stop.wait(2 * BEAT_WITHIN.total_seconds())


def _look() -> bool:
    try:
        close_old_connections()
        watch_once(now=timezone.now(), dispatch=dispatch_into_room)
    except OperationalError:
        logger.warning("the database is away")
        return False
    except VoiceUnavailable as error:
        logger.warning("LiveKit is away", extra={"reason": error.reason})
        return False
    return True
