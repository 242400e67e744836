"""The JSON API of onboarding, for each of the people who may or may not use it."""

import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from agents_app.api_keys import issue_api_key
from agents_app.models import Agent, Business, User
from onboarding_app.models import OnboardingSession
from onboarding_app.questions import QUESTIONS
from onboarding_app.tests.factories import SITE, answer_all, make_session, make_source

START, ANSWER = "/api/onboarding/start", "/api/onboarding/answer"
Status = OnboardingSession.Status


@pytest.fixture
def session(business: Business, owner: User) -> OnboardingSession:
    return make_session(business, user=owner)


def client_of(user: User) -> APIClient:
    client = APIClient()
    client.force_login(user)
    return client


def key_client(business: Business) -> APIClient:
    client = APIClient()
    key = issue_api_key(business=business, name="test")
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client


def calls_of(session: OnboardingSession) -> list[tuple[str, str, Any]]:
    known = {"session_id": str(session.public_id)}
    return [
        ("post", ANSWER, known | {"question_id": "goal", "answer": "x"}),
        ("get", f"/api/onboarding/status/{session.public_id}", None),
        ("post", f"/api/data/process-data/{session.public_id}", {"website_url": SITE}),
        ("post", "/api/onboarding/retry", known),
    ]


def test_start_answers_with_the_first_question(api: APIClient, business: Business) -> None:
    answer = api.post(START, {"website_url": SITE}, format="json")
    body = answer.json()
    assert answer.status_code == 201
    assert set(body) == {"session_id", "agent_id", "status", "question", "progress"}
    assert body["status"] == "asking"
    assert body["progress"] == {"asked": 1, "limit": 5}
    assert body["question"]["id"] == QUESTIONS[0].id
    agent = Agent.objects.get(public_id=body["agent_id"])
    assert agent.business == business
    assert agent.sources.get().url.startswith("https://harbour.example")


def test_start_needs_nothing_at_all(api: APIClient) -> None:
    assert api.post(START, {}, format="json").status_code == 201


