"""How a stored conversation is told: turns and what the agent did in one order, times as a strip,
the end in words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from voice_app.models import ToolCall, Turn, VoiceSession

# In the order in which they pass; `label` is what an owner reads.
STAGES = (
    ("endpointing_ms", "Waiting for the end of the sentence"),
    ("stt_ms", "Understanding speech"),
    ("retrieval_ms", "Looking up"),
    ("llm_ms", "Thinking"),
    ("tts_ms", "Starting to speak"),
)
# What `llm_ms` says of the local engine includes its look-up; shown as what is left of it.
_INCLUDES = {"llm_ms": "retrieval_ms"}

TOOL_WORDS = {
    "search_knowledge_base": "Looked it up",
    "take_message": "Took a message",
}

_ENDS = {
    "visitor_left": "The visitor hung up",
    "room_closed": "The visitor left",
    "livekit_unavailable": "The call could not start: the voice server didn't answer",
    "idle": "Nobody said anything more",
    "time_limit": "It reached the longest time a conversation may take",
}


@dataclass(frozen=True)
class Part:
    """One stage of an answer's time; `left` and `width` are per cent of the strip."""

    name: str
    label: str
    ms: int
    left: float
    width: float


@dataclass(frozen=True)
class Entry:
    """A turn with its times, or something the agent did between turns."""

    turn: Turn | None = None
    tool_call: ToolCall | None = None
    words: str = ""
    parts: tuple[Part, ...] = ()
    total_ms: int | None = None
    is_unknown: bool = False


def transcript(turns: Iterable[Turn], calls: Sequence[ToolCall]) -> list[Entry]:
    """Return turns and tool calls in the order in which they happened."""
    entries = [(turn.spoken_at, turn.position, _told(turn)) for turn in turns]
    entries += [
        (call.created_at, -1, Entry(tool_call=call, words=tool_words(call))) for call in calls
    ]
    return [entry for _, _, entry in sorted(entries, key=lambda item: item[:2])]


def _told(turn: Turn) -> Entry:
    metrics = turn.metrics or {}
    parts = time_parts(metrics)
    total = metrics.get("total_ms") or sum(part.ms for part in parts) or None
    is_unknown = metrics.get("is_unknown") is True
    if turn.role == Turn.Role.VISITOR:
        return Entry(turn=turn)
    return Entry(turn=turn, parts=parts, total_ms=total, is_unknown=is_unknown)


def time_parts(metrics: dict[str, object]) -> tuple[Part, ...]:
    """Lay an answer's stages end to end; stages that weren't measured or took nothing are left
    out.
    """
    measured = [(key, label, _own_ms(metrics, key)) for key, label in STAGES]
    measured = [item for item in measured if item[2] > 0]
    total = sum(ms for _, _, ms in measured)
    parts, begun = [], 0
    for key, label, ms in measured:
        left, width = 100 * begun / total, 100 * ms / total
        name = key.removesuffix("_ms")
        parts.append(Part(name, label, ms, round(left, 2), round(width, 2)))
        begun += ms
    return tuple(parts)


def _own_ms(metrics: dict[str, object], key: str) -> int:
    inner = _INCLUDES.get(key)
    return max(0, _number(metrics.get(key)) - (_number(metrics.get(inner)) if inner else 0))


def _number(value: object) -> int:
    return round(value) if isinstance(value, int | float) else 0


def tool_names(calls: Sequence[ToolCall]) -> list[str]:
    """Return what the agent did, each thing once, in an owner's words."""
    return list(dict.fromkeys(tool_words(call) for call in calls))


def tool_words(call: ToolCall) -> str:
    return TOOL_WORDS.get(call.name, call.name.replace("_", " ").capitalize())


def answer_times(entries: Sequence[Entry]) -> dict[str, int] | None:
    """Return the typical and the longest time of an answer in milliseconds, or None without any."""
    totals = [entry.total_ms for entry in entries if entry.total_ms]
    if not totals:
        return None
    return {"typical": round(median(totals)), "longest": max(totals)}


def session_outcome(session: VoiceSession) -> str:
    """Say how it ended in words for the owner."""
    if session.is_open:
        return "It is going on now"
    said = _ENDS.get(session.close_reason)
    if session.status == VoiceSession.Status.LOST:
        return said or "The connection broke off"
    if session.status == VoiceSession.Status.FAILED:
        return said or "It failed before anybody could talk"
    return said or "It ended"
