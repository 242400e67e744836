"""How a build goes on: look at the sources, wait while they are being read, then write the
configuration and publish it.

Each look is one short transaction that may run twice. Waiting is a chain of tasks, not a sleeping
one, so that a build survives a restart and holds no worker; a build that hasn't moved for two
minutes goes on with what there is, or fails with a sentence.
"""

import hashlib
from datetime import datetime, timedelta

from django.db import transaction

from agents_app.models import Agent
from agents_app.services import publish, save_draft
from knowledge_app.models import KnowledgeSource
from knowledge_app.services import has_searchable_knowledge
from onboarding_app.builder import Brief, build_config
from onboarding_app.exceptions import BuildRejected
from onboarding_app.models import OnboardingSession
from onboarding_app.origins import site_origins
from onboarding_app.status import UNREAD
from onboarding_app.understanding import understand

STALLED_AFTER = timedelta(minutes=2)
# A second chain of looks (beat is allowed to start one) finds that it is not needed and ends.
MIN_GAP = timedelta(seconds=1.2)

OUR_FAULT = (
    "Something went wrong on our side while building your agent. Nothing is lost: try again."
)
_STATUS = OnboardingSession.Status


def advance_build(*, session_id: int, now: datetime) -> bool:
    """Take one look at a build; return whether to look again soon."""
    with transaction.atomic():
        session = (
            OnboardingSession.objects.select_for_update()
            .filter(pk=session_id, status=_STATUS.BUILDING)
            .first()
        )
        if session is None or _was_just_checked(session, now):
            return False
        sources = list(session.agent.sources.listed())
        _note_progress(session, sources, now)
        if _is_worth_waiting(session, sources, now):
            session.activity = _what_is_read(sources)
            session.save()
            return True
        _finish(session, sources, now)
    return False


def fail_build(*, session_id: int, message: str) -> None:
    OnboardingSession.objects.filter(pk=session_id, status=_STATUS.BUILDING).update(
        status=_STATUS.FAILED, error=message[:500], activity=""
    )


def stuck_builds(*, now: datetime) -> list[int]:
    """Return builds that nobody looks at any more."""
    stale = now - timedelta(seconds=20)
    building = OnboardingSession.objects.filter(status=_STATUS.BUILDING, build_started_at__lt=stale)
    return list(building.exclude(build_checked_at__gte=stale).values_list("pk", flat=True))


def _was_just_checked(session: OnboardingSession, now: datetime) -> bool:
    return session.build_checked_at is not None and now - session.build_checked_at < MIN_GAP


def _note_progress(
    session: OnboardingSession, sources: list[KnowledgeSource], now: datetime
) -> None:
    session.build_checked_at = now
    mark = _fingerprint(sources)
    if mark != session.build_mark:
        session.build_mark, session.build_progressed_at = mark, now


def _fingerprint(sources: list[KnowledgeSource]) -> str:
    """Return something that changes whenever reading gets on; `beat_at` moves while one long
    document is read.
    """
    states = [
        (s.pk, s.status, s.documents_done, s.documents_found, s.activity, str(s.beat_at))
        for s in sources
    ]
    return hashlib.sha256(repr(states).encode()).hexdigest()


def _is_worth_waiting(
    session: OnboardingSession, sources: list[KnowledgeSource], now: datetime
) -> bool:
    moved_at = session.build_progressed_at or session.build_started_at or now
    return any(s.status in UNREAD for s in sources) and now - moved_at < STALLED_AFTER


def _what_is_read(sources: list[KnowledgeSource]) -> str:
    working = [s for s in sources if s.status == KnowledgeSource.Status.WORKING]
    said = next((s.activity for s in working if s.activity), "")
    return (said or "Waiting for the first page")[:300]


def _finish(session: OnboardingSession, sources: list[KnowledgeSource], now: datetime) -> None:
    session.activity = ""
    try:
        _configure(session, sources)
    except BuildRejected as error:
        session.status, session.error = _STATUS.FAILED, str(error)[:500]
    else:
        session.status, session.error, session.completed_at = _STATUS.COMPLETED, "", now
    session.save()


def _configure(session: OnboardingSession, sources: list[KnowledgeSource]) -> None:
    agent = session.agent
    if not has_searchable_knowledge(agent=agent):
        raise BuildRejected(_why_nothing_was_read(sources))
    config = build_config(brief_of(session))
    save_draft(agent=agent, data=config.model_dump(mode="json"))
    publish(agent=agent, by=session.started_by, note="Built from your website and your answers")
    _allow_own_website(agent, sources)


def brief_of(session: OnboardingSession) -> Brief:
    """Gather all that the builder may use."""
    answers = session.answers.filter(answered_at__isnull=False, is_skipped=False)
    return Brief(
        business_name=session.business_name,
        language=session.language,
        answers=dict(answers.values_list("question_id", "text")),
        understanding=understand(agent=session.agent, business_name=session.business_name),
    )


def _allow_own_website(agent: Agent, sources: list[KnowledgeSource]) -> None:
    """Let the agent appear where it has read; a mistyped address may be somebody else's website."""
    websites = [s for s in sources if s.kind == KnowledgeSource.Kind.WEBSITE]
    sites = [s.url for s in websites if s.documents.exists()]
    found = [origin for url in sites for origin in site_origins(url)]
    agent.allowed_origins = list(dict.fromkeys([*agent.allowed_origins, *found]))
    agent.save(update_fields=["allowed_origins", "updated_at"])


def _why_nothing_was_read(sources: list[KnowledgeSource]) -> str:
    if not sources:
        return "There is nothing to learn from yet. Add your website's address or a document."
    if any(s.status in UNREAD for s in sources):
        return "Reading has not moved for two minutes. Try again, or add a document to learn from."
    problems = [problem for source in sources for problem in source.problems]
    reason = f" {problems[0]['message']}" if problems else ""
    return (
        f"Nothing could be read yet.{reason} Check the address, or add a document, and try again."
    )
