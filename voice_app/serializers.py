"""Input and output of the conversation API, spelt out."""

from typing import Any

from rest_framework import serializers

from foundation.serializers import StrictSerializer
from voice_app.models import Turn, VoiceSession

MAX_TURN_CHARACTERS = 2000


class NewSessionInput(StrictSerializer):
    channel = serializers.ChoiceField(choices=VoiceSession.Channel.choices)
    page_url = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")
    visitor_id = serializers.RegexField(
        r"^[A-Za-z0-9_-]*$", max_length=64, required=False, allow_blank=True, default=""
    )


class SessionAgentOutput(serializers.Serializer):
    name = serializers.CharField()
    greeting = serializers.CharField()
    language = serializers.CharField()


class WidgetOutput(serializers.Serializer):
    agent = SessionAgentOutput()
    livekit_url = serializers.CharField()


class NewSessionOutput(serializers.Serializer):
    session_id = serializers.UUIDField()
    session_secret = serializers.CharField()
    agent = SessionAgentOutput()
    room = serializers.CharField(required=False)
    livekit_url = serializers.CharField(required=False)
    token = serializers.CharField(required=False)
    expires_at = serializers.DateTimeField(required=False)


class SecretInput(StrictSerializer):
    """The secret may come in the body, for `sendBeacon`, or in the header `X-Session-Secret`."""

    session_secret = serializers.CharField(max_length=100, required=False, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        header = self.context["request"].headers.get("X-Session-Secret", "")
        return attrs | {"session_secret": attrs.get("session_secret") or header}


class TurnInput(SecretInput):
    text = serializers.CharField(max_length=MAX_TURN_CHARACTERS)


class TokenInput(SecretInput):
    session_id = serializers.UUIDField()


class TokenOutput(serializers.Serializer):
    room = serializers.CharField()
    livekit_url = serializers.CharField()
    token = serializers.CharField()
    expires_at = serializers.DateTimeField()


class ClientMetricsInput(SecretInput):
    """What only the browser can measure, milliseconds; sent as often as it likes, the last of each
    counts.
    """

    connected_ms = serializers.IntegerField(min_value=0, max_value=600_000, required=False)
    greeting_audible_ms = serializers.IntegerField(min_value=0, max_value=600_000, required=False)
    answer_audible_ms = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=600_000),
        max_length=500,
        required=False,
    )
    packets_lost = serializers.IntegerField(min_value=0, required=False)
    reconnects = serializers.IntegerField(min_value=0, required=False)


class MessageInput(StrictSerializer):
    name = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    contact = serializers.CharField(max_length=300)
    text = serializers.CharField(max_length=5000)
    session_id = serializers.UUIDField(required=False)


class MessageOutput(serializers.Serializer):
    lead_id = serializers.UUIDField()


class SessionOutput(serializers.Serializer):
    """A conversation as lists show it."""

    id = serializers.UUIDField(source="public_id")
    agent_id = serializers.UUIDField(source="agent.public_id")
    version = serializers.IntegerField(source="version.number", allow_null=True)
    channel = serializers.CharField()
    status = serializers.CharField()
    close_reason = serializers.CharField()
    origin = serializers.CharField()
    page_url = serializers.CharField()
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class TurnSourceOutput(serializers.Serializer):
    """A passage that an answer stood on; `url` or `page` only where it has one."""

    title = serializers.CharField()
    text = serializers.CharField()
    url = serializers.CharField(required=False)
    page = serializers.IntegerField(required=False)

    def to_representation(self, instance: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in instance.items() if name in self.fields and value}


class TurnOutput(serializers.Serializer):
    id = serializers.UUIDField(source="public_id")
    role = serializers.ChoiceField(choices=Turn.Role.choices)
    text = serializers.CharField()
    spoken_at = serializers.DateTimeField()
    is_interrupted = serializers.BooleanField()
    sources = TurnSourceOutput(many=True)
    metrics = serializers.JSONField()


class ToolCallOutput(serializers.Serializer):
    name = serializers.CharField()
    arguments = serializers.JSONField()
    result = serializers.CharField()
    is_error = serializers.BooleanField()
    duration_ms = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class SessionDetailOutput(SessionOutput):
    """A conversation with everything that was said and done."""

    turns = TurnOutput(many=True)
    tool_calls = ToolCallOutput(many=True)
    usage = serializers.JSONField()
    client_metrics = serializers.JSONField()


class SessionFilterInput(StrictSerializer):
    agent = serializers.UUIDField(required=False)
    status = serializers.ChoiceField(choices=VoiceSession.Status.choices, required=False)
    channel = serializers.ChoiceField(choices=VoiceSession.Channel.choices, required=False)
    since = serializers.DateTimeField(required=False)
    cursor = serializers.CharField(required=False)
    limit = serializers.IntegerField(required=False)
