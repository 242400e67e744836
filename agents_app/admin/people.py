"""People: who signs in, with which addresses and second factors, and what they belong to."""

from typing import Any, ClassVar

from allauth.account.admin import EmailAddressAdmin
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import AutocompleteSelectFilter, RangeDateFilter
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from agents_app.models import Membership, User
from foundation.admin import ReadOnlyAdmin, StaffAdmin

# Who may hand out rights could give themselves all of them.
RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")


def is_above(person: User | None, request: HttpRequest) -> bool:
    """Whether the person is a superuser and who asks isn't: such accounts are barred to them."""
    return person is not None and person.is_superuser and not request.user.is_superuser


class NewPersonForm(UserCreationForm):
    class Meta:
        model = User
        fields = ("email",)

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        if User.objects.filter(email=email).exists():
            raise forms.ValidationError("Somebody has this address already.")
        return email


class PersonForm(UserChangeForm):
    class Meta:
        model = User
        fields = ("email", "first_name", "last_name", "is_active", *RIGHTS)


class MembershipInline(TabularInline):
    model = Membership
    extra = 0
    tab = True
    autocomplete_fields = ("user", "business")


@admin.register(User)
class PersonAdmin(UserAdmin, StaffAdmin):  # type: ignore[misc]
    form = PersonForm
    add_form = NewPersonForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("email", "full_name", "businesses", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser", ("last_login", RangeDateFilter))
    search_fields = ("email", "first_name", "last_name", "memberships__business__name")
    ordering = ("email",)
    readonly_fields = ("last_login", "date_joined")
    filter_horizontal = ()
    autocomplete_fields = ("groups",)
    inlines = (MembershipInline,)
    fieldsets = (
        (None, {"fields": ("email", "password", "first_name", "last_name", "is_active")}),
        ("Rights", {"fields": ("is_staff", "is_superuser", "groups"), "classes": ["tab"]}),
        ("Dates", {"fields": ("last_login", "date_joined"), "classes": ["tab"]}),
    )
    add_fieldsets = ((None, {"fields": ("email", "password1", "password2")}),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("memberships__business")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        given = super().get_readonly_fields(request, obj)
        return given if request.user.is_superuser else (*given, *RIGHTS)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only a superuser changes a superuser, whose password would be a way up."""
        return not is_above(obj, request) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not is_above(obj, request) and super().has_delete_permission(request, obj)

    @display(description="Name")
    def full_name(self, user: User) -> str:
        return user.get_full_name()

    @display(description="Businesses")
    def businesses(self, user: User) -> str:
        return ", ".join(member.business.name for member in user.memberships.all())


@admin.register(Membership)
class MembershipAdmin(StaffAdmin):
    list_display = ("user", "business", "role", "created_at")
    list_filter = ("role", ("business", AutocompleteSelectFilter))
    list_select_related = ("user", "business")
    search_fields = ("user__email", "business__name", "business__slug")
    autocomplete_fields = ("user", "business")
    ordering = ("-created_at",)


admin.site.unregister((Group, EmailAddress, Authenticator))


@admin.register(Group)
class RightsGroupAdmin(GroupAdmin, StaffAdmin):  # type: ignore[misc]
    pass


class BelowSuperusers(StaffAdmin):
    """What lets a person in: of a superuser, only another one sees, changes or takes it away."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        return rows if request.user.is_superuser else rows.exclude(user__is_superuser=True)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "user" and not request.user.is_superuser:
            kwargs["queryset"] = User.objects.filter(is_superuser=False)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(EmailAddress)
class AddressAdmin(BelowSuperusers, EmailAddressAdmin):
    list_select_related = ("user",)
    autocomplete_fields = ("user",)
    raw_id_fields = ()
    search_fields: ClassVar[Any] = ("email", "user__email")


@admin.register(Authenticator)
class SecondFactorAdmin(BelowSuperusers, ReadOnlyAdmin):
    """Staff may take a lost second factor away, but never see its seed."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type", ("created_at", RangeDateFilter))
    list_select_related = ("user",)
    search_fields = ("user__email",)
    fields = ("user", "type", "created_at", "last_used_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Authenticator]:
        return super().get_queryset(request).defer("data")
