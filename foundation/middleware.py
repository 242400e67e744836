"""Gives each request an id that its log lines and its answer carry."""

import re
import uuid
from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from foundation.logs import request_id

_ACCEPTED = re.compile(r"^[A-Za-z0-9_-]{8,64}$")


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
