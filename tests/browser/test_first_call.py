"""The whole product once, as a new user has it: sign up, hand over a website and a PDF, talk, and
be told the truth.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.caller import Caller
from tests.browser.conftest import Rows
from tests.services import RunningStack

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
DEMO = Path(__file__).parents[2] / "demo"
PDF = DEMO / "documents" / "rental-terms.pdf"
QUESTIONS = {
    q["question"]: q for q in json.loads((DEMO / "questions.json").read_text())["questions"]
}
ON_THE_SITE = "How much would you charge me for a full service on my bike?"
IN_THE_PDF = "How much deposit do you want for an electric bike?"
NOWHERE = "Can I buy a gift card for a friend?"


def sign_up(page: Page) -> None:
    page.goto("/accounts/signup/")
    page.get_by_label("Name of your business").fill("Wheels on Trial")
    page.get_by_label("Email").fill("first@call.example")
    page.get_by_label("Password", exact=True).fill("correct horse battery")
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url("**/new-agent/**")


def hand_over(page: Page, website: str) -> None:
    page.get_by_label("Website").fill(website)
    page.locator("#files").set_input_files(PDF)
    expect(page.locator("#materials")).to_contain_text("rental-terms")
    page.get_by_role("button", name="Continue").click()


def answer_questions(page: Page) -> None:
    """Answer two, skip the rest; each further question comes only when the last is settled."""
    page.get_by_text("Answer questions about what we offer").click()
    page.get_by_role("button", name="Answer").click()
    expect(page.locator("#question-text")).to_contain_text("needs a person")
    page.locator("#words").fill("Anna Green, anna@harbourwheels.example")
    page.get_by_role("button", name="Answer").click()
    for words in ("How should it sound", "never say", "often ask"):
        expect(page.locator("#question-text")).to_contain_text(words)
        page.get_by_role("button", name="Skip").click()


def assert_heard(heard: str, question: str) -> None:
    facts = QUESTIONS[question]["any_of"]
    assert any(re.search(rf"\b{re.escape(fact)}\b", heard) for fact in facts), (heard, facts)


def start_call(page: Page, models: str) -> Caller:
    """Press the button and listen to the greeting."""
    caller = Caller(page, models)
    page.get_by_role("button", name="Start the call").click()
    audible = caller.wait_until_audible()
    caller.wait_until_quiet(after_ms=audible)
    return caller


def last_sources(page: Page) -> str:
    return page.locator("[data-call-lines]").inner_text()


def test_a_new_user_hears_the_facts_of_their_own_website(
    page: Page, stack: RunningStack, models: str, rows: Rows
) -> None:
    sign_up(page)
    hand_over(page, f"{stack.demo_url}/")
    answer_questions(page)
    expect(page.get_by_role("heading", name=re.compile("^Meet "))).to_be_visible(timeout=150_000)
    agent_id = rows("SELECT public_id FROM agents_app_agent ORDER BY id DESC LIMIT 1")[0][
        "public_id"
    ]

    page.goto(f"/voice-test/?agentId={agent_id}")
    caller = start_call(page, models)
    assert_heard(caller.ask(ON_THE_SITE), ON_THE_SITE)
    expect(page.locator("[data-call-lines] a[href*='/workshop']").first).to_be_visible()
    assert_heard(caller.ask(IN_THE_PDF), IN_THE_PDF)
    expect(page.locator("[data-call-lines]")).to_contain_text("page 1")

    assert "know" in caller.ask(NOWHERE)
    caller.ask("Yes please.")
    heard = caller.ask("My number is five five five one two three four.")
    assert "5551234" in heard.replace(" ", "")
    page.get_by_role("button", name="Hang up").click()
    expect(page.get_by_text("Start the call")).to_be_visible()
    check_rows(rows, agent_id)
    check_stranger(page, agent_id)


def check_rows(rows: Rows, agent_id: Any) -> None:
    session = rows(
        """SELECT s.id, s.status, s.close_reason, v.number, s.client_metrics
           FROM voice_app_voicesession s
           JOIN agents_app_agent a ON a.id = s.agent_id
           JOIN agents_app_agentversion v ON v.id = s.version_id
           WHERE a.public_id = %s AND s.channel = 'voice'""",
        agent_id,
    )
    assert [(s["status"], s["close_reason"], s["number"]) for s in session] == [
        ("ended", "visitor_left", 1)
    ]
    assert session[0]["client_metrics"]["greeting_audible_ms"] > 0
    turns = rows(
        "SELECT role, text, sources, metrics FROM voice_app_turn WHERE session_id = %s"
        " ORDER BY position",
        session[0]["id"],
    )
    assert [turn["role"] for turn in turns] == ["agent", *["visitor", "agent"] * 5]
    assert turns[2]["sources"][0]["url"].endswith("/workshop.html")
    assert turns[4]["sources"][0]["page"] == 1
    assert turns[6]["metrics"]["is_unknown"]
    lead = rows(
        "SELECT contact, message FROM voice_app_lead WHERE session_id = %s", session[0]["id"]
    )
    assert lead[0]["contact"] == "5551234"
    assert "gift card" in lead[0]["message"].lower()


def check_stranger(page: Page, agent_id: Any) -> None:
    """Somebody else's business: nothing of this agent exists for its people."""
    page.context.clear_cookies()
    page.goto("/accounts/signup/")
    page.get_by_label("Name of your business").fill("Next Door")
    page.get_by_label("Email").fill("stranger@call.example")
    page.get_by_label("Password", exact=True).fill("correct horse battery")
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url("**/new-agent/**")
    for path in (
        f"/voice-test/?agentId={agent_id}",
        f"/agents/{agent_id}/",
        f"/agents/{agent_id}/knowledge/",
        f"/agents/{agent_id}/conversations/",
        f"/api/agents/{agent_id}/",
        f"/api/agents/{agent_id}/sources/",
    ):
        assert page.request.get(path).status == 404, path
