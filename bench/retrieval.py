"""How well and how fast retrieval finds the right passage: recall@1, @3 and @5, and milliseconds.

Three sets: the demo's questions over its website and PDFs, as visitors ask them; and, with `--faq`,
the questions of a folder of Python's FAQ (Debian's package `python3.11-doc`), once with the
headings in the chunks and once without, which is where full text must prove itself.

    bin/bench retrieval --faq /usr/share/doc/python3.11/html/faq --weights 0 0.03 0.1
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import django
from django.db import connection, connections

from tests.databases import migrated_database
from tests.services import running_stack

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "demo"


@dataclass(frozen=True)
class Question:
    """A question and what the text of a right passage holds."""

    text: str
    evidence: str


def documents_of_demo() -> Iterator[tuple[str, Any]]:
    from knowledge_app.extraction import extract_page
    from knowledge_app.pdf import PdfLimits, read_pdf

    for path in sorted((DEMO / "site").rglob("*.html")):
        yield path.name, extract_page(path.read_bytes(), keep_footer=path.name == "index.html")
    for path in sorted((DEMO / "documents").glob("*.pdf")):
        yield path.name, read_pdf(path.read_bytes(), title=path.stem, limits=PdfLimits(100))


def questions_of_demo() -> list[Question]:
    listed = json.loads((DEMO / "questions.json").read_text())["questions"]
    return [Question(q["question"], q["evidence"]) for q in listed if q.get("evidence")]


def documents_of_faq(folder: Path, *, hide_headings: bool) -> Iterator[tuple[str, Any]]:
    from knowledge_app.extraction import extract_page

    for path in sorted(folder.glob("*.html")):
        document = extract_page(path.read_bytes())
        if hide_headings:
            sections = tuple(replace(s, headings=s.headings[:1]) for s in document.sections)
            document = replace(document, sections=sections)
        yield path.name, document


def questions_of_faq(folder: Path) -> list[Question]:
    """Every heading that asks; a right passage holds the beginning of what stands under it."""
    questions = []
    for _, document in documents_of_faq(folder, hide_headings=False):
        for section in document.sections:
            if section.headings and section.headings[-1].endswith("?"):
                questions.append(Question(section.headings[-1], section.blocks[0].text[:60]))
    return list(dict.fromkeys(questions))


def fill(agent: Any, documents: Iterator[tuple[str, Any]], embedder: Any) -> None:
    from django.utils import timezone

    from knowledge_app.chunking import chunk_document, embedded_text
    from knowledge_app.models import KnowledgeSource
    from knowledge_app.progress import SourceRun
    from knowledge_app.storing import Embedded, store_document

    source = KnowledgeSource.objects.create(
        agent=agent, kind="text", title="bench", beat_at=timezone.now()
    )
    for key, read in documents:
        chunks = chunk_document(read)
        texts = [embedded_text(title=read.title, heading=c.heading, text=c.text) for c in chunks]
        vectors = embedder.embed_passages(texts)
        document = Embedded(key, read.title, "", "en", key, chunks, vectors)
        store_document(document, run=SourceRun(source), model=embedder.model)


def measure(name: str, agent: Any, questions: list[Question], weights: list[float]) -> None:
    from django.conf import settings

    from foundation.model_process.client import SyncModelClient
    from knowledge_app.retrieval import search_chunks

    with SyncModelClient(settings.MODEL_SOCKET) as client:
        vectors = [client.embed_query(question.text) for question in questions]
    with connection.cursor() as cursor:
        # As autovacuum would have done by the time a visitor asks.
        cursor.execute("ANALYZE")
    for weight in weights:
        ranks, took_ms = [], []
        for question, vector in zip(questions, vectors, strict=True):
            began = time.perf_counter()
            found = search_chunks(
                agent_id=agent.pk,
                query=question.text,
                query_vector=vector,
                top_k=10,
                words_weight=weight,
            )
            took_ms.append((time.perf_counter() - began) * 1000)
            hits = [n for n, p in enumerate(found, 1) if _holds(p.text, question.evidence)]
            ranks.append(hits[0] if hits else 99)
        print(
            f"{name:<22} weight {weight:<5} n={len(ranks):<4}"
            f" recall@1 {_recall(ranks, 1):.3f}  @3 {_recall(ranks, 3):.3f}"
            f"  @5 {_recall(ranks, 5):.3f}"
            f"  MRR {statistics.mean(1 / rank for rank in ranks):.3f}"
            f"  SQL p50 {statistics.median(took_ms):.1f} ms"
        )


def _holds(text: str, evidence: str) -> bool:
    return " ".join(evidence.split()) in " ".join(text.split())


def _recall(ranks: list[int], at: int) -> float:
    return sum(rank <= at for rank in ranks) / len(ranks)


def run_sets(faq: Path | None, weights: list[float]) -> None:
    from django.conf import settings

    from agents_app.models import Agent, Business
    from foundation.model_process.client import SyncModelClient
    from knowledge_app.embedding import ModelProcessEmbedder

    sets = [("demo", documents_of_demo(), questions_of_demo())]
    if faq:
        asked = questions_of_faq(faq)
        sets += [
            ("FAQ", documents_of_faq(faq, hide_headings=False), asked),
            ("FAQ, headings hidden", documents_of_faq(faq, hide_headings=True), asked),
        ]
    business = Business.objects.create(name="bench", slug="bench-retrieval")
    with SyncModelClient(settings.MODEL_SOCKET) as client:
        for name, documents, questions in sets:
            agent = Agent.objects.create(business=business, name=name)
            fill(agent, documents, ModelProcessEmbedder(client))
            measure(name, agent, questions, weights)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faq", type=Path)
    parser.add_argument("--weights", type=float, nargs="*", default=[0.0, 0.03])
    options = parser.parse_args()
    with (
        migrated_database("bench_retrieval") as database,
        running_stack(database, only=()) as stack,
    ):
        os.environ |= {"DATABASE_URL": database, "MODEL_SOCKET": stack.env["MODEL_SOCKET"]}
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voiceplatform.settings")
        django.setup()
        run_sets(options.faq, options.weights)
        connections.close_all()


if __name__ == "__main__":
    main()
