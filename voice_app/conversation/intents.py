"""What a visitor plainly wants, told from the words alone.

Only utterances that mean nothing else are recognised; everything else is a question for the
knowledge. Rules instead of a model because small models were tried in this place and invented
things, and because a rule can be read.
"""

import re
from enum import Enum

from voice_app.conversation.contacts import find_contact


class Intent(Enum):
    QUESTION = "question"
    GREETING = "greeting"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    REPEAT = "repeat"
    WHO_ARE_YOU = "who_are_you"
    LEAVE_MESSAGE = "leave_message"
    YES = "yes"
    NO = "no"
    NOTHING = "nothing"


# Whole utterances, after polite words at both ends are dropped.
_WHOLE: list[tuple[Intent, str]] = [
    (
        Intent.GREETING,
        r"(hello|hi|hey|hiya|good (morning|afternoon|evening|day))( there| again)*",
    ),
    (
        Intent.THANKS,
        r"(many |ok |okay |great |perfect |lovely )*(thanks|thank you|cheers)"
        r"( a lot| so much| very much| for your help| for that)*",
    ),
    (
        Intent.GOODBYE,
        r"(ok |okay |thanks |thank you )*"
        r"(good ?bye|bye|bye bye|see you|that('s| is| was) (all|it|everything)|i have to go)"
        r"( then| now| for now)*",
    ),
    (
        Intent.REPEAT,
        r"(sorry|pardon|excuse me)?( ?(what|come again|what did you say|again"
        r"|i did(n't| not) (hear|get|catch|understand) (that|you|it)"
        r"|(can |could )?(you )?(say|repeat) (that|it)( again)?))?",
    ),
    (
        Intent.YES,
        r"(yes|yeah|yep|sure|ok|okay|of course|please do|yes please|go ahead|i would"
        r"|that would be (great|good|nice|lovely)|i'd like that|do that|absolutely|definitely"
        r"|why not|alright|all right)( yes| sure| please| do| thanks| thank you)*",
    ),
    (
        Intent.NO,
        r"(no|nope|nah|not now|no thanks|no thank you|never ?mind|do(n't| not) bother"
        r"|i('m| am) (fine|good)|leave it|cancel)( it| that| thanks| thank you| now)*",
    ),
]
# Anywhere in the utterance.
_A_MACHINE = r"(a |an )?(real |actual )?(human|person|robot|bot|machine|ai|computer)\b"
_WITHIN: list[tuple[Intent, str]] = [
    (
        Intent.WHO_ARE_YOU,
        rf"\b(who|what) are you$|\bare you {_A_MACHINE}"
        rf"|\bam i (talking|speaking) (to|with) {_A_MACHINE}"
        r"|\bwhat('s| is) your name\b",
    ),
    (
        Intent.LEAVE_MESSAGE,
        r"\b(leave|take|pass on|give|send)( \w+){0,3} (a |my )?message$"
        r"|\bleave a message\b|\b(call|ring|phone) me( back)?\b"
        r"|\b(talk|speak) (to|with) (a|an|some|the|your)? ?(real |actual )?(human|person|someone"
        r"|somebody|staff|manager|owner|team|colleague|one of you)"
        r"|\bget in touch with me\b|\bcontact me\b",
    ),
]
_POLITE = re.compile(r"^(um+|uh+|er+|well|so|oh|and|please|hello|hi)\b[ ,]*|[ ,]*\bplease$")


def detect_intent(said: str) -> Intent:
    """Return what was plainly wanted; QUESTION when it isn't plain."""
    text = re.sub(r"[^\w' ]+", " ", said.lower().replace("\u2019", "'"))
    text = " ".join(text.split())
    if not text:
        return Intent.NOTHING
    for candidate in (text, _POLITE.sub("", text).strip()):
        for intent, pattern in _WHOLE:
            if re.fullmatch(pattern, candidate):
                return intent
    for intent, pattern in _WITHIN:
        if re.search(pattern, text):
            return intent
    return Intent.QUESTION


def starts_with(said: str, intent: Intent) -> bool:
    """Whether a longer utterance opens with yes or no: "Yes, my number is ..."."""
    opening = re.split(r"[,.!;]", said, maxsplit=1)[0]
    return detect_intent(opening) == intent or detect_intent(said.split(" ")[0]) == intent


def gives_contact(said: str) -> bool:
    return bool(find_contact(said))


_ASKING = re.compile(
    r"\?\s*$|^(what|when|where|who|why|how|which|do|does|did|can|could|is|are|will|would|should|have|has)\b"
)


def is_asking(said: str) -> bool:
    """Whether it has the form of a question."""
    return bool(_ASKING.search(said.strip().lower()))


_FOLLOW_UP = re.compile(r"^(and|what about|how about|and what about|or)\b", re.IGNORECASE)


def is_follow_up(said: str) -> bool:
    """Whether it only makes sense after the last question: "and on Sundays?"."""
    return bool(_FOLLOW_UP.match(said.strip())) and len(said.split()) <= 7
