"""Ctrl-C during a call: the stop is as quick and clean, and what was said is there afterwards."""

import asyncio
import json
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from tests.rtc_client import Visitor
from tests.runtime.clones import STOP_SECONDS, Clone, Up, temporary_clone, up

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]

QUESTION = "When are you open on Saturday?"


@pytest.fixture
def clone() -> Iterator[Clone]:
    with temporary_clone() as clone:
        clone.borrow_installation()
        yield clone


class Api:
    """The platform's API as a program of the demo business uses it."""

    def __init__(self, clone: Clone, running: Up) -> None:
        self._url = running.url
        self._key = clone.manage("issue_api_key", "--business", "demo").strip()

    def call(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self._url}{path}", data=data, headers=headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return dict(json.load(answer))


async def talk_until_stopped(session: dict[str, Any], running: Up) -> float:
    """Be greeted, ask, and be cut off in the answer; return the seconds that the stop took."""
    async with Visitor(session["livekit_url"], session["token"]) as visitor:
        await visitor.wait_until_audible(timeout=60)
        asked_at = await visitor.wait_until_quiet(timeout=60)
        await visitor.write(QUESTION)
        await visitor.wait_until_audible(after=asked_at + 1, timeout=60)
        return await asyncio.to_thread(running.stop)


def test_ctrl_c_during_a_call_loses_nothing_that_was_said(clone: Clone) -> None:
    with up(clone) as running:
        running.await_line("Ctrl-C stops everything", seconds=600)
        api = Api(clone, running)
        agent = json.loads((clone.folder / ".local/data/demo.json").read_text())["agent_id"]
        session = api.call(f"/api/voice/{agent}/session", {"channel": "voice"})
        assert asyncio.run(talk_until_stopped(session, running)) <= STOP_SECONDS
        assert clone.processes() == []
    with up(clone) as running:
        running.await_line("Ctrl-C stops everything", seconds=600)
        found = ended_session(Api(clone, running), session["session_id"])
    said = [turn["text"] for turn in found["turns"]]
    assert said[1:2] == [QUESTION], said
    assert said[0], "the greeting was heard to its end"


def ended_session(api: Api, session_id: str) -> dict[str, Any]:
    """Return the session once the platform has seen that its call is over."""
    deadline = time.monotonic() + 120
    while (found := api.call(f"/api/voice/session/{session_id}/"))["status"] == "active":
        assert time.monotonic() < deadline, found
        time.sleep(1)
    return found