def test_a_key_starts_for_its_own_business(business: Business) -> None:
    answer = key_client(business).post(START, {"business_name": "Wheels Ltd"}, format="json")
    session = OnboardingSession.objects.get(public_id=answer.json()["session_id"])
    assert (session.agent.business, session.started_by) == (business, None)
    assert session.business_name == "Wheels Ltd"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"website_url": "ftp://harbour.example"}, "website_url"),
        ({"website_url": "http://127.0.0.1:1/"}, "website_url"),
        ({"website_url": {"a": 1}}, "website_url"),
        ({"website_url": ["x"]}, "website_url"),
        ({"website_url": None}, "website_url"),
        ({"language": "de"}, "language"),
        ({"business_name": "x" * 201}, "business_name"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_nonsense_is_refused_at_its_field(api: APIClient, body: dict, field: str) -> None:
    answer = api.post(START, body, format="json")
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalid"
    assert field in answer.json()["error"]["fields"]
    assert not Agent.objects.exists()


@pytest.mark.parametrize("body", [b"[]", b"7", b"{", b'"\xff"', b'{"website_url": "\\u0000"}'])
def test_broken_bodies_are_refused(api: APIClient, body: bytes) -> None:
    assert api.post(START, body, content_type="application/json").status_code == 400


def test_someone_without_a_business_is_told_so(staff: User) -> None:
    answer = client_of(staff).post(START, {}, format="json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "no_business")


def test_answering_all_questions_ends_with_none_open(
    api: APIClient, session: OnboardingSession
) -> None:
    question: Any = {"id": "goal"}
    for number, expected in enumerate(QUESTIONS, start=1):
        assert question["id"] == expected.id
        known = {"session_id": session.public_id, "question_id": question["id"]}
        body = api.post(ANSWER, known | {"answer": f"answer {number}"}, format="json").json()
        question = body["question"]
    assert question is None
    assert (body["status"], body["progress"]) == ("building", {"asked": 5, "limit": 5})


def test_several_choices_and_a_skip(api: APIClient, session: OnboardingSession) -> None:
    known = {"session_id": session.public_id}
    api.post(ANSWER, known | {"question_id": "goal", "answer": ["a", "b"]}, format="json")
    answer = api.post(ANSWER, known | {"question_id": "hand_off", "skip": True}, format="json")
    assert answer.json()["question"]["id"] == "tone"
    assert answer.json()["question"]["choices"]
    texts = session.answers.values_list("text", "is_skipped")
    assert list(texts) == [("a\nb", False), ("", True)]


def test_an_old_question_is_outdated_unless_it_says_the_same(
    api: APIClient, session: OnboardingSession
) -> None:
    body = {"session_id": session.public_id, "question_id": "goal", "answer": "Sell bells"}
    first = api.post(ANSWER, body, format="json")
    again = api.post(ANSWER, body, format="json")
    other = api.post(ANSWER, body | {"answer": "Sell bikes"}, format="json")
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert (other.status_code, other.json()["error"]["code"]) == (409, "question_outdated")


@pytest.mark.parametrize(
    "body",
    [
        {"question_id": "goal"},
        {"question_id": "goal", "answer": "x", "skip": True},
        {"question_id": "goal", "answer": ""},
        {"question_id": "goal", "answer": "x" * 2001},
        {"question_id": "goal", "answer": {"a": 1}},
        {"question_id": "goal", "answer": None},
        {"question_id": "goal", "answer": [["a"]]},
        {"answer": "x"},
        {"question_id": "goal", "answer": "x", "mood": "good"},
        {"question_id": "goal", "answer": "x", "session_id": "seven"},
    ],
)
def test_an_answer_that_is_none_is_refused(
    api: APIClient, session: OnboardingSession, body: dict
) -> None:
    answer = api.post(ANSWER, {"session_id": session.public_id} | body, format="json")
    assert answer.status_code == 400
    assert answer.json()["error"]["fields"]
    assert not session.answers.exists()


def test_status_says_how_reading_and_building_go_on(
    api: APIClient, session: OnboardingSession
) -> None:
    make_source(session.agent, status="working", documents_found=4, documents_done=1)
    OnboardingSession.objects.update(status=Status.FAILED, error="Nothing could be read yet.")
    body = api.get(f"/api/onboarding/status/{session.public_id}").json()
    assert body["ingestion"]["percent"] == 25
    assert body["ingestion"]["sources"][0]["documents_found"] == 4
    assert body["is_configured"] is False
    assert body["error"] == "Nothing could be read yet."


def test_a_build_that_nobody_attends_to_says_so(api: APIClient, session: OnboardingSession) -> None:
    OnboardingSession.objects.update(
        status=Status.BUILDING, build_started_at="2026-01-01T00:00:00Z", activity="Getting ready"
    )
    body = api.get(f"/api/onboarding/status/{session.public_id}").json()
    assert "background workers" in body["activity"]


def test_a_website_and_files_are_handed_over_together(
    api: APIClient, session: OnboardingSession
) -> None:
    files = [SimpleUploadedFile(f"menu{n}.txt", b"Soup is five euros.") for n in (1, 2)]
    answer = api.post(
        f"/api/data/process-data/{session.public_id}",
        {"website_url": SITE, "files": files},
        format="multipart",
    )
    assert answer.status_code == 202
    assert [source["kind"] for source in answer.json()["sources"]] == ["website", "file", "file"]
    assert answer.json()["rejected"] == []


def test_what_cannot_be_read_is_named_beside_what_can(
    api: APIClient, session: OnboardingSession
) -> None:
    files = [
        SimpleUploadedFile("menu.txt", b"Soup is five euros."),
        SimpleUploadedFile("photo.png", b"\x89PNG\r\n"),
    ]
    address = f"/api/data/process-data/{session.public_id}"
    answer = api.post(address, {"files": files}, format="multipart")
    assert answer.status_code == 202
    assert [item["where"] for item in answer.json()["rejected"]] == ["photo.png"]
    bad = SimpleUploadedFile("photo.png", b"\x89PNG\r\n")
    answer = api.post(address, {"files": [bad]}, format="multipart")
    assert answer.status_code == 400
    assert answer.json()["error"]["fields"]["files"][0].startswith("photo.png: ")


def test_nothing_handed_over_is_refused(api: APIClient, session: OnboardingSession) -> None:
    address = f"/api/data/process-data/{session.public_id}"
    assert api.post(address, {}, format="multipart").status_code == 400
    assert api.post(address, {}, format="json").status_code == 400


def test_a_failed_build_can_be_tried_again(api: APIClient, session: OnboardingSession) -> None:
    answer_all(session)
    OnboardingSession.objects.update(status=Status.FAILED)
    body = {"session_id": session.public_id}
    answer = api.post("/api/onboarding/retry", body, format="json")
    assert (answer.status_code, answer.json()["status"]) == (202, "building")


def test_teammates_and_keys_see_what_strangers_do_not(
    session: OnboardingSession, teammate: User, stranger: User, business: Business
) -> None:
    for method, address, body in calls_of(session):
        for client in (client_of(stranger), key_client(stranger.memberships.get().business)):
            answer = getattr(client, method)(address, body, format="json")
            assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
        for client in (client_of(teammate), key_client(business)):
            assert getattr(client, method)(address, body, format="json").status_code < 300
        answer = getattr(APIClient(), method)(address, body, format="json")
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "not_authenticated")
    assert APIClient().post(START, {}, format="json").status_code == 401


def test_an_unknown_session_is_not_found(api: APIClient) -> None:
    assert api.get(f"/api/onboarding/status/{uuid.uuid4()}").status_code == 404
    assert api.get("/api/onboarding/status/seven").status_code == 404
