"""Staff's view of what agents know. All of it is written by ingestion; staff read it and have it
read again.
"""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    RangeDateFilter,
)
from unfold.decorators import display

from foundation.admin import ReadOnlyAdmin, shorten, show_json
from knowledge_app import services
from knowledge_app.models import (
    ChunkEmbedding,
    KnowledgeChunk,
    KnowledgeDocument,
    KnowledgeSource,
)

STATUS_LABELS = {"ready": "success", "failed": "danger", "working": "info", "queued": "warning"}


@admin.register(KnowledgeSource)
class KnowledgeSourceAdmin(ReadOnlyAdmin):
    list_display = ("title", "agent", "kind", "state", "progress", "problem_count", "synced_at")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("agent", AutocompleteSelectFilter),
        ("updated_at", RangeDateFilter),
    )
    list_select_related = ("agent",)
    search_fields = ("title", "url", "agent__name", "public_id__startswith")
    ordering = ("-created_at",)
    actions = ("read_again",)
    fieldsets = (
        (None, {"fields": ("title", "agent", "kind", "url", "file", "content_type", "text")}),
        (
            "State",
            {
                "fields": (
                    "public_id",
                    "status",
                    "activity",
                    "progress",
                    "problems_json",
                    "synced_at",
                    "beat_at",
                    "created_at",
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[KnowledgeSource]:
        return super().get_queryset(request).defer("text")

    def delete_model(self, request: HttpRequest, obj: KnowledgeSource) -> None:
        services.remove_source(source=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[KnowledgeSource]) -> None:
        for source in queryset:
            services.remove_source(source=source)

    @display(description="Status", ordering="status", label=STATUS_LABELS)
    def state(self, source: KnowledgeSource) -> tuple[str, str]:
        return source.status, source.get_status_display()

    @display(description="Read")
    def progress(self, source: KnowledgeSource) -> str:
        return f"{source.documents_done} of {source.documents_found} ({source.percent} %)"

    @display(description="Problems")
    def problem_count(self, source: KnowledgeSource) -> int:
        return len(source.problems)

    @display(description="Problems")
    def problems_json(self, source: KnowledgeSource) -> SafeString | str:
        return show_json(source.problems) if source.problems else "None."

    @admin.action(description="Read again", permissions=["read_again"])
    def read_again(self, request: HttpRequest, sources: QuerySet[KnowledgeSource]) -> None:
        self.apply_service(
            request,
            sources,
            lambda source: services.sync_source(source=source),
            done="Queued for reading",
        )

    def has_read_again_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("knowledge_app.change_knowledgesource")


@admin.register(KnowledgeDocument)
class KnowledgeDocumentAdmin(ReadOnlyAdmin):
    list_display = ("name", "source", "agent", "language", "chunks", "updated_at")
    list_filter = (
        ("agent", AutocompleteSelectFilter),
        ("source", AutocompleteSelectFilter),
        ("updated_at", RangeDateFilter),
    )
    list_select_related = ("source", "agent")
    search_fields = ("title", "key", "url", "agent__name", "public_id__startswith")
    ordering = ("-pk",)
    fields = (
        "title",
        "key",
        "url",
        "source",
        "agent",
        "language",
        "content_hash",
        "public_id",
        "created_at",
        "updated_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[KnowledgeDocument]:
        documents = super().get_queryset(request).defer("source__text")
        return documents.annotate(chunk_count=Count("chunks"))

    @display(description="Document", ordering="title")
    def name(self, document: KnowledgeDocument) -> str:
        return shorten(str(document))

    @display(description="Chunks", ordering="chunk_count")
    def chunks(self, document: Any) -> int:
        return document.chunk_count


@admin.register(KnowledgeChunk)
class KnowledgeChunkAdmin(ReadOnlyAdmin):
    list_display = ("excerpt", "document", "position", "heading", "page", "agent")
    list_filter = (("agent", AutocompleteSelectFilter), ("document", AutocompleteSelectFilter))
    list_select_related = ("document", "agent")
    search_fields = ("text", "heading", "document__title")
    ordering = ("-pk",)
    fields = ("document", "agent", "position", "heading", "page", "text")

    def get_queryset(self, request: HttpRequest) -> QuerySet[KnowledgeChunk]:
        return super().get_queryset(request).defer("search")

    @display(description="Chunk")
    def excerpt(self, chunk: KnowledgeChunk) -> str:
        return shorten(chunk.text)


@admin.register(ChunkEmbedding)
class ChunkEmbeddingAdmin(ReadOnlyAdmin):
    list_display = ("pk", "chunk", "agent", "model")
    list_filter = (("agent", AutocompleteSelectFilter),)
    list_select_related = ("chunk__document", "agent")
    search_fields = ("model", "chunk__heading", "chunk__document__title")
    ordering = ("-pk",)
    fields = ("chunk", "agent", "model")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ChunkEmbedding]:
        return super().get_queryset(request).defer("vector", "chunk__text", "chunk__search")
