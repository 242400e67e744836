"""The local engine's thinking: words stream, sources are shown at once, and an interruption leaves
no half state.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from livekit.agents import llm

from voice_app.conversation.events import Delta, Done, Event, Source, Sources
from worker.answers import EXTRA_KEY, Answers
from worker.engines.local_llm import GroundedLLM

HOURS = Source(title="Hours", text="We open at ten.")


class Talk:
    """A conversation that repeats what it hears, and remembers what it finished."""

    def __init__(self) -> None:
        self.finished: list[str] = []
        self.go = asyncio.Event()
        self.go.set()
        self.error: Exception | None = None

    async def respond(self, said: str) -> AsyncIterator[Event]:
        if self.error:
            raise self.error
        yield Delta("You said: ")
        await self.go.wait()
        yield Delta(said)
        yield Sources((HOURS,))
        self.finished.append(said)
        yield Done(said, {"retrieval_ms": 3})


@pytest.fixture
async def talk() -> Talk:
    return Talk()


@pytest.fixture
def shown() -> list[Any]:
    return []


@pytest.fixture
async def answers(shown: list[Any]) -> Answers:
    return Answers(show=shown.append)


@pytest.fixture
async def model(talk: Talk, answers: Answers) -> GroundedLLM:
    return GroundedLLM(talk, answers=answers, apology="I'm sorry, something went wrong.")  # type: ignore[arg-type]


def heard(text: str) -> llm.ChatContext:
    context = llm.ChatContext.empty()
    context.add_message(role="user", content="something earlier")
    context.add_message(role="assistant", content="an answer")
    context.add_message(role="user", content=text)
    return context


async def read(stream: llm.LLMStream) -> tuple[str, dict[str, Any]]:
    words, extra = "", {}
    async with stream:
        async for chunk in stream:
            assert chunk.delta is not None
            words += chunk.delta.content or ""
            extra |= chunk.delta.extra or {}
    return words, extra


async def test_the_last_thing_said_is_answered(model: GroundedLLM) -> None:
    words, _ = await read(model.chat(chat_ctx=heard("When?")))
    assert words == "You said: When?"


async def test_the_spoken_item_finds_its_sources_and_metrics(
    model: GroundedLLM, answers: Answers, shown: list[Any]
) -> None:
    words, extra = await read(model.chat(chat_ctx=heard("When?")))
    await model.aclose()
    item = llm.ChatMessage(role="assistant", content=[words], extra=extra)
    answered = answers.take(item)
    assert answered.sources == (HOURS,)
    assert answered.metrics == {"retrieval_ms": 3}
    assert shown == [Sources((HOURS,))]


async def test_a_fixed_phrase_stands_on_nothing(answers: Answers) -> None:
    item = llm.ChatMessage(role="assistant", content=["Hello."])
    assert answers.take(item).sources == ()


async def test_an_interrupted_answer_is_thought_to_its_end_before_the_next(
    model: GroundedLLM, talk: Talk
) -> None:
    talk.go.clear()
    stream = model.chat(chat_ctx=heard("first"))
    await anext(aiter(stream))
    await stream.aclose()
    following = asyncio.create_task(read(model.chat(chat_ctx=heard("second"))))
    await asyncio.sleep(0.05)
    assert talk.finished == []
    talk.go.set()
    await following
    assert talk.finished == ["first", "second"]


async def test_a_failure_is_an_apology_and_not_silence(
    model: GroundedLLM, talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    talk.error = ValueError("the visitor's words")
    words, _ = await read(model.chat(chat_ctx=heard("When?")))
    assert words == "I'm sorry, something went wrong."
    assert "the visitor's words" not in caplog.text


async def test_answers_that_are_never_heard_are_forgotten(answers: Answers) -> None:
    for number in range(100):
        answers.note(f"answer-{number}", Sources((HOURS,)))
    old, new = (
        llm.ChatMessage(role="assistant", content=["."], extra={EXTRA_KEY: f"answer-{n}"})
        for n in (0, 99)
    )
    assert answers.take(old).sources == ()
    assert answers.take(new).sources == (HOURS,)
