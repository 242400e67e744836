"""Where an onboarding stands, for the API and the pages: one description, so that both always say
the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from knowledge_app.models import KnowledgeSource
from onboarding_app.models import OnboardingSession
from onboarding_app.questions import QUESTIONS, Question
from onboarding_app.services import current_question

UNREAD = {KnowledgeSource.Status.QUEUED, KnowledgeSource.Status.WORKING}
USUAL_PAGES = 10
# Nobody looks at the build: the queue or its worker is down, and only whoever runs the platform can
# help.
UNATTENDED_AFTER = timedelta(seconds=60)
UNATTENDED = (
    "This takes longer than it should: the platform's background workers don't answer. "
    "Your answers are safe, and building goes on by itself as soon as they are back."
)


@dataclass(frozen=True)
class Progress:
    asked: int
    limit: int


def progress_of(session: OnboardingSession) -> Progress:
    """Return how many questions have been put, the open one included."""
    settled = session.answers.filter(answered_at__isnull=False).count()
    return Progress(asked=min(settled + 1, len(QUESTIONS)), limit=len(QUESTIONS))


def describe_step(session: OnboardingSession) -> dict[str, Any]:
    """Return what `start` and `answer` say."""
    progress = progress_of(session)
    return {
        "session_id": session.public_id,
        "agent_id": session.agent.public_id,
        "status": session.status,
        "question": describe_question(current_question(session)),
        "progress": {"asked": progress.asked, "limit": progress.limit},
    }


def describe_question(question: Question | None) -> dict[str, Any] | None:
    if question is None:
        return None
    body = {
        "id": question.id,
        "text": question.text,
        "why": question.why,
        "kind": question.kind,
    }
    return body | ({"choices": list(question.choices)} if question.choices else {})


def percent_of(sources: Sequence[KnowledgeSource]) -> int:
    """Return how far reading is, 0..100, by pages: a website weighs more than a leaflet."""
    weights = [_expected_documents(source) for source in sources]
    done = sum(weight * source.percent for source, weight in zip(sources, weights, strict=True))
    return done // sum(weights) if weights else 0


def _expected_documents(source: KnowledgeSource) -> int:
    """A website that is still being looked through counts for a few pages, lest the bar go back."""
    is_open = source.kind == KnowledgeSource.Kind.WEBSITE and source.status in UNREAD
    return max(source.documents_found, USUAL_PAGES if is_open else 1)


def activity_of(session: OnboardingSession, *, now: datetime) -> str:
    """Return what is being done now, in words; also when the honest word is that nobody does it."""
    if session.status != OnboardingSession.Status.BUILDING:
        return session.activity
    seen_at = session.build_checked_at or session.build_started_at or now
    return UNATTENDED if now - seen_at > UNATTENDED_AFTER else session.activity


def sources_of(session: OnboardingSession) -> list[KnowledgeSource]:
    return list(session.agent.sources.listed())
