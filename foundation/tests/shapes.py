"""What tests of every app expect an error to look like."""

from typing import Any


def assert_is_error(response: Any, status: int, code: str, *fields: str) -> None:
    """Check status, shape and code of an error, and that it names exactly these fields."""
    body = response.json()
    assert (response.status_code, body["error"]["code"]) == (status, code), body
    assert_has_error_shape(response)
    assert set(body["error"].get("fields", {})) == set(fields), body


def assert_has_error_shape(response: Any) -> None:
    assert response["Content-Type"].startswith("application/json"), response.content[:200]
    body = response.json()
    assert set(body) == {"error"}
    error = body["error"]
    assert isinstance(error["code"], str)
    assert error["code"] == error["code"].lower().replace(" ", "_")
    assert isinstance(error["message"], str)
    assert error["message"]
    for messages in error.get("fields", {}).values():
        assert all(isinstance(message, str) for message in messages)
