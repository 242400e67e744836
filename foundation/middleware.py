"""What happens to every request before a view: an id, a refusal of text that nothing behind can hold, a policy by section."""

import codecs
import re
import uuid
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from foundation.error_pages import api_error, bad_request
from foundation.logs import request_id

_ACCEPTED = re.compile(r"^[A-Za-z0-9_-]{8,64}$")
_CHARSETS = {"utf-8", "ascii"}


class RequestIdMiddleware:
    """Take `X-Request-Id` from a proxy if it is harmless, else make one; send it back."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        given = request.headers.get("X-Request-Id", "")
        identifier = given if _ACCEPTED.match(given) else uuid.uuid4().hex
        request_id.set(identifier)
        if iscoroutinefunction(self):
            return self._answer_async(request, identifier)
        response = self.get_response(request)
        response["X-Request-Id"] = identifier
        return response

    async def _answer_async(self, request: HttpRequest, identifier: str) -> HttpResponseBase:
        response = await self.get_response(request)
        response["X-Request-Id"] = identifier
        return response


class RefuseBrokenTextMiddleware:
    """Answer 400 to a NUL in the address or a cookie, 415 to a body that isn't in UTF-8.

    PostgreSQL refuses NULs wherever a query meets them, and Django accepts any codec that Python knows as a charset
    (`zip`, `undefined`), so that both would be a 500 in the first view that looks.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        refusal = _refusal(request)
        if iscoroutinefunction(self):
            return self._answer_async(request, refusal)
        return refusal or self.get_response(request)

    async def _answer_async(
        self, request: HttpRequest, refusal: HttpResponseBase | None
    ) -> HttpResponseBase:
        return refusal or await self.get_response(request)


def _refusal(request: HttpRequest) -> HttpResponseBase | None:
    if _has_unreadable_charset(request):
        # Whatever reads the query after us would decode it with that codec too.
        request.encoding = "utf-8"
        return api_error(415, message="Send text in UTF-8.")
    texts = [request.path_info, unquote(request.META.get("QUERY_STRING", ""))]
    if any("\x00" in text for text in (*texts, *request.COOKIES.values())):
        return bad_request(request)
    return None


def _has_unreadable_charset(request: HttpRequest) -> bool:
    return bool(request.encoding) and codecs.lookup(str(request.encoding)).name not in _CHARSETS


class SectionPolicyMiddleware(CSPMiddleware):
    """The site's content security policy, with the directives that a section replaces in its own pages only."""

    def get_policy_parts(self, request: HttpRequest, response: Any, report_only: bool = False) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        for prefix, directives in settings.CONTENT_SECURITY_POLICY_BY_SECTION.items():
            if request.path_info.startswith(prefix):
                parts.replace = directives | (parts.replace or {})
        return parts
