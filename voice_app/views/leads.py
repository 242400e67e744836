"""Who wants to hear from the business, and whether somebody has seen to it."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from voice_app.forms import LeadStatusForm
from voice_app.models import Lead
from voice_app.services import set_lead_status

PAGE_SIZE = 50


@require_safe
@login_required
def lead_list(request: HttpRequest) -> HttpResponse:
    everything = Lead.objects.for_user(request.user).select_related("agent", "session", "business")
    status = request.GET.get("status", "")
    leads = everything.filter(status=status) if status in Lead.Status.values else everything
    page = Paginator(leads, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "status": status if status in Lead.Status.values else "",
        "new_count": everything.filter(status=Lead.Status.NEW).count(),
    }
    return render(request, "voice_app/leads.html", context)


@require_POST
@login_required
def change_lead(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    """Mark a lead as seen to or as new again; htmx gets the row back."""
    leads = Lead.objects.for_user(request.user).select_related("agent", "session", "business")
    lead = get_object_or_404(leads, public_id=lead_id)
    form = LeadStatusForm(request.POST)
    if form.is_valid():
        set_lead_status(lead=lead, status=form.cleaned_data["status"])
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "voice_app/_lead_row.html", {"lead": lead})
    return redirect("voice:leads")
