"""What an agent is like: one validated schema for drafts, published versions, the API and the
worker.

Everything about *behaviour* stands here and is versioned; what the agent knows and the business's
hours are live. The schema carries its number so that an old version still loads after the schema
has grown.
"""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

SCHEMA_VERSION: Final = 1

ShortText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Paragraph = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]
Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]

ToolName = Literal["search_knowledge_base", "take_message"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Instructions(_Part):
    """The prompt in named parts, so that an owner can change one without reading the rest."""

    identity: Paragraph
    task: Paragraph
    knowledge_use: Paragraph
    speech_style: Paragraph
    hand_off: Paragraph
    guard_rails: Paragraph
    never_say: Paragraph = ""


class Engine(_Part):
    """How the agent hears, thinks and speaks; the worker has one module per kind."""

    kind: Literal["local", "pipeline", "realtime"] = "local"
    voice: ShortText = "joe"


class HandOff(_Part):
    """Who takes over what the agent can't do; messages go here."""

    contact_name: Annotated[str, StringConstraints(max_length=200)] = ""
    contact_email: Annotated[str, StringConstraints(max_length=254)] = ""


class Phrases(_Part):
    """Fixed sentences in the agent's language, spoken word for word."""

    unknown: Sentence
    ask_contact: Sentence
    ask_message: Sentence
    message_taken: Sentence
    error: Sentence


class AgentConfig(_Part):
    """A complete configuration; an instance is always enough to speak with.

    Raises `pydantic.ValidationError` on anything missing, unknown or of the wrong shape.
    """

    schema_version: Literal[1] = SCHEMA_VERSION
    name: ShortText
    role: ShortText
    business_name: ShortText
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")] = "en"
    greeting: Sentence
    instructions: Instructions
    phrases: Phrases
    engine: Engine = Engine()
    tools: tuple[ToolName, ...] = ("search_knowledge_base", "take_message")
    hand_off: HandOff = HandOff()
    suggested_questions: tuple[Sentence, ...] = Field(default=(), max_length=6)
