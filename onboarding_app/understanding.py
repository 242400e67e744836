"""What the platform has understood from the sources so far: how much it read, and what that was
about.

Shown beside the questions and used by the builder. Titles and headings only: they are what an owner
recognises at a glance, and they need no model.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agents_app.models import Agent
from knowledge_app.models import KnowledgeChunk, KnowledgeDocument

MAX_TOPICS = 12
MAX_QUESTIONS = 6
# More headings than any page needs; keeps one query small on a site of thousands of questions.
_MAX_HEADINGS = 300
_SEPARATOR = re.compile(r"\s+[|\u2013\u2014·•»:-]\s+|\s*\|\s*")
_HEADING_PATH = re.compile(r"\s+>\s+")
_WORDS_FOR = {
    "opening": "What are your opening hours?",
    "hours": "What are your opening hours?",
    "price": "What does it cost?",
    "pricing": "What does it cost?",
    "rates": "What does it cost?",
    "contact": "How can I reach you?",
    "direction": "How do I get to you?",
    "location": "Where are you?",
    "delivery": "Do you deliver?",
    "shipping": "How does shipping work?",
    "return": "Can I return something?",
    "warranty": "What does the warranty cover?",
    "booking": "How do I book?",
    "reservation": "How do I book?",
    "service": "What services do you offer?",
    "repair": "Do you do repairs?",
    "menu": "What is on the menu?",
    "course": "Which courses do you offer?",
    "about": "Who are you?",
}


@dataclass(frozen=True)
class Understanding:
    """`topics` and `questions` are in the order in which they were read, without repetition."""

    site_title: str = ""
    documents: int = 0
    topics: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


def understand(*, agent: Agent) -> Understanding:
    """Read what is known of the agent's documents now; two queries."""
    titles = [
        title
        for title in KnowledgeDocument.objects.filter(agent=agent, chunks__position=0)
        .order_by("pk")
        .values_list("title", flat=True)
        if title
    ]
    headings = (
        KnowledgeChunk.objects.filter(agent=agent, heading__contains="?")
        .order_by("pk")
        .values_list("heading", flat=True)[:_MAX_HEADINGS]
    )
    topics = find_topics(titles)
    return Understanding(
        site_title=titles[0] if titles else "",
        documents=len(titles),
        topics=topics[:MAX_TOPICS],
        questions=suggest_questions(headings=headings, topics=topics),
    )


def find_topics(titles: Sequence[str]) -> tuple[str, ...]:
    """Return what each page is about: its title without the site's name, which most repeat."""
    split = [[part.strip() for part in _SEPARATOR.split(title) if part.strip()] for title in titles]
    counted = Counter(part for parts in split for part in dict.fromkeys(parts))
    repeated = {part for part, times in counted.items() if times > max(1, len(titles) // 2)}
    own = (next((part for part in parts if part not in repeated), "") for parts in split)
    return tuple(dict.fromkeys(topic for topic in own if topic))


def suggest_questions(*, headings: Iterable[str], topics: Iterable[str]) -> tuple[str, ...]:
    """Return questions that the sources answer: those that stand there as headings, then those that
    topics suggest.
    """
    asked = [question for heading in headings if (question := _question_in(heading))]
    implied = [question for topic in topics if (question := _question_for(topic))]
    return tuple(dict.fromkeys(asked + implied))[:MAX_QUESTIONS]


def _question_in(heading: str) -> str:
    last = _HEADING_PATH.split(heading.strip())[-1].strip()
    is_question = last.endswith("?") and 3 <= len(last.split()) <= 14
    return last if is_question else ""


def _question_for(topic: str) -> str:
    words = topic.lower().split()
    return next(
        (question for key, question in _WORDS_FOR.items() if any(w.startswith(key) for w in words)),
        "",
    )
