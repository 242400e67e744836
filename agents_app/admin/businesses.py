"""Businesses and what belongs to them: keys, products, connections."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    RangeDateFilter,
)
from unfold.decorators import display
from unfold.widgets import UnfoldAdminPasswordWidget

from agents_app.admin.people import MembershipInline
from agents_app.api_keys import revoke_api_key
from agents_app.models import ApiKey, Business, Connection, Product
from foundation.admin import ReadOnlyAdmin, StaffAdmin


@admin.register(Business)
class BusinessAdmin(StaffAdmin):
    list_display = ("name", "slug", "website_url", "agents", "members", "created_at")
    list_filter = (("created_at", RangeDateFilter),)
    search_fields = ("name", "slug", "website_url", "public_id__startswith")
    fields = ("name", "slug", "website_url", "time_zone", "public_id", "created_at")
    readonly_fields = ("public_id", "created_at")
    prepopulated_fields = {"slug": ("name",)}
    inlines = (MembershipInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Business]:
        return (
            super()
            .get_queryset(request)
            .annotate(
                agent_count=Count("agents", distinct=True),
                member_count=Count("memberships", distinct=True),
            )
        )

    @display(description="Agents", ordering="agent_count")
    def agents(self, business: Any) -> int:
        return business.agent_count

    @display(description="Members", ordering="member_count")
    def members(self, business: Any) -> int:
        return business.member_count


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    """Keys are made on the settings page or by `issue_api_key`, where they are shown once."""

    list_display = ("name", "prefix", "business", "state", "last_used_at", "created_at")
    list_filter = (
        ("revoked_at", admin.EmptyFieldListFilter),
        ("business", AutocompleteSelectFilter),
        ("last_used_at", RangeDateFilter),
    )
    list_select_related = ("business",)
    search_fields = ("name", "prefix", "business__name", "business__slug")
    fields = ("name", "business", "prefix", "created_at", "last_used_at", "revoked_at")
    ordering = ("-created_at",)
    actions = ("revoke",)

    @display(description="State", label={"Works": "success", "Revoked": "danger"})
    def state(self, key: ApiKey) -> str:
        return "Revoked" if key.revoked_at else "Works"

    @admin.action(description="Revoke", permissions=["delete"])
    def revoke(self, request: HttpRequest, keys: QuerySet[ApiKey]) -> None:
        self.apply_service(
            request,
            keys.filter(revoked_at=None),
            lambda key: revoke_api_key(api_key=key),
            done="Revoked",
        )


@admin.register(Product)
class ProductAdmin(StaffAdmin):
    list_display = ("name", "business", "price", "currency", "updated_at")
    list_filter = (("business", AutocompleteSelectFilter), "currency")
    list_select_related = ("business",)
    search_fields = ("name", "description", "business__name")
    autocomplete_fields = ("business",)
    fields = ("business", "name", "description", "price", "currency", "url")


class ConnectionForm(forms.ModelForm):
    new_secret = forms.CharField(
        label="Secret",
        required=False,
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text="It is stored encrypted and never shown. Leave it empty to keep what is stored.",
    )

    def save(self, commit: bool = True) -> Connection:
        if self.cleaned_data["new_secret"]:
            self.instance.secret = self.cleaned_data["new_secret"]
        return super().save(commit)


@admin.register(Connection)
class ConnectionAdmin(StaffAdmin):
    form = ConnectionForm
    list_display = ("name", "kind", "business", "address", "updated_at")
    list_filter = (("kind", ChoicesDropdownFilter), ("business", AutocompleteSelectFilter))
    list_select_related = ("business",)
    search_fields = ("name", "address", "business__name")
    autocomplete_fields = ("business",)
    fields = ("business", "kind", "name", "address", "new_secret")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Connection]:
        """Leave the secret where it is: nothing here shows it, and a lost key breaks no list."""
        return super().get_queryset(request).defer("secret")
