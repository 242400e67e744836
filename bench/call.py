"""Real calls in headless Chromium against a warm worker, as a visitor hears them.

`bin/bench call [--calls 10]` prints p50 and p95 of click -> connected -> greeting audible, and of
end of speech -> answer audible with its parts as the worker measured them. What is left between the
worker's total and the browser's figure is network, buffers and audio devices.
"""

import argparse
import json
import os
from collections import defaultdict
from typing import Any

import psycopg
from playwright.sync_api import Page, sync_playwright
from psycopg.rows import dict_row

from bench.figures import print_table
from tests.browser.caller import Caller, launch, new_context
from tests.databases import migrated_database
from tests.services import RunningStack, running_stack

QUESTIONS = (
    "How much is a full service?",
    "When do you close on Thursday?",
    "How much deposit do you want for an electric bike?",
)
PARTS = ("endpointing_ms", "stt_ms", "retrieval_ms", "llm_ms", "tts_ms", "total_ms")
Figures = dict[str, list[float]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=10)
    options = parser.parse_args()
    with (
        migrated_database("bench_call") as database,
        running_stack(database, settings={"SESSION_RATE_PER_ADDRESS": "1000/min"}) as stack,
    ):
        demo = json.loads(stack.manage("setup_demo", "--json").splitlines()[-1])
        figures = measure(stack, demo, calls=options.calls)
        figures |= parts_of_turns(database)
    print_table(f"{options.calls} calls, local engine, {os.cpu_count()} cores", figures)


def measure(stack: RunningStack, demo: dict[str, Any], *, calls: int) -> Figures:
    figures: Figures = defaultdict(list)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        context = new_context(browser, base_url=stack.url)
        page = context.new_page()
        sign_in(page, demo["owner"])
        # The first call warms what is loaded once (the greeting's voice, the page's script).
        call(page, demo, defaultdict(list))
        for _ in range(calls):
            call(page, demo, figures)
        browser.close()
    return figures


def call(page: Page, demo: dict[str, Any], figures: Figures) -> None:
    """Make one call: the greeting, and every question once."""
    page.goto(f"/voice-test/?agentId={demo['agent_id']}")
    caller = Caller(page, os.environ["MODEL_SOCKET"])
    button = page.get_by_role("button", name="Start the call")
    button.hover()
    clicked = page.evaluate(
        "() => { const button = document.querySelector('[data-call-start]');"
        " const at = performance.now(); button.click(); return at; }"
    )
    page.wait_for_selector("[data-call][data-state=listening], [data-call][data-state=speaking]")
    figures["click -> connected"].append(page.evaluate("performance.now()") - clicked)
    audible = caller.wait_until_audible(after_ms=clicked)
    figures["click -> greeting audible"].append(audible - clicked)
    quiet = caller.wait_until_quiet(after_ms=audible)
    for question in QUESTIONS:
        ended = caller.speak(question)
        audible = caller.wait_until_audible(after_ms=max(ended - 200, quiet))
        figures["end of speech -> answer audible"].append(audible - ended)
        quiet = caller.wait_until_quiet(after_ms=audible)
    page.get_by_role("button", name="Hang up").click()
    page.wait_for_timeout(500)


def sign_in(page: Page, login: dict[str, str]) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(login["email"])
    page.get_by_label("Password", exact=True).fill(login["password"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "login" not in url)


def parts_of_turns(database: str) -> Figures:
    """Return the parts of every spoken answer as the worker stored them."""
    query = """SELECT t.metrics FROM voice_app_turn t JOIN voice_app_voicesession s
               ON s.id = t.session_id WHERE s.channel = 'voice' AND t.role = 'agent'
               AND t.position > 1"""
    with psycopg.connect(database, row_factory=dict_row) as connection:
        turns = [row["metrics"] for row in connection.execute(query)]
    return {f"  {part}": [t[part] for t in turns if part in t] for part in PARTS}


if __name__ == "__main__":
    main()
