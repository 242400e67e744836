"""What a line of the log holds, and what it must not."""

import json
import logging.config
import sys

import pydantic
import pytest
from celery import signals

from foundation.logs import JsonFormatter, TaskWordsFilter, request_id
from voiceplatform import celery

SECRET = "my number is 555 0199"


class Form(pydantic.BaseModel):
    age: int


def fill_in() -> None:
    try:
        Form(age=SECRET)  # type: ignore[arg-type]
    except pydantic.ValidationError as error:
        raise RuntimeError(f"refused {SECRET}") from error


def line_of(error: BaseException) -> str:
    try:
        raise error
    except BaseException:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "It broke", None, sys.exc_info())
    return JsonFormatter().format(record)


def test_an_exception_is_its_type_and_frames_without_words() -> None:
    with pytest.raises(RuntimeError) as raised:
        fill_in()
    line = line_of(raised.value)
    assert SECRET not in line
    cause, error = json.loads(line)["exception"].split("builtins.RuntimeError\n")
    assert "ValidationError" in cause
    assert f"{__file__}:" in error
    assert error.endswith("fill_in")


def test_the_exceptions_of_a_group_are_named_too() -> None:
    line = line_of(ExceptionGroup(SECRET, [ValueError(SECRET)]))
    assert "builtins.ValueError" in line
    assert SECRET not in line


def test_celery_does_not_quote_what_a_task_raised() -> None:
    args = {"name": "app.read", "exc": f"ValueError({SECRET!r})", "traceback": SECRET}
    record = logging.LogRecord(
        "celery.app.trace",
        logging.ERROR,
        "",
        0,
        "Task %(name)s: %(exc)s %(traceback)s",
        (args,),
        None,
    )
    TaskWordsFilter().filter(record)
    assert record.getMessage() == "Task app.read: - -"


def test_a_task_carries_the_id_of_its_request() -> None:
    request_id.set("request-1")
    headers: dict[str, str] = {}
    signals.before_task_publish.send(sender="app.read", headers=headers)
    request_id.set("")
    task = celery.app.tasks["celery.backend_cleanup"]
    task.push_request(**headers)
    signals.task_prerun.send(sender=task, task=task, task_id="1")
    assert request_id.get() == "request-1"
    signals.task_postrun.send(sender=task, task=task, task_id="1")
    task.pop_request()
    assert request_id.get() == ""


def test_a_task_that_nobody_asked_for_has_no_request_id() -> None:
    request_id.set("")
    headers: dict[str, str] = {}
    signals.before_task_publish.send(sender="app.beat", headers=headers)
    assert headers == {}


def test_celery_logs_as_the_web_does(monkeypatch: pytest.MonkeyPatch) -> None:
    applied: list[object] = []
    monkeypatch.setattr(logging.config, "dictConfig", applied.append)
    signals.setup_logging.send(sender=None)
    assert applied[0]["formatters"]["json"]  # type: ignore[index]
