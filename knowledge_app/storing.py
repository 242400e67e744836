"""Puts documents into the database by replacement, so that reading the same page twice leaves the
same rows.

Everything slow happens before: each document is one short transaction that locks its source, and so
ends quietly when the source was deleted or another task has taken it over. A document whose content
hasn't changed is left alone.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction
from pgvector import Vector

from knowledge_app.chunking import CHUNKER_VERSION, Chunk
from knowledge_app.full_text import search_vector
from knowledge_app.models import ChunkEmbedding, KnowledgeChunk, KnowledgeDocument
from knowledge_app.progress import SourceRun

MAX_TITLE_CHARACTERS = 500


@dataclass(frozen=True)
class Embedded:
    """A document ready to be stored: `chunks` and `vectors` go together."""

    key: str
    title: str
    url: str
    language: str
    content_hash: str
    chunks: Sequence[Chunk]
    vectors: Sequence[Sequence[float]]


def hash_content(*, title: str, language: str, chunks: Sequence[Chunk], model: str) -> str:
    """Return what changes exactly when stored rows would: the content, the way of cutting or the
    model.
    """
    digest = hashlib.sha256(repr((CHUNKER_VERSION, model, title, language)).encode())
    for chunk in chunks:
        digest.update(repr((chunk.heading, chunk.text, chunk.page)).encode())
    return digest.hexdigest()


def is_stored(*, source_id: int, key: str, content_hash: str) -> bool:
    stored = KnowledgeDocument.objects.filter(source_id=source_id, key=key)
    return stored.filter(content_hash=content_hash).exists()


def store_document(document: Embedded, *, run: SourceRun, model: str) -> None:
    """Replace one document's chunks in one transaction.

    Raises:
        SourceTakenOver: nothing was written.
    """
    with transaction.atomic():
        source = run.lock()
        row, _ = KnowledgeDocument.objects.update_or_create(
            source=source,
            key=document.key,
            defaults={
                "agent_id": source.agent_id,
                "title": document.title[:MAX_TITLE_CHARACTERS],
                "url": document.url,
                "language": document.language,
                "content_hash": document.content_hash,
            },
        )
        row.chunks.all().delete()
        _insert_chunks(row, document, model)


def remove_other_documents(*, run: SourceRun, kept_keys: Collection[str]) -> None:
    """Delete what a complete run has no longer found."""
    with transaction.atomic():
        source = run.lock()
        source.documents.exclude(key__in=kept_keys).delete()


def _insert_chunks(row: KnowledgeDocument, document: Embedded, model: str) -> None:
    chunks = KnowledgeChunk.objects.bulk_create(
        [
            KnowledgeChunk(
                document=row,
                agent_id=row.agent_id,
                position=position,
                heading=chunk.heading,
                text=chunk.text,
                page=chunk.page,
                search=search_vector(
                    title=document.title,
                    heading=chunk.heading,
                    text=chunk.text,
                    language=document.language,
                ),
            )
            for position, chunk in enumerate(document.chunks)
        ],
        batch_size=500,
    )
    ChunkEmbedding.objects.bulk_create(
        [
            ChunkEmbedding(
                chunk=chunk, agent_id=row.agent_id, model=model, vector=Vector(list(vector))
            )
            for chunk, vector in zip(chunks, document.vectors, strict=True)
        ],
        batch_size=500,
    )
