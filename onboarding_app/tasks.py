"""Background work of onboarding: each task is one look at a build, then either the end or another
look soon.
"""

import logging

from celery import shared_task
from django.db import OperationalError
from django.utils import timezone

from onboarding_app.building import OUR_FAULT, advance_build, fail_build, stuck_builds

logger = logging.getLogger(__name__)

LOOK_AGAIN_SECONDS = 1.5


@shared_task
def build_agent(session_id: int) -> None:
    """Take one look at a build; look again soon while its sources are being read."""
    try:
        look_again = advance_build(session_id=session_id, now=timezone.now())
    except OperationalError:
        # The database is away; beat takes the build up again when it is back.
        raise
    except Exception:
        # The owner must see an end; what happened is ours to find in the log.
        logger.exception("build failed", extra={"onboarding_session": session_id})
        fail_build(session_id=session_id, message=OUR_FAULT)
        return
    if look_again:
        build_agent.apply_async((session_id,), countdown=LOOK_AGAIN_SECONDS)


@shared_task
def retry_stuck_builds() -> None:
    """Go on with builds whose chain of tasks was broken, by a restart or a lost broker."""
    for session_id in stuck_builds(now=timezone.now()):
        build_agent.delay(session_id)
