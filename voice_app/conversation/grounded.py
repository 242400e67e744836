"""The responder of the local engine: no model that writes, so nothing can be invented.

It says the configured phrases, the business's own sentences, and what its tools did. What it waits
for between turns is in `Dialogue`; effects come in as arguments, so that all of it runs in a test
without a database.
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from agents_app.config import AgentConfig
from knowledge_app.retrieval import Passage
from voice_app.conversation.answering import Answer, Embed, find_answer
from voice_app.conversation.contacts import find_contact, has_digits, spell_contact
from voice_app.conversation.dialogue import Dialogue
from voice_app.conversation.intents import (
    Intent,
    detect_intent,
    gives_contact,
    is_asking,
    is_follow_up,
    starts_with,
)
from voice_app.conversation.tools.search_knowledge_base import Found
from voice_app.conversation.tools.take_message import (
    MIN_CONTACT_CHARACTERS,
    NAME,
    TakeMessageArguments,
)

Search = Callable[[str], Awaitable[Found]]
TakeMessage = Callable[[TakeMessageArguments], Awaitable[bool]]


@dataclass(frozen=True)
class Reply:
    """The whole answer to one turn, and where the dialogue stands after it."""

    text: str
    dialogue: Dialogue
    passages: tuple[Passage, ...] = ()
    is_unknown: bool = False
    has_searched: bool = False
    retrieval_ms: int = 0


@dataclass(frozen=True)
class GroundedResponder:
    config: AgentConfig
    search: Search
    embed: Embed
    take_message: TakeMessage

    async def reply(self, said: str, dialogue: Dialogue) -> Reply:
        """Answer one utterance."""
        reply = await self._continue_message(said, dialogue) or await self._start(said, dialogue)
        return replace(reply, dialogue=reply.dialogue.moved(last_answer=reply.text))

    # -- A message under way -----------------------------------------------------------------

    async def _continue_message(self, said: str, dialogue: Dialogue) -> Reply | None:
        """Go on with the message; None when the visitor turned to something else."""
        intent = detect_intent(said)
        if not dialogue.stage or intent in {Intent.REPEAT, Intent.WHO_ARE_YOU, Intent.GOODBYE}:
            return None
        if intent == Intent.NO and dialogue.stage != "message":
            return Reply("All right. Is there anything else I can help with?", dialogue.at_rest())
        steps = {"offered": self._offered, "contact": self._contact, "message": self._message}
        return await steps[dialogue.stage](said, dialogue)

    async def _offered(self, said: str, dialogue: Dialogue) -> Reply | None:
        if gives_contact(said):
            return await self._contact(said, dialogue)
        if starts_with(said, Intent.YES) or detect_intent(said) == Intent.LEAVE_MESSAGE:
            return Reply(self.config.phrases.ask_contact, dialogue.moved(stage="contact"))
        return None

    async def _contact(self, said: str, dialogue: Dialogue) -> Reply | None:
        # Numbers are dictated in groups, and the pause between two may end a turn.
        whole = f"{dialogue.dictated} {said}".strip()
        contact = find_contact(whole)
        if not contact and is_asking(said):
            return None
        if not contact and has_digits(said):
            return Reply("Yes, go on.", dialogue.moved(dictated=whole))
        if not contact and (not dialogue.has_asked_twice or len(whole) < MIN_CONTACT_CHARACTERS):
            text = "I didn't catch a phone number or email address. Could you say it once more?"
            return Reply(text, dialogue.moved(has_asked_twice=True))
        # Said twice and still no number that we recognise: the words themselves are kept, a person
        # can read them.
        dialogue = dialogue.moved(contact=contact or whole)
        if dialogue.message:
            return await self._store(dialogue)
        return Reply(self.config.phrases.ask_message, dialogue.moved(stage="message"))

    async def _message(self, said: str, dialogue: Dialogue) -> Reply | None:
        return await self._store(dialogue.moved(message=said.strip()))

    async def _store(self, dialogue: Dialogue) -> Reply:
        arguments = TakeMessageArguments(
            contact=dialogue.contact[:300], text=dialogue.message[:5000]
        )
        await self.take_message(arguments)
        noted = f"I have noted {spell_contact(dialogue.contact)}."
        return Reply(f"{self.config.phrases.message_taken} {noted}", dialogue.at_rest())

    # -- Anything else -----------------------------------------------------------------------

    async def _start(self, said: str, dialogue: Dialogue) -> Reply:
        intent = detect_intent(said)
        if fixed := self._fixed_reply(intent, dialogue):
            return Reply(fixed, dialogue)
        if intent == Intent.LEAVE_MESSAGE:
            return self._ask_for_message(said, dialogue)
        return await self._answer(said, dialogue)

    def _fixed_reply(self, intent: Intent, dialogue: Dialogue) -> str:
        name, business = self.config.name, self.config.business_name
        return {
            Intent.GREETING: "Hello! What would you like to know?",
            Intent.THANKS: "You're welcome. Is there anything else I can help with?",
            Intent.GOODBYE: "Goodbye, and thank you for calling.",
            Intent.REPEAT: dialogue.last_answer or self.config.greeting,
            Intent.WHO_ARE_YOU: f"I'm {name}, an AI assistant of {business}. I answer from what "
            f"{business} has published, and I can take a message for the team.",
            Intent.YES: "What would you like to know?",
            Intent.NO: "All right. I'm here if you need anything.",
            Intent.NOTHING: "I'm sorry, I didn't hear that. Could you say it again?",
        }.get(intent, "")

    def _ask_for_message(self, said: str, dialogue: Dialogue) -> Reply:
        if NAME not in self.config.tools:
            return Reply(self.config.phrases.unknown, dialogue, is_unknown=True)
        contact = find_contact(said)
        if contact:
            dialogue = dialogue.moved(contact=contact, stage="message")
            return Reply(self.config.phrases.ask_message, dialogue)
        return Reply(self.config.phrases.ask_contact, dialogue.moved(stage="contact", message=""))

    async def _answer(self, said: str, dialogue: Dialogue) -> Reply:
        question = said
        if is_follow_up(said) and dialogue.last_question:
            question = f"{dialogue.last_question} {said}"
        began = time.perf_counter()
        answer = await self._find(question)
        took_ms = round((time.perf_counter() - began) * 1000)
        dialogue = dialogue.at_rest()
        if answer is None:
            return self._unknown(said, dialogue, took_ms)
        dialogue = dialogue.moved(last_question=question[:500])
        return Reply(
            answer.text, dialogue, answer.passages, has_searched=True, retrieval_ms=took_ms
        )

    async def _find(self, question: str) -> Answer | None:
        found = await self.search(question)
        ignore = self.config.business_name
        return await find_answer(question, found, embed=self.embed, ignore=ignore)

    def _unknown(self, said: str, dialogue: Dialogue, took_ms: int) -> Reply:
        text = self.config.phrases.unknown
        if NAME in self.config.tools:
            dialogue = dialogue.moved(stage="offered", message=said.strip())
        return Reply(text, dialogue, is_unknown=True, has_searched=True, retrieval_ms=took_ms)


def reply_metrics(reply: Reply, total_ms: int) -> dict[str, Any]:
    """Return what a turn keeps of how its reply was made."""
    metrics: dict[str, Any] = {"retrieval_ms": reply.retrieval_ms, "llm_ms": total_ms}
    return metrics | ({"is_unknown": True} if reply.is_unknown else {})
