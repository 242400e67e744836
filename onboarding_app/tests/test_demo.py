"""The demo business beside real ones."""

from pathlib import Path

from django.conf import settings

from agents_app.models import User
from agents_app.services import create_business
from onboarding_app import demo


def test_a_business_called_demo_is_not_taken_for_the_demo(db: None, tmp_path: Path) -> None:
    owner = User.objects.create_user(demo.OWNER_EMAIL)
    theirs = create_business(owner=owner, name="Demo")
    places = demo.DemoPlaces(settings.BASE_DIR / "demo", tmp_path, "http://127.0.0.1:1")
    ours = demo._ensure_business(places)
    assert (ours.slug, ours == theirs) == ("demo", False)
    assert demo._ensure_business(places) == ours
