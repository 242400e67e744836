"""What happens to every request around a view: an id, a refusal of NULs, a policy by section."""

import re
import uuid
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from foundation.error_pages import bad_request
from foundation.logs import request_id

_ACCEPTED = re.compile(r"^[A-Za-z0-9_-]{8,64}$")


class RequestIdMiddleware:
    """Take `X-Request-Id` from a proxy if it is harmless, else make one; send it back."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        given = request.headers.get("X-Request-Id", "")
        identifier = given if _ACCEPTED.match(given) else uuid.uuid4().hex
        request_id.set(identifier)
        if self.is_async:
            return self._answer_async(request, identifier)
        response = self.get_response(request)
        response["X-Request-Id"] = identifier
        return response

    async def _answer_async(self, request: HttpRequest, identifier: str) -> HttpResponseBase:
        response = await self.get_response(request)
        response["X-Request-Id"] = identifier
        return response


class RefuseNulMiddleware:
    """Answer 400 to a NUL in the address or a cookie.

    PostgreSQL refuses it wherever a query meets it, which would be a 500 in the first view that
    looks; a cookie's quoting (`"\\000"`) hides it from every proxy.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        refusal = bad_request(request, BadRequest()) if _has_nul(request) else None
        if self.is_async:
            return self._answer_async(request, refusal)
        return refusal or self.get_response(request)

    async def _answer_async(
        self, request: HttpRequest, refusal: HttpResponseBase | None
    ) -> HttpResponseBase:
        return refusal or await self.get_response(request)


def _has_nul(request: HttpRequest) -> bool:
    query = unquote(request.META.get("QUERY_STRING", ""))
    return any("\x00" in text for text in (request.path_info, query, *request.COOKIES.values()))


class SectionPolicyMiddleware(CSPMiddleware):
    """The site's content security policy, and what a section replaces in it for its own pages."""

    def get_policy_parts(
        self, request: HttpRequest, response: Any, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        for prefix, directives in settings.CONTENT_SECURITY_POLICY_BY_SECTION.items():
            if request.path_info.startswith(prefix):
                parts.replace = directives | (parts.replace or {})
        return parts
