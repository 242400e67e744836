"""`manage.py setup_demo [--json]`: makes the demo business, waits until its agent can speak, prints
who to be.
"""

import json
import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from knowledge_app.models import KnowledgeSource
from onboarding_app.demo import DemoPlaces, describe, ensure_accounts, ensure_onboarding
from onboarding_app.models import OnboardingSession

TIMEOUT_SECONDS = 600


class Command(BaseCommand):
    help = "Onboard the demo business through the ordinary services; safe to run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one line of JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        places = DemoPlaces.from_settings()
        if not places.site_url:
            raise CommandError("DEMO_URL is not set: where is the demo's website served?")
        logins = ensure_accounts(places)
        session = ensure_onboarding(places)
        self._wait(session)
        # Once more, now that the agent is there: its website may show it.
        ensure_onboarding(places)
        described = describe(session, logins, places)
        self.stdout.write(json.dumps(described) if options["json"] else described["test_url"])

    def _wait(self, session: OnboardingSession) -> None:
        """Show what is being read until the agent is built.

        Raises:
            CommandError: the build failed, or took longer than ten minutes.
        """
        shown, deadline = "", time.monotonic() + TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            session.refresh_from_db()
            if session.status == OnboardingSession.Status.COMPLETED:
                return
            if session.status == OnboardingSession.Status.FAILED:
                raise CommandError(f"The demo agent could not be built: {session.error}")
            now = _activity(session)
            if now != shown:
                sys.stderr.write(f"{now}\n")
                sys.stderr.flush()
                shown = now
            time.sleep(0.3)
        raise CommandError("The demo agent was not ready within ten minutes; see the ingest log.")


def _activity(session: OnboardingSession) -> str:
    working = session.agent.sources.filter(status=KnowledgeSource.Status.WORKING)
    return working.values_list("activity", flat=True).first() or session.activity
