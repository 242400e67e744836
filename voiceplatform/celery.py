"""The Celery application. Queues: `calls` (seconds matter), `ingest`, `mail`; each has worker
processes of its own, so that a large website never delays a call.

Tasks log as the web does, under the id of the request that asked for them.
"""

import logging.config
import os
from typing import Any

from celery import Celery, Task, signals
from django.conf import settings

from foundation.logs import request_id

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voiceplatform.settings")

app = Celery("voiceplatform")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.setup_logging.connect
def log_as_the_web_does(**kwargs: Any) -> None:
    """Take the place of Celery's own set-up, which would write plain lines without ids."""
    logging.config.dictConfig(settings.LOGGING)


@signals.before_task_publish.connect
def send_request_id(headers: dict[str, Any], **kwargs: Any) -> None:
    if identifier := request_id.get():
        headers["request_id"] = identifier


@signals.task_prerun.connect
def take_request_id(task: Task, **kwargs: Any) -> None:
    request_id.set(getattr(task.request, "request_id", None) or "")


@signals.task_postrun.connect
def drop_request_id(**kwargs: Any) -> None:
    request_id.set("")
