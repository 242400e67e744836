"""What becomes of LiveKit's rooms when sessions are deleted with their agent."""

from collections.abc import Callable
from typing import Any
from unittest.mock import AsyncMock

import pytest

from agents_app.models import Agent
from agents_app.services import delete_agent
from voice_app import rooms, tasks
from voice_app.tests.factories import VoiceSessionFactory


def test_deleting_an_agent_empties_the_rooms_of_its_open_calls(
    agent: Agent,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    sent: list[tuple[str, tuple[str, ...]]] = []
    monkeypatch.setattr(
        "celery.current_app.send_task", lambda name, args: sent.append((name, args))
    )
    call = VoiceSessionFactory(agent=agent, call=True)
    VoiceSessionFactory(agent=agent, call=True, status="ended")
    VoiceSessionFactory(agent=agent)
    with django_capture_on_commit_callbacks(execute=True):
        delete_agent(agent=agent)
    assert sent == [("voice_app.tasks.delete_room_by_name", (call.room,))]


def test_a_room_is_deleted_by_its_name_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    delete = AsyncMock()
    monkeypatch.setattr(rooms, "delete_room", delete)
    tasks.delete_room_by_name("agent-x")
    assert delete.await_args is not None
    assert delete.await_args.kwargs == {"room": "agent-x"}
