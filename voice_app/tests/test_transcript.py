"""How a conversation is told: the strip of an answer's time, and its end in words."""

from datetime import timedelta

import pytest
from django.utils import timezone

from voice_app.tests.factories import ToolCallFactory, TurnFactory, VoiceSessionFactory
from voice_app.views.transcript import (
    answer_times,
    session_outcome,
    time_parts,
    tool_names,
    transcript,
)


def test_parts_lie_end_to_end_and_fill_the_strip() -> None:
    parts = time_parts({"stt_ms": 300, "llm_ms": 100, "tts_ms": 100})
    assert [(part.name, part.left, part.width) for part in parts] == [
        ("stt", 0, 60),
        ("llm", 60, 20),
        ("tts", 80, 20),
    ]


def test_looking_up_is_not_counted_twice() -> None:
    parts = time_parts({"retrieval_ms": 40, "llm_ms": 100})
    assert [(part.name, part.ms) for part in parts] == [("retrieval", 40), ("llm", 60)]


@pytest.mark.parametrize("metrics", [{}, {"llm_ms": None}, {"llm_ms": "slow"}, {"total_ms": 3}])
def test_nothing_measured_gives_no_strip(metrics: dict[str, object]) -> None:
    assert time_parts(metrics) == ()


@pytest.mark.django_db
def test_tools_stand_where_they_were_used() -> None:
    began = timezone.now() - timedelta(minutes=1)
    session = VoiceSessionFactory()
    first = TurnFactory(session=session, position=1, spoken_at=began)
    call = ToolCallFactory(session=session)
    after = call.created_at + timedelta(seconds=1)
    second = TurnFactory(session=session, position=2, role="agent", spoken_at=after)
    told = transcript([first, second], [call])
    assert [entry.turn or entry.tool_call for entry in told] == [first, call, second]


@pytest.mark.django_db
def test_typical_and_slowest_answer() -> None:
    session = VoiceSessionFactory()
    turns = [
        TurnFactory(session=session, position=n, role="agent", metrics={"total_ms": ms})
        for n, ms in enumerate([500, 700, 3000])
    ]
    assert answer_times(transcript(turns, [])) == {"typical": 700, "longest": 3000}
    assert answer_times([]) is None


@pytest.mark.django_db
def test_each_tool_is_named_once_in_plain_words() -> None:
    calls = [ToolCallFactory(name=name) for name in ("take_message", "take_message", "book_table")]
    assert tool_names(calls) == ["Took a message", "Book table"]


@pytest.mark.parametrize(
    ("status", "reason", "words"),
    [
        ("active", "", "It is going on now"),
        ("ended", "visitor_left", "The visitor hung up"),
        ("ended", "something_new", "It ended"),
        ("lost", "", "The connection broke off"),
        ("failed", "", "It failed before anybody could talk"),
    ],
)
@pytest.mark.django_db
def test_the_end_in_words(status: str, reason: str, words: str) -> None:
    session = VoiceSessionFactory(status=status, close_reason=reason)
    assert session_outcome(session) == words
