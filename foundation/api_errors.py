"""One shape for every error of the API: `{"error": {"code", "message", "fields"?}}`.

`code` is stable and for programs; `message` is for people and says what to do. An app's view
translates its own exceptions into `ApiError`; everything DRF raises is translated here, so that
there is no second shape.
"""

import logging
from typing import Any

from django.core import exceptions as django_exceptions
from django.core.signals import got_request_exception
from django.http import Http404
from django.http.multipartparser import MultiPartParserError
from rest_framework import exceptions, status
from rest_framework.response import Response

logger = logging.getLogger(__name__)

MESSAGES = {
    400: ("invalid", "The request isn't valid; see `fields`."),
    401: ("not_authenticated", "Sign in, or send a valid key as `Authorization: Bearer vp_...`."),
    403: ("forbidden", "You may not do this."),
    404: ("not_found", "There is nothing here that you may see."),
    405: ("method_not_allowed", "This address doesn't take that method."),
    406: ("not_acceptable", "This address answers JSON only."),
    413: ("too_large", "The request is too large."),
    415: ("unsupported_media_type", "Send JSON (`Content-Type: application/json`)."),
    429: ("rate_limited", "Too many requests; wait and try again."),
    500: ("server_error", "Something went wrong on our side; it has been recorded."),
}

_TOO_LARGE = (
    django_exceptions.RequestDataTooBig,
    django_exceptions.TooManyFieldsSent,
    django_exceptions.TooManyFilesSent,
)


class ApiError(exceptions.APIException):
    """An error with a named code. `extra` goes into the error object; `retry_after_seconds` into
    the header.
    """

    def __init__(
        self,
        status_code: int,
        code: str,
        message: str,
        *,
        fields: dict[str, list[str]] | None = None,
        retry_after_seconds: int | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(message, code)
        self.status_code = status_code
        self.body = {"code": code, "message": message} | extra
        if fields:
            self.body["fields"] = fields
        self.retry_after_seconds = retry_after_seconds


def error_body(code: str, message: str, **extra: Any) -> dict[str, Any]:
    return {"error": {"code": code, "message": message} | extra}


def exception_handler(error: Exception, context: dict[str, Any]) -> Response:
    """Answer every error in our shape; an unexpected one is logged and signalled too."""
    known = _translate(error)
    if known is None:
        return _server_error(error, context)
    return Response(_body(known), status=known.status_code, headers=_headers(known))


def _translate(error: Exception) -> exceptions.APIException | None:
    """Return what Django raises as its DRF twin, or None for what nobody expected."""
    if isinstance(error, exceptions.APIException):
        return error
    if isinstance(error, Http404):
        return exceptions.NotFound()
    if isinstance(error, django_exceptions.PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(error, _TOO_LARGE):
        return ApiError(413, *MESSAGES[413])
    if isinstance(error, MultiPartParserError | django_exceptions.SuspiciousOperation):
        return ApiError(400, "invalid", "The body can't be read; send it again.")
    return None


def _server_error(error: Exception, context: dict[str, Any]) -> Response:
    """Answer here and not in Django's handler, which would show a debug page when DEBUG is on."""
    request = context.get("request")
    view = type(context.get("view")).__name__
    logger.error("An API view crashed", exc_info=error, extra={"view": view})
    got_request_exception.send(sender=None, request=getattr(request, "_request", None))
    return Response(error_body(*MESSAGES[500]), status=500)


def _body(error: exceptions.APIException) -> dict[str, Any]:
    if isinstance(error, ApiError):
        return {"error": error.body}
    if isinstance(error, exceptions.ValidationError):
        code, message = MESSAGES[400]
        return error_body(code, message, fields=_fields(error.detail))
    if isinstance(error, exceptions.ParseError):
        return error_body("invalid", "The body is not valid JSON in UTF-8.")
    code, message = MESSAGES.get(error.status_code, ("error", str(error.detail)))
    return error_body(code, message)


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = str(error.auth_header)  # type: ignore[attr-defined]
    wait = getattr(error, "retry_after_seconds", None) or getattr(error, "wait", None)
    if error.status_code == status.HTTP_429_TOO_MANY_REQUESTS and wait:
        headers["Retry-After"] = str(int(wait) + 1)
    return headers


def _fields(detail: Any, prefix: str = "") -> dict[str, list[str]]:
    """Flatten DRF's nested detail into dotted names, each with a list of messages."""
    if isinstance(detail, dict):
        flat: dict[str, list[str]] = {}
        for name, inner in detail.items():
            flat |= _fields(inner, f"{prefix}.{name}" if prefix else str(name))
        return flat
    if isinstance(detail, list) and any(isinstance(item, dict) for item in detail):
        return _fields({str(n): item for n, item in enumerate(detail) if item}, prefix)
    messages = [str(item) for item in (detail if isinstance(detail, list) else [detail])]
    return {prefix or "non_field_errors": messages}
