"""Sentences that the agent speaks word for word, per language.

A language stands here only when everything else can speak it too; the local engine hears and speaks
English.
"""

from string import Template

from agents_app.config import Phrases

DEFAULT_LANGUAGE = "en"

_GREETINGS = {
    "en": Template(
        "Hello, this is $name, the digital assistant of $business_name. How can I help you?"
    ),
}
_PHRASES = {
    "en": Phrases(
        unknown="I'm sorry, I don't know that. Shall I take a message for the team?",
        ask_contact="How can the team reach you? A phone number or an email address is enough.",
        ask_message="What should I pass on?",
        message_taken="Thank you. I've written that down for the team.",
        error="I'm sorry, something went wrong on my side. Could you say that once more?",
    ),
}
LANGUAGES = tuple(_PHRASES)


def greeting(*, language: str, name: str, business_name: str) -> str:
    return _GREETINGS[language].substitute(name=name, business_name=business_name)


def phrases(*, language: str, contact_name: str) -> Phrases:
    """Return the fixed sentences; who takes messages is named where the owner said it."""
    general = _PHRASES[language]
    if not contact_name:
        return general
    named = {
        name: text.replace("the team", contact_name) for name, text in general.model_dump().items()
    }
    return Phrases.model_validate(named)
