"""A website that nobody here wrote: Debian's Python documentation, crawled and asked.

`bin/bench foreign_website [--docs FOLDER]` serves the folder on loopback, lets the crawler read 30
pages beginning at the FAQ, types five of the FAQ's questions and two that it can't answer, and
prints what the agent said and from where. `apt-get install python3.11-doc` brings the folder.
"""

import argparse
import functools
import http.server
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from bench.asking import Asked, ask, client_with_key, start_chat
from tests.databases import migrated_database
from tests.services import RunningStack, running_stack

PAGES = 30
QUESTIONS = (
    "Why are Python strings immutable?",
    "How do I convert a string to a number?",
    "Why is there no goto?",
    "How can I pass optional or keyword parameters from one function to another?",
    "How do I generate random numbers in Python?",
    "Which train goes to Berlin tomorrow?",
    "What does a Python licence cost per month for a team of ten?",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--docs", type=Path, default=Path("/usr/share/doc/python3.11/html"))
    docs = parser.parse_args().docs
    if not (docs / "faq" / "index.html").exists():
        parser.error(f"{docs} is not there: apt-get install python3.11-doc")
    needed = ("web", "celery-calls", "celery-ingest")
    with served(docs) as address, migrated_database("bench_site") as database:
        settings = {"FETCH_ALLOWED_PRIVATE_HOSTS": address, "CRAWL_MAX_PAGES": str(PAGES)}
        with running_stack(database, only=needed, settings=settings) as stack:
            ask_everything(stack, f"http://{address}/faq/index.html")


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on loopback; gives `host:port`."""
    handler = functools.partial(_Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


def ask_everything(stack: RunningStack, website: str) -> None:
    api = as_member(stack)
    began = time.monotonic()
    onboarding = api.post("/api/onboarding/start", json={"website_url": website}).json()
    answer_all(api, onboarding)
    status = wait_until_built(api, onboarding["session_id"])
    source = status["ingestion"]["sources"][0]
    took = time.monotonic() - began
    print(f"read {source['documents_done']} pages in {took:.0f} s; status {status['status']}")
    session = start_chat(api, onboarding["agent_id"])
    for question in QUESTIONS:
        show(question, ask(api, session, question))


def as_member(stack: RunningStack) -> httpx.Client:
    """Return a client with a key of a new business."""
    code = (
        "from agents_app.models import User; from agents_app.services import create_business;"
        "create_business(owner=User.objects.create_user('a@b.example'), name='Python')"
    )
    stack.manage("shell", "--no-imports", "-c", code)
    return client_with_key(stack, "python")


def answer_all(api: httpx.Client, onboarding: dict[str, Any]) -> None:
    question = onboarding["question"]
    while question:
        body = {
            "session_id": onboarding["session_id"],
            "question_id": question["id"],
            "skip": True,
        }
        question = api.post("/api/onboarding/answer", json=body).json()["question"]


def wait_until_built(api: httpx.Client, session_id: str) -> dict[str, Any]:
    while True:
        status = api.get(f"/api/onboarding/status/{session_id}").json()
        if status["status"] in {"completed", "failed"}:
            return status
        time.sleep(1)


def show(question: str, asked: Asked) -> None:
    print(f"\nQ: {question}\nA: {asked.text}   [{asked.first_word_ms:.0f} ms]")
    for source in asked.sources:
        print(f"   from: {source['title']} {source.get('url', '')}")


if __name__ == "__main__":
    main()
