"""From answers and what was read to a configuration."""

import pytest

from agents_app.config import AgentConfig
from onboarding_app.builder import Brief, build_config, choose_name, parse_hand_off, shorten
from onboarding_app.understanding import Understanding

ANSWERS = {
    "goal": "Answer questions about what we offer\nSell more bells",
    "hand_off": "Anna Berg, anna@harbour.example",
    "tone": "Calm and professional",
    "never_say": "No discounts",
    "extra": "We close at noon on 24 December.",
}
READ = Understanding(
    site_title="Harbour Wheels",
    documents=3,
    topics=("Opening hours", "Repairs"),
    questions=("Do you rent e-bikes?",),
)


def test_without_a_single_answer_the_configuration_is_complete() -> None:
    config = build_config(Brief(business_name="Harbour Wheels"))
    assert AgentConfig.model_validate(config.model_dump()) == config
    assert all(config.instructions.model_dump(exclude={"never_say"}).values())
    assert "Harbour Wheels" in config.greeting


def test_every_answer_finds_its_place() -> None:
    config = build_config(
        Brief(business_name="Harbour Wheels", answers=ANSWERS, understanding=READ)
    )
    parts = config.instructions
    assert "- Sell more bells" in parts.task
    assert "calmly" in parts.speech_style
    assert "for Anna Berg" in parts.hand_off
    assert parts.never_say == "No discounts"
    assert config.role == "Answer questions about what we offer"
    assert config.hand_off.contact_email == "anna@harbour.example"
    assert "Opening hours; Repairs" in parts.knowledge_use
    assert config.suggested_questions == ("Do you rent e-bikes?",)


def test_what_is_unknown_ends_in_an_offer_to_take_a_message() -> None:
    general = build_config(Brief(business_name="B")).phrases
    named = build_config(Brief(business_name="B", answers=ANSWERS)).phrases
    assert general.unknown.endswith("take a message for the team?")
    assert named.unknown.endswith("take a message for Anna Berg?")


def test_the_same_brief_gives_the_same_agent() -> None:
    brief = Brief(business_name="Harbour Wheels", answers=ANSWERS, understanding=READ)
    assert build_config(brief) == build_config(brief)


def test_an_own_description_of_the_tone_is_kept_word_for_word() -> None:
    config = build_config(Brief(business_name="B", answers={"tone": "Like a sailor on leave"}))
    assert "In the owner's words: Like a sailor on leave" in config.instructions.speech_style


def test_dollar_signs_of_owners_are_only_text() -> None:
    config = build_config(Brief(business_name="$name $5 shop", answers={"goal": "${goals} $x"}))
    assert "$name $5 shop" in config.instructions.identity
    assert "- ${goals} $x" in config.instructions.task


@pytest.mark.parametrize("size", [1, 200])
def test_the_longest_answers_still_make_a_valid_configuration(size: int) -> None:
    answers = dict.fromkeys(ANSWERS, "x" * 2000)
    read = Understanding("t" * 500, 1, ("w" * 500,) * 12, ("q " * 250,) * 6)
    build_config(Brief(business_name="b" * size, answers=answers, understanding=read))


def test_answers_of_very_many_lines_make_a_valid_configuration_too() -> None:
    answers = dict.fromkeys(ANSWERS, "\n".join("x" * 1000))
    parts = build_config(Brief(business_name="B", answers=answers)).instructions
    assert parts.task.count("x") >= 1000
    assert parts.speech_style.count("x") >= 1000


@pytest.mark.parametrize(
    ("said", "name", "email"),
    [
        ("Anna Berg, anna@example.com", "Anna Berg", "anna@example.com"),
        ("anna@example.com", "", "anna@example.com"),
        ("Anna <anna@example.com>.", "Anna", "anna@example.com"),
        ("Anna", "Anna", ""),
        ("It depends on the season who is in the shop, so ask around", "", ""),
        ("", "", ""),
    ],
)
def test_a_hand_off_is_found_in_free_words(said: str, name: str, email: str) -> None:
    found = parse_hand_off(said)
    assert (found.contact_name, found.contact_email) == (name, email)


def test_a_business_always_gets_the_same_name_for_its_agent() -> None:
    assert choose_name("Harbour Wheels") == choose_name("harbour wheels")


def test_a_long_line_is_cut_at_a_word() -> None:
    assert shorten("one two\nthree", 9) == "one two…"
