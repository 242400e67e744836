"""The agents API: list, make, change and delete agents; edit the draft, publish it, roll back.

`published_version` and `is_configured` are consequences of publishing and can't be written. A draft
is always a complete `AgentConfig`: what can't be published isn't stored.
"""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from agents_app import api_examples as examples
from agents_app import serializers, services
from agents_app.config import AgentConfig
from agents_app.exceptions import AgentNotConfigured, ConfigRejected
from agents_app.models import Agent, AgentVersion, Business, User
from agents_app.shortcuts import get_agent_or_404
from foundation.api_errors import MESSAGES, ApiError
from knowledge_app.services import summarise_knowledge


class TranslatesAgentErrors(APIView):
    """Says this app's exceptions in the API's error shape."""

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, AgentNotConfigured):
            message = "Give the agent a complete draft and publish it first."
            exc = ApiError(409, "agent_not_configured", message)
        elif isinstance(exc, ConfigRejected):
            exc = ApiError(400, *MESSAGES[400], fields=exc.problems)
        elif isinstance(exc, AgentVersion.DoesNotExist):
            exc = ApiError(404, "not_found", "The agent has no version of that number.")
        return super().handle_exception(exc)


def _validated(serializer: Serializer) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data


def _person(request: Request) -> User | None:
    """Return who signed in; a key is nobody in particular."""
    return request.user if isinstance(request.user, User) else None


def _detail(agent: Agent, status: int = 200) -> Response:
    context = {"knowledge": summarise_knowledge(agent=agent)}
    return Response(serializers.AgentDetailOutput(agent, context=context).data, status=status)


class AgentListView(TranslatesAgentErrors, generics.ListAPIView):
    serializer_class = serializers.AgentOutput

    def get_queryset(self) -> QuerySet[Agent]:
        agents = Agent.objects.for_user(self.request.user)
        return agents.select_related("business", "published_version")

    @extend_schema(operation_id="list_agents", examples=[examples.AGENT_IN_LIST])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the agents of your businesses, newest first."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="create_agent",
        request=serializers.NewAgentInput,
        responses={201: serializers.AgentDetailOutput},
        examples=[examples.NEW_AGENT, examples.AGENT],
    )
    def post(self, request: Request) -> Response:
        """Make an agent. It can speak once it has a published configuration."""
        given = _validated(serializers.NewAgentInput(data=request.data))
        business = _business(request, given.pop("business", None))
        agent = services.create_agent(business=business, name=given["name"])
        if "allowed_origins" in given:
            services.update_agent(agent=agent, allowed_origins=given["allowed_origins"])
        return _detail(agent, 201)


def _business(request: Request, public_id: UUID | None) -> Business:
    """Return the business that is named, or the only one that this user has."""
    visible = Business.objects.for_user(request.user)
    found = list(visible.filter(public_id=public_id) if public_id else visible[:2])
    if len(found) == 1:
        return found[0]
    message = "There is no such business." if public_id else "Say for which of your businesses."
    raise ApiError(400, *MESSAGES[400], fields={"business": [message]})


class AgentDetailView(TranslatesAgentErrors):
    @extend_schema(
        operation_id="get_agent",
        responses=serializers.AgentDetailOutput,
        examples=[examples.AGENT],
    )
    def get(self, request: Request, public_id: UUID) -> Response:
        """Read an agent, with summaries of its draft, its knowledge and its onboarding."""
        return _detail(get_agent_or_404(request.user, public_id))

    @extend_schema(
        operation_id="replace_agent",
        request=serializers.AgentInput,
        responses=serializers.AgentDetailOutput,
        examples=[examples.AGENT_CHANGE, examples.AGENT],
    )
    def put(self, request: Request, public_id: UUID) -> Response:
        """Replace what can be changed: the name, and the websites that may show the agent."""
        agent = get_agent_or_404(request.user, public_id)
        given = _validated(serializers.AgentInput(data=request.data))
        return _detail(services.update_agent(agent=agent, **{"allowed_origins": []} | given))

    @extend_schema(
        operation_id="update_agent",
        request=serializers.AgentInput(partial=True),
        responses=serializers.AgentDetailOutput,
        examples=[examples.AGENT_CHANGE, examples.AGENT],
    )
    def patch(self, request: Request, public_id: UUID) -> Response:
        """Change the name, or the websites that may show the agent."""
        agent = get_agent_or_404(request.user, public_id)
        given = _validated(serializers.AgentInput(data=request.data, partial=True))
        return _detail(services.update_agent(agent=agent, **given))

    @extend_schema(operation_id="delete_agent", responses={204: None})
    def delete(self, request: Request, public_id: UUID) -> Response:
        """Delete the agent with all it knows and all its conversations. This can't be undone."""
        services.delete_agent(agent=get_agent_or_404(request.user, public_id))
        return Response(status=204)


