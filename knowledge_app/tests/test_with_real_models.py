"""Once with everything real: the demo's pages from a web server, its PDF, the model process, and
questions as visitors ask them.
"""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from agents_app.models import Agent
from knowledge_app import services
from knowledge_app.retrieval import search_knowledge
from knowledge_app.tasks import ingest_source
from tests.processes import model_socket
from tests.standins.website import Answer, Website, page

__all__ = ["model_socket"]
DEMO = Path(__file__).parents[2] / "demo"
PAGES = ("opening", "rentals", "about")
QUESTIONS = [
    ("When do you close on Thursday?", "eight o'clock in the evening", "/opening.html"),
    ("How old must my daughter be to ride an electric bike?", "sixteen", "/rentals.html"),
    ("What is the name of your dog?", "Pepper", "/about.html"),
    ("When is the last day to reserve winter storage?", "20 September", ""),
]


@pytest.fixture
def fed_agent(agent: Agent, site: Website, model_socket: str, settings: Any) -> Agent:
    """An agent that has read three pages and a PDF of the demo business."""
    settings.MODEL_SOCKET = model_socket
    settings.FETCH_ALLOWED_PRIVATE_HOSTS = [site.pair]
    site.answers["/"] = page("Harbour Wheels", "Welcome!", *[f"/{name}.html" for name in PAGES])
    for name in PAGES:
        body = (DEMO / "site" / f"{name}.html").read_bytes()
        site.answers[f"/{name}.html"] = Answer(body)
    pdf = (DEMO / "documents" / "winter-storage.pdf").read_bytes()
    sources = [
        services.add_website(agent=agent, url=site.url),
        services.add_file(agent=agent, file=SimpleUploadedFile("winter.pdf", pdf)),
    ]
    for source in sources:
        ingest_source(source.pk)
    return agent


@pytest.mark.django_db
def test_questions_find_their_passages(fed_agent: Agent) -> None:
    for question, words, path in QUESTIONS:
        found = search_knowledge(agent_id=fed_agent.pk, query=question, top_k=3)
        right = [passage for passage in found if words in passage.text]
        assert right, question
        assert right[0].url.endswith(path)
        assert (right[0].page is not None) == (path == "")
        assert 0.7 < right[0].similarity <= 1
