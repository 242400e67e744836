"""What a responder gives while it answers, in this order: deltas, sources, cards, done."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Source:
    """A passage that an answer stands on; `page` counts from 1 and is set for PDFs."""

    title: str
    text: str
    url: str = ""
    page: int | None = None
    chunk_id: int | None = None


@dataclass(frozen=True)
class Delta:
    """The next words of the answer; joined, the deltas are the whole answer."""

    text: str


@dataclass(frozen=True)
class Sources:
    """The passages that were used; empty when the answer used none."""

    items: tuple[Source, ...]


@dataclass(frozen=True)
class Card:
    body: dict[str, Any]


@dataclass(frozen=True)
class Done:
    """The answer is complete.

    `metrics` are milliseconds by stage, and `is_unknown` when the agent had to say that it doesn't
    know.
    """

    text: str
    metrics: dict[str, Any] = field(default_factory=dict)
    turn_id: str = ""


Event = Delta | Sources | Card | Done
