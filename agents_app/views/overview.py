"""What pages say about an agent: its state in a sentence, its knowledge, what to do next.

A read for pages only: it looks across apps, which pages may and services may not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from agents_app.models import Agent
from knowledge_app.models import KnowledgeSource
from voice_app.models import Lead, Turn, VoiceSession

RECENT_DAYS = 7
UNANSWERED_DAYS = 30
SHOWN_SESSIONS = 5
SHOWN_UNANSWERED = 5


@dataclass(frozen=True)
class State:
    """A dot and a word; `kind` is good, busy, warn, bad or idle."""

    kind: str
    words: str


@dataclass(frozen=True)
class NextStep:
    title: str
    why: str
    label: str
    url: str


def with_states(agents: QuerySet[Agent]) -> QuerySet[Agent]:
    """Load what cards show, in two queries however many agents there are."""
    newest = VoiceSession.objects.filter(agent=OuterRef("pk")).order_by("-created_at")
    sources = KnowledgeSource.objects.only(
        "agent_id", "kind", "status", "documents_found", "documents_done", "synced_at"
    )
    return (
        agents.select_related("business", "published_version", "onboarding")
        .prefetch_related(Prefetch("sources", queryset=sources))
        .annotate(
            last_session_at=Subquery(newest.values("created_at")[:1]),
            last_session_id=Subquery(newest.values("public_id")[:1]),
        )
    )


def agent_state(agent: Agent) -> State:
    if not agent.is_configured:
        return State("warn", "Not finished")
    return State("good", "On") if agent.is_active else State("idle", "Off")


def knowledge_state(sources: Sequence[KnowledgeSource]) -> State:
    """Say what an agent's knowledge is like; reading comes first: the owner waits for it."""
    if not sources:
        return State("warn", "Nothing to read yet")
    working = [s for s in sources if s.status in {s.Status.QUEUED, s.Status.WORKING}]
    if working:
        return State("busy", f"Reading, {sum(s.percent for s in sources) // len(sources)} %")
    ready = [s for s in sources if s.status == s.Status.READY]
    if not ready:
        return State("bad", "Nothing could be read")
    if len(ready) < len(sources):
        return State("warn", f"{_count_sources(len(ready))}, {len(sources) - len(ready)} failed")
    return State("good", _count_sources(len(ready)))


def _count_sources(count: int) -> str:
    return ngettext("%(n)d source", "%(n)d sources", count) % {"n": count}


def role_of(agent: Agent) -> str:
    """Return the agent's line: what it does, from what is published or else drafted."""
    version = agent.published_version
    return str((version.config if version else agent.draft or {}).get("role", ""))


def describe(agent: Agent, sources: Sequence[KnowledgeSource]) -> str:
    """Say the state of everything in a sentence."""
    if not agent.is_configured:
        return f"{agent.name} isn't finished yet, so nobody can talk to it."
    if not agent.is_active:
        return f"{agent.name} is switched off. Visitors can't reach it; you can still test it."
    knowledge = knowledge_state(sources)
    if knowledge.kind == "busy":
        return f"{agent.name} is still reading what you gave it and answers from what it has read."
    if knowledge.kind == "bad" or not sources:
        return f"{agent.name} can talk, but has nothing to answer from yet."
    if not agent.allowed_origins:
        return f"{agent.name} is ready, but isn't on any website yet."
    return f"{agent.name} answers visitors on {_hosts(agent.allowed_origins)}."


def _hosts(origins: Sequence[str]) -> str:
    """Name the websites; apex and www are one to a person."""
    hosts = list(dict.fromkeys(urlsplit(o).netloc.removeprefix("www.") for o in origins))
    shown = hosts[:2]
    if len(hosts) > len(shown):
        shown.append(f"{len(hosts) - len(shown)} more")
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0]


