"""What a website's widget asks before it shows itself.

So the refusal is known before the click: a visitor of a website that isn't on the list never sees
a button, and the owner reads the reason in the console as soon as the page is open. Browsers keep
a good answer for minutes.
"""

from typing import Any

from django.conf import settings
from django.utils.cache import patch_vary_headers
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from agents_app.models import Agent, AgentVersion
from foundation.api_errors import ApiError
from voice_app.api.sessions import caller_of
from voice_app.api.visitor import VisitorView, find_agent
from voice_app.serializers import WidgetOutput

KEEP_SECONDS = 300


class WidgetView(VisitorView):
    @extend_schema(
        summary="What the widget shows before a call",
        responses=WidgetOutput,
        examples=[
            OpenApiExample(
                "An agent",
                value={
                    "agent": {"name": "Robin", "greeting": "Hello!", "language": "en"},
                    "livekit_url": "wss://calls.example.com",
                },
                response_only=True,
            )
        ],
    )
    def get(self, request: Request, agent_id: Any) -> Response:
        agent = find_agent(agent_id)
        caller = caller_of(request, agent)
        version = _answering_version(agent, is_member=caller.is_member)
        response = Response(_describe(version))
        response["Cache-Control"] = f"private, max-age={KEEP_SECONDS}"
        return response

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer["Access-Control-Allow-Methods"] = "GET, OPTIONS"
        patch_vary_headers(answer, ["Origin"])
        return answer


def _answering_version(agent: Agent, *, is_member: bool) -> AgentVersion:
    if agent.published_version is None:
        message = "This agent isn't finished yet; its owner can complete it on the agent's page."
        raise ApiError(409, "agent_not_configured", message)
    if not agent.is_active and not is_member:
        raise ApiError(409, "agent_inactive", "This agent is switched off.")
    return agent.published_version


def _describe(version: AgentVersion) -> dict[str, Any]:
    config = version.load()
    return {
        "agent": {"name": config.name, "greeting": config.greeting, "language": config.language},
        "livekit_url": settings.LIVEKIT_PUBLIC_URL,
    }
