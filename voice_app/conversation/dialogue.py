"""What the agent must remember between two turns; stored with the session, so that any process can
go on.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Dialogue(BaseModel):
    """Where the conversation stands.

    `stage` is what the agent waits for: an answer to its offer of taking a message, a way to reach
    the visitor, or the message itself. `message` is kept from the question that couldn't be
    answered, so that nobody has to say it twice.
    """

    model_config = ConfigDict(extra="ignore")

    stage: Literal["", "offered", "contact", "message"] = ""
    contact: str = ""
    message: str = ""
    dictated: str = ""
    has_asked_twice: bool = False
    last_question: str = ""
    last_answer: str = ""

    def moved(self, **changes: object) -> "Dialogue":
        return self.model_copy(update=changes)

    def at_rest(self) -> "Dialogue":
        """Return the dialogue with no message under way."""
        return self.moved(stage="", contact="", message="", dictated="", has_asked_twice=False)
