"""Logs as one JSON object a line: a constant message, ids in `extra`, and the id of the request.

Words that somebody spoke or typed never come here. For messages that is a rule for callers, and why
`extra` holds ids only; of an exception, whose text may quote what it was given, only the type and
the frames are written.
"""

import json
import logging
import traceback
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import ClassVar

request_id: ContextVar[str] = ContextVar("request_id", default="")

_STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "request_id", "taskName"}


class RequestIdFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True


class TaskWordsFilter(logging.Filter):
    """Keep out of Celery's own messages what a task raised, got and returned."""

    _HIDDEN: ClassVar = dict.fromkeys(("exc", "traceback", "return_value", "args", "kwargs"), "-")

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, dict):
            record.args = record.args | self._HIDDEN
        return True


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if identifier := getattr(record, "request_id", ""):
            line["request_id"] = identifier
        line |= {k: v for k, v in vars(record).items() if k not in _STANDARD and _is_plain(v)}
        if record.exc_info and record.exc_info[1]:
            line["exception"] = describe(record.exc_info[1])
        return json.dumps(line, default=str, ensure_ascii=False)


def describe(error: BaseException) -> str:
    """Return types and frames of an exception and of those behind it, the first cause first.

    Neither messages nor values nor lines of source: any of them may hold what somebody said.
    """
    chain: list[BaseException] = []
    behind: BaseException | None = error
    while behind is not None and behind not in chain:
        chain.insert(0, behind)
        behind = behind.__cause__ or (None if behind.__suppress_context__ else behind.__context__)
    return "\n".join(line for one in chain for line in _lines(one))


def _lines(error: BaseException) -> Iterator[str]:
    yield f"{type(error).__module__}.{type(error).__qualname__}"
    for frame, number in traceback.walk_tb(error.__traceback__):
        code = frame.f_code
        yield f"  {code.co_filename}:{number} {code.co_name}"
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield describe(inner)


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int | float | bool | None)
