"""What the grounded responder says and remembers; search and models are fakes that keep the
interface.
"""

import pytest

from agents_app.config import AgentConfig
from agents_app.tests.factories import config
from knowledge_app.retrieval import Passage
from voice_app.conversation.contacts import find_contact, spell_contact
from voice_app.conversation.dialogue import Dialogue
from voice_app.conversation.grounded import GroundedResponder, Reply
from voice_app.conversation.intents import Intent, detect_intent
from voice_app.conversation.passages import speakable, split_statements
from voice_app.conversation.tools.search_knowledge_base import Found
from voice_app.conversation.tools.take_message import TakeMessageArguments


def passage(text: str, heading: str = "", similarity: float = 0.85) -> Passage:
    return Passage(
        chunk_id=1, document_id="d", text=text, title="Page", heading=heading,
        url="https://shop.example/", page=None, score=1.0, similarity=similarity,
    )  # fmt: skip


class Phone:
    """A responder with the knowledge that a test gives it, and the dialogue kept from turn to
    turn.
    """

    def __init__(self, *passages: Passage, similarity: float = 0.9) -> None:
        self.taken: list[TakeMessageArguments] = []
        self.searched: list[str] = []
        self.dialogue = Dialogue()

        async def search(query: str) -> Found:
            self.searched.append(query)
            return Found(passages, [1.0])

        async def embed(texts: list[str]) -> list[list[float]]:
            return [[similarity] for _ in texts]

        async def take(arguments: TakeMessageArguments) -> bool:
            self.taken.append(arguments)
            return True

        self.responder = GroundedResponder(
            AgentConfig.model_validate(config()), search=search, embed=embed, take_message=take
        )

    async def say(self, *utterances: str) -> Reply:
        for said in utterances:
            reply = await self.responder.reply(said, self.dialogue)
            self.dialogue = Dialogue.model_validate(reply.dialogue.model_dump())
        return reply


OPENING = passage("We open at nine. The shop is closed on Sunday.", "Opening hours")


async def test_an_answer_is_made_of_the_pages_own_sentences() -> None:
    reply = await Phone(OPENING).say("When do you open?")
    assert reply.text == "We open at nine. The shop is closed on Sunday."
    assert [p.title for p in reply.passages] == ["Page"]


async def test_what_no_passage_holds_is_not_known_and_a_message_is_offered() -> None:
    phone = Phone(OPENING, similarity=0.7)
    reply = await phone.say("Do you sell surfboards?")
    assert reply.is_unknown
    assert reply.text == "I'm sorry, I don't know that."
    assert phone.dialogue.stage == "offered"


async def test_the_unanswered_question_becomes_the_message() -> None:
    phone = Phone(similarity=0.0)
    reply = await phone.say("Do you sell surfboards?", "Yes please.", "It's 555 0142 77")
    assert phone.taken == [
        TakeMessageArguments(contact="555014277", text="Do you sell surfboards?")
    ]
    assert "5 5 5 0 1 4 2 7 7" in reply.text
    assert phone.dialogue.stage == ""


async def test_a_number_in_the_same_breath_as_the_yes_is_enough() -> None:
    phone = Phone()
    await phone.say(
        "Do you sell surfboards?", "Sure, my number is five five five one two three four"
    )
    assert phone.taken[0].contact == "5551234"


async def test_a_number_dictated_in_groups_is_put_together() -> None:
    phone = Phone()
    await phone.say("Do you sell surfboards?", "Yes", "My number is 555.", "1 2", "three four")
    assert phone.taken[0].contact == "5551234"


async def test_no_thanks_drops_the_message() -> None:
    phone = Phone()
    await phone.say("Do you sell surfboards?", "No, thank you.")
    assert (phone.taken, phone.dialogue.stage) == ([], "")


async def test_an_offer_does_not_swallow_the_next_question() -> None:
    phone = Phone(OPENING, similarity=0.7)
    await phone.say("Do you sell surfboards?", "And what about skateboards?")
    assert len(phone.searched) == 2
    assert phone.taken == []


async def test_a_contact_that_can_not_be_read_is_asked_for_once_more_and_then_kept() -> None:
    phone = Phone()
    reply = await phone.say("I'd like to leave a message", "You know where I am")
    assert "once more" in reply.text
    await phone.say("Ask for Billy at the harbour", "Tell them the boat is ready")
    assert phone.taken[0].contact == "Ask for Billy at the harbour"
    assert phone.taken[0].text == "Tell them the boat is ready"


async def test_a_grunt_is_never_taken_for_a_contact() -> None:
    phone = Phone()
    reply = await phone.say("I'd like to leave a message", "hm", "hm", "hm")
    assert "once more" in reply.text


async def test_asking_again_repeats_the_last_answer() -> None:
    phone = Phone(OPENING)
    first = await phone.say("When do you open?")
    assert (await phone.say("Sorry, what did you say?")).text == first.text


async def test_a_follow_up_is_searched_with_what_it_refers_to() -> None:
    phone = Phone(OPENING)
    await phone.say("When do you open?", "And on Sundays?")
    assert phone.searched[1] == "When do you open? And on Sundays?"


async def test_it_says_that_it_is_an_ai() -> None:
    assert "AI assistant" in (await Phone().say("Am I talking to a robot?")).text


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("Hello!", Intent.GREETING),
        ("Thank you very much.", Intent.THANKS),
        ("Okay, bye.", Intent.GOODBYE),
        ("Yes, please.", Intent.YES),
        ("No thanks", Intent.NO),
        ("Can I speak to a human?", Intent.LEAVE_MESSAGE),
        ("Could you call me back?", Intent.LEAVE_MESSAGE),
        ("Hello, when do you open?", Intent.QUESTION),
        ("What time do you close?", Intent.QUESTION),
        ("Is there a message board?", Intent.QUESTION),
        (" ... ", Intent.NOTHING),
    ],
)
def test_plain_intents(said: str, intent: Intent) -> None:
    assert detect_intent(said) == intent


@pytest.mark.parametrize(
    ("said", "contact"),
    [
        ("My number is 0171 555 42 10.", "01715554210"),
        ("plus four nine one seven one five five five", "+491715" + "55"),
        ("double five five, oh one two three", "5550123"),
        ("It's ann.lee at example dot com, thanks", "ann.lee@example.com"),
        ("Ann@Example.COM.", "ann@example.com"),
        ("I'll be there at nine", ""),
        ("Room 12", ""),
    ],
)
def test_contacts_as_people_say_them(said: str, contact: str) -> None:
    assert find_contact(said) == contact


def test_a_number_is_read_back_digit_by_digit() -> None:
    assert spell_contact("+4912") == "plus 4 9 1 2"


def test_passages_fall_into_sentences_and_rows() -> None:
    text = "Open e.g. on Monday. Closed on Sunday!\n- Basic service | 40 euros\n\n---"
    assert [s.text for s in split_statements([passage(text)])] == [
        "Open e.g. on Monday.",
        "Closed on Sunday!",
        "Basic service | 40 euros",
    ]
    assert speakable("Basic service | 40 euros") == "Basic service, 40 euros."
