"""The three models as the server uses them: each piece of work in the right lane, all of them warm
before the first.

Imported late, in a thread: the libraries take seconds to import, and meanwhile `/health` can say
"loading".
"""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial

from foundation.model_process.embeddings import Embeddings
from foundation.model_process.hearing import Heard, Hearing
from foundation.model_process.scheduling import Lane, Priority
from foundation.model_process.speaking import SAMPLE_RATE, KeptPhrases, Speaking

_WARM_UP = "Good morning, and welcome to the workshop."


@dataclass
class Models:
    hearing: Hearing
    speaking: Speaking
    embeddings: Embeddings
    phrases: KeptPhrases = field(default_factory=KeptPhrases)

    def __post_init__(self) -> None:
        self._calls = Lane("calls")
        self._background = Lane("background", after=self._calls)

    async def transcribe(self, pcm16: bytes, *, sample_rate: int) -> tuple[Heard, int]:
        """Return what was heard and the milliseconds that the model took."""

        def work() -> tuple[Heard, int]:
            began = time.perf_counter()
            heard = self.hearing.transcribe(pcm16, sample_rate=sample_rate)
            return heard, round((time.perf_counter() - began) * 1000)

        return await self._calls.run(work, priority=Priority.HEARING)

    async def synthesize(self, text: str, *, voice: str, keep: bool) -> AsyncIterator[bytes]:
        if kept := self.phrases.get(voice, text):
            yield kept
            return
        pieces = self.speaking.synthesize(text, voice=voice)
        spoken: list[bytes] = []
        priority = Priority.FIRST_WORDS
        while (
            piece := await self._calls.run(lambda: next(pieces, None), priority=priority)
        ) is not None:
            spoken.append(piece)
            priority = Priority.MORE_WORDS
            yield piece
        if keep:
            self.phrases.keep(voice, text, b"".join(spoken))

    async def embed_query(self, text: str) -> list[float]:
        return await self._calls.run(lambda: self.embeddings.query(text), priority=Priority.QUERY)

    async def embed_statements(self, texts: list[str]) -> list[list[float]]:
        return await self._calls.run(
            lambda: self.embeddings.statements(texts), priority=Priority.QUERY
        )

    async def embed_passages(self, texts: list[str]) -> list[list[float]]:
        """Embed one passage after the other, so that a call never waits for more than one."""
        vectors: list[list[float]] = []
        for text in texts:
            embed = partial(self.embeddings.passage, text)
            vectors.append(await self._background.run(embed, priority=Priority.INGESTION))
        return vectors


async def load_models(*, threads: int) -> Models:
    """Load all three and run each once, so that the first call is as quick as the second."""
    hearing, speaking, embeddings = await asyncio.gather(
        asyncio.to_thread(lambda: Hearing(threads=threads)),
        asyncio.to_thread(Speaking),
        asyncio.to_thread(Embeddings),
    )
    models = Models(hearing, speaking, embeddings)
    for voice in speaking.voices:
        audio = [piece async for piece in models.synthesize(_WARM_UP, voice=voice, keep=False)]
    heard, _ = await models.transcribe(b"".join(audio), sample_rate=SAMPLE_RATE)
    await models.embed_query(heard.text)
    await models.embed_passages([heard.text])
    return models
