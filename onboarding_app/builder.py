"""The agent builder: from what was answered and read to a complete AgentConfig, and nothing in
between.

Pure and deterministic, so that the same answers always give the same agent and a test can read the
whole of it. The prompt's parts are text files in `prompts/`; the owner's own words are put into
them as they are, never rewritten.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from string import Template
from zlib import crc32

from agents_app.config import AgentConfig, HandOff, Instructions
from onboarding_app.phrases import DEFAULT_LANGUAGE, greeting, phrases
from onboarding_app.questions import EXTRA, GOAL, HAND_OFF, NEVER_SAY, TONE
from onboarding_app.understanding import Understanding

_PROMPTS = Path(__file__).with_name("prompts")
_EMAIL = re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_ROLE = "Answers visitors' questions and takes messages"
# Short, easily heard names that fit any voice; the owner can change it.
_NAMES = ("Robin", "Sam", "Alex", "Charlie", "Kim", "Jamie", "Noa", "Toni")
# Each line adds a dash: an answer of a thousand lines would outgrow the part that it stands in.
_MAX_GOALS = 20
_TONES = {
    "Warm and friendly": "Speak warmly and kindly, like somebody who is glad of the visit.",
    "Calm and professional": "Speak calmly and politely, clear and factual.",
    "Brief and to the point": "Give the answer first, in as few words as it takes.",
    "Cheerful and lively": "Speak with good cheer and energy, without exaggerating.",
}


@dataclass(frozen=True)
class Brief:
    """All that the builder may use. `answers`: question id -> text, without what was skipped."""

    business_name: str
    language: str = DEFAULT_LANGUAGE
    answers: Mapping[str, str] = field(default_factory=dict)
    understanding: Understanding = field(default_factory=Understanding)


def build_config(brief: Brief) -> AgentConfig:
    """Return a complete configuration; an answer that is missing leaves a sensible default, never a
    hole.
    """
    hand_off = parse_hand_off(brief.answers.get(HAND_OFF.id, ""))
    name, business_name = choose_name(brief.business_name), shorten(brief.business_name, 200)
    return AgentConfig(
        name=name,
        role=_role(brief),
        business_name=business_name,
        language=brief.language,
        greeting=greeting(language=brief.language, name=name, business_name=business_name),
        instructions=_instructions(brief, hand_off),
        phrases=phrases(language=brief.language, contact_name=hand_off.contact_name),
        hand_off=hand_off,
        suggested_questions=tuple(shorten(q, 200) for q in brief.understanding.questions),
    )


def choose_name(business_name: str) -> str:
    """Return a name for the agent, always the same one for the same business."""
    return _NAMES[crc32(business_name.casefold().encode()) % len(_NAMES)]


def parse_hand_off(answer: str) -> HandOff:
    """Find a name and an email address in free words: "Anna Berg, anna@example.com"."""
    found = _EMAIL.search(answer)
    email = found.group().rstrip(".") if found else ""
    rest = answer.replace(email, " ") if email else answer
    name = re.sub(r"[\s,;:<>()\[\]]+", " ", rest).strip(" -\u2013.")
    # A sentence isn't a name: spoken as one it would sound broken.
    is_name = 0 < len(name.split()) <= 4 and len(name) <= 60
    return HandOff(contact_name=name if is_name else "", contact_email=email[:254])


def shorten(text: str, limit: int) -> str:
    """Return one line of at most `limit` characters, cut at a word."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rsplit(" ", 1)[0] + "…"


def _role(brief: Brief) -> str:
    goals = brief.answers.get(GOAL.id, "").splitlines()
    return shorten(goals[0], 200) if goals else _ROLE


def _instructions(brief: Brief, hand_off: HandOff) -> Instructions:
    name = brief.business_name
    return Instructions(
        identity=_prompt(
            "identity",
            name=choose_name(name),
            business_name=name,
            about=_about(brief),
        ),
        task=_prompt("task", goals=_goals(brief)),
        knowledge_use=_prompt("knowledge_use", business_name=name, topics=_topics(brief)),
        speech_style=_prompt("speech_style", tone=_tone(brief)),
        hand_off=_prompt("hand_off", person=_person(hand_off)),
        guard_rails=_prompt("guard_rails", business_name=name),
        never_say=brief.answers.get(NEVER_SAY.id, ""),
    )


def _about(brief: Brief) -> str:
    title = brief.understanding.site_title
    return f'Its website calls itself "{shorten(title, 200)}".' if title else ""


def _goals(brief: Brief) -> str:
    lines = [line.strip() for line in brief.answers.get(GOAL.id, _ROLE).splitlines()]
    goals = [line for line in lines if line]
    shown, rest = goals[: _MAX_GOALS - 1], " ".join(goals[_MAX_GOALS - 1 :])
    return "\n".join(f"- {goal}" for goal in [*shown, rest] if goal)


def _topics(brief: Brief) -> str:
    topics = [shorten(topic, 80) for topic in brief.understanding.topics]
    return f"They are about: {'; '.join(topics)}." if topics else ""


def _tone(brief: Brief) -> str:
    said = brief.answers.get(TONE.id, "Warm and friendly").splitlines()
    known = [_TONES[line] for line in said if line in _TONES]
    own = " ".join(line for line in said if line not in _TONES)
    return " ".join([*known, *([f"In the owner's words: {own}"] if own else [])])


def _person(hand_off: HandOff) -> str:
    return f" for {hand_off.contact_name}" if hand_off.contact_name else " for the team"


def told_by_owner(brief: Brief) -> str:
    """Return what the owner said that no source says; it becomes a source of its own."""
    return brief.answers.get(EXTRA.id, "")


@cache
def _template(name: str) -> Template:
    return Template((_PROMPTS / f"{name}.md").read_text(encoding="utf-8"))


def _prompt(part: str, /, **values: str) -> str:
    text = _template(part).substitute(values)
    return "\n".join(line.strip() for line in text.strip().splitlines())
