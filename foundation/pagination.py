"""Lists are cursors: they stay right while rows are added, and cost the same on page one and page
thousand.
"""

from typing import Any

from django.utils.dateparse import parse_datetime
from rest_framework import pagination
from rest_framework.request import Request

from foundation.api_errors import ApiError


class CursorPagination(pagination.CursorPagination):
    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200
    ordering = ("-created_at", "-pk")

    def decode_cursor(self, request: Request) -> Any:
        """Refuse a cursor that isn't ours before its position meets a query."""
        cursor = super().decode_cursor(request)
        if cursor is None or cursor.position is None or _is_time(str(cursor.position)):
            return cursor
        message = "Take the cursor from `next` or `previous` as it is."
        raise ApiError(400, "invalid", message, fields={"cursor": [message]})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe the links as ours; DRF's own examples point to another host."""
        described = super().get_paginated_response_schema(schema)
        for name in ("next", "previous"):
            described["properties"][name]["example"] = None
        return described


def _is_time(text: str) -> bool:
    try:
        return parse_datetime(text) is not None
    except ValueError:
        return False
