"""The wizard as a browser without script uses it."""

from unittest.mock import patch

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from agents_app.models import Agent, Business, User
from agents_app.tests.factories import AgentFactory
from onboarding_app.models import OnboardingSession
from onboarding_app.questions import QUESTIONS
from onboarding_app.tests.factories import (
    SITE,
    add_page,
    answer_all,
    make_session,
    make_source,
)

NEW = "/new-agent/"
Status = OnboardingSession.Status


@pytest.fixture
def session(business: Business, owner: User) -> OnboardingSession:
    session = make_session(business, user=owner)
    make_source(session.agent)
    return session


def page(name: str, session: OnboardingSession) -> str:
    return reverse(f"onboarding:{name}", args=[session.public_id])


def test_looking_at_the_first_step_makes_nothing(as_owner: Client) -> None:
    answer = as_owner.get(NEW)
    assert answer.status_code == 200
    assert answer.context["step"] == "sources"
    assert not Agent.objects.exists()


def test_an_address_and_files_start_the_conversation(as_owner: Client, business: Business) -> None:
    file = SimpleUploadedFile("menu.txt", b"Soup is five euros.")
    answer = as_owner.post(NEW, {"website_url": "harbour.example", "files": [file]}, follow=True)
    session = OnboardingSession.objects.get()
    assert answer.redirect_chain == [(page("wizard", session), 302)]
    assert answer.context["step"] == "questions"
    assert session.agent.sources.count() == 2
    assert QUESTIONS[0].text in answer.content.decode()


def test_nothing_given_is_said_at_the_field(as_owner: Client) -> None:
    answer = as_owner.post(NEW, {"website_url": " "})
    assert answer.status_code == 400
    assert "add at least one document" in answer.content.decode()
    assert not Agent.objects.exists()


def test_a_refused_address_is_kept_in_the_field(as_owner: Client) -> None:
    answer = as_owner.post(NEW, {"website_url": "ftp://x.example"})
    assert answer.status_code == 400
    assert 'value="ftp://x.example"' in answer.content.decode()
    assert 'aria-invalid="true"' in answer.content.decode()


def test_a_refused_file_is_named_and_the_agent_waits(as_owner: Client) -> None:
    bad = SimpleUploadedFile("photo.png", b"\x89PNG\r\n")
    answer = as_owner.post(NEW, {"website_url": "harbour.example", "files": [bad]})
    assert answer.context["step"] == "sources"
    assert "photo.png" in answer.content.decode()


def test_the_conversation_runs_to_the_build(as_owner: Client, session: OnboardingSession) -> None:
    for question in QUESTIONS:
        shown = as_owner.get(page("wizard", session))
        assert shown.context["question"] == question
        data = {"question_id": question.id, "words": "My own words"}
        if question.choices:
            data["choice"] = question.choices[0]
        as_owner.post(page("answer", session), data)
    shown = as_owner.get(page("wizard", session))
    assert shown.context["step"] == "building"
    first = session.answers.first()
    assert first.text == f"{QUESTIONS[0].choices[0]}\nMy own words"


def test_an_empty_answer_is_said_at_the_field(as_owner: Client, session: OnboardingSession) -> None:
    answer = as_owner.post(page("answer", session), {"question_id": "goal", "words": " "})
    assert answer.status_code == 400
    assert "or skip this question" in answer.content.decode()


def test_an_answer_from_an_old_tab_shows_the_open_question(
    as_owner: Client, session: OnboardingSession
) -> None:
    as_owner.post(page("answer", session), {"question_id": "goal", "skip": "on"})
    answer = as_owner.post(
        page("answer", session), {"question_id": "goal", "words": "late"}, follow=True
    )
    assert answer.context["question"].id == "hand_off"
    assert session.answers.get().is_skipped


def test_back_brings_the_answer_back_into_the_form(
    as_owner: Client, session: OnboardingSession
) -> None:
    choice = QUESTIONS[0].choices[1]
    as_owner.post(
        page("answer", session), {"question_id": "goal", "choice": choice, "words": "And tea"}
    )
    answer = as_owner.post(page("back", session), follow=True)
    assert (answer.context["chosen"], answer.context["words"]) == ([choice], "And tea")


