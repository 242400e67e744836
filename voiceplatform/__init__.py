"""Configuration only: settings, addresses, Celery and ASGI. Importing the Celery app here lets
`shared_task` find it.
"""

from voiceplatform.celery import app as celery_app

__all__ = ["celery_app"]
