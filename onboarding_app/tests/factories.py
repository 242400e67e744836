"""Rows for tests of onboarding; knowledge is written as if it had been read."""

from typing import Any

from django.utils import timezone

from agents_app.models import Agent, Business, User
from knowledge_app.models import (
    EMBEDDING_DIMENSIONS,
    ChunkEmbedding,
    KnowledgeChunk,
    KnowledgeDocument,
    KnowledgeSource,
)
from onboarding_app.models import OnboardingAnswer, OnboardingSession
from onboarding_app.questions import QUESTIONS

SITE = "https://harbour.example/"


def make_session(
    business: Business, *, user: User | None = None, **fields: Any
) -> OnboardingSession:
    agent = Agent.objects.create(business=business, name=business.name)
    return OnboardingSession.objects.create(
        agent=agent, started_by=user, business_name=business.name, **fields
    )


def make_source(agent: Agent, **fields: Any) -> KnowledgeSource:
    defaults = {"kind": "website", "title": "harbour.example", "url": SITE}
    return KnowledgeSource.objects.create(agent=agent, **(defaults | fields))


def add_page(source: KnowledgeSource, title: str, heading: str = "") -> KnowledgeDocument:
    """Add a document that search finds."""
    from knowledge_app.embedding import EMBEDDING_MODEL

    document = KnowledgeDocument.objects.create(
        source=source, agent=source.agent, key=title, title=title, url=f"{SITE}{source.pk}"
    )
    chunk = KnowledgeChunk.objects.create(
        document=document, agent=source.agent, position=0, heading=heading, text=title
    )
    vector = [1.0] + [0.0] * (EMBEDDING_DIMENSIONS - 1)
    ChunkEmbedding.objects.create(
        chunk=chunk, agent=source.agent, model=EMBEDDING_MODEL, vector=vector
    )
    return document


def answer_all(session: OnboardingSession, **answers: str) -> None:
    """Answer every question behind the services' back; those that are not named are skipped."""
    for question in QUESTIONS:
        text = answers.get(question.id, "")
        OnboardingAnswer.objects.create(
            session=session,
            question_id=question.id,
            question=question.text,
            text=text,
            is_skipped=not text,
            answered_at=timezone.now(),
        )
