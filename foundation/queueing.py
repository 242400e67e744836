"""How a service starts work in the background: by the task's name, once its rows are committed.

By name, because services stand below tasks; after the commit, because a worker is faster than a
transaction's end.
"""

from functools import partial
from typing import Any

from celery import current_app
from django.db import transaction


def enqueue(task_name: str, *args: Any) -> None:
    """Send the task at commit; its queue comes from `CELERY_TASK_ROUTES`.

    A broker that is away is logged and fails nothing: the rows stand, and beat asks for what is
    stuck.
    """
    transaction.on_commit(partial(current_app.send_task, task_name, args=args), robust=True)
