"""The conversation API: who is let in, what comes back, and that others' sessions don't exist."""

import hashlib
import uuid

import pytest
from django.test import Client
from livekit import api as livekit
from rest_framework.test import APIClient

from agents_app.api_keys import issue_api_key
from agents_app.models import Agent
from agents_app.tests.factories import AgentFactory
from voice_app.models import Lead, VoiceSession
from voice_app.tests.factories import SECRET, TurnFactory, VoiceSessionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registered_worker")]
SHOP = {"HTTP_ORIGIN": "https://shop.example"}
OURS = {"HTTP_ORIGIN": "http://testserver"}


def start(client: Client, agent: Agent, channel: str = "text", **headers: str):
    url = f"/api/voice/{agent.public_id}/session"
    return client.post(url, {"channel": channel}, "application/json", **headers)


def test_a_visitor_of_a_listed_website_starts_a_call(client: Client, agent: Agent) -> None:
    answer = start(client, agent, "voice", **SHOP)
    assert answer.status_code == 201
    body = answer.json()
    assert set(body) == {
        "session_id", "session_secret", "agent", "room", "livekit_url", "token", "expires_at"
    }  # fmt: skip
    assert body["agent"]["name"] == "Robin"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert not answer.cookies


@pytest.mark.parametrize("origin", ["https://evil.example", "https://shop.example.evil", "null"])
def test_any_other_website_is_refused_in_words(client: Client, agent: Agent, origin: str) -> None:
    answer = start(client, agent, HTTP_ORIGIN=origin)
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "origin_not_allowed"
    assert "Allowed websites" in answer.json()["error"]["message"]
    assert answer["Access-Control-Allow-Origin"] == "*"


def test_an_empty_list_lets_nobody_in(client: Client, agent: Agent) -> None:
    Agent.objects.update(allowed_origins=[])
    assert start(client, agent, **SHOP).status_code == 403
    assert start(client, agent).status_code == 403


def test_a_preflight_is_answered(client: Client, agent: Agent) -> None:
    answer = client.options(f"/api/voice/{agent.public_id}/session", **SHOP)
    assert answer.status_code == 204
    assert "POST" in answer["Access-Control-Allow-Methods"]


def test_a_member_may_try_an_agent_that_is_switched_off(as_owner: Client, agent: Agent) -> None:
    Agent.objects.update(is_active=False)
    assert start(as_owner, agent, **OURS).status_code == 201
    assert start(as_owner, agent, **SHOP).json()["error"]["code"] == "agent_inactive"


def test_a_member_is_only_a_member_on_our_own_pages(as_owner: Client, agent: Agent) -> None:
    assert start(as_owner, agent, HTTP_ORIGIN="https://evil.example").status_code == 403


def test_a_stranger_is_refused_on_our_own_pages(as_stranger: Client, agent: Agent) -> None:
    assert start(as_stranger, agent, **OURS).status_code == 403


def test_a_key_opens_its_own_business_only(client: Client, agent: Agent) -> None:
    key = issue_api_key(business=agent.business, name="test")
    headers = {"HTTP_AUTHORIZATION": f"Bearer {key}"}
    assert start(client, agent, **headers).status_code == 201
    assert start(client, AgentFactory(published=True), **headers).status_code == 403
    assert start(client, agent, HTTP_AUTHORIZATION="Bearer vp_wrong").status_code == 401


def test_an_unfinished_agent_says_so(as_owner: Client, business) -> None:
    answer = start(as_owner, AgentFactory(business=business), **OURS)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "agent_not_configured")


def test_no_livekit_means_text_is_offered(client: Client, agent: Agent, settings) -> None:
    settings.LIVEKIT_URL = "ws://127.0.0.1:9"
    answer = start(client, agent, "voice", **SHOP)
    assert (answer.status_code, answer.json()["error"]["fallback"]) == (503, "text")


def test_too_many_calls_are_told_when_to_come_back(client: Client, agent: Agent, settings) -> None:
    settings.MAX_CALLS_PER_AGENT = 0
    answer = start(client, agent, "voice", **SHOP)
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "at_capacity")
    assert int(answer["Retry-After"]) > 0


def test_one_address_can_not_open_sessions_without_end(
    client: Client, agent: Agent, settings
) -> None:
    settings.SESSION_RATE_PER_ADDRESS = "2/min"
    address = {"REMOTE_ADDR": f"10.0.0.{uuid.uuid4().int % 250}"}
    codes = [start(client, agent, **SHOP, **address).status_code for _ in range(3)]
    assert codes == [201, 201, 429]


