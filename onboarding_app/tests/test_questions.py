"""The fixed order of questions, and what counts as an answer."""

import pytest

from onboarding_app.exceptions import AnswerRejected
from onboarding_app.questions import QUESTIONS, next_question, normalise_answer


def test_there_are_at_most_five_and_the_order_is_fixed() -> None:
    assert len(QUESTIONS) <= 5
    settled: set[str] = set()
    for question in QUESTIONS:
        assert next_question(settled) is question
        settled.add(question.id)
    assert next_question(settled) is None


@pytest.mark.parametrize(
    ("said", "stored"),
    [
        ("  hello ", "hello"),
        (["a", "b", "a", ""], "a\nb"),
        ("two\r\nlines", "two\nlines"),
        ("x" * 2000, "x" * 2000),
    ],
)
def test_an_answer_becomes_text(said: str | list[str], stored: str) -> None:
    assert normalise_answer(said) == stored


@pytest.mark.parametrize("said", ["", "  ", [], [" "], "x" * 2001])
def test_nothing_and_too_much_are_refused(said: str | list[str]) -> None:
    with pytest.raises(AnswerRejected):
        normalise_answer(said)
