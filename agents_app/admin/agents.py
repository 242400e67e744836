"""Agents and their versions. A version is immutable; an agent's state changes by services only."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import AutocompleteSelectFilter, RangeDateFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from agents_app import services
from agents_app.exceptions import AgentNotConfigured, ConfigRejected, OriginsRejected
from agents_app.models import Agent, AgentVersion, User
from agents_app.origins import clean_origins
from foundation.admin import ReadOnlyAdmin, StaffAdmin, show_json
from knowledge_app.services import sync_source

REFUSALS: dict[type[Exception], str] = {
    AgentNotConfigured: "it has no complete configuration yet; its owner must finish it.",
    ConfigRejected: "its draft is not complete; its owner must finish it.",
}
NOT_CONFIGURED, OFF, SPEAKS = "Not configured", "Switched off", "Speaks"


class OriginsField(forms.CharField):
    """Websites, one in a line; an address of one of their pages will do."""

    widget = UnfoldAdminTextareaWidget(attrs={"rows": 4})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        try:
            return clean_origins(super().clean(value).splitlines())
        except OriginsRejected as error:
            raise forms.ValidationError(error.problems) from error


class AgentForm(forms.ModelForm):
    allowed_origins = OriginsField(
        label="Websites", required=False, help_text="Where the widget may be, one in a line."
    )


@admin.register(Agent)
class AgentAdmin(StaffAdmin):
    list_display = ("title", "business", "state", "version", "origins", "created_at")
    list_filter = (
        "is_active",
        ("published_version", admin.EmptyFieldListFilter),
        ("business", AutocompleteSelectFilter),
        ("created_at", RangeDateFilter),
    )
    list_select_related = ("business", "published_version")
    search_fields = ("name", "public_id__startswith", "business__name", "business__slug")
    autocomplete_fields = ("business",)
    form = AgentForm
    readonly_fields = ("public_id", "is_active", "published_version", "draft_json", "created_at")
    fieldsets = (
        (None, {"fields": ("business", "name", "allowed_origins")}),
        ("State", {"fields": ("public_id", "is_active", "published_version", "created_at")}),
        ("Draft", {"fields": ("draft_json",), "classes": ["collapse"]}),
    )
    actions = ("publish", "switch_on", "switch_off", "read_sources_again")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Agent]:
        return super().get_queryset(request).defer("published_version__config")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave an agent with its business: its knowledge and conversations belong to it."""
        given = super().get_readonly_fields(request, obj)
        return given if obj is None else (*given, "business")

    def save_model(
        self, request: HttpRequest, obj: Agent, form: forms.ModelForm, change: bool
    ) -> None:
        if not change:
            obj.pk = services.create_agent(business=obj.business, name=obj.name).pk
        services.update_agent(agent=obj, name=obj.name, allowed_origins=obj.allowed_origins)

    def delete_model(self, request: HttpRequest, obj: Agent) -> None:
        services.delete_agent(agent=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Agent]) -> None:
        for agent in queryset:
            services.delete_agent(agent=agent)

    @display(description="Agent", ordering="name")
    def title(self, agent: Agent) -> str:
        return str(agent)

    @display(
        description="State", label={SPEAKS: "success", OFF: "warning", NOT_CONFIGURED: "danger"}
    )
    def state(self, agent: Agent) -> str:
        if not agent.is_configured:
            return NOT_CONFIGURED
        return SPEAKS if agent.is_active else OFF

    @display(description="Version", ordering="published_version__number")
    def version(self, agent: Agent) -> str:
        version = agent.published_version
        return f"v{version.number}" if version else ""

    @display(description="Websites")
    def origins(self, agent: Agent) -> str:
        return ", ".join(agent.allowed_origins)

    @display(description="Draft")
    def draft_json(self, agent: Agent) -> SafeString | str:
        return show_json(agent.draft) if agent.draft else "There is none."

    @admin.action(description="Publish the draft", permissions=["change"])
    def publish(self, request: HttpRequest, agents: QuerySet[Agent]) -> None:
        by = request.user if isinstance(request.user, User) else None
        self.apply_service(
            request,
            agents,
            lambda agent: services.publish(agent=agent, by=by, note="By staff"),
            done="Published",
            refusals=REFUSALS,
        )

    @admin.action(description="Switch on", permissions=["change"])
    def switch_on(self, request: HttpRequest, agents: QuerySet[Agent]) -> None:
        self._set_active(request, agents, active=True, done="Switched on")

    @admin.action(description="Switch off", permissions=["change"])
    def switch_off(self, request: HttpRequest, agents: QuerySet[Agent]) -> None:
        self._set_active(request, agents, active=False, done="Switched off")

    @admin.action(description="Read all sources again", permissions=["change"])
    def read_sources_again(self, request: HttpRequest, agents: QuerySet[Agent]) -> None:
        sources = [source for agent in agents for source in agent.sources.all()]
        self.apply_service(
            request, sources, lambda source: sync_source(source=source), done="Queued for reading"
        )

    def _set_active(
        self, request: HttpRequest, agents: QuerySet[Agent], *, active: bool, done: str
    ) -> None:
        self.apply_service(
            request,
            agents,
            lambda agent: services.set_active(agent=agent, active=active),
            done=done,
            refusals=REFUSALS,
        )


@admin.register(AgentVersion)
class AgentVersionAdmin(ReadOnlyAdmin):
    list_display = ("title", "agent", "number", "is_live", "note", "created_by", "created_at")
    list_filter = (
        ("number", admin.EmptyFieldListFilter),
        ("agent", AutocompleteSelectFilter),
        ("created_at", RangeDateFilter),
    )
    list_select_related = ("agent", "created_by")
    search_fields = ("agent__name", "agent__public_id__startswith", "note", "created_by__email")
    fields = ("agent", "number", "is_live", "note", "created_by", "created_at", "config_json")
    actions = ("roll_back",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keep versions as long as their agent: conversations are explained by them."""
        return False

    @display(description="Version", ordering="number")
    def title(self, version: AgentVersion) -> str:
        return str(version)

    @display(description="Speaks now", boolean=True)
    def is_live(self, version: AgentVersion) -> bool:
        return version.agent.published_version_id == version.pk

    @display(description="Configuration")
    def config_json(self, version: AgentVersion) -> SafeString:
        return show_json(version.config)

    @admin.action(description="Let this version speak", permissions=["roll_back"])
    def roll_back(self, request: HttpRequest, versions: QuerySet[AgentVersion]) -> None:
        self.apply_service(
            request,
            versions.exclude(number=None),
            lambda version: services.roll_back(agent=version.agent, number=version.number),
            done="Speaks now",
        )

    def has_roll_back_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("agents_app.change_agent")