def figures(agent: Agent) -> dict[str, int]:
    """Count the week's conversations, by channel, and the leads that nobody has dealt with."""
    since = timezone.now() - timedelta(days=RECENT_DAYS)
    sessions = VoiceSession.objects.filter(agent=agent, created_at__gte=since)
    counted = sessions.aggregate(
        conversations=Count("pk"), calls=Count("pk", filter=Q(channel=VoiceSession.Channel.VOICE))
    )
    new_leads = Lead.objects.filter(agent=agent, status=Lead.Status.NEW).count()
    return counted | {
        "chats": counted["conversations"] - counted["calls"],
        "new_leads": new_leads,
    }


def unanswered(agent: Agent) -> QuerySet[Turn]:
    """Return the turns in which the agent didn't know, newest first, each with its `question`."""
    asked = Turn.objects.filter(
        session=OuterRef("session"), role=Turn.Role.VISITOR, position__lt=OuterRef("position")
    ).order_by("-position")
    since = timezone.now() - timedelta(days=UNANSWERED_DAYS)
    return (
        Turn.objects.filter(session__agent=agent, role=Turn.Role.AGENT, metrics__is_unknown=True)
        .filter(spoken_at__gte=since)
        .annotate(question=Subquery(asked.values("text")[:1]))
        .exclude(question=None)
        .select_related("session")
        .order_by("-spoken_at")
    )


def next_steps(
    agent: Agent, *, sources: Sequence[KnowledgeSource], counted: dict[str, int], unknown: int
) -> list[NextStep]:
    """Return what the owner should do, the most useful first; empty when all is well."""
    if not agent.is_configured:
        return [_finish_setup(agent)]
    steps = [
        _add_knowledge(agent, sources),
        _talk_to_it(agent, counted),
        _put_on_website(agent),
        _answer_questions(agent, unknown),
        _look_at_leads(counted),
    ]
    return [step for step in steps if step]


def setup_url(agent: Agent) -> str:
    onboarding: Any = getattr(agent, "onboarding", None)
    if onboarding is None:
        return reverse("onboarding:new")
    return reverse("onboarding:wizard", args=[onboarding.public_id])


def _finish_setup(agent: Agent) -> NextStep:
    why = "A few questions are left. Your answers so far are kept."
    return NextStep("Finish setting it up", why, "Continue", setup_url(agent))


def _add_knowledge(agent: Agent, sources: Sequence[KnowledgeSource]) -> NextStep | None:
    url = reverse("knowledge:sources", args=[agent.public_id])
    if not sources:
        why = "It answers only from what it has read, and it has read nothing yet."
        return NextStep("Give it something to read", why, "Add knowledge", url)
    failed = sum(s.status == s.Status.FAILED for s in sources)
    if failed:
        title = "Look at what could not be read"
        return NextStep(title, f"{_count_sources(failed)} failed.", "See why", url)
    return None


def _talk_to_it(agent: Agent, counted: dict[str, int]) -> NextStep | None:
    if getattr(agent, "last_session_at", None) or counted["conversations"]:
        return None
    url = f"{reverse('voice:test')}?{urlencode({'agentId': agent.public_id})}"
    return NextStep("Talk to it yourself", "Ask what your customers ask.", "Test", url)


def _put_on_website(agent: Agent) -> NextStep | None:
    if agent.allowed_origins:
        return None
    url = reverse("agents:widget", args=[agent.public_id])
    return NextStep("Put it on your website", "One line of HTML does it.", "Show me", url)


def _answer_questions(agent: Agent, unknown: int) -> NextStep | None:
    if not unknown:
        return None
    words = ngettext(
        "Answer the question it couldn't", "Answer the %(n)d questions it couldn't", unknown
    )
    url = reverse("agents:detail", args=[agent.public_id]) + "#unanswered"
    why = "Add the answer once, and it knows it from then on."
    return NextStep(words % {"n": unknown}, why, "See them", url)


def _look_at_leads(counted: dict[str, int]) -> NextStep | None:
    if not counted["new_leads"]:
        return None
    words = ngettext("A visitor waits for you", "%(n)d visitors wait for you", counted["new_leads"])
    why = "They left a message and how to reach them."
    return NextStep(words % {"n": counted["new_leads"]}, why, "Open leads", reverse("voice:leads"))
