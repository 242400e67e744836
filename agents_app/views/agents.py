"""The list of agents, one agent's overview, its switch and its end."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from agents_app import services
from agents_app.exceptions import AgentNotConfigured
from agents_app.models import Agent
from agents_app.shortcuts import get_agent_or_404
from agents_app.views import overview
from voice_app.views.conversations import with_summary


@require_safe
@login_required
def agent_list(request: HttpRequest) -> HttpResponse:
    agents = overview.with_states(Agent.objects.for_user(request.user))
    cards = [
        {
            "agent": agent,
            "state": overview.agent_state(agent),
            "knowledge": overview.knowledge_state(list(agent.sources.all())),
            "role": overview.role_of(agent),
            "setup_url": overview.setup_url(agent),
        }
        for agent in agents
    ]
    return render(request, "agents_app/list.html", {"cards": cards})


@require_safe
@login_required
def agent_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    agent = get_agent_or_404(request.user, public_id)
    sources = list(agent.sources.listed())
    counted = overview.figures(agent)
    unknown = list(overview.unanswered(agent)[: overview.SHOWN_UNANSWERED])
    steps = overview.next_steps(agent, sources=sources, counted=counted, unknown=len(unknown))
    context = {
        "agent": agent,
        "state": overview.agent_state(agent),
        "role": overview.role_of(agent),
        "sentence": overview.describe(agent, sources),
        "knowledge": overview.knowledge_state(sources),
        "figures": counted,
        "sessions": with_summary(agent.sessions.all())[: overview.SHOWN_SESSIONS],
        "unanswered": unknown,
        "steps": steps,
    }
    return render(request, "agents_app/detail.html", context)


@require_POST
@login_required
def switch_agent(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Switch on or off; htmx gets the switch back, a browser without script the list."""
    agent = get_agent_or_404(request.user, public_id)
    try:
        services.set_active(agent=agent, active=request.POST.get("active") == "true")
    except AgentNotConfigured:
        messages.error(request, f"{agent.name} can't be switched on before it is finished.")
        return redirect("agents:detail", public_id=public_id)
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "agents_app/_switch.html", {"agent": agent, "is_changed": True})
    return redirect("agents:list")


@require_POST
@login_required
def delete_agent(request: HttpRequest, public_id: UUID) -> HttpResponse:
    agent = get_agent_or_404(request.user, public_id)
    services.delete_agent(agent=agent)
    messages.success(request, f"{agent.name} and all it knew are deleted.")
    return redirect("agents:list")
