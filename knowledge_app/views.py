"""An agent's knowledge: sources with live progress, ways to add one, and a box to ask it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from agents_app.models import Agent
from agents_app.shortcuts import get_agent_or_404
from foundation.model_process.client import ModelProcessUnavailable
from knowledge_app import services
from knowledge_app.exceptions import SourceRejected
from knowledge_app.forms import AddressForm, FilesForm, QuestionForm, TextForm
from knowledge_app.models import KnowledgeSource
from knowledge_app.retrieval import search_knowledge

ADD_FORMS: dict[str, type[forms.Form]] = {
    "address": AddressForm,
    "files": FilesForm,
    "text": TextForm,
}
SHOWN_PASSAGES = 5


@require_safe
@login_required
def sources(request: HttpRequest, public_id: UUID) -> HttpResponse:
    agent = get_agent_or_404(request.user, public_id)
    title = request.GET.get("title", "")
    kind = request.GET.get("add", "text" if title else "address")
    form = ADD_FORMS.get(kind, AddressForm)(initial={"title": title[:300]} if title else None)
    return _render_page(request, agent, form)


@require_safe
@login_required
def progress(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Return the list of sources; it asks for itself again while one is being read."""
    agent = get_agent_or_404(request.user, public_id)
    return render(request, "knowledge_app/_sources.html", _source_context(agent))


@require_safe
@login_required
def ask(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show the passages that an answer to this question would come from."""
    agent = get_agent_or_404(request.user, public_id)
    question = QuestionForm(request.GET)
    found = _find(agent, question)
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "knowledge_app/_passages.html", found | {"agent": agent})
    return _render_page(request, agent, AddressForm(), question=question, found=found)


def _find(agent: Agent, question: QuestionForm) -> dict[str, Any]:
    if not question.is_valid():
        return {}
    try:
        asked = question.cleaned_data["q"]
        passages = search_knowledge(agent_id=agent.pk, query=asked, top_k=SHOWN_PASSAGES)
    except ModelProcessUnavailable:
        return {"is_unavailable": True}
    return {"passages": passages, "is_asked": True}


@require_POST
@login_required
def add_address(request: HttpRequest, public_id: UUID) -> HttpResponse:
    agent = get_agent_or_404(request.user, public_id)
    form = AddressForm(request.POST)
    if not form.is_valid():
        return _render_page(request, agent, form, status=400)
    add = services.add_website if form.cleaned_data["scope"] == "website" else services.add_page
    try:
        add(agent=agent, url=form.cleaned_data["url"])
    except SourceRejected as error:
        form.add_error("url", str(error))
        return _render_page(request, agent, form, status=400)
    return redirect("knowledge:sources", public_id=public_id)


@require_POST
@login_required
def add_files(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take every file that can be read; the others are named with the reason."""
    agent = get_agent_or_404(request.user, public_id)
    form = FilesForm(request.POST, request.FILES)
    if not form.is_valid():
        return _render_page(request, agent, form, status=400)
    refused = _refused_files(agent, form.cleaned_data["uploads"])
    if not refused:
        return redirect("knowledge:sources", public_id=public_id)
    form.add_error("uploads", refused)
    return _render_page(request, agent, form, status=400)


def _refused_files(agent: Agent, files: Sequence[UploadedFile]) -> list[str]:
    refused = []
    for file in files:
        try:
            services.add_file(agent=agent, file=file)
        except SourceRejected as error:
            refused.append(f"{file.name}: {error}")
    return refused


@require_POST
@login_required
def add_text(request: HttpRequest, public_id: UUID) -> HttpResponse:
    agent = get_agent_or_404(request.user, public_id)
    form = TextForm(request.POST)
    if not form.is_valid():
        return _render_page(request, agent, form, status=400)
    try:
        services.add_text(agent=agent, **form.cleaned_data)
    except SourceRejected as error:
        form.add_error("text", str(error))
        return _render_page(request, agent, form, status=400)
    return redirect("knowledge:sources", public_id=public_id)


@require_POST
@login_required
def sync_source(request: HttpRequest, public_id: UUID, source_id: UUID) -> HttpResponse:
    source = _get_source_or_404(request, public_id, source_id)
    services.sync_source(source=source)
    return _answer_with_list(request, source.agent)


@require_POST
@login_required
def remove_source(request: HttpRequest, public_id: UUID, source_id: UUID) -> HttpResponse:
    source = _get_source_or_404(request, public_id, source_id)
    title, agent = source.title, source.agent
    services.remove_source(source=source)
    messages.success(request, f"{agent.name} has forgotten “{title}”.")
    return redirect("knowledge:sources", public_id=public_id)


def _get_source_or_404(request: HttpRequest, public_id: UUID, source_id: UUID) -> KnowledgeSource:
    agent = get_agent_or_404(request.user, public_id)
    return get_object_or_404(agent.sources.listed().select_related("agent"), public_id=source_id)


def _answer_with_list(request: HttpRequest, agent: Agent) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "knowledge_app/_sources.html", _source_context(agent))
    return redirect("knowledge:sources", public_id=agent.public_id)


def _source_context(agent: Agent) -> dict[str, Any]:
    listed = list(agent.sources.listed().order_by("-created_at"))
    busy = {KnowledgeSource.Status.QUEUED, KnowledgeSource.Status.WORKING}
    return {"agent": agent, "sources": listed, "is_working": any(s.status in busy for s in listed)}


def _render_page(
    request: HttpRequest,
    agent: Agent,
    form: forms.Form,
    *,
    question: QuestionForm | None = None,
    found: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    kind = next(name for name, form_class in ADD_FORMS.items() if isinstance(form, form_class))
    context = _source_context(agent) | (found or {})
    context |= {"form": form, "add": kind, "question": question or QuestionForm()}
    return render(request, "knowledge_app/sources.html", context, status=status)
