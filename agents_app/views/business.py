"""Settings: the business itself, who is in it, and the keys of its programs."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from agents_app import services
from agents_app.api_keys import issue_api_key, revoke_api_key
from agents_app.forms import ApiKeyForm, BusinessForm
from agents_app.models import ApiKey, Business, Membership


def get_business_or_404(user: Any) -> Business:
    """Return the business whose settings this person sees: the first one they joined."""
    business = _find_business(user)
    if business is None:
        raise Http404
    return business


def _find_business(user: Any) -> Business | None:
    memberships = Membership.objects.filter(user=user).select_related("business")
    membership = memberships.order_by("created_at", "pk").first()
    return membership.business if membership else None


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def settings_page(request: HttpRequest) -> HttpResponse:
    business = _find_business(request.user)
    if business is None:
        return render(request, "agents_app/settings_none.html")
    form = BusinessForm(request.POST or None, business=business)
    if request.method == "POST" and form.is_valid():
        services.update_business(business=business, **form.cleaned_data)
        messages.success(request, "Your business is saved.")
        return redirect("agents:settings")
    return _render_settings(request, business, form=form, status=400 if form.errors else 200)


@require_POST
@login_required
def create_key(request: HttpRequest) -> HttpResponse:
    """Make a key and show it on this very answer: a redirect would lose it."""
    business = get_business_or_404(request.user)
    form = ApiKeyForm(request.POST)
    if not form.is_valid():
        return _render_settings(request, business, key_form=form, status=400)
    key = issue_api_key(business=business, name=form.cleaned_data["name"])
    response = _render_settings(request, business, new_key=key)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@login_required
def revoke_key(request: HttpRequest, key_id: UUID) -> HttpResponse:
    business = get_business_or_404(request.user)
    key = get_object_or_404(ApiKey, business=business, public_id=key_id, revoked_at=None)
    revoke_api_key(api_key=key)
    messages.success(request, f"The key “{key.name}” no longer works.")
    return redirect("agents:settings")


def _render_settings(
    request: HttpRequest,
    business: Business,
    *,
    form: BusinessForm | None = None,
    key_form: ApiKeyForm | None = None,
    new_key: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "business": business,
        "form": form or BusinessForm(business=business),
        "key_form": key_form or ApiKeyForm(),
        "new_key": new_key,
        "keys": business.api_keys.filter(revoked_at=None).order_by("-created_at"),
        "memberships": business.memberships.select_related("user").order_by("created_at"),
    }
    return render(request, "agents_app/settings.html", context, status=status)
