"""The wizard's pages. Every step works without script; `pages/wizard.js` makes the same forms
smooth.
"""

from contextlib import suppress
from typing import cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agents_app.models import Business, User
from knowledge_app.exceptions import SourceRejected
from knowledge_app.services import remove_source
from onboarding_app import services
from onboarding_app.access import business_of, get_session_or_404
from onboarding_app.exceptions import AnswerRejected, NotAsking, QuestionOutdated
from onboarding_app.forms import AnswerForm, MaterialForm
from onboarding_app.models import OnboardingSession
from onboarding_app.pages import describe_steps, material_context, step_of, wizard_context
from onboarding_app.services import current_question

NOTHING_GIVEN = "Enter your website's address, or add at least one document."


@login_required
@require_http_methods(["GET", "POST"])
def new_agent(request: HttpRequest) -> HttpResponse:
    """Step 1 before anything is stored: looking at the page makes no agent."""
    business = business_of(request.user)
    if business is None:
        return render(request, "onboarding_app/no_business.html", status=403)
    if request.method == "POST":
        return _start(request, business)
    return render(request, "onboarding_app/wizard.html", _empty_context(business))


@login_required
@require_GET
def wizard(request: HttpRequest, public_id: UUID) -> HttpResponse:
    session = get_session_or_404(request.user, public_id)
    return _show(request, session, step_of(session, request.GET.get("step", "")))


@login_required
@require_GET
def live(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The parts of a step that change by themselves; the page's script puts them in place."""
    session = get_session_or_404(request.user, public_id)
    step = step_of(session, request.GET.get("step", ""))
    return render(request, "onboarding_app/_live.html", wizard_context(session, step=step))


@login_required
@require_POST
def add_material(request: HttpRequest, public_id: UUID) -> HttpResponse:
    session = get_session_or_404(request.user, public_id)
    form = MaterialForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, session, "sources", errors=_messages(form))
    material = services.add_material(session=session, **form.cleaned_data)
    if material.rejected:
        return _show(request, session, "sources", rejected=material.rejected)
    if not session.agent.sources.exists():
        return _show(request, session, "sources", errors=[NOTHING_GIVEN])
    return _go_on(session)


@login_required
@require_POST
def drop_material(request: HttpRequest, public_id: UUID, source_id: UUID) -> HttpResponse:
    session = get_session_or_404(request.user, public_id)
    source = get_object_or_404(session.agent.sources, public_id=source_id)
    remove_source(source=source)
    return redirect(f"{_address(session)}?step=sources")


@login_required
@require_POST
def answer(request: HttpRequest, public_id: UUID) -> HttpResponse:
    session = get_session_or_404(request.user, public_id)
    form = AnswerForm(request.POST, question=current_question(session))
    try:
        _settle(session, form)
    except AnswerRejected as error:
        return _show(request, session, "questions", answer_error=str(error))
    except QuestionOutdated:
        # Answered in another tab: the page that follows shows what is open now.
        return redirect(_address(session))
    return _go_on(session)


@login_required
@require_POST
def go_back(request: HttpRequest, public_id: UUID) -> HttpResponse:
    session = get_session_or_404(request.user, public_id)
    with suppress(NotAsking):
        services.go_back(session=session)
    return _go_on(session)


@login_required
@require_POST
def retry(request: HttpRequest, public_id: UUID) -> HttpResponse:
    session = get_session_or_404(request.user, public_id)
    services.retry_build(session=session)
    return _go_on(session)


def _start(request: HttpRequest, business: Business) -> HttpResponse:
    form = MaterialForm(request.POST, request.FILES)
    address = request.POST.get("website_url", "")
    if not form.is_valid():
        return _show_new(request, business, address, _messages(form))
    if not form.cleaned_data["website_url"] and not form.cleaned_data["files"]:
        return _show_new(request, business, address, [NOTHING_GIVEN])
    try:
        session = services.start_onboarding(
            user=cast(User, request.user),
            business=business,
            website_url=form.cleaned_data["website_url"],
        )
    except SourceRejected as error:
        return _show_new(request, business, address, [str(error)])
    material = services.add_material(session=session, files=form.cleaned_data["files"])
    if material.rejected:
        return _show(request, session, "sources", rejected=material.rejected)
    return _go_on(session)


def _settle(session: OnboardingSession, form: AnswerForm) -> None:
    if not form.is_valid():
        raise AnswerRejected("Choose one of the answers, or write your own.")
    question_id = form.cleaned_data["question_id"]
    if form.cleaned_data["skip"]:
        services.skip_question(session=session, question_id=question_id)
    else:
        services.answer_question(session=session, question_id=question_id, answer=form.parts)


def _show(
    request: HttpRequest, session: OnboardingSession, step: str, **more: object
) -> HttpResponse:
    context = wizard_context(session, step=step) | more
    if more:
        # What was typed stays in the form.
        context |= {
            "typed_url": request.POST.get("website_url", ""),
            "words": request.POST.get("words", context.get("words", "")),
        }
    return render(request, "onboarding_app/wizard.html", context, status=400 if more else 200)


def _show_new(
    request: HttpRequest, business: Business, address: str, errors: list[str]
) -> HttpResponse:
    context = _empty_context(business) | {"errors": errors, "typed_url": address}
    return render(request, "onboarding_app/wizard.html", context, status=400)


def _empty_context(business: Business) -> dict[str, object]:
    return {
        "step": "sources",
        "steps": describe_steps("sources"),
        "typed_url": business.website_url,
        "business": business,
    } | material_context()


def _messages(form: MaterialForm) -> list[str]:
    return [str(message) for messages in form.errors.values() for message in messages]


def _address(session: OnboardingSession) -> str:
    return reverse("onboarding:wizard", args=[session.public_id])


def _go_on(session: OnboardingSession) -> HttpResponse:
    return redirect(_address(session))
