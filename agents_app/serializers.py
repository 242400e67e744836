"""Input and output of the agents API, spelt out."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from agents_app.models import Agent, AgentVersion
from agents_app.origins import MAX_ORIGIN_CHARACTERS, MAX_ORIGINS, normalise_origin
from foundation.serializers import StrictSerializer

MAX_VERSION_NUMBER = 2**31 - 1


class OriginField(serializers.CharField):
    """A website's origin; the address of one of its pages will do."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=MAX_ORIGIN_CHARACTERS, **options)

    def to_internal_value(self, data: Any) -> str:
        origin = normalise_origin(super().to_internal_value(data))
        if not origin:
            raise serializers.ValidationError("Give an address such as https://www.example.com.")
        return origin


class AgentInput(StrictSerializer):
    name = serializers.CharField(max_length=200)
    allowed_origins = serializers.ListField(
        child=OriginField(),
        max_length=MAX_ORIGINS,
        required=False,
        help_text="Websites that may show it.",
    )


class NewAgentInput(AgentInput):
    business = serializers.UUIDField(
        required=False, help_text="Needed only by those who belong to several businesses."
    )


class StatusInput(StrictSerializer):
    active = serializers.BooleanField()


class PublishInput(StrictSerializer):
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class RollbackInput(StrictSerializer):
    version = serializers.IntegerField(min_value=1, max_value=MAX_VERSION_NUMBER)


class BusinessOutput(serializers.Serializer):
    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField()
    slug = serializers.CharField()


class VersionSummary(serializers.Serializer):
    number = serializers.IntegerField()
    note = serializers.CharField()
    created_at = serializers.DateTimeField()


class VersionOutput(VersionSummary):
    id = serializers.UUIDField(source="public_id")
    created_by = serializers.CharField(source="created_by.email", default=None, allow_null=True)
    is_published = serializers.SerializerMethodField()

    def get_is_published(self, version: AgentVersion) -> bool:
        return version.pk == version.agent.published_version_id


class VersionDetailOutput(VersionOutput):
    config = serializers.JSONField(help_text="See /api/agents/config-schema/.")


class DraftSummary(serializers.Serializer):
    has_changes = serializers.BooleanField(help_text="Whether publishing would change anything.")


class KnowledgeSummary(serializers.Serializer):
    percent = serializers.IntegerField()
    sources = serializers.IntegerField()
    documents = serializers.IntegerField()
    problems = serializers.IntegerField()
    is_searchable = serializers.BooleanField()


class OnboardingSummary(serializers.Serializer):
    session_id = serializers.UUIDField(source="public_id")
    status = serializers.CharField()
    activity = serializers.CharField()
    error = serializers.CharField()


class AgentOutput(serializers.Serializer):
    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField()
    business = BusinessOutput()
    is_configured = serializers.BooleanField()
    is_active = serializers.BooleanField()
    allowed_origins = serializers.ListField(child=serializers.CharField())
    published_version = VersionSummary(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class AgentDetailOutput(AgentOutput):
    draft = serializers.SerializerMethodField()
    knowledge = serializers.SerializerMethodField()
    onboarding = serializers.SerializerMethodField()

    @extend_schema_field(DraftSummary(allow_null=True))
    def get_draft(self, agent: Agent) -> dict[str, bool] | None:
        if agent.draft is None:
            return None
        published = agent.published_version
        return {"has_changes": published is None or published.config != agent.draft}

    @extend_schema_field(KnowledgeSummary)
    def get_knowledge(self, agent: Agent) -> Any:
        return KnowledgeSummary(self.context["knowledge"]).data

    @extend_schema_field(OnboardingSummary(allow_null=True))
    def get_onboarding(self, agent: Agent) -> Any:
        session = getattr(agent, "onboarding", None)
        return OnboardingSummary(session).data if session else None
