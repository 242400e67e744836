"""Finds the passages of one agent that answer a question: one SQL statement, vectors and words
together, exact.

A passage's score is its cosine similarity plus a small weight times the share of the question's
words that it holds, each word counted by its rarity among this agent's chunks. That beat vectors
alone on both question sets of `bench/retrieval.py`, where reciprocal-rank fusion, which forgets how
sure each side was, lost to them. `similarity` is returned beside the score: whether anything was
found at all is a question for it alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import connection
from pgvector import Vector

from foundation.model_process.client import EMBEDDING_MODEL, embed_query_sync
from knowledge_app.full_text import ANY_LANGUAGE, ENGLISH, ENGLISH_LANGUAGES, fold

# Measured with bench/retrieval.py, recall@1 and @5. Python's FAQ with its headings hidden (175
# questions): 0.60 and 0.84 at 0, 0.67 and 0.86 at 0.03, 0.62 and 0.83 at 0.1; the demo's questions:
# 0.83 and 1.0 at 0, 0.94 and 1.0 from 0.03 to 0.15.
WORDS_WEIGHT = 0.03
MAX_TOP_K = 50
# A spoken question is a sentence or two; more is somebody trying what happens.
MAX_QUERY_CHARACTERS = 1_000


@dataclass(frozen=True)
class Passage:
    """A chunk as an answer's ground; `score` orders, `similarity` (cosine, 0..1) says how near it
    really is.
    """

    chunk_id: int
    document_id: str
    text: str
    title: str
    heading: str
    url: str
    page: int | None
    score: float
    similarity: float


# How many of the nearest chunks the words are looked up in. Going through the words of all 10,000
# chunks of a large agent took five times as long as its vectors, and the words can't lift a chunk
# that is further away than this; most agents have fewer chunks than that anyway.
CANDIDATES = 200

# `nearest` is an exact scan of the agent's vectors; `lexemes` are the question's words, stemmed as
# this agent's documents are; `weights` is their rarity (BM25's idf) and `found` the share of all
# weight that a chunk holds.
_SEARCH = """
WITH nearest AS MATERIALIZED (
    SELECT chunk_id, -(vector <#> %(vector)s::vector) AS similarity
    FROM knowledge_app_chunkembedding
    WHERE agent_id = %(agent_id)s AND model = %(model)s
    ORDER BY similarity DESC
    LIMIT %(candidates)s
),
configs AS (
    SELECT DISTINCT
        CASE WHEN language = ANY(%(english_languages)s)
        THEN %(english)s ELSE %(any_language)s END AS name
    FROM knowledge_app_knowledgedocument
    WHERE agent_id = %(agent_id)s
),
lexemes AS (
    SELECT DISTINCT
        word.lexeme,
        ('''' || replace(word.lexeme, '''', '''''') || '''')::tsquery AS query
    FROM configs, unnest(to_tsvector(configs.name::regconfig, %(words)s)) AS word
),
hits AS (
    SELECT chunk.id AS chunk_id, lexemes.lexeme
    FROM nearest
    JOIN knowledge_app_knowledgechunk AS chunk ON chunk.id = nearest.chunk_id
    JOIN lexemes ON chunk.search @@ lexemes.query
),
weights AS (
    SELECT
        lexeme,
        ln(1 + (SELECT count(*) FROM nearest) / (count(hits.chunk_id) + 0.5)) AS weight
    FROM lexemes LEFT JOIN hits USING (lexeme)
    GROUP BY lexeme
),
found AS (
    SELECT chunk_id, sum(weight) / (SELECT sum(weight) FROM weights) AS share
    FROM hits JOIN weights USING (lexeme)
    GROUP BY chunk_id
),
best AS (
    SELECT chunk_id, similarity, similarity + %(words_weight)s * coalesce(share, 0) AS score
    FROM nearest LEFT JOIN found USING (chunk_id)
    ORDER BY score DESC, chunk_id
    LIMIT %(top_k)s
)
SELECT
    chunk.id, document.public_id, chunk.text, document.title, chunk.heading, document.url,
    chunk.page, best.score, best.similarity
FROM best
JOIN knowledge_app_knowledgechunk AS chunk ON chunk.id = best.chunk_id
JOIN knowledge_app_knowledgedocument AS document ON document.id = chunk.document_id
WHERE chunk.agent_id = %(agent_id)s
ORDER BY best.score DESC, chunk.id
"""


def search_chunks(
    *,
    agent_id: int,
    query: str,
    query_vector: Sequence[float],
    top_k: int,
    words_weight: float = WORDS_WEIGHT,
) -> list[Passage]:
    """Return this agent's best passages, best first; another agent's are never among them."""
    parameters: dict[str, str | int | float | list[str]] = {
        "agent_id": agent_id,
        "words": fold(query[:MAX_QUERY_CHARACTERS].replace("\x00", " ")),
        "english_languages": ENGLISH_LANGUAGES,
        "english": ENGLISH,
        "any_language": ANY_LANGUAGE,
        "vector": Vector(list(query_vector)).to_text(),
        "model": EMBEDDING_MODEL,
        "words_weight": words_weight,
        "candidates": CANDIDATES,
        "top_k": max(0, min(top_k, MAX_TOP_K)),
    }
    with connection.cursor() as cursor:
        cursor.execute(_SEARCH, parameters)
        return [_passage(*row) for row in cursor.fetchall()]


def search_knowledge(*, agent_id: int, query: str, top_k: int = 5) -> list[Passage]:
    """Embed the question and search.

    Raises:
        ModelProcessUnavailable: the question couldn't be embedded; retry.
    """
    vector = embed_query_sync(query[:MAX_QUERY_CHARACTERS], socket_path=settings.MODEL_SOCKET)
    return search_chunks(agent_id=agent_id, query=query, query_vector=vector, top_k=top_k)


def _passage(
    chunk_id: int,
    document_id: UUID,
    text: str,
    title: str,
    heading: str,
    url: str,
    page: int | None,
    score: float,
    similarity: float,
) -> Passage:
    # Rounding errors of float32 can leave the unit circle.
    nearness = max(0.0, min(1.0, float(similarity)))
    return Passage(
        chunk_id, str(document_id), text, title, heading, url, page, float(score), nearness
    )
