"""How chunks get their vectors: through the model process, in small batches, so that a call never
waits long for ingestion.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from foundation.model_process.client import (
    EMBEDDING_MODEL,
    ModelProcessUnavailable,
    SyncModelClient,
)
from knowledge_app.exceptions import SourceUnavailable

BATCH_CHUNKS = 16


class Embedder(Protocol):
    """Gives L2-normalised vectors of EMBEDDING_DIMENSIONS; `model` names what made them."""

    model: str

    def embed_passages(self, texts: Sequence[str]) -> list[list[float]]: ...


class ModelProcessEmbedder:
    """The embedding model in the model process."""

    model = EMBEDDING_MODEL

    def __init__(self, client: SyncModelClient) -> None:
        self._client = client

    def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
        try:
            return self._client.embed_passages(texts)
        except ModelProcessUnavailable as error:
            raise SourceUnavailable("The part that understands texts isn't ready.") from error


def embed_in_batches(
    texts: Sequence[str], *, embedder: Embedder, after_batch: Callable[[], None]
) -> list[list[float]]:
    """Embed all texts in order, calling `after_batch` between, where a task shows that it lives.

    Raises:
        SourceUnavailable: the model process doesn't answer; retry.
    """
    vectors: list[list[float]] = []
    for start in range(0, len(texts), BATCH_CHUNKS):
        vectors += embedder.embed_passages(texts[start : start + BATCH_CHUNKS])
        after_batch()
    return vectors
