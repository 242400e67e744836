"""A visitor's session: start, rejoin, end, measurements, and the message form that is left when all
else fails.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from agents_app import services as agent_services
from agents_app.authentication import KeyHolder
from agents_app.exceptions import AgentInactive, AgentNotConfigured, ConfigRejected
from agents_app.models import Agent, AgentVersion, User
from foundation.api_errors import ApiError
from voice_app import services
from voice_app.access import Caller, OriginNotAllowed, identify_caller
from voice_app.api.visitor import VisitorView, find_agent, find_session, session_ended
from voice_app.exceptions import AtCapacity, SessionEnded, VoiceUnavailable
from voice_app.models import VoiceSession
from voice_app.serializers import (
    ClientMetricsInput,
    MessageInput,
    MessageOutput,
    NewSessionInput,
    NewSessionOutput,
    SecretInput,
    TokenInput,
    TokenOutput,
)
from voice_app.throttles import PerAddress, PerAgent


def caller_of(request: Request, agent: Agent) -> Caller:
    """Return who calls.

    Raises:
        ApiError: 403 `origin_not_allowed`, with what the owner can do about it.
    """
    user = request.user if isinstance(request.user, KeyHolder) else None
    try:
        return identify_caller(request._request, agent=agent, user=user)
    except OriginNotAllowed as error:
        where = error.origin or "This program (it sent no Origin and no key)"
        raise ApiError(
            403,
            "origin_not_allowed",
            f"{where} is not among the websites that may show this agent. "
            "Its owner can add it under Agent > Widget > Allowed websites.",
        ) from error


class StartSessionView(VisitorView):
    throttle_classes = [PerAddress, PerAgent]

    @extend_schema(
        summary="Start a conversation",
        request=NewSessionInput,
        responses={201: NewSessionOutput},
        examples=[OpenApiExample("A call", value={"channel": "voice"}, request_only=True)],
    )
    def post(self, request: Request, agent_id: Any) -> Response:
        agent = find_agent(agent_id)
        caller = caller_of(request, agent)
        given = NewSessionInput(data=request.data)
        given.is_valid(raise_exception=True)
        new = _start(agent, caller, given.validated_data)
        return Response(_describe(new), status=201)


def _start(agent: Agent, caller: Caller, given: dict[str, Any]) -> services.NewSession:
    try:
        version = _member_version(agent, caller) if caller.is_member else None
        return services.create_session(agent=agent, origin=caller.origin, version=version, **given)
    except (AgentNotConfigured, ConfigRejected) as error:
        message = "This agent isn't finished yet; its owner can complete it on the agent's page."
        raise ApiError(409, "agent_not_configured", message) from error
    except AgentInactive as error:
        raise ApiError(409, "agent_inactive", "This agent is switched off.") from error
    except AtCapacity as error:
        message = "All lines are busy; try again in a minute, or write instead."
        raise ApiError(429, "at_capacity", message, retry_after_seconds=30) from error
    except VoiceUnavailable as error:
        message = f"Calls don't work right now. {error.reason}"
        raise ApiError(503, "voice_unavailable", message, fallback="text") from error


def _member_version(agent: Agent, caller: Caller) -> AgentVersion:
    """Members run what visitors run, and before the first publication the draft."""
    if agent.published_version is not None:
        return agent.published_version
    by = caller.user if isinstance(caller.user, User) else None
    return agent_services.freeze_draft(agent=agent, by=by)


def _describe(new: services.NewSession) -> dict[str, Any]:
    config = new.session.version.load()
    answer: dict[str, Any] = {
        "session_id": new.session.public_id,
        "session_secret": new.secret,
        "agent": {"name": config.name, "greeting": config.greeting, "language": config.language},
    }
    if new.session.channel == VoiceSession.Channel.VOICE:
        answer |= _join(new.session)
    return answer


def _join(session: VoiceSession) -> dict[str, Any]:
    return {
        "room": session.room,
        "livekit_url": settings.LIVEKIT_PUBLIC_URL,
        "token": services.join_token(session=session),
        "expires_at": timezone.now() + timedelta(seconds=settings.JOIN_TOKEN_SECONDS),
    }


class TokenView(VisitorView):
    throttle_classes = [PerAddress]

    @extend_schema(
        summary="Join a call again",
        request=TokenInput,
        responses=TokenOutput,
        examples=[
            OpenApiExample(
                "After a reload",
                value={"session_id": "5f0c…", "session_secret": "…"},
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        given = TokenInput(data=request.data, context={"request": request})
        given.is_valid(raise_exception=True)
        session = find_session(
            given.validated_data["session_id"], given.validated_data["session_secret"]
        )
        try:
            return Response(_join(session))
        except SessionEnded as error:
            raise session_ended() from error


class EndSessionView(VisitorView):
    @extend_schema(
        summary="Hang up",
        request=SecretInput,
        responses={204: None},
        examples=[OpenApiExample("Hang up", value={"session_secret": "…"}, request_only=True)],
    )
    def post(self, request: Request, session_id: Any) -> Response:
        session = _own_session(request, session_id, SecretInput)[0]
        services.end_session(session=session, reason="visitor_left")
        return Response(status=204)


class ClientMetricsView(VisitorView):
    @extend_schema(
        summary="Report what the browser measured",
        request=ClientMetricsInput,
        responses={204: None},
        examples=[
            OpenApiExample(
                "First word",
                value={"session_secret": "…", "connected_ms": 480, "greeting_audible_ms": 910},
                request_only=True,
            )
        ],
    )
    def post(self, request: Request, session_id: Any) -> Response:
        session, given = _own_session(request, session_id, ClientMetricsInput)
        services.save_client_metrics(session=session, metrics=given)
        return Response(status=204)


def _own_session(
    request: Request, session_id: Any, shape: type[SecretInput]
) -> tuple[VoiceSession, dict[str, Any]]:
    given = shape(data=request.data, context={"request": request})
    given.is_valid(raise_exception=True)
    values = dict(given.validated_data)
    return find_session(session_id, values.pop("session_secret")), values


class MessageView(VisitorView):
    throttle_classes = [PerAddress, PerAgent]

    @extend_schema(
        summary="Leave a message",
        request=MessageInput,
        responses={201: MessageOutput},
        examples=[
            OpenApiExample(
                "A message",
                value={"name": "Ada", "contact": "ada@example.com", "text": "Please call me."},
                request_only=True,
            )
        ],
    )
    def post(self, request: Request, agent_id: Any) -> Response:
        agent = find_agent(agent_id)
        caller_of(request, agent)
        given = MessageInput(data=request.data)
        given.is_valid(raise_exception=True)
        values = dict(given.validated_data)
        session_id = values.pop("session_id", None)
        session = agent.sessions.filter(public_id=session_id).first() if session_id else None
        lead = services.take_message(agent=agent, session=session, **values)
        return Response({"lead_id": lead.public_id}, status=201)
