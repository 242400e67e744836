"""What an answer stood on, from the moment it is thought until its spoken words come back as an
item.

LiveKit stores what was really heard, which may be less than what was answered; the item carries the
answer's id in `extra`, and so finds its sources and metrics here.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from livekit.agents import llm

from voice_app.conversation.events import Card, Done, Event, Source, Sources

EXTRA_KEY = "answer_id"
# An answer that was interrupted before its first sound never becomes an item.
MAX_KEPT = 20


@dataclass
class Answered:
    sources: tuple[Source, ...] = ()
    metrics: dict[str, Any] = field(default_factory=dict)


class Answers:
    """`show` gets each answer's sources and cards at once, before its words are heard."""

    def __init__(self, *, show: Callable[[Sources | Card], None]) -> None:
        self._show = show
        self._open: OrderedDict[str, Answered] = OrderedDict()

    def note(self, answer_id: str, event: Event) -> None:
        answered = self._open.setdefault(answer_id, Answered())
        match event:
            case Sources():
                answered.sources = event.items
                self._show(event)
            case Card():
                self._show(event)
            case Done():
                answered.metrics = event.metrics
        while len(self._open) > MAX_KEPT:
            self._open.popitem(last=False)

    def take(self, item: llm.ChatMessage) -> Answered:
        """Return what the item stood on; a fixed phrase stands on nothing."""
        return self._open.pop(item.extra.get(EXTRA_KEY, ""), None) or Answered()
