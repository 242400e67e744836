"""A real worker, registered with a real LiveKit, on the database of the tests; started once."""

from collections.abc import Iterator

import pytest
from django.db import connection
from pytest_django import Settings

from agents_app.models import Agent, Business
from agents_app.tests.factories import AgentFactory
from knowledge_app import tasks
from knowledge_app.services import add_text
from tests.processes import await_registration, database_url, model_socket
from tests.services import RunningStack, running_stack
from tests.tcp_proxy import TcpProxy

__all__ = ["model_socket"]

KNOWLEDGE = """# Opening hours
We are open from Monday to Friday from nine to six. On Saturday we open at ten in the morning.

# Prices
A full service costs ninety euros and takes two days."""


@pytest.fixture(scope="session")
def database_line(django_db_setup: None) -> Iterator[TcpProxy]:
    """What the worker's connections to the database go through."""
    given = connection.settings_dict
    proxy = TcpProxy((given["HOST"], int(given["PORT"])))
    yield proxy
    proxy.close()


@pytest.fixture(scope="session")
def voice_worker(database_line: TcpProxy, model_socket: str) -> Iterator[RunningStack]:
    url = database_url(connection.settings_dict["NAME"], host=database_line.address)
    settings = {"MODEL_SOCKET": model_socket}
    with running_stack(url, only=("voice-worker",), settings=settings) as stack:
        await_registration(stack)
        yield stack


@pytest.fixture
def speaking_agent(
    voice_worker: RunningStack, business: Business, settings: Settings, model_socket: str
) -> Agent:
    """An agent that knows its opening hours and prices and is answered for by the worker."""
    settings.LIVEKIT_AGENT_NAME = voice_worker.env["LIVEKIT_AGENT_NAME"]
    settings.MODEL_SOCKET = model_socket
    agent = AgentFactory(business=business, published=True)
    source = add_text(agent=agent, title="About us", text=KNOWLEDGE)
    tasks.ingest_source(source.pk)
    source.refresh_from_db()
    assert source.status == "ready", source.problems
    return agent
