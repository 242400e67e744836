"""Whatever is wrong with a request, the API answers in one shape and never with 500."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import SuspiciousOperation, TooManyFilesSent
from django.http import Http404
from django.http.multipartparser import MultiPartParserError
from django.test import Client
from django.urls import path
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework.views import APIView

from agents_app.models import Agent
from foundation.api_errors import ApiError
from foundation.error_pages import api_not_found
from foundation.tests.shapes import assert_is_error

LIST = "/api/agents/"


class Raises(APIView):
    """Raises what the test put here."""

    authentication_classes = ()
    permission_classes = ()
    error: Exception = Http404()

    def get(self, request: Request) -> Response:
        raise self.error


urlpatterns = [path("api/raises", Raises.as_view()), path("api/<path:rest>", api_not_found)]
handler404 = "foundation.error_pages.not_found"
handler400 = "foundation.error_pages.bad_request"
handler500 = "foundation.error_pages.server_error"


@pytest.fixture
def raising(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    settings.ROOT_URLCONF = __name__

    def get(error: Exception) -> Any:
        monkeypatch.setattr(Raises, "error", error)
        return Client(raise_request_exception=False).get("/api/raises")

    return get


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Http404(), 404, "not_found"),
        (exceptions.NotFound(), 404, "not_found"),
        (exceptions.PermissionDenied(), 403, "forbidden"),
        (exceptions.NotAuthenticated(), 403, "forbidden"),
        (exceptions.Throttled(wait=3), 429, "rate_limited"),
        (exceptions.NotAcceptable(), 406, "not_acceptable"),
        (TooManyFilesSent(), 413, "too_large"),
        (SuspiciousOperation("what it was"), 400, "invalid"),
        (MultiPartParserError("what it was"), 400, "invalid"),
        (ApiError(503, "voice_unavailable", "Try later."), 503, "voice_unavailable"),
        (ValueError("postgres://user:secret@host"), 500, "server_error"),
    ],
)
def test_every_exception_becomes_the_one_shape(
    raising: Any, error: Exception, status: int, code: str
) -> None:
    response = raising(error)
    assert_is_error(response, status, code)
    assert b"what it was" not in response.content
    assert b"secret" not in response.content


def test_a_crash_shows_no_details_even_while_debugging(raising: Any, settings: Any) -> None:
    settings.DEBUG = True
    response = raising(ValueError("secret"))
    assert_is_error(response, 500, "server_error")
    assert b"secret" not in response.content


def test_a_crash_is_seen_by_tests_and_watchers(raising: Any) -> None:
    raising(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        Client().get("/api/raises")


def test_who_must_wait_is_told_how_long(raising: Any) -> None:
    assert raising(exceptions.Throttled(wait=3))["Retry-After"] == "4"
    limited = ApiError(429, "at_capacity", "Wait.", retry_after_seconds=10)
    assert raising(limited)["Retry-After"] == "11"


def test_extra_parts_go_into_the_error(raising: Any) -> None:
    error = ApiError(503, "voice_unavailable", "Try later.", fallback="text")
    assert raising(error).json()["error"]["fallback"] == "text"


def test_nested_details_become_dotted_fields(raising: Any) -> None:
    detail = {"a": {"b": ["no"]}, "list": [{}, {"c": ["never"]}], "plain": "bad"}
    response = raising(exceptions.ValidationError(detail))
    assert_is_error(response, 400, "invalid", "a.b", "list.1.c", "plain")


@pytest.mark.parametrize(
    "body", [b"{", b"\xff", rb'{"name": "\u0000"}', rb'{"name": "\ud800"}', b"[" * 100_000]
)
def test_a_broken_body_is_a_400(api: APIClient, body: bytes) -> None:
    assert_is_error(api.post(LIST, body, content_type="application/json"), 400, "invalid")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"null", "non_field_errors"),
        (b"[]", "non_field_errors"),
        (b'"x"', "non_field_errors"),
        (b'{"name": []}', "name"),
        (b'{"name": {}}', "name"),
        (b'{"name": true}', "name"),
        (b'{"name": null}', "name"),
        (b'{"name": " "}', "name"),
        (b"", "name"),
    ],
)
def test_a_wrong_type_names_the_field(api: APIClient, body: bytes, field: str) -> None:
    assert_is_error(api.post(LIST, body, content_type="application/json"), 400, "invalid", field)


def test_a_huge_body_is_too_large(api: APIClient) -> None:
    body = b'{"name": "' + b"a" * 2_500_000 + b'"}'
    assert_is_error(api.post(LIST, body, content_type="application/json"), 413, "too_large")


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "multipart/form-data; boundary=x",
        "nonsense",
    ],
)
def test_another_content_type_is_unsupported(as_owner: Client, content_type: str) -> None:
    response = as_owner.generic("POST", f"{LIST}?q=%ff", b"a=b", content_type)
    assert_is_error(response, 415, "unsupported_media_type")


def test_a_malformed_upload_is_not_a_crash_for_who_has_a_cookie(as_owner: Client) -> None:
    """Looking for the CSRF token reads the form before any parser of ours does."""
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    strict.cookies = as_owner.cookies
    response = strict.post(LIST, b"--x", content_type="multipart/form-data")
    assert response.status_code in {400, 403}
    assert_is_error(response, response.status_code, response.json()["error"]["code"])


def test_another_method_is_not_allowed(api: APIClient) -> None:
    assert_is_error(api.delete(LIST), 405, "method_not_allowed")


def test_another_answer_than_json_is_not_acceptable(api: APIClient) -> None:
    assert_is_error(api.get(LIST, HTTP_ACCEPT="text/csv"), 406, "not_acceptable")


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("method", ["get", "post", "delete"])
@pytest.mark.parametrize("address", ["/api/", "/api/nothing", "/api/agents", "/api/agents/1/"])
def test_an_unknown_address_is_not_found_in_our_shape(
    db: None, client: Client, settings: Any, debug: bool, method: str, address: str
) -> None:
    settings.DEBUG = debug
    assert_is_error(getattr(client, method)(address), 404, "not_found")


def test_a_cookie_without_a_csrf_token_is_forbidden(as_owner: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = as_owner.cookies
    response = strict.post(LIST, {"name": "Kim"}, content_type="application/json")
    assert_is_error(response, 403, "forbidden")
    assert not Agent.objects.exists()


@pytest.mark.parametrize(
    "identifier", ["1", "x" * 36, "%00", "00000000-0000-0000-0000-00000000000"]
)
def test_a_broken_uuid_is_not_found_or_refused(api: APIClient, identifier: str) -> None:
    response = api.get(f"{LIST}{identifier}/")
    assert response.status_code in {400, 404}
    assert_is_error(response, response.status_code, response.json()["error"]["code"])


@pytest.mark.parametrize(
    "cursor", ["x", "%FF", "cD1ub3BlIQ==", "cD0AAAA=", "cD0yMDI2LTk5LTk5", "bz05OTk5OTk5OTk5OTk="]
)
def test_a_made_up_cursor_is_refused_or_harmless(api: APIClient, cursor: str) -> None:
    assert api.get(f"{LIST}?cursor={cursor}").status_code in {200, 400, 404}


@pytest.mark.parametrize("limit", ["0", "-1", "x", "9" * 5000, "1e9"])
def test_a_senseless_limit_gives_the_usual_page(api: APIClient, agent: Agent, limit: str) -> None:
    assert len(api.get(f"{LIST}?limit={limit}").json()["results"]) == 1


def test_a_host_that_is_not_ours_is_refused_in_our_shape(client: Client) -> None:
    assert_is_error(client.get("/api/agents/", HTTP_HOST="evil.example"), 400, "invalid")
