"""The demo business: onboarded through the same services as any other, with what its owner would
have typed.

Everything it needs is in `demo/`. Safe to run at every start: what stands already is kept, and only
the addresses are brought up to date, because ports may change between two starts.
"""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse

from agents_app.models import DEMO_SLUG, Agent, Business, User
from agents_app.services import create_business
from onboarding_app.models import OnboardingSession
from onboarding_app.services import (
    add_material,
    answer_question,
    current_question,
    skip_question,
    start_onboarding,
)

OWNER_EMAIL = "owner@harbourwheels.example"
STAFF_EMAIL = "staff@voiceplatform.example"


@dataclass(frozen=True)
class DemoPlaces:
    """Where the demo's material is, and where its logins and the widget's address are written."""

    material: Path
    data: Path
    site_url: str

    @classmethod
    def from_settings(cls) -> "DemoPlaces":
        return cls(settings.BASE_DIR / "demo", settings.DATA_DIR, settings.DEMO_URL.rstrip("/"))

    def profile(self) -> dict[str, Any]:
        return json.loads((self.material / "profile.json").read_text())


def ensure_accounts(places: DemoPlaces) -> dict[str, dict[str, str]]:
    """Return the logins of owner and staff; made once, with random passwords kept in the data
    folder.
    """
    path = places.data / "demo-logins.json"
    if path.exists() and User.objects.filter(email=OWNER_EMAIL).exists():
        return json.loads(path.read_text())
    logins = {
        "owner": {"email": OWNER_EMAIL, "password": secrets.token_urlsafe(9)},
        "staff": {"email": STAFF_EMAIL, "password": secrets.token_urlsafe(9)},
    }
    _write_private(path, logins)
    for role, login in logins.items():
        user, _ = User.objects.get_or_create(email=login["email"])
        user.is_staff = user.is_superuser = role == "staff"
        user.set_password(login["password"])
        user.save()
    return logins


def ensure_onboarding(places: DemoPlaces) -> OnboardingSession:
    """Return the demo's onboarding; the first time, give the website, the PDFs and the owner's
    answers.
    """
    business = _ensure_business(places)
    session = OnboardingSession.objects.filter(agent__business=business).first()
    if session is None:
        session = _begin(places, business)
    _write_addresses(places, session.agent)
    return session


def _ensure_business(places: DemoPlaces) -> Business:
    business = Business.objects.filter(slug=DEMO_SLUG).first()
    if business is None:
        profile = places.profile()
        with transaction.atomic():
            business = create_business(
                owner=User.objects.get(email=OWNER_EMAIL),
                name=profile["business_name"],
                time_zone=profile["time_zone"],
            )
            business.slug = DEMO_SLUG
            business.save(update_fields=["slug", "updated_at"])
    return business


def _begin(places: DemoPlaces, business: Business) -> OnboardingSession:
    profile = places.profile()
    owner = User.objects.get(email=OWNER_EMAIL)
    session = start_onboarding(user=owner, business=business, website_url=f"{places.site_url}/")
    files = [_as_upload(places.material / name) for name in profile["documents"]]
    add_material(session=session, files=files)
    while question := current_question(session):
        answer = profile["answers"].get(question.id)
        if answer:
            session = answer_question(session=session, question_id=question.id, answer=answer)
        else:
            session = skip_question(session=session, question_id=question.id)
    return session


def _as_upload(path: Path) -> SimpleUploadedFile:
    return SimpleUploadedFile(path.name, path.read_bytes(), "application/pdf")


def _write_addresses(places: DemoPlaces, agent: Agent) -> None:
    """Let the demo's website show the widget from wherever it is served now."""
    if agent.is_configured and places.site_url not in agent.allowed_origins:
        agent.allowed_origins = [*agent.allowed_origins, places.site_url]
        agent.save(update_fields=["allowed_origins", "updated_at"])
    address = {"platform_url": settings.PUBLIC_URL, "agent_id": str(agent.public_id)}
    (places.data / "demo.json").write_text(json.dumps(address))


def _write_private(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(content, file)


def describe(
    session: OnboardingSession, logins: dict[str, Any], places: DemoPlaces
) -> dict[str, Any]:
    """Return what `bin/up` shows a newcomer."""
    agent_id = session.agent.public_id
    return logins | {
        "agent_id": str(agent_id),
        "test_url": f"{settings.PUBLIC_URL}{reverse('voice:test')}?agentId={agent_id}",
        "demo_site_url": places.site_url,
    }
