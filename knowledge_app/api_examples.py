"""One example per endpoint, as the API's pages show them."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

_SOURCE: dict[str, Any] = {
    "id": "2c7d4f0a-93b1-4e6c-8a55-1f0e7b9d3c42",
    "kind": "website",
    "title": "harbour-wheels.example",
    "url": "https://harbour-wheels.example/",
    "status": "working",
    "activity": "Reading page 14 of 60: Opening hours",
    "percent": 22,
    "documents_done": 13,
    "documents_found": 60,
    "problems": [
        {
            "where": "https://harbour-wheels.example/old",
            "message": "This page doesn't exist (404).",
        }
    ],
    "synced_at": None,
    "created_at": "2026-11-02T14:05:11Z",
}
_FOUND = {
    "results": [
        {
            "text": "Thursday: 9:00 to 20:00\nSaturday: 9:00 to 14:00",
            "title": "Opening hours and directions",
            "heading": "Opening hours",
            "url": "https://harbour-wheels.example/opening",
            "score": 0.947,
            "similarity": 0.881,
            "document_id": "9a4e1b70-5c2d-4f38-b6e9-0d7c3a8f1e25",
        }
    ],
    "took_ms": 21,
}
NEW_WEBSITE = OpenApiExample(
    "A website", value={"kind": "website", "url": "https://example.com"}, request_only=True
)
NEW_TEXT = OpenApiExample(
    "A text",
    value={"kind": "text", "title": "Parking", "text": "Park behind the old fish market."},
    request_only=True,
)
SOURCE = OpenApiExample(
    "Being read", value=_SOURCE, response_only=True, status_codes=["200", "202"]
)
FOUND = OpenApiExample("Found", value=_FOUND, response_only=True)
