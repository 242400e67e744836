"""The contract of the HTTP API as its own description gives it."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from tests.api_description import Operation, describe, operations

# What other people's programs rely on; more may come, none of it may go.
PROMISED = {
    "/api/onboarding/start": "post",
    "/api/onboarding/answer": "post",
    "/api/onboarding/status/{session_id}": "get",
    "/api/data/process-data/{session_id}": "post",
    "/api/agents/": "get post",
    "/api/agents/{id}/": "get patch put delete",
    "/api/agents/{id}/status": "post",
    "/api/agents/{id}/draft/": "get put patch",
    "/api/agents/{id}/publish": "post",
    "/api/agents/{id}/versions/": "get",
    "/api/agents/{id}/rollback": "post",
    "/api/agents/config-schema/": "get",
    "/api/agents/{id}/sources/": "get post",
    "/api/agents/{id}/sources/{source_id}/": "get delete",
    "/api/agents/{id}/sources/{source_id}/sync": "post",
    "/api/agents/{id}/knowledge/search": "get",
    "/api/voice/{agent_id}/session": "post",
    "/api/voice/session/{session_id}/turns": "post",
    "/api/livekit/token": "post",
    "/api/voice/session/{session_id}/end": "post",
    "/api/voice/session/{session_id}/client-metrics": "post",
    "/api/voice/{agent_id}/message": "post",
    "/api/voice/sessions/": "get",
    "/api/voice/session/{session_id}/": "get",
}
EVERY_OPERATION = pytest.mark.parametrize("operation", operations(), ids=str)


def test_the_description_is_valid_and_complete() -> None:
    out = StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=out)
    assert "openapi: 3.1" in out.getvalue()


@pytest.mark.parametrize(("path", "methods"), PROMISED.items())
def test_every_promised_address_is_there(path: str, methods: str) -> None:
    described = describe()["paths"].get(path.replace("{id}", "{public_id}"), {})
    assert set(methods.split()) <= set(described)


@EVERY_OPERATION
def test_every_operation_has_a_title_and_an_example(operation: Operation) -> None:
    assert operation.body["summary"]
    contents = [operation.body.get("requestBody", {}).get("content", {})]
    contents += [answer.get("content", {}) for answer in operation.body["responses"].values()]
    media = [medium for content in contents for medium in content.values()]
    is_empty = "204" in operation.body["responses"] and not operation.body.get("requestBody")
    assert is_empty or any("examples" in medium or "example" in medium for medium in media)


@EVERY_OPERATION
def test_every_operation_refers_to_the_one_error(operation: Operation) -> None:
    error = {"$ref": "#/components/responses/Error"}
    assert operation.body["responses"]["default"] == error


def test_the_error_is_described_once_with_an_example() -> None:
    components = describe()["components"]
    content = components["responses"]["Error"]["content"]["application/json"]
    assert set(content["example"]["error"]) == {"code", "message", "fields"}
    assert components["schemas"]["Error"]["required"] == ["error"]


def test_programs_and_people_sign_in_as_described() -> None:
    schemes: dict[str, Any] = describe()["components"]["securitySchemes"]
    assert schemes["apiKey"]["scheme"] == "bearer"
    assert schemes["cookieAuth"]["in"] == "cookie"


@pytest.mark.parametrize("address", ["/api/schema/", "/api/docs/", "/api/docs/?script="])
def test_the_description_can_be_read_by_everybody(client: Client, address: str) -> None:
    assert client.get(address).status_code == 200


def test_the_readable_page_asks_no_other_host(client: Client) -> None:
    page = client.get("/api/docs/").content.decode()
    assert "https://" not in page
    assert "<style" not in page
    assert "<script>" not in page
