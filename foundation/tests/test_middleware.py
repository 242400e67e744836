"""What happens to every request before a view."""

import logging

import pytest
from django.test import AsyncClient, Client

from foundation.tests.shapes import assert_is_error


def test_an_answer_carries_the_id_of_its_request(client: Client) -> None:
    given = client.get("/health/", headers={"X-Request-Id": "from-the-proxy-1"})
    assert given["X-Request-Id"] == "from-the-proxy-1"
    made = client.get("/health/", headers={"X-Request-Id": "no good\n"})
    assert len(made["X-Request-Id"]) == 32


def test_log_lines_carry_the_id_of_the_request(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    from foundation.logs import JsonFormatter, RequestIdFilter

    caplog.handler.addFilter(RequestIdFilter())
    with caplog.at_level(logging.WARNING):
        client.get("/api/nothing", headers={"X-Request-Id": "abcdefgh"})
    lines = [JsonFormatter().format(record) for record in caplog.records]
    assert any('"request_id": "abcdefgh"' in line for line in lines)


@pytest.mark.parametrize("address", ["/?q=%00", "/%00", "/accounts/login/?next=a%00b"])
def test_a_nul_in_the_address_is_refused_on_pages_too(client: Client, address: str) -> None:
    assert client.get(address).status_code == 400


@pytest.mark.parametrize("address", ["/api/agents/?cursor=%00", "/api/%00", "/api/agents/%00/"])
def test_a_nul_in_an_api_address_is_refused_in_our_shape(client: Client, address: str) -> None:
    assert_is_error(client.get(address), 400, "invalid")


def test_a_nul_hidden_in_a_cookie_is_refused(client: Client) -> None:
    cookie = r'sessionid="\000aaaaaaaaaaaaaaaa"'
    assert_is_error(client.get("/api/agents/", HTTP_COOKIE=cookie), 400, "invalid")


def test_broken_utf_8_in_the_address_is_no_crash(client: Client, db: None) -> None:
    assert_is_error(client.get("/api/agents/?cursor=%ff%fe"), 401, "not_authenticated")


async def test_the_refusals_are_the_same_under_asgi() -> None:
    response = await AsyncClient().get("/api/agents/?q=%00")
    assert_is_error(response, 400, "invalid")
    assert response["X-Request-Id"]


def directives(response: object) -> dict[str, str]:
    parts = response["Content-Security-Policy"].split("; ")  # type: ignore[index]
    return {name: sources for name, _, sources in (part.partition(" ") for part in parts)}


def test_pages_have_a_strict_policy(client: Client) -> None:
    policy = directives(client.get("/health/"))
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"


def test_only_the_admin_may_evaluate(client: Client, db: None) -> None:
    policy = directives(client.get("/admin/login/"))
    assert policy["script-src"] == "'self' 'unsafe-eval'"
    assert policy["style-src"] == "'self' 'unsafe-inline'"
    assert policy["object-src"] == "'none'"
    assert "unsafe" not in str(directives(client.get("/api/docs/")))


def test_refusals_are_pages_for_people(as_owner: Client) -> None:
    assert "This request can't be read" in as_owner.get("/?q=%00").content.decode()
    page = as_owner.get("/admin/login/")
    assert page.status_code == 403
    assert "You may not see this page" in page.content.decode()
    strict = Client(enforce_csrf_checks=True)
    page = strict.post("/accounts/login/", {"login": "a@b.c"})
    assert page.status_code == 403
    assert "This form had expired" in page.content.decode()
