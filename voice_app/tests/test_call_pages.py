"""The test page, the loader that websites embed, and what the widget asks first."""

import gzip
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from agents_app.models import Agent
from agents_app.services import set_active
from agents_app.tests.factories import AgentFactory, config

LOADER = "(()=>{const m='__CALL_MODULE__'})()"


def address_of(agent: Agent) -> str:
    return f"{reverse('voice:test')}?agentId={agent.public_id}"


# -- The test page ---------------------------------------------------------------------------


def test_the_owner_gets_a_call_for_the_published_version(as_owner: Client, agent: Agent) -> None:
    page = as_owner.get(address_of(agent)).content.decode()
    assert f'data-agent-id="{agent.public_id}"' in page
    assert "Version 1" in page


def test_a_teammate_may_talk_to_it_too(as_teammate: Client, agent: Agent) -> None:
    assert as_teammate.get(address_of(agent)).status_code == 200


def test_a_stranger_gets_404(as_stranger: Client, agent: Agent) -> None:
    assert as_stranger.get(address_of(agent)).status_code == 404


def test_who_is_signed_out_is_asked_to_sign_in(client: Client, agent: Agent) -> None:
    response = client.get(address_of(agent))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("agent_id", ["", "7", "not-a-uuid", str(uuid4())])
def test_an_address_without_an_agent_is_404(as_owner: Client, agent_id: str) -> None:
    assert as_owner.get(reverse("voice:test"), {"agentId": agent_id}).status_code == 404


def test_without_an_agent_the_list_offers_them(as_owner: Client) -> None:
    response = as_owner.get(reverse("voice:test"))
    assert response["Location"] == reverse("agents:list")


def test_an_agent_that_cannot_speak_yet_links_to_its_setup(as_owner: Client, agent: Agent) -> None:
    unfinished: Any = AgentFactory(business=agent.business, name="Nobody")
    page = as_owner.get(address_of(unfinished)).content.decode()
    assert "speak yet" in page
    assert reverse("onboarding:new") in page
    assert "data-call" not in page


def test_a_draft_can_be_tried_before_it_is_published(as_owner: Client, agent: Agent) -> None:
    draft: Any = AgentFactory(business=agent.business, draft=config())
    page = as_owner.get(address_of(draft)).content.decode()
    assert "data-call" in page
    assert "The draft" in page


def test_the_page_has_no_inline_style_or_script(as_owner: Client, agent: Agent) -> None:
    page = as_owner.get(address_of(agent)).content.decode()
    assert "style=" not in page
    assert "<script>" not in page


# -- The loader ------------------------------------------------------------------------------


@pytest.fixture
def loader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in for the front-end build, which pages are tested without."""
    path = tmp_path / "loader.js"
    path.write_text(LOADER)
    monkeypatch.setattr("django.contrib.staticfiles.finders.find", lambda name: str(path))
    return path


def test_the_loader_names_the_call_module(client: Client, loader: Path) -> None:
    response = client.get(reverse("voice:loader"))
    assert response.content.decode() == "(()=>{const m='/static/widget/call.js'})()"
    assert response["Content-Type"] == "text/javascript; charset=utf-8"


def test_any_website_may_load_it_and_none_gets_a_cookie(client: Client, loader: Path) -> None:
    response = client.get(reverse("voice:loader"), headers={"Origin": "https://any.example"})
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "Cookie" not in response.get("Vary", "")
    assert not response.cookies


def test_an_unchanged_loader_is_not_sent_again(client: Client, loader: Path) -> None:
    first = client.get(reverse("voice:loader"))
    assert "max-age=300" in first["Cache-Control"]
    again = client.get(reverse("voice:loader"), headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    assert not again.content


def test_a_new_build_is_served_at_once(client: Client, loader: Path) -> None:
    first = client.get(reverse("voice:loader"))
    loader.write_text(LOADER + "//new")
    second = client.get(reverse("voice:loader"), headers={"If-None-Match": first["ETag"]})
    assert second.status_code == 200


def test_it_is_compressed_for_whom_that_helps(client: Client, loader: Path) -> None:
    loader.write_text(LOADER * 20)
    response = client.get(reverse("voice:loader"), headers={"Accept-Encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    assert gzip.decompress(response.content).startswith(b"(()=>{const m='/static")


def test_without_a_build_it_is_404(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.contrib.staticfiles.finders.find", lambda name: None)
    assert client.get(reverse("voice:loader")).status_code == 404


# -- What the widget asks first --------------------------------------------------------------


def ask(client: Client, agent: Agent, origin: str = "https://shop.example") -> Any:
    path = reverse("voice_api:widget", args=[agent.public_id])
    return client.get(path, headers={"Origin": origin} if origin else {})


def test_a_listed_website_learns_who_answers(client: Client, agent: Agent) -> None:
    response = ask(client, agent)
    assert response.json()["agent"]["name"] == "Robin"
    assert "max-age=300" in response["Cache-Control"]
    assert "Origin" in response["Vary"]
    assert response["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("origin", ["https://evil.example", "http://shop.example", "null", ""])
def test_any_other_website_is_refused_and_told_why(
    client: Client, agent: Agent, origin: str
) -> None:
    response = ask(client, agent, origin)
    assert response.status_code == 403
    assert response.json()["error"]["code"] == "origin_not_allowed"
    assert "Allowed websites" in response.json()["error"]["message"]
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "max-age" not in response.get("Cache-Control", "")


def test_an_agent_that_is_off_shows_no_widget(client: Client, agent: Agent) -> None:
    set_active(agent=agent, active=False)
    assert ask(client, agent).json()["error"]["code"] == "agent_inactive"


def test_an_unfinished_agent_shows_no_widget(client: Client, agent: Agent) -> None:
    Agent.objects.filter(pk=agent.pk).update(published_version=None)
    assert ask(client, agent).json()["error"]["code"] == "agent_not_configured"


def test_an_unknown_agent_is_404(client: Client, agent: Agent) -> None:
    agent.public_id = uuid4()
    assert ask(client, agent).status_code == 404
