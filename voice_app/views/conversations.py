"""An agent's conversations: the list with its filters, and one with everything that explains it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from agents_app.shortcuts import get_agent_or_404
from voice_app.forms import ConversationFilter
from voice_app.models import Lead, Turn, VoiceSession
from voice_app.views.transcript import (
    Entry,
    answer_times,
    session_outcome,
    tool_names,
    transcript,
)

PAGE_SIZE = 25


def with_summary(sessions: QuerySet[VoiceSession]) -> QuerySet[VoiceSession]:
    """Add what a row shows: how many turns, the visitor's first words, whether a message was
    left.
    """
    first = Turn.objects.filter(session=OuterRef("pk"), role=Turn.Role.VISITOR).order_by("position")
    return sessions.annotate(
        turn_count=Count("turns"),
        first_words=Subquery(first.values("text")[:1]),
        has_lead=Exists(Lead.objects.filter(session=OuterRef("pk"))),
    ).order_by("-created_at")


@require_safe
@login_required
def conversation_list(request: HttpRequest, public_id: UUID) -> HttpResponse:
    agent = get_agent_or_404(request.user, public_id)
    form = ConversationFilter(request.GET)
    sessions = _filtered(agent.sessions.all(), form.cleaned_data if form.is_valid() else {})
    page = Paginator(with_summary(sessions), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"agent": agent, "form": form, "page": page, "is_filtered": form.is_filtering}
    template = "voice_app/_conversation_results.html" if _is_refresh(request) else None
    return render(request, template or "voice_app/conversations.html", context)


def _filtered(sessions: QuerySet[VoiceSession], wanted: dict[str, Any]) -> QuerySet[VoiceSession]:
    if wanted.get("status"):
        sessions = sessions.filter(status__in=ConversationFilter.STATUSES[wanted["status"]])
    if wanted.get("channel"):
        sessions = sessions.filter(channel=wanted["channel"])
    if wanted.get("q"):
        said = Turn.objects.filter(session=OuterRef("pk"), text__icontains=wanted["q"])
        left = Q(leads__name__icontains=wanted["q"]) | Q(leads__contact__icontains=wanted["q"])
        leads = VoiceSession.objects.filter(left, pk=OuterRef("pk"))
        sessions = sessions.filter(Exists(said) | Exists(leads))
    return sessions


def _is_refresh(request: HttpRequest) -> bool:
    """Tell a partial refresh from a page that htmx restores from history, which must be whole."""
    htmx = request.htmx  # type: ignore[attr-defined]
    return bool(htmx) and not htmx.history_restore_request


@require_safe
@login_required
def conversation(request: HttpRequest, public_id: UUID, session_id: UUID) -> HttpResponse:
    """Show one conversation; while it goes on, the page asks for its transcript again and again."""
    agent = get_agent_or_404(request.user, public_id)
    sessions = agent.sessions.select_related("version").prefetch_related("turns", "leads")
    session = get_object_or_404(sessions, public_id=session_id)
    calls = list(session.tool_calls.all())
    entries: list[Entry] = transcript(session.turns.all(), calls)
    context = {
        "agent": agent,
        "session": session,
        "entries": entries,
        "tools_used": tool_names(calls),
        "duration": _duration(session),
        "outcome": session_outcome(session),
        "times": answer_times(entries),
    }
    template = "voice_app/_conversation.html" if _is_refresh(request) else None
    return render(request, template or "voice_app/conversation.html", context)


def _duration(session: VoiceSession) -> timedelta | None:
    """Return how long they talked; a call that never began lasted from when it was asked for."""
    if session.ended_at is None:
        return None
    return session.ended_at - (session.started_at or session.created_at)
