"""How an agent comes onto a website: the line to paste, and which websites may show it."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from agents_app import services
from agents_app.forms import OriginsForm
from agents_app.shortcuts import get_agent_or_404
from agents_app.snippet import widget_snippet


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def widget(request: HttpRequest, public_id: UUID) -> HttpResponse:
    agent = get_agent_or_404(request.user, public_id)
    form = OriginsForm(request.POST or None, initial={"origins": "\n".join(agent.allowed_origins)})
    if request.method == "POST" and form.is_valid():
        services.update_agent(agent=agent, allowed_origins=form.cleaned_data["origins"])
        messages.success(request, "The list of websites is saved.")
        return redirect("agents:widget", public_id=public_id)
    context = {"agent": agent, "form": form, "snippet": widget_snippet(agent)}
    status = 400 if form.errors else 200
    return render(request, "agents_app/widget.html", context, status=status)
