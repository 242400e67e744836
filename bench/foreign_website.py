"""A website that nobody here wrote: Debian's Python documentation, crawled and asked.

`bin/bench foreign_website [--docs FOLDER]` serves the folder on loopback, lets the crawler read 30
pages beginning at the FAQ, types five of the FAQ's questions and two that it can't answer, and
prints what the agent said and from where. `apt-get install python3.11-doc` brings the folder.
"""

import argparse
import functools
import http.server
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

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
    session = api.post(
        f"/api/voice/{onboarding['agent_id']}/session", json={"channel": "text"}
    ).json()
    for question in QUESTIONS:
        show(question, *ask(api, session, question))


def as_member(stack: RunningStack) -> httpx.Client:
    """Return a client with a key of a new business."""
    code = (
        "from agents_app.models import User; from agents_app.services import create_business;"
        "create_business(owner=User.objects.create_user('a@b.example'), name='Python')"
    )
    stack.manage("shell", "--no-imports", "-c", code)
    key = stack.manage("issue_api_key", "--business", "python").strip()
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.Client(base_url=stack.url, headers=headers, timeout=60)


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


def ask(
    api: httpx.Client, session: dict[str, Any], question: str
) -> tuple[str, list[dict[str, Any]], float]:
    """Return the answer, its sources, and the milliseconds to its first word."""
    url = f"/api/voice/session/{session['session_id']}/turns"
    body = {"session_secret": session["session_secret"], "text": question}
    answer, sources, first_word, event = "", [], 0.0, ""
    began = time.perf_counter()
    with api.stream("POST", url, json=body) as response:
        for line in response.iter_lines():
            if line.startswith("event: "):
                event = line[7:]
            if line.startswith("data: "):
                data = json.loads(line[6:])
                if event == "delta":
                    first_word = first_word or (time.perf_counter() - began) * 1000
                sources = data["items"] if event == "sources" else sources
                answer = data["text"] if event == "done" else answer
    return answer, sources, first_word


def show(question: str, answer: str, sources: list[dict[str, Any]], first_word_ms: float) -> None:
    print(f"\nQ: {question}\nA: {answer}   [{first_word_ms:.0f} ms]")
    for source in sources:
        print(f"   from: {source['title']} {source.get('url', '')}")


if __name__ == "__main__":
    main()