def test_a_call_that_is_open_can_be_joined_again(client: Client, agent: Agent) -> None:
    session = VoiceSessionFactory(agent=agent, call=True)
    body = {"session_id": str(session.public_id), "session_secret": SECRET}
    answer = client.post("/api/livekit/token", body, "application/json")
    assert answer.json()["room"] == session.room
    VoiceSession.objects.update(status="ended")
    answer = client.post("/api/livekit/token", body, "application/json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "session_ended")


@pytest.mark.parametrize("action", ["end", "turns", "client-metrics"])
def test_without_its_secret_a_session_does_not_exist(client: Client, action: str) -> None:
    session = VoiceSessionFactory()
    url = f"/api/voice/session/{session.public_id}/{action}"
    body = {"session_secret": "guessed"} | ({"text": "Hello"} if action == "turns" else {})
    assert client.post(url, body, "application/json").status_code == 404


def test_a_call_takes_no_typed_turns_beside_its_room(client: Client) -> None:
    session = VoiceSessionFactory(call=True)
    url = f"/api/voice/session/{session.public_id}/turns"
    answer = client.post(url, {"session_secret": SECRET, "text": "Hello"}, "application/json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "session_is_call")


def test_hanging_up_twice_is_fine(client: Client) -> None:
    session = VoiceSessionFactory()
    url = f"/api/voice/session/{session.public_id}/end"
    for _ in range(2):
        answer = client.post(url, {}, "application/json", HTTP_X_SESSION_SECRET=SECRET)
        assert answer.status_code == 204
    session.refresh_from_db()
    assert session.close_reason == "visitor_left"


def test_the_browsers_measurements_are_kept(client: Client) -> None:
    session = VoiceSessionFactory()
    url = f"/api/voice/session/{session.public_id}/client-metrics"
    for figures in ({"connected_ms": 500}, {"greeting_audible_ms": 900}):
        client.post(url, {"session_secret": SECRET} | figures, "application/json")
    session.refresh_from_db()
    assert session.client_metrics == {"connected_ms": 500, "greeting_audible_ms": 900}


def test_a_message_becomes_a_lead(client: Client, agent: Agent) -> None:
    body = {"name": "Ada", "contact": "ada@example.com", "text": "Call me"}
    url = f"/api/voice/{agent.public_id}/message"
    assert client.post(url, body, "application/json", **SHOP).status_code == 201
    lead = Lead.objects.get()
    assert (lead.business, lead.name, lead.message) == (agent.business, "Ada", "Call me")
    assert client.post(url, body, "application/json").status_code == 403


def test_members_read_their_conversations_and_nobody_elses(
    api: APIClient, agent: Agent, as_stranger: Client, django_assert_num_queries
) -> None:
    session = VoiceSessionFactory(agent=agent, call=True)
    TurnFactory.create_batch(3, session=session)
    VoiceSessionFactory()
    # The session, the user and the page.
    with django_assert_num_queries(3):
        listed = api.get("/api/voice/sessions/").json()["results"]
    assert [row["id"] for row in listed] == [str(session.public_id)]
    url = f"/api/voice/session/{session.public_id}/"
    assert len(api.get(url).json()["turns"]) == 3
    assert as_stranger.get(url).status_code == 404
    assert Client().get(url).status_code == 401


def webhook(client: Client, body: str, *, secret: str, key: str, signed: str | None = None):
    digest = hashlib.sha256((signed or body).encode()).digest()
    import base64

    token = livekit.AccessToken(key, secret)
    token.claims.sha256 = base64.b64encode(digest).decode()
    return client.post(
        "/api/livekit/webhook",
        body,
        "application/webhook+json",
        HTTP_AUTHORIZATION=token.to_jwt(),
    )


def test_the_webhook_ends_the_session_once_and_only_with_livekits_signature(
    client: Client, settings
) -> None:
    session = VoiceSessionFactory(call=True)
    event = f'{{"event": "room_finished", "id": "EV_1", "room": {{"name": "{session.room}"}}}}'
    keys = {"key": settings.LIVEKIT_API_KEY, "secret": settings.LIVEKIT_API_SECRET}
    assert webhook(client, event, **keys | {"secret": "x" * 40}).status_code == 401
    assert webhook(client, event, **keys, signed="something else").status_code == 401
    assert VoiceSession.objects.get().status == "active"
    assert webhook(client, event, **keys).status_code == 200
    assert webhook(client, event, **keys).status_code == 200
    assert VoiceSession.objects.get().close_reason == "room_closed"
