"""What an owner does on the way to an agent: start, answer, skip, go back, add material, try again.

Every step takes the session's row lock and is one transaction, because the wizard, the API and an
impatient double click may all answer at once; said twice, the same thing changes nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from agents_app.models import Agent, Business, User
from agents_app.services import create_agent
from foundation.queueing import enqueue
from knowledge_app.exceptions import SourceRejected
from knowledge_app.models import KnowledgeSource
from knowledge_app.services import add_file, add_text, add_website, sync_source
from onboarding_app.exceptions import NotAsking, QuestionOutdated
from onboarding_app.models import OnboardingAnswer, OnboardingSession
from onboarding_app.phrases import DEFAULT_LANGUAGE
from onboarding_app.questions import EXTRA, Question, next_question, normalise_answer

BUILD_TASK = "onboarding_app.tasks.build_agent"


@dataclass
class Material:
    """What became of the things that an owner handed over; `rejected`: {"where", "message"}."""

    sources: list[KnowledgeSource] = field(default_factory=list)
    rejected: list[dict[str, str]] = field(default_factory=list)


def start_onboarding(
    *,
    user: User | None,
    business: Business,
    website_url: str = "",
    business_name: str = "",
    language: str = DEFAULT_LANGUAGE,
) -> OnboardingSession:
    """Make an agent without a configuration and begin to read its website at once.

    Raises:
        SourceRejected: the address can't be used; nothing was stored.
    """
    name = business_name.strip() or business.name
    with transaction.atomic():
        agent = create_agent(business=business, name=name)
        session = OnboardingSession.objects.create(
            agent=agent, started_by=user, business_name=name, language=language
        )
        if website_url.strip():
            _add_website(agent, website_url)
    return session


def current_question(session: OnboardingSession) -> Question | None:
    """Return the question that is open now; None when the conversation is over."""
    settled = session.answers.filter(answered_at__isnull=False)
    return next_question(set(settled.values_list("question_id", flat=True)))


def answer_question(
    *, session: OnboardingSession, question_id: str, answer: str | Sequence[str]
) -> OnboardingSession:
    """Store an answer and go on; the last one starts the build.

    Raises:
        AnswerRejected: empty or too long.
        QuestionOutdated: another question is open, and this one was answered differently.
    """
    return _settle(session, question_id, text=normalise_answer(answer))


def skip_question(*, session: OnboardingSession, question_id: str) -> OnboardingSession:
    """Go on without an answer. Raises QuestionOutdated like `answer_question`."""
    return _settle(session, question_id, text="")


def go_back(*, session: OnboardingSession) -> OnboardingSession:
    """Open the question before the current one again, with its text; at the first one nothing
    happens.

    Raises:
        NotAsking: the agent is being built or is ready.
    """
    with transaction.atomic():
        locked = _lock(session)
        if locked.status != OnboardingSession.Status.ASKING:
            raise NotAsking
        last = locked.answers.filter(answered_at__isnull=False).last()
        if last:
            last.answered_at = None
            last.save(update_fields=["answered_at"])
    return locked


def add_material(
    *, session: OnboardingSession, website_url: str = "", files: Iterable[UploadedFile] = ()
) -> Material:
    """Hand over a website and files, each on its own: one that can't be used doesn't hold up the
    rest.

    A build that failed begins again, since something to learn from was what it lacked.
    """
    material = Material()
    if website_url.strip():
        with _collecting(material, website_url):
            material.sources.append(_add_website(session.agent, website_url))
    for file in files:
        with _collecting(material, file.name or "file"):
            material.sources.append(add_file(agent=session.agent, file=file))
    if material.sources:
        _rebuild_failed(session)
    return material


def retry_build(*, session: OnboardingSession) -> OnboardingSession:
    """Begin a failed build again and read once more what couldn't be read; otherwise nothing
    happens.
    """
    with transaction.atomic():
        locked = _lock(session)
        if locked.status == OnboardingSession.Status.FAILED:
            for source in locked.agent.sources.filter(status=KnowledgeSource.Status.FAILED):
                sync_source(source=source)
            _begin_build(locked)
    return locked


def _lock(session: OnboardingSession) -> OnboardingSession:
    return OnboardingSession.objects.select_for_update().get(pk=session.pk)


def _settle(session: OnboardingSession, question_id: str, *, text: str) -> OnboardingSession:
    with transaction.atomic():
        locked = _lock(session)
        question = current_question(locked)
        if question is None or question.id != question_id:
            if _was_said(locked, question_id, text):
                return locked
            raise QuestionOutdated
        _store(locked, question, text)
        if current_question(locked) is None:
            _begin_build(locked)
    return locked


def _was_said(session: OnboardingSession, question_id: str, text: str) -> bool:
    return session.answers.filter(
        question_id=question_id, text=text, answered_at__isnull=False
    ).exists()


def _store(session: OnboardingSession, question: Question, text: str) -> None:
    OnboardingAnswer.objects.update_or_create(
        session=session,
        question_id=question.id,
        defaults={
            "question": question.text,
            "text": text,
            "is_skipped": not text,
            "answered_at": timezone.now(),
        },
    )


def _begin_build(session: OnboardingSession) -> None:
    _learn_what_was_told(session)
    now = timezone.now()
    session.status = OnboardingSession.Status.BUILDING
    session.activity = "Getting ready"
    session.error = session.build_mark = ""
    session.build_started_at = session.build_progressed_at = now
    session.build_checked_at = None
    session.save()
    enqueue(BUILD_TASK, session.pk)


def _rebuild_failed(session: OnboardingSession) -> None:
    with transaction.atomic():
        locked = _lock(session)
        if locked.status == OnboardingSession.Status.FAILED:
            _begin_build(locked)


def _learn_what_was_told(session: OnboardingSession) -> None:
    """Make a source of what the owner knows and no page says; a repeated build finds it there."""
    told = session.answers.filter(question_id=EXTRA.id).values_list("text", flat=True).first()
    if told and not session.agent.sources.filter(text=told).exists():
        title = f"Good to know about {session.business_name}"
        add_text(agent=session.agent, title=title, text=told)


def _add_website(agent: Agent, address: str) -> KnowledgeSource:
    source = add_website(agent=agent, url=address)
    business = agent.business
    if not business.website_url:
        business.website_url = source.url[:500]
        business.save(update_fields=["website_url", "updated_at"])
    return source


class _collecting:
    """Turn a refusal into an entry of `material.rejected` and go on."""

    def __init__(self, material: Material, where: str) -> None:
        self.material, self.where = material, where

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, SourceRejected):
            return False
        self.material.rejected.append({"where": self.where, "message": str(error)})
        return True
