"""What members see of their conversations."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from voice_app.api.visitor import not_found
from voice_app.models import VoiceSession, VoiceSessionQuerySet
from voice_app.serializers import SessionDetailOutput, SessionFilterInput, SessionOutput


class SessionListView(GenericAPIView):
    serializer_class = SessionOutput
    queryset = VoiceSession.objects.none()

    @extend_schema(
        operation_id="voice_sessions_list",
        summary="Conversations, newest first",
        parameters=[SessionFilterInput],
        responses=SessionOutput(many=True),
        examples=[OpenApiExample("A call", value={"status": "ended"}, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        wanted = SessionFilterInput(data=request.query_params.dict())
        wanted.is_valid(raise_exception=True)
        sessions = _filtered(VoiceSession.objects.for_user(request.user), wanted.validated_data)
        page = self.paginate_queryset(sessions.select_related("agent", "version"))
        return self.get_paginated_response(SessionOutput(page, many=True).data)


def _filtered(sessions: VoiceSessionQuerySet, wanted: dict[str, Any]) -> VoiceSessionQuerySet:
    lookups = {
        "agent": "agent__public_id",
        "status": "status",
        "channel": "channel",
        "since": "created_at__gte",
    }
    given = {lookups[name]: value for name, value in wanted.items() if name in lookups}
    return sessions.filter(**given)


class SessionDetailView(APIView):
    @extend_schema(
        operation_id="voice_session_read",
        summary="One conversation",
        responses=SessionDetailOutput,
        examples=[
            OpenApiExample("A call", value={"status": "ended", "turns": []}, response_only=True)
        ],
    )
    def get(self, request: Request, session_id: Any) -> Response:
        sessions = VoiceSession.objects.for_user(request.user)
        session = (
            sessions.select_related("agent", "version")
            .prefetch_related("turns", "tool_calls")
            .filter(public_id=session_id)
            .first()
        )
        if session is None:
            raise not_found("conversation")
        return Response(SessionDetailOutput(session).data)