def test_sources_can_be_added_and_taken_back_later(
    as_owner: Client, session: OnboardingSession
) -> None:
    as_owner.post(page("material", session), {"website_url": "other.example"})
    assert session.agent.sources.count() == 2
    source = session.agent.sources.first()
    address = reverse("onboarding:drop_material", args=[session.public_id, source.public_id])
    answer = as_owner.post(address, follow=True)
    assert answer.context["step"] == "sources"
    assert session.agent.sources.count() == 1


def test_a_failed_build_says_why_and_can_be_tried_again(
    as_owner: Client, session: OnboardingSession
) -> None:
    OnboardingSession.objects.update(status=Status.FAILED, error="The website did not answer.")
    assert "The website did not answer." in as_owner.get(page("wizard", session)).content.decode()
    as_owner.post(page("retry", session))
    session.refresh_from_db()
    assert session.status == Status.BUILDING


def test_the_live_part_shows_what_has_been_read(
    as_owner: Client, session: OnboardingSession
) -> None:
    answer_all(session)
    OnboardingSession.objects.update(status=Status.BUILDING)
    add_page(session.agent.sources.get(), "Opening hours")
    shown = as_owner.get(page("live", session)).content.decode()
    assert 'data-live-part="building"' in shown
    assert "Opening hours" in shown


def test_the_last_step_has_the_call_and_the_line_for_the_website(
    as_owner: Client, business: Business, owner: User, settings: object
) -> None:
    agent = AgentFactory(business=business, published=True)
    session = OnboardingSession.objects.create(
        agent=agent, business_name="B", status=Status.COMPLETED
    )
    shown = as_owner.get(page("wizard", session)).content.decode()
    assert f"data-agent=&quot;{agent.public_id}&quot;" in shown
    assert "/widget/v1/loader.js" in shown
    assert "data-call" in shown
    assert 'data-live-part="finished"' in as_owner.get(page("live", session)).content.decode()


def test_what_owners_and_pages_say_is_only_text(
    as_owner: Client, session: OnboardingSession
) -> None:
    nasty = "<script>alert(1)</script>"
    add_page(session.agent.sources.get(), nasty)
    as_owner.post(page("answer", session), {"question_id": "goal", "words": nasty})
    assert nasty not in as_owner.get(page("wizard", session)).content.decode()


def test_each_page_takes_a_fixed_number_of_queries(
    as_owner: Client, session: OnboardingSession, django_assert_max_num_queries: object
) -> None:
    for n in range(20):
        add_page(make_source(session.agent, url=f"{SITE}{n}"), f"Page {n}")
    with django_assert_max_num_queries(24):
        as_owner.get(page("wizard", session))
    OnboardingSession.objects.update(status=Status.BUILDING)
    with django_assert_max_num_queries(20):
        as_owner.get(page("live", session))


def test_strangers_find_nothing_and_visitors_sign_in(
    session: OnboardingSession, as_stranger: Client, as_teammate: Client, client: Client
) -> None:
    pages = [page("wizard", session), page("live", session)]
    actions = [page(name, session) for name in ("material", "answer", "back", "retry")]
    source = session.agent.sources.get()
    actions.append(reverse("onboarding:drop_material", args=[session.public_id, source.public_id]))
    for address in pages:
        assert as_stranger.get(address).status_code == 404
        assert as_teammate.get(address).status_code == 200
        assert client.get(address).status_code == 302
    for address in actions:
        assert as_stranger.post(address).status_code == 404
        assert client.post(address).status_code == 302
        assert as_teammate.get(address).status_code == 405
    assert client.get(NEW)["Location"].startswith("/accounts/login/")
    assert session.agent.sources.exists()


def test_a_source_of_another_agent_cannot_be_dropped(
    as_owner: Client, session: OnboardingSession, stranger: User
) -> None:
    foreign = make_source(AgentFactory(business=stranger.memberships.get().business))
    address = reverse("onboarding:drop_material", args=[session.public_id, foreign.public_id])
    assert as_owner.post(address).status_code == 404


def test_someone_without_a_business_is_told_so(as_staff: Client) -> None:
    with patch("onboarding_app.services.start_onboarding") as start:
        assert as_staff.get(NEW).status_code == 403
        assert as_staff.post(NEW, {"website_url": SITE}).status_code == 403
        start.assert_not_called()
