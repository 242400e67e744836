"""Typed questions to an agent over the API, as any program asks them."""

import json
import time
from dataclasses import dataclass
from typing import Any

import httpx

from tests.services import RunningStack


@dataclass(frozen=True)
class Asked:
    """What came back; `first_word_ms` is from the request to the first delta."""

    text: str
    sources: list[dict[str, Any]]
    first_word_ms: float


def client_with_key(stack: RunningStack, business: str) -> httpx.Client:
    """Return a client that acts for the business with this slug."""
    key = stack.manage("issue_api_key", "--business", business).strip()
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.Client(base_url=stack.url, headers=headers, timeout=60)


def start_chat(api: httpx.Client, agent_id: str) -> dict[str, Any]:
    return api.post(f"/api/voice/{agent_id}/session", json={"channel": "text"}).json()


def ask(api: httpx.Client, session: dict[str, Any], question: str) -> Asked:
    url = f"/api/voice/session/{session['session_id']}/turns"
    body = {"session_secret": session["session_secret"], "text": question}
    data: dict[str, Any] = {}
    first_word_ms, event = 0.0, ""
    began = time.perf_counter()
    with api.stream("POST", url, json=body) as response:
        response.raise_for_status()
        for line in response.iter_lines():
            if line.startswith("event: "):
                event = line.removeprefix("event: ")
            if line.startswith("data: "):
                data[event] = json.loads(line.removeprefix("data: "))
                if event == "delta" and not first_word_ms:
                    first_word_ms = (time.perf_counter() - began) * 1000
    return Asked(data["done"]["text"], data["sources"]["items"], first_word_ms)
