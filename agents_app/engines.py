"""What this installation can speak with: checked before publishing, so that no call finds it out.

A kind that isn't listed has no module in `worker/engines` yet.
"""

from dataclasses import dataclass

from agents_app.config import AgentConfig


@dataclass(frozen=True)
class Offer:
    """The languages (ISO 639-1) and voices of one kind of engine."""

    languages: tuple[str, ...]
    voices: tuple[str, ...]


OFFERS = {"local": Offer(languages=("en",), voices=("joe",))}


def find_obstacles(config: AgentConfig) -> dict[str, list[str]]:
    """Return why the configuration can't be spoken here, by field; empty when it can."""
    offer = OFFERS.get(config.engine.kind)
    if offer is None:
        return {"engine.kind": [f"Only {', '.join(OFFERS)} can be used here."]}
    obstacles = {}
    if config.language not in offer.languages:
        spoken = ", ".join(offer.languages)
        obstacles["language"] = [f"The {config.engine.kind} engine speaks only: {spoken}."]
    if config.engine.voice not in offer.voices:
        voices = ", ".join(offer.voices)
        obstacles["engine.voice"] = [f"The {config.engine.kind} engine has only: {voices}."]
    return obstacles
