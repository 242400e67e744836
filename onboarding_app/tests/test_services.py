"""What an owner does: start, answer, skip, go back, add material, try again."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from unittest.mock import patch

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from agents_app.models import Agent, Business, User
from agents_app.tests.factories import BusinessFactory
from knowledge_app.exceptions import SourceRejected
from knowledge_app.models import KnowledgeSource
from onboarding_app import services
from onboarding_app.exceptions import NotAsking, QuestionOutdated
from onboarding_app.models import OnboardingAnswer, OnboardingSession
from onboarding_app.questions import QUESTIONS
from onboarding_app.tests.factories import SITE, answer_all, make_session, make_source

Captured = Callable[..., AbstractContextManager[list[Callable]]]
Status = OnboardingSession.Status


@pytest.fixture
def session(business: Business, owner: User) -> OnboardingSession:
    return make_session(business, user=owner)


@pytest.fixture
def enqueued() -> list[tuple]:
    """What was queued by onboarding itself, in order."""
    calls: list[tuple] = []
    with patch("onboarding_app.services.enqueue", lambda *args: calls.append(args)):
        yield calls


def test_starting_makes_an_agent_and_begins_to_read(business: Business, owner: User) -> None:
    session = services.start_onboarding(
        user=owner, business=business, website_url="harbour.example"
    )
    source = session.agent.sources.get()
    business.refresh_from_db()
    assert (source.kind, source.status) == ("website", "queued")
    assert source.url.startswith("https://harbour.example")
    assert business.website_url == source.url
    assert session.agent.name == session.business_name == "Harbour Wheels"
    assert not session.agent.is_configured


def test_a_refused_address_leaves_nothing_behind(business: Business, owner: User) -> None:
    with pytest.raises(SourceRejected):
        services.start_onboarding(user=owner, business=business, website_url="ftp://x.example")
    assert not Agent.objects.exists()
    assert not OnboardingSession.objects.exists()


def test_a_program_starts_without_a_person(business: Business) -> None:
    session = services.start_onboarding(user=None, business=business, business_name=" Wheels Ltd ")
    assert session.started_by is None
    assert session.business_name == "Wheels Ltd"


def test_answers_lead_to_the_build(session: OnboardingSession, enqueued: list) -> None:
    for question in QUESTIONS[:-1]:
        services.answer_question(session=session, question_id=question.id, answer="yes")
    assert not enqueued
    done = services.skip_question(session=session, question_id=QUESTIONS[-1].id)
    assert done.status == Status.BUILDING
    assert enqueued == [(services.BUILD_TASK, session.pk)]


def test_the_same_answer_twice_changes_nothing(session: OnboardingSession) -> None:
    for _ in range(2):
        services.answer_question(session=session, question_id="goal", answer="Sell bells")
    assert session.answers.count() == 1
    assert services.current_question(session).id == "hand_off"


def test_another_answer_to_an_old_question_is_outdated(session: OnboardingSession) -> None:
    services.answer_question(session=session, question_id="goal", answer="Sell bells")
    with pytest.raises(QuestionOutdated):
        services.answer_question(session=session, question_id="goal", answer="Sell bikes")
    with pytest.raises(QuestionOutdated):
        services.skip_question(session=session, question_id="goal")
    with pytest.raises(QuestionOutdated):
        services.answer_question(session=session, question_id="nonsense", answer="x")
    assert session.answers.get().text == "Sell bells"


def test_the_last_answer_sent_again_while_building_is_taken_as_said(
    session: OnboardingSession, enqueued: list
) -> None:
    answer_all(session)
    OnboardingAnswer.objects.filter(question_id="extra").delete()
    for _ in range(2):
        services.answer_question(session=session, question_id="extra", answer="Dogs are welcome.")
    assert len(enqueued) == 1


def test_going_back_keeps_the_text_and_asks_again(session: OnboardingSession) -> None:
    services.answer_question(session=session, question_id="goal", answer="Sell bells")
    services.go_back(session=session)
    assert services.current_question(session).id == "goal"
    assert session.answers.get().text == "Sell bells"
    services.answer_question(session=session, question_id="goal", answer="Sell bikes")
    assert session.answers.get().text == "Sell bikes"
    assert services.current_question(session).id == "hand_off"


def test_going_back_at_the_first_question_does_nothing(session: OnboardingSession) -> None:
    services.go_back(session=session)
    assert services.current_question(session).id == "goal"


def test_there_is_no_way_back_once_it_is_built(session: OnboardingSession) -> None:
    OnboardingSession.objects.update(status=Status.BUILDING)
    with pytest.raises(NotAsking):
        services.go_back(session=session)


def test_what_no_page_says_becomes_a_source_once(
    session: OnboardingSession, enqueued: list
) -> None:
    answer_all(session, extra="Dogs are welcome.")
    for _ in range(2):
        OnboardingSession.objects.update(status=Status.FAILED)
        services.retry_build(session=session)
    source = session.agent.sources.get(kind="text")
    assert source.text == "Dogs are welcome."
    assert len(enqueued) == 2


def test_good_material_is_taken_although_other_is_not(session: OnboardingSession) -> None:
    files = [
        SimpleUploadedFile("menu.txt", b"Soup costs five euros."),
        SimpleUploadedFile("photo.png", b"\x89PNG\r\n\x1a\n"),
    ]
    material = services.add_material(session=session, files=files)
    assert [source.title for source in material.sources] == ["menu.txt"]
    assert [item["where"] for item in material.rejected] == ["photo.png"]
    assert material.rejected[0]["message"]


def test_adding_material_revives_a_failed_build(session: OnboardingSession, enqueued: list) -> None:
    OnboardingSession.objects.update(status=Status.FAILED, error="Nothing to learn from.")
    services.add_material(session=session, website_url=SITE)
    session.refresh_from_db()
    assert (session.status, session.error) == (Status.BUILDING, "")
    assert len(enqueued) == 1


def test_trying_again_reads_failed_sources_once_more(
    session: OnboardingSession, enqueued: list
) -> None:
    source = make_source(session.agent, status="failed")
    OnboardingSession.objects.update(status=Status.FAILED)
    services.retry_build(session=session)
    source.refresh_from_db()
    assert source.status == KnowledgeSource.Status.QUEUED


def test_trying_again_does_nothing_unless_it_failed(
    session: OnboardingSession, enqueued: list
) -> None:
    services.retry_build(session=session)
    session.refresh_from_db()
    assert session.status == Status.ASKING
    assert not enqueued


@pytest.mark.django_db(transaction=True)
def test_twenty_people_answering_at_once_make_one_answer_and_one_build() -> None:
    session = make_session(BusinessFactory())
    answer_all(session)
    OnboardingAnswer.objects.filter(question_id="extra").delete()
    builds: list[tuple] = []

    def answer(_: int) -> str:
        try:
            return services.answer_question(
                session=session, question_id="extra", answer="Dogs are welcome."
            ).status
        finally:
            connection.close()

    with (
        patch("onboarding_app.services.enqueue", lambda *args: builds.append(args)),
        patch("knowledge_app.services.enqueue", lambda *args: None),
        ThreadPoolExecutor(20) as pool,
    ):
        states = list(pool.map(answer, range(20)))
    assert states == [Status.BUILDING] * 20
    assert OnboardingAnswer.objects.filter(question_id="extra").count() == 1
    assert len(builds) == 1
    assert session.agent.sources.count() == 1
