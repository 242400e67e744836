"""When the visitor has finished: LiveKit's end-of-turn model by ear, and the question mark by
sense.

The local model hears only the last 1.2 s and doubts every third finished question of a clear voice,
which costs the visitor the longest delay each time. What Whisper writes with a question mark is
finished: cut-off questions ("How much does a") get none.
"""

from dataclasses import dataclass
from typing import Any

from livekit.agents import inference
from livekit.agents.language import LanguageCode


@dataclass
class LastHeard:
    """What speech to text tells the turn detector; empty while the visitor speaks."""

    text: str = ""

    @property
    def is_question(self) -> bool:
        return self.text.endswith("?")


class QuestionAwareTurnDetector(inference.TurnDetector):
    def __init__(self, heard: LastHeard) -> None:
        super().__init__(version="v1-mini")
        self._heard = heard

    def stream(self, **options: Any) -> Any:
        """Return LiveKit's stream, which takes any likelihood as enough after a question."""
        stream = super().stream(**options)
        calibrated = stream.unlikely_threshold

        async def unlikely_threshold(language: LanguageCode | None) -> float | None:
            return 0.0 if self._heard.is_question else await calibrated(language)

        stream.unlikely_threshold = unlikely_threshold  # type: ignore[method-assign]
        return stream
