"""One example per endpoint, all of one bicycle workshop called Harbour Wheels."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

AGENT_ID = "3f2a9c1e-5b7d-4c1a-9f0e-2d6b8a4c7e51"
BUSINESS = {
    "id": "8d1f6a52-0c3b-4e7d-a915-6b2c4d8e0f13",
    "name": "Harbour Wheels",
    "slug": "harbour-wheels",
}
_VERSION = {"number": 2, "note": "Friendlier greeting", "created_at": "2026-11-03T09:30:00Z"}
_VERSION_IN_LIST = _VERSION | {
    "id": "b7e2c9d4-1a6f-4c83-8e05-9d3f7a1b2c64",
    "created_by": "owner@harbour-wheels.example",
    "is_published": True,
}
_AGENT = {
    "id": AGENT_ID,
    "name": "Robin",
    "business": BUSINESS,
    "is_configured": True,
    "is_active": True,
    "allowed_origins": ["https://www.harbour-wheels.example"],
    "published_version": _VERSION,
    "created_at": "2026-11-02T14:05:11Z",
    "updated_at": "2026-11-03T09:30:00Z",
}
_AGENT_DETAIL = _AGENT | {
    "draft": {"has_changes": False},
    "knowledge": {
        "percent": 100,
        "sources": 2,
        "documents": 18,
        "problems": 0,
        "is_searchable": True,
    },
    "onboarding": {
        "session_id": "c4a8e1f7-6d2b-4f95-b3c0-7e1a9d5f2b86",
        "status": "completed",
        "activity": "",
        "error": "",
    },
}
_CONFIG: dict[str, Any] = {
    "schema_version": 1,
    "name": "Robin",
    "role": "answers questions about the bicycle workshop",
    "business_name": "Harbour Wheels",
    "language": "en",
    "greeting": "Hello, this is Robin from Harbour Wheels. How can I help?",
    "instructions": {
        "identity": "You are Robin, the assistant of Harbour Wheels.",
        "task": "Answer visitors' questions about repairs and rentals.",
        "knowledge_use": "Answer only from the passages you are given.",
        "speech_style": "Short spoken sentences.",
        "hand_off": "Offer to take a message when a person is needed.",
        "guard_rails": "Never invent facts or prices.",
        "never_say": "",
    },
    "phrases": {
        "unknown": "I'm sorry, I don't know that.",
        "ask_contact": "How can we reach you?",
        "ask_message": "What should I pass on?",
        "message_taken": "Thank you, I've passed that on.",
        "error": "I'm sorry, something went wrong.",
    },
    "engine": {"kind": "local", "voice": "joe"},
    "tools": ["search_knowledge_base", "take_message"],
    "hand_off": {"contact_name": "Anna", "contact_email": "anna@harbour-wheels.example"},
    "suggested_questions": ["When are you open?"],
}


def _request(name: str, value: Any) -> OpenApiExample:
    return OpenApiExample(name, value=value, request_only=True)


def _response(name: str, value: Any, *, status: int = 200) -> OpenApiExample:
    return OpenApiExample(name, value=value, response_only=True, status_codes=[str(status)])


AGENT_IN_LIST = _response("An agent", _AGENT)
AGENT = OpenApiExample(
    "An agent in detail", value=_AGENT_DETAIL, response_only=True, status_codes=["200", "201"]
)
NEW_AGENT = _request("A new agent", {"name": "Robin"})
AGENT_CHANGE = _request(
    "A new name and its website",
    {"name": "Kim", "allowed_origins": ["https://www.harbour-wheels.example"]},
)
STATUS = _request("Switch it off", {"active": False})
CONFIG = OpenApiExample("A configuration", value=_CONFIG)
CONFIG_AFTER = _response("The whole draft, changed", _CONFIG | {"greeting": "Ahoy! Robin here."})
CONFIG_CHANGE = _request(
    "A new greeting, the usual voice", {"greeting": "Ahoy! Robin here.", "engine": None}
)
PUBLISH = _request("Publish", {"note": "Friendlier greeting"})
ROLLBACK = _request("Back to version 2", {"version": 2})
VERSION_IN_LIST = _response("A version", _VERSION_IN_LIST)
VERSION = OpenApiExample(
    "A version with its configuration",
    value=_VERSION_IN_LIST | {"config": _CONFIG},
    response_only=True,
    status_codes=["200", "201"],
)
CONFIG_SCHEMA = _response(
    "The beginning of the schema",
    {"title": "AgentConfig", "type": "object", "required": ["name", "role", "greeting"]},
)
