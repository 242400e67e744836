"""Retrieval: the right passage first, and never another agent's."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agents_app.tests.factories import AgentFactory
from foundation.model_process.client import EMBEDDING_DIMENSIONS
from knowledge_app.models import ChunkEmbedding
from knowledge_app.retrieval import Passage, search_chunks
from knowledge_app.tests.factories import DocumentFactory, make_chunk, word_vector

pytestmark = pytest.mark.django_db


# Equally far from everything, so that words alone decide.
NOWHERE = [0.0] * EMBEDDING_DIMENSIONS


def search(
    agent_id: int, query: str, *, vector: list[float] | None = None, top_k: int = 5
) -> list[Passage]:
    return search_chunks(
        agent_id=agent_id, query=query, query_vector=vector or word_vector(query), top_k=top_k
    )


def test_the_nearest_passage_comes_first_with_its_source() -> None:
    document = DocumentFactory(title="Rental terms", url="https://shop.example/terms")
    make_chunk(document, "We open at nine.")
    chunk = make_chunk(document, "A lost key costs 32 euros.", heading="Keys")
    best = search(document.agent_id, "what costs a lost key")[0]
    assert (best.chunk_id, best.title, best.heading) == (chunk.pk, "Rental terms", "Keys")
    assert (best.url, best.page) == ("https://shop.example/terms", None)
    assert best.document_id == str(document.public_id)
    assert 0 < best.similarity < best.score


def test_another_agents_passages_are_never_given() -> None:
    mine, other = DocumentFactory(), DocumentFactory()
    make_chunk(other, "A lost key costs 32 euros.")
    assert search(mine.agent_id, "lost key") == []
    make_chunk(mine, "We open at nine.")
    assert {p.text for p in search(mine.agent_id, "lost key")} == {"We open at nine."}


def test_words_decide_between_passages_that_are_equally_near() -> None:
    document = DocumentFactory()
    make_chunk(document, "The XR-500 costs more.")
    wanted = make_chunk(document, "The XR-700 costs more.")
    found = search(document.agent_id, "XR-700", vector=NOWHERE)
    assert found[0].chunk_id == wanted.pk


def test_any_word_of_a_question_counts_not_all_of_them() -> None:
    document = DocumentFactory()
    make_chunk(document, "Tandems are red.")
    wanted = make_chunk(document, "Children wear helmets.")
    question = "Tell me please, do you lend helmet sizes for small kids at all?"
    found = search(document.agent_id, question, vector=NOWHERE)
    assert found[0].chunk_id == wanted.pk


def test_accents_and_case_make_no_difference() -> None:
    document = DocumentFactory(language="de")
    make_chunk(document, "Preise")
    wanted = make_chunk(document, "ÖFFNUNGSZEITEN im Café")
    found = search(document.agent_id, "öffnungszeiten cafe", vector=NOWHERE)
    assert found[0].chunk_id == wanted.pk


@pytest.mark.parametrize(
    "query",
    ["", "   ", "the of and", "'", "a' | !b & (c <-> d):*A", "\\", "\x00", "🚲" * 50, "x" * 5000],
)
def test_no_question_breaks_the_statement(query: str) -> None:
    document = DocumentFactory()
    make_chunk(document, "We open at nine.")
    assert len(search(document.agent_id, query, vector=NOWHERE)) == 1


def test_vectors_of_another_model_are_not_compared() -> None:
    document = DocumentFactory()
    make_chunk(document, "We open at nine.")
    ChunkEmbedding.objects.update(model="another")
    assert search(document.agent_id, "open") == []


def test_top_k_is_kept_to() -> None:
    document = DocumentFactory()
    for n in range(8):
        make_chunk(document, f"Sentence {n}.")
    assert len(search(document.agent_id, "sentence", top_k=3)) == 3
    assert search(document.agent_id, "sentence", top_k=0) == []


def test_a_question_is_one_statement() -> None:
    document = DocumentFactory()
    make_chunk(document, "We open at nine.")
    with CaptureQueriesContext(connection) as queries:
        search(document.agent_id, "open")
    assert len(queries) == 1


def test_an_agent_without_knowledge_has_no_passages() -> None:
    assert search(AgentFactory().pk, "open") == []


@pytest.mark.parametrize(("language", "is_stemmed"), [("", True), ("en", True), ("de", False)])
def test_a_question_is_stemmed_as_the_documents_are(language: str, is_stemmed: bool) -> None:
    document = DocumentFactory(title="", language=language)
    make_chunk(document, "Two bicycles.")
    best = search(document.agent_id, "bicycle", vector=NOWHERE)[0]
    assert (best.score > best.similarity) == is_stemmed
