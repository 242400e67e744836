"""The whole platform as real processes, once for all browser tests, with a database of its own."""

import json
import os
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from psycopg.rows import dict_row

from tests.browser.caller import launch, new_context
from tests.databases import migrated_database
from tests.services import RunningStack, running_stack

Rows = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="session")
def browser_database() -> Iterator[str]:
    with migrated_database("browser") as url:
        yield url


@pytest.fixture(scope="session")
def stack(browser_database: str) -> Iterator[RunningStack]:
    settings = {"SESSION_RATE_PER_ADDRESS": "1000/min", "CRAWL_MAX_PAGES": "40"}
    with running_stack(browser_database, settings=settings) as running:
        yield running


@pytest.fixture(scope="session")
def demo(stack: RunningStack) -> dict[str, Any]:
    """The demo business, set up as `bin/up` does it."""
    return json.loads(stack.manage("setup_demo", "--json").splitlines()[-1])


@pytest.fixture(scope="session")
def models() -> str:
    return os.environ["MODEL_SOCKET"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, stack: RunningStack) -> Iterator[Page]:
    """A visitor's fresh browser; a script error in any page fails the test."""
    context = new_context(browser, base_url=stack.url)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


@pytest.fixture(scope="session")
def rows(browser_database: str, stack: RunningStack) -> Rows:
    """Ask the stack's database; `rows("SELECT ...", 1)` gives dictionaries."""

    def ask(query: str, *values: Any) -> list[dict[str, Any]]:
        with psycopg.connect(browser_database, row_factory=dict_row) as connection:
            return connection.execute(query, values).fetchall()

    return ask


def sign_in(page: Page, login: dict[str, str]) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(login["email"])
    page.get_by_label("Password", exact=True).fill(login["password"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "login" not in url)
