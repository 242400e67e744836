"""Staff's view of conversations and what came of them. Processes write them; staff read them, end
what hangs, and mark what is done.
"""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    RangeDateFilter,
)
from unfold.decorators import display

from foundation.admin import ReadOnlyAdmin, ReadOnlyInline, StaffAdmin, shorten, show_json
from voice_app.models import (
    Appointment,
    Calendar,
    Lead,
    ToolCall,
    Turn,
    VoiceSession,
    WebhookEvent,
)
from voice_app.services.messages import set_lead_status
from voice_app.services.sessions import end_session

STATUS_LABELS = {
    "active": "success",
    "dispatched": "info",
    "created": "info",
    "failed": "danger",
    "lost": "danger",
}


class TurnInline(ReadOnlyInline):
    model = Turn
    fields = ("position", "role", "text", "is_interrupted", "spoken_at")
    ordering = ("position",)


class ToolCallInline(ReadOnlyInline):
    model = ToolCall
    fields = ("name", "result", "is_error", "duration_ms", "created_at")


class LeadInline(ReadOnlyInline):
    model = Lead
    fields = ("name", "contact", "message", "status", "created_at")


@admin.register(VoiceSession)
class VoiceSessionAdmin(ReadOnlyAdmin):
    list_display = ("title", "agent", "state", "close_reason", "ran", "origin", "length", "began")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("channel", ChoicesDropdownFilter),
        ("agent", AutocompleteSelectFilter),
        ("created_at", RangeDateFilter),
    )
    list_select_related = ("agent", "version")
    search_fields = ("public_id__startswith", "room", "job_id", "origin", "agent__name")
    inlines = (TurnInline, ToolCallInline, LeadInline)
    actions = ("end",)
    fieldsets = (
        (None, {"fields": ("agent", "version", "channel", "status", "close_reason")}),
        ("Visitor", {"fields": ("origin", "page_url", "visitor_id", "client_metrics_json")}),
        (
            "Call",
            {
                "fields": (
                    "public_id",
                    "room",
                    "job_id",
                    "generation",
                    "claimed_generation",
                    "dispatched_at",
                    "started_at",
                    "beat_at",
                    "ended_at",
                    "usage_json",
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[VoiceSession]:
        return super().get_queryset(request).defer("version__config", "secret_hash")

    @display(description="Conversation")
    def title(self, session: VoiceSession) -> str:
        return str(session)

    @display(description="Status", ordering="status", label=STATUS_LABELS)
    def state(self, session: VoiceSession) -> tuple[str, str]:
        return session.status, session.get_status_display()

    @display(description="Version", ordering="version__number")
    def ran(self, session: VoiceSession) -> str:
        return f"v{session.version.number}" if session.version.number else "test"

    @display(description="Length")
    def length(self, session: VoiceSession) -> str:
        if not (session.started_at and session.ended_at):
            return ""
        return str(session.ended_at - session.started_at).split(".")[0]

    @display(description="Began", ordering="created_at")
    def began(self, session: VoiceSession) -> Any:
        return session.created_at

    @display(description="Usage")
    def usage_json(self, session: VoiceSession) -> SafeString:
        return show_json(session.usage)

    @display(description="Measured in the browser")
    def client_metrics_json(self, session: VoiceSession) -> SafeString:
        return show_json(session.client_metrics)

    @admin.action(description="End now", permissions=["end"])
    def end(self, request: HttpRequest, sessions: QuerySet[VoiceSession]) -> None:
        open_ones = sessions.filter(status__in=VoiceSession.OPEN)
        self.apply_service(
            request,
            open_ones,
            lambda session: end_session(session=session, reason="staff"),
            done="Ended",
        )

    def has_end_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("voice_app.change_voicesession")


@admin.register(Turn)
class TurnAdmin(ReadOnlyAdmin):
    list_display = ("excerpt", "role", "session", "position", "is_interrupted", "spoken_at")
    list_filter = (
        ("role", ChoicesDropdownFilter),
        "is_interrupted",
        ("spoken_at", RangeDateFilter),
    )
    list_select_related = ("session",)
    search_fields = ("text", "session__public_id__startswith")
    ordering = ("-pk",)
    fields = (
        "session",
        "position",
        "role",
        "text",
        "is_interrupted",
        "spoken_at",
        "sources_json",
        "metrics_json",
    )

    @display(description="Said")
    def excerpt(self, turn: Turn) -> str:
        return shorten(turn.text)

    @display(description="Sources")
    def sources_json(self, turn: Turn) -> SafeString:
        return show_json(turn.sources)

    @display(description="Metrics")
    def metrics_json(self, turn: Turn) -> SafeString:
        return show_json(turn.metrics)


@admin.register(ToolCall)
class ToolCallAdmin(ReadOnlyAdmin):
    list_display = ("name", "session", "is_error", "duration_ms", "created_at")
    list_filter = ("is_error", "name", ("created_at", RangeDateFilter))
    list_select_related = ("session",)
    search_fields = ("name", "session__public_id__startswith")
    ordering = ("-created_at",)
    fields = ("session", "name", "arguments_json", "result", "is_error", "duration_ms")

    @display(description="Arguments")
    def arguments_json(self, call: ToolCall) -> SafeString:
        return show_json(call.arguments)


@admin.register(Lead)
class LeadAdmin(ReadOnlyAdmin):
    list_display = ("title", "contact", "business", "agent", "state", "created_at")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("business", AutocompleteSelectFilter),
        ("created_at", RangeDateFilter),
    )
    list_select_related = ("business", "agent")
    search_fields = ("name", "contact", "message", "business__name")
    actions = ("mark_done", "mark_new")

    @display(description="Name", ordering="name")
    def title(self, lead: Lead) -> str:
        return lead.name or "Somebody"

    @display(description="Status", ordering="status", label={"new": "info", "done": "success"})
    def state(self, lead: Lead) -> tuple[str, str]:
        return lead.status, lead.get_status_display()

    @admin.action(description="Mark as done", permissions=["mark"])
    def mark_done(self, request: HttpRequest, leads: QuerySet[Lead]) -> None:
        self._mark(request, leads, Lead.Status.DONE)

    @admin.action(description="Mark as new", permissions=["mark"])
    def mark_new(self, request: HttpRequest, leads: QuerySet[Lead]) -> None:
        self._mark(request, leads, Lead.Status.NEW)

    def _mark(self, request: HttpRequest, leads: QuerySet[Lead], status: Lead.Status) -> None:
        self.apply_service(
            request,
            leads,
            lambda lead: set_lead_status(lead=lead, status=status),
            done=f"Marked as {status.label.lower()}",
        )

    def has_mark_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("voice_app.change_lead")


@admin.register(Calendar)
class CalendarAdmin(StaffAdmin):
    list_display = ("name", "business", "created_at")
    list_filter = (("business", AutocompleteSelectFilter),)
    list_select_related = ("business",)
    search_fields = ("name", "business__name")
    autocomplete_fields = ("business",)
    fields = ("business", "name")


@admin.register(Appointment)
class AppointmentAdmin(ReadOnlyAdmin):
    list_display = ("name", "calendar", "begins", "status", "contact", "created_at")
    list_filter = (("status", ChoicesDropdownFilter), ("calendar", AutocompleteSelectFilter))
    list_select_related = ("calendar",)
    search_fields = ("name", "contact", "calendar__name", "calendar__business__name")
    ordering = ("-period",)

    @display(description="Begins", ordering="period")
    def begins(self, appointment: Appointment) -> Any:
        return appointment.period.lower


@admin.register(WebhookEvent)
class WebhookEventAdmin(ReadOnlyAdmin):
    list_display = ("name", "event_id", "received_at")
    list_filter = ("name", ("received_at", RangeDateFilter))
    search_fields = ("event_id", "name")
    ordering = ("-received_at",)
