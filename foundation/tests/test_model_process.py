"""The real models behind the real socket: they hear what they say; calls go before ingestion."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import numpy as np
import pytest

from foundation.model_process.client import (
    EMBEDDING_DIMENSIONS,
    VOICE_SAMPLE_RATE,
    ModelClient,
    ModelProcessUnavailable,
    SyncModelClient,
)
from foundation.model_process.hearing import _is_repetition
from foundation.model_process.speaking import KeptPhrases, split_first_words, trim
from tests.processes import model_socket

__all__ = ["model_socket"]

QUESTION = "How much does a full service cost?"


@pytest.fixture
async def models(model_socket: str) -> AsyncIterator[ModelClient]:
    async with ModelClient(model_socket) as client:
        yield client


async def speak(models: ModelClient, text: str, *, keep: bool = False) -> bytes:
    return b"".join([p async for p in models.synthesize(text, voice="joe", keep=keep)])


async def test_it_hears_what_it_says(models: ModelClient) -> None:
    heard = await models.transcribe(
        await speak(models, QUESTION), sample_rate=VOICE_SAMPLE_RATE, language="en"
    )
    assert "full service cost" in heard.text
    assert 0.5 < heard.confidence <= 1
    assert heard.took_ms > 0


@pytest.mark.parametrize("level", [0.0, 0.01, 0.1])
async def test_noise_is_not_speech(models: ModelClient, level: float) -> None:
    noise = np.random.default_rng(1).normal(0, level, 24_000) * 32767
    sound = np.clip(noise, -32768, 32767).astype(np.int16).tobytes()
    heard = await models.transcribe(sound, sample_rate=16_000, language="en")
    assert heard.text == ""


async def test_a_single_word_is_heard_once(models: ModelClient) -> None:
    sound = await speak(models, "Hello.")
    heard = await models.transcribe(sound, sample_rate=VOICE_SAMPLE_RATE, language="en")
    assert heard.text.strip(".!?") == "Hello"


async def test_speech_longer_than_a_window_is_heard_to_its_end(models: ModelClient) -> None:
    sound = await speak(models, "We repair bicycles of every make and colour. " * 12 + QUESTION)
    assert len(sound) > 31 * VOICE_SAMPLE_RATE * 2
    heard = await models.transcribe(sound, sample_rate=VOICE_SAMPLE_RATE, language="en")
    assert "full service cost" in heard.text


async def test_a_kept_phrase_costs_nothing_the_second_time(models: ModelClient) -> None:
    phrase = f"Hello, this is Robin. It is {time.time_ns()} o'clock."
    first = await speak(models, phrase, keep=True)
    began = time.monotonic()
    assert await speak(models, phrase, keep=True) == first
    assert time.monotonic() - began < 0.1


async def test_a_question_is_nearer_to_its_answer_than_to_anything_else(
    models: ModelClient,
) -> None:
    passages = ["A full service costs ninety euros.", "Our workshop has a view of the sea."]
    question = np.array(await models.embed_query(QUESTION))
    answer, other = np.array(await models.embed_passages(passages))
    assert question.shape == answer.shape == (EMBEDDING_DIMENSIONS,)
    assert np.linalg.norm(question) == pytest.approx(1, abs=1e-3)
    assert question @ answer > question @ other + 0.05


async def test_statements_get_the_vectors_of_passages(models: ModelClient) -> None:
    texts = ["A full service costs ninety euros.", "Dogs are welcome."]
    statements = await models.embed_statements(texts)
    passages = await models.embed_passages(texts)
    assert np.allclose(statements, passages, atol=1e-3)


def test_tasks_get_the_same_vectors(model_socket: str) -> None:
    with SyncModelClient(model_socket) as models:
        once, again = models.embed_query(QUESTION), models.embed_query(QUESTION)
        assert once == again
        assert len(models.embed_passages(["a", "b", "c"])) == 3


async def test_ingestion_hardly_delays_a_call(models: ModelClient, model_socket: str) -> None:
    """The longest passage takes 0.3 s; a call that waited for each would show it."""
    alone = await median_seconds(models)
    passage = "We repair bicycles of every make and colour, while you wait. " * 25

    async def ingest() -> None:
        async with ModelClient(model_socket) as task:
            while True:
                await task.embed_passages([passage] * 4)

    ingestion = asyncio.create_task(ingest())
    await asyncio.sleep(0.3)
    beside = await median_seconds(models)
    ingestion.cancel()
    assert beside < alone + 0.17


async def median_seconds(models: ModelClient) -> float:
    took = []
    for _ in range(15):
        await asyncio.sleep(0.02)
        began = time.monotonic()
        await models.embed_query(QUESTION)
        took.append(time.monotonic() - began)
    return sorted(took)[len(took) // 2]


@pytest.fixture
def own_process(tmp_path: Path) -> Iterator[tuple["subprocess.Popen[bytes]", Path]]:
    path = tmp_path / "models.sock"
    command = [sys.executable, "manage.py", "run_model_process"]
    process = subprocess.Popen(command, env=os.environ | {"MODEL_SOCKET": str(path)})
    yield process, path
    process.kill()
    process.wait()


def test_sigterm_ends_it_within_two_seconds_also_while_it_loads(
    own_process: tuple["subprocess.Popen[bytes]", Path],
) -> None:
    process, path = own_process
    deadline = time.monotonic() + 30
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    with SyncModelClient(str(path)) as models, pytest.raises(ModelProcessUnavailable):
        models.health()
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=2) == 0
    assert not path.exists()


def test_a_long_first_sentence_is_cut_at_a_pause() -> None:
    text = "If you come on a Saturday, we can look at it while you wait, and it costs nothing."
    first, rest = split_first_words(text)
    assert first == "If you come on a Saturday,"
    assert rest.startswith("we can look")


def test_a_long_sentence_without_a_pause_is_cut_before_a_conjunction() -> None:
    text = "On Saturday we open at ten in the morning and close at two."
    assert split_first_words(text) == [
        "On Saturday we open at ten in the morning,",
        "and close at two.",
    ]


def test_a_short_text_stays_whole() -> None:
    assert split_first_words("Yes, dogs are welcome, of course.") == [
        "Yes, dogs are welcome, of course."
    ]


def test_the_first_sound_comes_at_once() -> None:
    silence, sound = np.zeros(1000, np.int16), np.full(500, 9000, np.int16)
    samples = np.concatenate([silence, sound, silence, silence, silence])
    assert len(trim(samples, lead=True, tail=False)) < len(samples) - 800
    assert len(trim(samples, lead=False, tail=True)) < len(samples) - 1000
    assert len(trim(silence, lead=True, tail=True)) == len(silence)


def test_the_least_used_phrase_goes_first() -> None:
    kept = KeptPhrases(max_bytes=20)
    kept.keep("joe", "a", bytes(8))
    kept.keep("joe", "b", bytes(8))
    assert kept.get("joe", "a")
    kept.keep("joe", "c", bytes(8))
    assert kept.get("joe", "b") is None
    assert kept.get("joe", "a")
    assert kept.get("joe", "c")


def test_a_repetition_is_told_from_speech() -> None:
    assert _is_repetition("Hello? " * 60, 120, seconds=1.0)
    assert _is_repetition("Can I bring my dog? " * 20, 100, seconds=60.0)
    assert not _is_repetition("Can I bring my dog?", 6, seconds=1.2)
