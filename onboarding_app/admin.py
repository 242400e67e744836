"""Staff's view of how agents came to be, and where an owner got stuck."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    RangeDateFilter,
)
from unfold.decorators import display

from foundation.admin import ReadOnlyAdmin, ReadOnlyInline, shorten
from onboarding_app import services
from onboarding_app.models import OnboardingAnswer, OnboardingSession

STATUS_LABELS = {
    "completed": "success",
    "failed": "danger",
    "building": "info",
    "asking": "warning",
}


class AnswerInline(ReadOnlyInline):
    model = OnboardingAnswer
    fields = ("question", "text", "is_skipped", "answered_at")


@admin.register(OnboardingSession)
class OnboardingSessionAdmin(ReadOnlyAdmin):
    list_display = ("agent", "state", "activity", "started_by", "language", "created_at")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("created_at", RangeDateFilter),
        ("agent", AutocompleteSelectFilter),
    )
    list_select_related = ("agent", "started_by")
    search_fields = ("agent__name", "started_by__email", "public_id__startswith")
    inlines = (AnswerInline,)
    actions = ("build_again",)

    @display(description="Status", ordering="status", label=STATUS_LABELS)
    def state(self, session: OnboardingSession) -> tuple[str, str]:
        return session.status, session.get_status_display()

    @admin.action(description="Build again (failed ones)", permissions=["build_again"])
    def build_again(self, request: HttpRequest, sessions: QuerySet[OnboardingSession]) -> None:
        self.apply_service(
            request,
            sessions.filter(status=OnboardingSession.Status.FAILED),
            lambda session: services.retry_build(session=session),
            done="Building again",
        )

    def has_build_again_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("onboarding_app.change_onboardingsession")


@admin.register(OnboardingAnswer)
class OnboardingAnswerAdmin(ReadOnlyAdmin):
    list_display = ("question", "excerpt", "session", "is_skipped", "answered_at")
    list_filter = ("is_skipped", ("answered_at", RangeDateFilter))
    list_select_related = ("session__agent",)
    search_fields = ("question", "text", "session__agent__name")
    ordering = ("-pk",)

    @display(description="Answer")
    def excerpt(self, answer: OnboardingAnswer) -> str:
        return shorten(answer.text)
