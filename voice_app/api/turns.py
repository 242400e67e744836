"""Typed turns, answered as server-sent events (WHATWG HTML, section 9.2) without LiveKit.

The stream is consumed from an async generator after the view has returned; the generator owns the
session's turn and gives it back however it ends, also when the visitor closes the page in the
middle.
"""

import json
import logging
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request

from foundation.api_errors import ApiError
from voice_app import services
from voice_app.api.visitor import VisitorView, find_session, session_ended
from voice_app.conversation.chat import answer_typed_turn
from voice_app.conversation.events import Card, Delta, Done, Event, Sources
from voice_app.exceptions import SessionBusy, SessionEnded, SessionIsCall
from voice_app.models import VoiceSession
from voice_app.serializers import TurnInput
from voice_app.throttles import TurnsPerAddress

logger = logging.getLogger(__name__)


class AnyAccept(BaseContentNegotiation):
    """Errors are JSON and answers are event streams, whatever `Accept` says."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return next((p for p in parsers if p.media_type == "application/json"), None)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class TurnsView(VisitorView):
    throttle_classes = [TurnsPerAddress]
    content_negotiation_class = AnyAccept

    @extend_schema(
        summary="Say something in writing",
        request=TurnInput,
        responses={(200, "text/event-stream"): OpenApiTypes.STR},
        examples=[
            OpenApiExample(
                "A question",
                value={"session_secret": "…", "text": "When do you open on Saturday?"},
                request_only=True,
            )
        ],
    )
    def post(self, request: Request, session_id: Any) -> StreamingHttpResponse:
        given = TurnInput(data=request.data, context={"request": request})
        given.is_valid(raise_exception=True)
        session = find_session(session_id, given.validated_data["session_secret"])
        _begin(session)
        stream = _stream(session, given.validated_data["text"])
        response = StreamingHttpResponse(stream, content_type="text/event-stream")
        response["Cache-Control"] = "no-cache"
        response["X-Accel-Buffering"] = "no"
        return response


def _begin(session: VoiceSession) -> None:
    try:
        services.begin_turn(session=session)
    except SessionEnded as error:
        raise session_ended() from error
    except SessionIsCall as error:
        message = "This is a call: what is typed in it goes through its room."
        raise ApiError(409, "session_is_call", message) from error
    except SessionBusy as error:
        message = "The last question is still being answered."
        raise ApiError(409, "busy", message) from error


async def _stream(session: VoiceSession, text: str) -> AsyncIterator[bytes]:
    try:
        async for event in answer_typed_turn(session, text):
            yield _encode(event)
    except Exception:
        logger.exception("typed turn failed", extra={"session": session.pk})
        message = "Something went wrong on our side; please ask again."
        yield _frame("error", {"code": "server_error", "message": message})
    finally:
        await services.afinish_turn(session=session)


def _encode(event: Event) -> bytes:
    match event:
        case Delta():
            return _frame("delta", {"text": event.text})
        case Sources():
            return _frame("sources", {"items": [_public(item) for item in event.items]})
        case Card():
            return _frame("card", event.body)
        case Done():
            return _frame("done", {"turn_id": event.turn_id, "text": event.text})
    raise TypeError(type(event))


def _public(source: Any) -> dict[str, Any]:
    """Return a source as visitors see it, without our row's id."""
    return {k: v for k, v in asdict(source).items() if k != "chunk_id" and v not in {None, ""}}


def _frame(name: str, data: dict[str, Any]) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
