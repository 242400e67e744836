"""A build, look by look."""

from datetime import datetime, timedelta
from unittest.mock import patch

import pytest
from django.utils import timezone

from agents_app.models import Business, User
from onboarding_app import tasks
from onboarding_app.building import OUR_FAULT, advance_build, stuck_builds
from onboarding_app.models import OnboardingSession
from onboarding_app.tests.factories import add_page, answer_all, make_session, make_source

Status = OnboardingSession.Status
NOW = datetime(2026, 5, 4, 12, 0, tzinfo=timezone.get_default_timezone())


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


@pytest.fixture
def session(business: Business, owner: User) -> OnboardingSession:
    session = make_session(
        business,
        user=owner,
        status=Status.BUILDING,
        build_started_at=NOW,
        build_progressed_at=NOW,
    )
    answer_all(session, hand_off="Anna, anna@harbour.example", goal="Sell bells")
    return session


def look(session: OnboardingSession, seconds: float = 5) -> bool:
    again = advance_build(session_id=session.pk, now=after(seconds))
    session.refresh_from_db()
    session.agent.refresh_from_db()
    return again


def test_a_build_ends_in_a_published_agent_on_its_own_website(session: OnboardingSession) -> None:
    source = make_source(session.agent, status="ready")
    add_page(source, "Harbour Wheels")
    add_page(source, "Opening hours | Harbour Wheels", heading="FAQ > Do you rent e-bikes?")
    assert look(session) is False
    assert (session.status, session.error, session.completed_at) == (Status.COMPLETED, "", after(5))
    agent = session.agent
    config = agent.published_version.load()
    assert agent.is_configured
    assert agent.name == config.name
    assert config.hand_off.contact_name == "Anna"
    assert "Do you rent e-bikes?" in config.suggested_questions
    assert set(agent.allowed_origins) == {"https://harbour.example", "https://www.harbour.example"}
    assert agent.published_version.created_by == session.started_by


def test_looking_again_at_what_is_done_changes_nothing(session: OnboardingSession) -> None:
    add_page(make_source(session.agent, status="ready"), "Home")
    look(session)
    assert look(session, 20) is False
    assert session.agent.versions.count() == 1


def test_it_waits_while_reading_gets_on_and_says_what_is_read(session: OnboardingSession) -> None:
    source = make_source(session.agent, status="working", activity="Reading page 1 of 60")
    for page in range(1, 6):
        source.activity = f"Reading page {page} of 60: Opening hours"
        source.save()
        # Far longer than two minutes in all: only standing still ends it.
        assert look(session, page * 100) is True
        assert session.activity == source.activity
    assert session.status == Status.BUILDING


def test_reading_that_stands_still_is_not_waited_for(session: OnboardingSession) -> None:
    add_page(make_source(session.agent, status="working"), "Home")
    assert look(session, 1) is True
    assert look(session, 119) is True
    assert look(session, 122) is False
    assert session.status == Status.COMPLETED


def test_standing_still_without_knowledge_fails_with_a_sentence(session: OnboardingSession) -> None:
    make_source(session.agent, status="queued")
    look(session, 1)
    look(session, 122)
    assert session.status == Status.FAILED
    assert "two minutes" in session.error
    assert not session.agent.is_configured


def test_an_unreachable_site_fails_with_its_own_reason(session: OnboardingSession) -> None:
    problem = {"where": "https://harbour.example/", "message": "The website did not answer."}
    make_source(session.agent, status="failed", problems=[problem])
    assert look(session) is False
    assert session.status == Status.FAILED
    assert "The website did not answer." in session.error
    assert "add a document" in session.error


def test_without_any_source_it_says_what_is_missing(session: OnboardingSession) -> None:
    look(session)
    assert session.error.startswith("There is nothing to learn from yet.")


def test_a_second_chain_of_looks_ends_itself(session: OnboardingSession) -> None:
    make_source(session.agent, status="working")
    assert look(session, 5) is True
    assert look(session, 5.4) is False
    assert session.status == Status.BUILDING


def test_origins_that_the_owner_added_stay(session: OnboardingSession) -> None:
    session.agent.allowed_origins = ["https://shop.example"]
    session.agent.save()
    add_page(make_source(session.agent, status="ready"), "Home")
    look(session)
    assert session.agent.allowed_origins[0] == "https://shop.example"
    assert len(session.agent.allowed_origins) == 3


def test_a_website_that_could_not_be_read_may_not_show_the_agent(
    session: OnboardingSession,
) -> None:
    make_source(session.agent, status="failed", url="https://harbor.example/")
    add_page(make_source(session.agent, status="ready", kind="file", url=""), "Prices")
    look(session)
    assert session.agent.is_configured
    assert session.agent.allowed_origins == []


def test_a_build_that_nobody_looks_at_is_found(session: OnboardingSession) -> None:
    assert stuck_builds(now=after(10)) == []
    assert stuck_builds(now=after(30)) == [session.pk]
    OnboardingSession.objects.update(build_checked_at=after(25))
    assert stuck_builds(now=after(30)) == []
    assert stuck_builds(now=after(60)) == [session.pk]


def test_our_own_fault_ends_the_build_and_is_logged(
    session: OnboardingSession, caplog: pytest.LogCaptureFixture
) -> None:
    with patch("onboarding_app.tasks.advance_build", side_effect=KeyError("x")):
        tasks.build_agent(session.pk)
    session.refresh_from_db()
    assert (session.status, session.error) == (Status.FAILED, OUR_FAULT)
    assert "build failed" in caplog.text


def test_the_task_looks_again_only_while_there_is_something_to_wait_for(
    session: OnboardingSession,
) -> None:
    source = make_source(session.agent, status="working")
    with patch.object(tasks.build_agent, "apply_async") as again:
        tasks.build_agent(session.pk)
        again.assert_called_once_with((session.pk,), countdown=tasks.LOOK_AGAIN_SECONDS)
        again.reset_mock()
        source.status = "ready"
        source.save()
        OnboardingSession.objects.update(build_checked_at=None)
        tasks.build_agent(session.pk)
        again.assert_not_called()


def test_a_session_that_is_gone_is_nothing_to_build(db: None) -> None:
    assert advance_build(session_id=404, now=NOW) is False
