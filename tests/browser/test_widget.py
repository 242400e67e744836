"""The widget on websites of other origins: one that is on the agent's list, and one that isn't."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.caller import Caller
from tests.browser.test_first_call import ON_THE_SITE, assert_heard
from tests.services import RunningStack

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_a_visitor_of_the_demo_website_calls_across_origins(
    page: Page, stack: RunningStack, demo: dict[str, Any], models: str
) -> None:
    page.goto(f"{stack.demo_url}/")
    caller = Caller(page, models)
    page.locator("voice-agent").get_by_role("button").first.click()
    page.locator("voice-agent").get_by_role("button", name="Start the call").click()
    audible = caller.wait_until_audible()
    caller.wait_until_quiet(after_ms=audible)
    assert_heard(caller.ask(ON_THE_SITE), ON_THE_SITE)
    page.locator("voice-agent").get_by_role("button", name="Hang up").click()


def test_a_website_that_is_not_listed_is_refused_and_its_owner_told_why(
    page: Page, stack: RunningStack, demo: dict[str, Any]
) -> None:
    # The same pages under another name are another origin.
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.goto(stack.demo_url.replace("127.0.0.1", "localhost") + "/")
    page.wait_for_timeout(1500)
    button = page.locator("voice-agent").get_by_role("button").first
    if button.is_visible():
        button.click()
    page.wait_for_timeout(1000)
    assert any("Allowed websites" in line and "localhost" in line for line in told), told
    expect(page.locator("voice-agent").get_by_role("button", name="Hang up")).to_be_hidden()
