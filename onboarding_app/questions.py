"""What the owner is asked: at most five questions in a fixed order, none of which waits for the
website.

Each one fills a part of the agent that no website says. Choices are offers, never fences: any words
of the owner's own are taken, because an owner who doesn't find themselves in a list must not be
stuck.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from onboarding_app.exceptions import AnswerRejected

MAX_ANSWER_CHARACTERS = 2000


@dataclass(frozen=True)
class Question:
    id: str
    text: str
    why: str
    # What the answer is called where answers are listed.
    label: str
    kind: Literal["text", "choice", "multi_choice"] = "text"
    choices: tuple[str, ...] = ()
    placeholder: str = ""
    # What the platform says back before it goes on.
    thanks: str = "Thank you, noted."


GOAL = Question(
    id="goal",
    label="Its job",
    text="What should your agent do for the people who visit your website?",
    why="It decides what the agent puts first in a conversation.",
    kind="multi_choice",
    choices=(
        "Answer questions about what we offer",
        "Help visitors choose what fits them",
        "Take messages from interested visitors",
        "Give opening hours, prices and directions",
    ),
    placeholder="Or in your own words",
    thanks="Good. That is what it will work towards.",
)
HAND_OFF = Question(
    id="hand_off",
    label="Takes over",
    text="When a visitor needs a person, who should the message be for?",
    why="Your agent never guesses: what it doesn't know becomes a message, sent to this address.",
    placeholder="A name and an email address",
    thanks="Perfect. It will know when to hand over.",
)
TONE = Question(
    id="tone",
    label="Sounds",
    text="How should it sound?",
    why="The facts stay the same. This is about the way it speaks.",
    kind="choice",
    choices=(
        "Warm and friendly",
        "Calm and professional",
        "Brief and to the point",
        "Cheerful and lively",
    ),
    placeholder="Or describe it in your own words",
    thanks="I can hear it already.",
)
NEVER_SAY = Question(
    id="never_say",
    label="Never says",
    text="Is there anything it must never say or promise?",
    why="It becomes one of the agent's rules. Skip it if nothing comes to mind.",
    placeholder="For example: no discounts, no delivery dates",
    thanks="Understood. That is a rule now.",
)
EXTRA = Question(
    id="extra",
    label="Good to know",
    text="What do people often ask that your website doesn't answer?",
    why="Your agent can answer from what you write here, just as it does from your pages.",
    placeholder="For example: we close at noon on 24 December. Dogs are welcome.",
    thanks="Thank you. It will remember that.",
)
QUESTIONS = (GOAL, HAND_OFF, TONE, NEVER_SAY, EXTRA)


def find_question(question_id: str) -> Question | None:
    return next((question for question in QUESTIONS if question.id == question_id), None)


def next_question(settled: Collection[str]) -> Question | None:
    """Return the first question that isn't answered or skipped; None when all are."""
    return next((question for question in QUESTIONS if question.id not in settled), None)


def normalise_answer(answer: str | Sequence[str]) -> str:
    """Return an answer as the text that is stored; several choices stand on a line each.

    Raises:
        AnswerRejected: nothing was said, or too much.
    """
    parts = [answer] if isinstance(answer, str) else answer
    lines = (part.replace("\r\n", "\n").strip() for part in parts)
    text = "\n".join(dict.fromkeys(line for line in lines if line))
    if not text:
        raise AnswerRejected("Write an answer, or skip this question.")
    if len(text) > MAX_ANSWER_CHARACTERS:
        raise AnswerRejected(f"Keep the answer under {MAX_ANSWER_CHARACTERS} characters.")
    return text
