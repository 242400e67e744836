"""Rows and stand-ins for tests of knowledge.

`WordEmbedder` is a small deterministic stand-in for the embedding model: texts that share words are
near each other. It keeps the interface of `knowledge_app.embedding.Embedder`.
"""

import hashlib
import math
from collections.abc import Sequence

import factory
from factory.django import DjangoModelFactory
from pgvector import Vector

from agents_app.tests.factories import AgentFactory
from foundation.fetching import Fetcher, FetchLimits
from foundation.model_process.client import EMBEDDING_DIMENSIONS, EMBEDDING_MODEL
from knowledge_app.chunking import embedded_text
from knowledge_app.crawling import CrawlLimits
from knowledge_app.full_text import fold, search_vector
from knowledge_app.ingestion import Reader
from knowledge_app.models import (
    ChunkEmbedding,
    KnowledgeChunk,
    KnowledgeDocument,
    KnowledgeSource,
)
from knowledge_app.pdf import PdfLimits
from tests.standins.website import Website

FETCH_LIMITS = FetchLimits(max_bytes=500_000, total_seconds=5, step_seconds=2)


class WordEmbedder:
    """Each word adds to one of the dimensions; `texts` records what was embedded."""

    model = EMBEDDING_MODEL

    def __init__(self) -> None:
        self.texts: list[str] = []

    def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
        self.texts += texts
        return [word_vector(text) for text in texts]


def word_vector(text: str) -> list[float]:
    """Return the L2-normalised bag of a text's words."""
    vector = [0.0] * EMBEDDING_DIMENSIONS
    for word in fold(text).replace("?", " ").replace(".", " ").split():
        digest = hashlib.sha256(word.encode()).digest()
        vector[int.from_bytes(digest[:4], "big") % EMBEDDING_DIMENSIONS] += 1.0
    length = math.sqrt(sum(value * value for value in vector)) or 1.0
    return [value / length for value in vector]


def make_reader(
    site: Website | None = None, *, embedder: WordEmbedder | None = None, max_pages: int = 20
) -> Reader:
    """Return a reader that may open only this website and never sleeps."""
    allowed = [site.pair] if site else []
    return Reader(
        fetcher=Fetcher(user_agent="TestBot", allowed_private_hosts=allowed, limits=FETCH_LIMITS),
        embedder=embedder or WordEmbedder(),
        crawl_limits=CrawlLimits(max_pages=max_pages),
        pdf_limits=PdfLimits(max_pages=50),
        product="TestBot",
        pause=lambda seconds: None,
    )


class SourceFactory(DjangoModelFactory[KnowledgeSource]):
    class Meta:
        model = KnowledgeSource

    agent = factory.SubFactory(AgentFactory)
    kind = KnowledgeSource.Kind.TEXT
    title = factory.Sequence(lambda n: f"Source {n}")
    text = "We open at nine in the morning."


class DocumentFactory(DjangoModelFactory[KnowledgeDocument]):
    class Meta:
        model = KnowledgeDocument

    source = factory.SubFactory(SourceFactory)
    agent = factory.SelfAttribute("source.agent")
    key = factory.Sequence(lambda n: f"document-{n}")
    title = "Opening hours"
    language = "en"


def make_chunk(document: KnowledgeDocument, text: str, *, heading: str = "") -> KnowledgeChunk:
    """Store a chunk as ingestion would, with `WordEmbedder`'s vector."""
    chunk = KnowledgeChunk.objects.create(
        document=document,
        agent=document.agent,
        position=document.chunks.count(),
        heading=heading,
        text=text,
        search=search_vector(
            title=document.title, heading=heading, text=text, language=document.language
        ),
    )
    vector = word_vector(embedded_text(title=document.title, heading=heading, text=text))
    ChunkEmbedding.objects.create(
        chunk=chunk, agent=document.agent, model=EMBEDDING_MODEL, vector=Vector(vector)
    )
    return chunk
