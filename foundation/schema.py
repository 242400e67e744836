"""How the API describes itself: titles from docstrings, and one error shape, written down once."""

from typing import Any

from drf_spectacular.openapi import AutoSchema

_ERROR_SCHEMA = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": {"type": "string", "description": "Stable, for programs."},
                "message": {"type": "string", "description": "For people: what to do."},
                "fields": {
                    "type": "object",
                    "description": "What is wrong with which field of the request.",
                    "additionalProperties": {"type": "array", "items": {"type": "string"}},
                },
            },
        }
    },
}
_ERROR_RESPONSE = {
    "description": (
        "Every error has this shape. 400 `invalid`, 401 `not_authenticated`, 403 `forbidden`, "
        "404 `not_found` (also for what belongs to others), 405, 409 for a state that forbids it, "
        "413 `too_large`, 415, 429 `rate_limited` with `Retry-After`, 500 `server_error`, "
        "503 for a part that is down."
    ),
    "content": {
        "application/json": {
            "schema": {"$ref": "#/components/schemas/Error"},
            "example": {
                "error": {
                    "code": "invalid",
                    "message": "The request isn't valid; see `fields`.",
                    "fields": {"name": ["This field is required."]},
                }
            },
        }
    },
}


class Schema(AutoSchema):
    """Takes an operation's title from the first sentence of its docstring."""

    def get_summary(self) -> str | None:
        first_line = (self.get_description() or "").strip().split("\n")[0]
        return first_line.split(". ")[0].rstrip(".") or None


def describe_errors(result: dict[str, Any], **options: Any) -> dict[str, Any]:
    """Give every operation the one error response (a drf-spectacular post-processing hook)."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Error"] = _ERROR_SCHEMA
    components.setdefault("responses", {})["Error"] = _ERROR_RESPONSE
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"]["default"] = {"$ref": "#/components/responses/Error"}
    return result
