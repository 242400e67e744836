"""The knowledge API: an agent's sources, reading them anew, and asking what the agent would be
given.
"""

import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agents_app.models import Agent
from agents_app.shortcuts import get_agent_or_404
from foundation.api_errors import MESSAGES, ApiError
from foundation.model_process.client import ModelProcessUnavailable
from foundation.parsers import StrictJSONParser
from knowledge_app import api_examples as examples
from knowledge_app import services
from knowledge_app.exceptions import SourceRejected
from knowledge_app.models import KnowledgeSource
from knowledge_app.retrieval import search_knowledge
from knowledge_app.serializers import SearchInput, SearchOutput, SourceInput, SourceOutput

Kind = KnowledgeSource.Kind
# What a multipart body may be larger than its file.
_MULTIPART_EXTRA_BYTES = 100_000
# Which field of the request a refusal is about.
_FIELD_OF_KIND = {Kind.WEBSITE: "url", Kind.PAGE: "url", Kind.TEXT: "text", Kind.FILE: "file"}


class SourceListView(generics.ListAPIView):
    serializer_class = SourceOutput
    parser_classes = [StrictJSONParser, MultiPartParser]

    def get_queryset(self) -> QuerySet[KnowledgeSource]:
        agent = get_agent_or_404(self.request.user, self.kwargs["public_id"])
        return KnowledgeSource.objects.listed().filter(agent=agent)

    @extend_schema(operation_id="list_sources", examples=[examples.SOURCE])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List what the agent learns from, newest first, with how far reading is."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="add_source",
        request={"application/json": SourceInput, "multipart/form-data": SourceInput},
        responses={202: SourceOutput},
        examples=[examples.NEW_WEBSITE, examples.NEW_TEXT, examples.SOURCE],
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        """Add a website, a page, a text or a file; it is read in the background."""
        agent = get_agent_or_404(request.user, public_id)
        _refuse_too_large(request)
        given = SourceInput(data=request.data)
        given.is_valid(raise_exception=True)
        return Response(SourceOutput(_add(agent, **given.validated_data)).data, status=202)


def _refuse_too_large(request: Request) -> None:
    """Refuse a huge body before it is read."""
    length = str(request.META.get("CONTENT_LENGTH") or "0")
    limit = settings.MAX_UPLOAD_BYTES + _MULTIPART_EXTRA_BYTES
    if length.isdecimal() and int(length) > limit:
        limit_mb = settings.MAX_UPLOAD_BYTES // 1_000_000
        raise ApiError(413, "too_large", f"A file may have at most {limit_mb} MB.")


def _add(agent: Agent, *, kind: str, **given: Any) -> KnowledgeSource:
    add: dict[str, Callable[..., KnowledgeSource]] = {
        Kind.WEBSITE: services.add_website,
        Kind.PAGE: services.add_page,
        Kind.TEXT: services.add_text,
        Kind.FILE: services.add_file,
    }
    try:
        return add[kind](agent=agent, **given)
    except SourceRejected as error:
        fields = {_FIELD_OF_KIND[Kind(kind)]: [str(error)]}
        raise ApiError(400, *MESSAGES[400], fields=fields) from error


def _get_source(request: Request, public_id: UUID, source_id: UUID) -> KnowledgeSource:
    agent = get_agent_or_404(request.user, public_id)
    return get_object_or_404(agent.sources.listed(), public_id=source_id)


class SourceDetailView(APIView):
    @extend_schema(operation_id="get_source", responses=SourceOutput, examples=[examples.SOURCE])
    def get(self, request: Request, public_id: UUID, source_id: UUID) -> Response:
        """Read how far a source is, and what couldn't be read."""
        return Response(SourceOutput(_get_source(request, public_id, source_id)).data)

    @extend_schema(operation_id="delete_source", responses={204: None})
    def delete(self, request: Request, public_id: UUID, source_id: UUID) -> Response:
        """Forget a source with all that was learnt from it."""
        services.remove_source(source=_get_source(request, public_id, source_id))
        return Response(status=204)


class SourceSyncView(APIView):
    @extend_schema(
        operation_id="sync_source",
        request=None,
        responses={202: SourceOutput},
        examples=[examples.SOURCE],
    )
    def post(self, request: Request, public_id: UUID, source_id: UUID) -> Response:
        """Read a source anew; what it knows keeps answering meanwhile."""
        source = services.sync_source(source=_get_source(request, public_id, source_id))
        return Response(SourceOutput(source).data, status=202)


class SearchView(APIView):
    @extend_schema(
        operation_id="search_knowledge",
        parameters=[
            OpenApiParameter("q", str, required=True, description="The question."),
            OpenApiParameter("top_k", int, description="How many passages, 1 to 50; 5."),
        ],
        responses=SearchOutput,
        examples=[examples.FOUND],
    )
    def get(self, request: Request, public_id: UUID) -> Response:
        """Ask, and read exactly the passages that the agent would be given."""
        agent = get_agent_or_404(request.user, public_id)
        given = SearchInput(data=request.query_params)
        given.is_valid(raise_exception=True)
        asked = given.validated_data
        began = time.perf_counter()
        try:
            found = search_knowledge(agent_id=agent.pk, query=asked["q"], top_k=asked["top_k"])
        except ModelProcessUnavailable as error:
            message = "Search isn't ready; try again in a moment."
            raise ApiError(503, "search_unavailable", message) from error
        took_ms = round((time.perf_counter() - began) * 1000)
        return Response(SearchOutput({"results": found, "took_ms": took_ms}).data)
