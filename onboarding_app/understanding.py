"""What the platform has understood from the sources so far: how much it read, and what that was
about.

Shown beside the questions and used by the builder. Titles and headings only: they are what an owner
recognises at a glance, and they need no model.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from agents_app.models import Agent
from knowledge_app.models import KnowledgeChunk, KnowledgeDocument, KnowledgeSource

MAX_TOPICS = 12
MAX_QUESTIONS = 6
# The rest is left to what topics suggest, so that a long FAQ doesn't hide the opening hours.
MAX_FAQ = 4
# More headings than any page needs; keeps one query small on a site of thousands of questions.
_MAX_HEADINGS = 300
_SEPARATOR = re.compile(r"\s+[|\u2013\u2014·•»:-]\s+|\s*\|\s*")
_HEADING_PATH = re.compile(r"\s+>\s+")
_NUMBERING = re.compile(r"^\d+(?:\.\d+)*[.)]?\s+")
# Only what a page of that title surely answers.
_WORDS_FOR = {
    "opening": "What are your opening hours?",
    "hours": "What are your opening hours?",
    "contact": "How can I reach you?",
    "direction": "How do I get to you?",
    "location": "Where are you?",
    "delivery": "Do you deliver?",
    "shipping": "How does shipping work?",
    "return": "Can I return something?",
    "warranty": "What does the warranty cover?",
    "booking": "How do I book?",
    "reservation": "How do I book?",
}


@dataclass(frozen=True)
class Understanding:
    """`topics` and `questions` are in the order in which they were read, without repetition."""

    site_title: str = ""
    documents: int = 0
    topics: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


def understand(*, agent: Agent, business_name: str) -> Understanding:
    """Read what is known of the agent's documents now; two queries."""
    read = list(
        KnowledgeDocument.objects.filter(agent=agent, chunks__position=0)
        .exclude(title="")
        .order_by("pk")
        .values_list("title", "source__kind")
    )
    headings = (
        KnowledgeChunk.objects.filter(agent=agent, heading__contains="?")
        .order_by("pk")
        .values_list("heading", flat=True)[:_MAX_HEADINGS]
    )
    titles = [title for title, kind in read if kind != KnowledgeSource.Kind.TEXT]
    topics = find_topics(titles, business_name=business_name)
    return Understanding(
        site_title=next((t for t, kind in read if kind == KnowledgeSource.Kind.WEBSITE), ""),
        documents=len(read),
        topics=topics[:MAX_TOPICS],
        questions=suggest_questions(headings=headings, topics=topics),
    )


def find_topics(titles: Sequence[str], *, business_name: str) -> tuple[str, ...]:
    """Return what the pages are about, without repetition."""
    named = (title for title in strip_site_name(titles, business_name=business_name))
    return tuple(dict.fromkeys(title for title in named if title != business_name))


def strip_site_name(titles: Sequence[str], *, business_name: str) -> list[str]:
    """Return each title without the business's name or whatever else most titles repeat."""
    split = [[part.strip() for part in _SEPARATOR.split(title) if part.strip()] for title in titles]
    counted = Counter(part for parts in split for part in dict.fromkeys(parts))
    repeated = {part for part, times in counted.items() if times > max(1, len(titles) // 2)}
    repeated.add(business_name)
    own = [next((part for part in parts if part not in repeated), "") for parts in split]
    return [short or title for short, title in zip(own, titles, strict=True)]


def suggest_questions(*, headings: Iterable[str], topics: Iterable[str]) -> tuple[str, ...]:
    """Return questions that the sources answer, the best to try first.

    Questions that stand together under one heading are a FAQ and come first, one from each of its
    parts in turn; then what topics suggest; then single headings, which are often only rhetorical.
    """
    groups: dict[str, list[str]] = {}
    for heading in headings:
        above, question = _question_in(heading)
        if question:
            groups.setdefault(above, []).append(question)
    lists = [list(dict.fromkeys(group)) for group in groups.values()]
    faq = _in_turn([group for group in lists if len(group) > 1])
    single = [group[0] for group in lists if len(group) == 1]
    implied = [question for topic in topics if (question := _question_for(topic))]
    return tuple(dict.fromkeys(faq[:MAX_FAQ] + implied + faq + single))[:MAX_QUESTIONS]


def _in_turn(groups: list[list[str]]) -> list[str]:
    """Return the first of each group, then the second of each, and so on."""
    rows = zip_longest(*groups)
    return [question for row in rows for question in row if question]


def _question_in(heading: str) -> tuple[str, str]:
    """Return the path above a heading, and the heading if it is a question that one would ask."""
    *above, last = _HEADING_PATH.split(heading.strip())
    last = _NUMBERING.sub("", last.strip())
    is_question = last.endswith("?") and 4 <= len(last.split()) <= 14
    return " > ".join(above), last if is_question else ""


def _question_for(topic: str) -> str:
    words = topic.lower().split()
    return next(
        (question for key, question in _WORDS_FOR.items() if any(w.startswith(key) for w in words)),
        "",
    )