class StatusView(TranslatesAgentErrors):
    @extend_schema(
        operation_id="set_agent_status",
        request=serializers.StatusInput,
        responses=serializers.AgentDetailOutput,
        examples=[examples.STATUS, examples.AGENT],
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        """Switch the agent on or off. 409 `agent_not_configured` while it can't speak."""
        agent = get_agent_or_404(request.user, public_id)
        given = _validated(serializers.StatusInput(data=request.data))
        return _detail(services.set_active(agent=agent, active=given["active"]))


class DraftView(TranslatesAgentErrors):
    @extend_schema(operation_id="get_draft", responses=AgentConfig, examples=[examples.CONFIG])
    def get(self, request: Request, public_id: UUID) -> Response:
        """Read the draft. 404 while there is none."""
        agent = get_agent_or_404(request.user, public_id)
        if agent.draft is None:
            raise ApiError(404, "not_found", "This agent has no draft yet: PUT one here.")
        return Response(agent.draft)

    @extend_schema(
        operation_id="replace_draft",
        request=AgentConfig,
        responses=AgentConfig,
        examples=[examples.CONFIG],
    )
    def put(self, request: Request, public_id: UUID) -> Response:
        """Replace the draft; it must be complete. What visitors hear changes with the next
        publishing.
        """
        agent = get_agent_or_404(request.user, public_id)
        return Response(services.save_draft(agent=agent, data=request.data).draft)

    @extend_schema(
        operation_id="update_draft",
        request=OpenApiTypes.OBJECT,
        responses=AgentConfig,
        examples=[examples.CONFIG_CHANGE, examples.CONFIG_AFTER],
    )
    def patch(self, request: Request, public_id: UUID) -> Response:
        """Change parts of the draft: objects merge, `null` brings back the default (RFC 7396)."""
        agent = get_agent_or_404(request.user, public_id)
        if not isinstance(request.data, dict):
            raise ApiError(400, "invalid", "Send an object with the parts to change.")
        return Response(services.merge_draft(agent=agent, changes=request.data).draft)


class PublishView(TranslatesAgentErrors):
    @extend_schema(
        operation_id="publish_agent",
        request=serializers.PublishInput,
        responses={201: serializers.VersionDetailOutput},
        examples=[examples.PUBLISH, examples.VERSION],
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        """Freeze the draft as the next version and let it speak from now on."""
        agent = get_agent_or_404(request.user, public_id)
        given = _validated(serializers.PublishInput(data=request.data))
        version = services.publish(agent=agent, by=_person(request), note=given["note"])
        return Response(serializers.VersionDetailOutput(version).data, status=201)


class RollbackView(TranslatesAgentErrors):
    @extend_schema(
        operation_id="roll_back_agent",
        request=serializers.RollbackInput,
        responses=serializers.VersionDetailOutput,
        examples=[examples.ROLLBACK, examples.VERSION],
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        """Let an earlier version speak again. Nothing is copied or deleted; the draft stays as it
        is.
        """
        agent = get_agent_or_404(request.user, public_id)
        given = _validated(serializers.RollbackInput(data=request.data))
        version = services.roll_back(agent=agent, number=given["version"])
        return Response(serializers.VersionDetailOutput(version).data)


class VersionListView(TranslatesAgentErrors, generics.ListAPIView):
    serializer_class = serializers.VersionOutput
    queryset = AgentVersion.objects.none()

    def get_queryset(self) -> QuerySet[AgentVersion]:
        agent = get_agent_or_404(self.request.user, self.kwargs["public_id"])
        numbered = agent.versions.exclude(number=None)
        return numbered.select_related("agent", "created_by").defer("config")

    @extend_schema(operation_id="list_versions", examples=[examples.VERSION_IN_LIST])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the versions that were published, newest first."""
        return super().get(request, *args, **kwargs)


class VersionDetailView(TranslatesAgentErrors):
    @extend_schema(
        operation_id="get_version",
        responses=serializers.VersionDetailOutput,
        examples=[examples.VERSION],
    )
    def get(self, request: Request, public_id: UUID, number: int) -> Response:
        """Read one version with its configuration."""
        agent = get_agent_or_404(request.user, public_id)
        version = agent.versions.select_related("agent", "created_by").get(
            number=min(number, serializers.MAX_VERSION_NUMBER)
        )
        return Response(serializers.VersionDetailOutput(version).data)


class ConfigSchemaView(APIView):
    @extend_schema(
        operation_id="get_config_schema",
        responses=OpenApiTypes.OBJECT,
        examples=[examples.CONFIG_SCHEMA],
    )
    def get(self, request: Request) -> Response:
        """Read the JSON Schema of a configuration."""
        return Response(AgentConfig.model_json_schema())
