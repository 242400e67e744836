"""What the wizard's pages show, gathered in one place for the page and its live refresh."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone

from agents_app.snippet import widget_snippet
from knowledge_app.forms import ACCEPTED_FILES
from knowledge_app.models import KnowledgeDocument, KnowledgeSource
from onboarding_app.models import OnboardingAnswer, OnboardingSession
from onboarding_app.questions import Question, find_question
from onboarding_app.services import current_question
from onboarding_app.status import UNREAD, activity_of, percent_of, progress_of, sources_of
from onboarding_app.understanding import strip_site_name, understand

STEPS = (
    ("sources", "Website and documents"),
    ("questions", "A short conversation"),
    ("building", "Building"),
    ("meet", "Meet your agent"),
)
_STATUS = OnboardingSession.Status
# The newest pages that the building step shows; more would only scroll away.
MAX_LEARNED = 40


@dataclass(frozen=True)
class Exchange:
    """One question with what the owner said; `thanks` is what the platform says to that."""

    label: str
    question: str
    answer: str
    is_skipped: bool
    thanks: str


def step_of(session: OnboardingSession, wanted: str = "") -> str:
    """Return which of the four steps to show; only the first may be asked for again."""
    if session.status == _STATUS.COMPLETED:
        return "meet"
    if wanted == "sources" and session.status != _STATUS.BUILDING:
        return "sources"
    if session.status in {_STATUS.BUILDING, _STATUS.FAILED}:
        return "building"
    is_untouched = not session.agent.sources.exists() and not session.answers.exists()
    return "sources" if is_untouched else "questions"


def wizard_context(session: OnboardingSession, *, step: str) -> dict[str, Any]:
    """Return all that a step and its live parts need."""
    sources = sources_of(session)
    return {
        "session": session,
        "agent": session.agent,
        "step": step,
        "steps": describe_steps(step),
        "sources": sources,
        "is_reading": any(s.status in UNREAD for s in sources),
        "understood": understand(agent=session.agent, business_name=session.business_name),
        "exchanges": exchanges_of(session),
        "percent": percent_of(sources),
    } | _parts_of_step(session, step)


def describe_steps(step: str) -> list[dict[str, Any]]:
    """Return the four steps with whether each is done or current."""
    current = [name for name, _ in STEPS].index(step)
    return [
        {"name": name, "label": label, "is_done": n < current, "is_current": n == current}
        for n, (name, label) in enumerate(STEPS)
    ]


def _parts_of_step(session: OnboardingSession, step: str) -> dict[str, Any]:
    if step == "questions":
        return question_context(session)
    if step == "building":
        return building_context(session)
    if step == "meet":
        return meeting_context(session)
    return material_context()


def material_context() -> dict[str, Any]:
    """Return what may be handed over."""
    limit = settings.MAX_UPLOAD_BYTES
    return {
        "accepted_files": ACCEPTED_FILES,
        "max_upload_bytes": limit,
        "max_upload_mb": limit // 1_000_000,
    }


def question_context(session: OnboardingSession) -> dict[str, Any]:
    question = current_question(session)
    kept = session.answers.filter(question_id=question.id).first() if question else None
    chosen, words = split_answer(question, kept.text if kept else "")
    return {
        "question": question,
        "progress": progress_of(session),
        "chosen": chosen,
        "words": words,
        "own_email": session.started_by.email if session.started_by else "",
    }


def exchanges_of(session: OnboardingSession) -> list[Exchange]:
    answers = session.answers.filter(answered_at__isnull=False)
    return [_exchange(answer) for answer in answers]


def _exchange(answer: OnboardingAnswer) -> Exchange:
    question = find_question(answer.question_id)
    thanks = question.thanks if question else ""
    return Exchange(
        label=question.label if question else "",
        question=answer.question,
        answer=answer.text,
        is_skipped=answer.is_skipped,
        thanks="No problem, let's skip that." if answer.is_skipped else thanks,
    )


def split_answer(question: Question | None, text: str) -> tuple[list[str], str]:
    """Return the choices that an earlier answer took, and the owner's own words."""
    lines = text.splitlines()
    offered = question.choices if question else ()
    own = text if not offered else "\n".join(line for line in lines if line not in offered)
    return [line for line in lines if line in offered], own


def building_context(session: OnboardingSession) -> dict[str, Any]:
    return {
        "activity": activity_of(session, now=timezone.now()),
        "learned": learned_of(session),
    }


def learned_of(session: OnboardingSession) -> list[dict[str, Any]]:
    """Return the newest documents that were read, as an owner would call them."""
    documents = list(
        KnowledgeDocument.objects.filter(agent=session.agent, chunks__position=0)
        .select_related("source")
        .order_by("-pk")[:MAX_LEARNED]
    )
    titles = strip_site_name(
        [document.title or document.key for document in documents],
        business_name=session.business_name,
    )
    return [
        {
            "id": document.public_id,
            "title": title,
            "where": _where(document.source),
        }
        for document, title in zip(documents, titles, strict=True)
    ]


def _where(source: KnowledgeSource) -> str:
    return "What you told it" if source.kind == KnowledgeSource.Kind.TEXT else source.title


def meeting_context(session: OnboardingSession) -> dict[str, Any]:
    version = session.agent.published_version
    return {
        "config": version.load() if version else None,
        "snippet": widget_snippet(session.agent),
    }
