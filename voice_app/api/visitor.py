"""What the visitor's endpoints share: no cookies, CORS on every answer, and the session's secret.

`Access-Control-Allow-Origin: *` is safe because a browser then sends no cookies; who may call is
decided by `access.py`, and an answer that says why not must be readable for the widget.
"""

from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from agents_app.authentication import ApiKeyAuthentication
from agents_app.models import Agent
from foundation.api_errors import ApiError
from voice_app.models import VoiceSession
from voice_app.tokens import is_secret_of

CORS_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": "Content-Type, Authorization, X-Session-Secret",
    "Access-Control-Max-Age": "86400",
    "Access-Control-Expose-Headers": "Retry-After, X-Request-Id",
}


class VisitorView(APIView):
    """A view that strangers' browsers call from other websites."""

    authentication_classes = [ApiKeyAuthentication]
    permission_classes = [AllowAny]

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        return HttpResponse(status=204)

    def finalize_response(  # type: ignore[override]
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        answer = super().finalize_response(request, response, *args, **kwargs)
        for name, value in CORS_HEADERS.items():
            answer[name] = value
        return answer


def find_agent(agent_id: Any) -> Agent:
    """Return the agent with all that starting a session needs.

    Raises:
        ApiError: 404.
    """
    agents = Agent.objects.select_related("published_version", "business")
    agent = agents.filter(public_id=agent_id).first()
    if agent is None:
        raise not_found("agent")
    return agent


def find_session(session_id: Any, secret: str) -> VoiceSession:
    """Return the visitor's session.

    Raises:
        ApiError: 404, also for a secret that isn't this session's, so that ids can't be tried out.
    """
    sessions = VoiceSession.objects.select_related("agent__business", "version")
    session = sessions.filter(public_id=session_id).first()
    if session is None or not secret or not is_secret_of(session, secret):
        raise not_found("session")
    return session


def not_found(what: str) -> ApiError:
    return ApiError(404, "not_found", f"There is no such {what}.")


def session_ended() -> ApiError:
    return ApiError(409, "session_ended", "This conversation is over; start a new one.")
