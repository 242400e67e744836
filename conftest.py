"""Three people for every test: an owner, a teammate of the same business, and a stranger with a
business of their own.
"""

import json
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from agents_app.models import Agent, Business, Membership, User
from agents_app.tests.factories import AgentFactory, BusinessFactory, MembershipFactory, UserFactory
from foundation.worker_registry import KEY_PREFIX, WorkerInfo


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the browser last: Playwright keeps an event loop in this thread, and no other test
    could.
    """
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(autouse=True)
def _plain_static_files(settings: Settings, tmp_path: Path) -> None:
    """Pages are tested without a front-end build; `tests/browser` uses the built one."""
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Settings) -> None:
    """A slow hash protects people's passwords; in tests it costs half a second per person."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _cache_of_its_own(settings: Settings) -> None:
    """Counted requests and kept values don't reach the next test."""
    prefix = {"KEY_PREFIX": uuid.uuid4().hex}
    settings.CACHES = {"default": settings.CACHES["default"] | prefix}


@pytest.fixture
def business(db: None) -> Business:
    return BusinessFactory(name="Harbour Wheels", slug="harbour-wheels")


@pytest.fixture
def owner(business: Business) -> User:
    return MembershipFactory(business=business, user__email="owner@example.com").user


@pytest.fixture
def teammate(business: Business) -> User:
    return MembershipFactory(
        business=business, user__email="mate@example.com", role=Membership.Role.MEMBER
    ).user


@pytest.fixture
def stranger(db: None) -> User:
    return MembershipFactory(user__email="stranger@example.com").user


@pytest.fixture
def staff(db: None) -> User:
    return UserFactory(email="staff@example.com", is_staff=True, is_superuser=True)


@pytest.fixture
def agent(business: Business) -> Agent:
    """A configured, active agent with one published version; the widget's origin is
    https://shop.example.
    """
    return AgentFactory(business=business, published=True, allowed_origins=["https://shop.example"])


@pytest.fixture
def registered_worker(settings: Settings) -> Iterator[None]:
    """What a voice worker writes while LiveKit has it on its list; no call is taken without one."""
    worker = WorkerInfo("AW_test", settings.LIVEKIT_AGENT_NAME, 0, time.time(), settings.VERSION)
    key = f"{KEY_PREFIX}test-{uuid.uuid4()}"
    with redis.Redis.from_url(settings.REDIS_URL) as valkey:
        valkey.set(key, json.dumps(worker.as_dict()), ex=60)
        yield
        valkey.delete(key)


@pytest.fixture
def as_owner(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


@pytest.fixture
def as_teammate(teammate: User) -> Client:
    client = Client()
    client.force_login(teammate)
    return client


@pytest.fixture
def as_stranger(stranger: User) -> Client:
    client = Client()
    client.force_login(stranger)
    return client


@pytest.fixture
def as_staff(staff: User) -> Client:
    client = Client()
    client.force_login(staff)
    return client


@pytest.fixture
def api(owner: User) -> APIClient:
    client = APIClient()
    client.force_login(owner)
    return client
