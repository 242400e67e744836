"""The Celery application. Queues: `calls` (seconds matter), `ingest`, `mail`; each has worker
processes of its own, so that a large website never delays a call.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voiceplatform.settings")

app = Celery("voiceplatform")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
