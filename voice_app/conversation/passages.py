"""Cutting passages into the sentences and table rows that can be spoken."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge_app.retrieval import Passage

MAX_STATEMENT_CHARACTERS = 400
MAX_LABEL_WORDS = 5
# "Yes, gladly." answers nothing by itself.
MIN_SENTENCE_WORDS = 4
_ENDS_OR_NAMES = re.compile(r"[.!?:|]$|: | \| ")


@dataclass(frozen=True)
class Statement:
    """One sentence or row, with the passage it stands in and its place there."""

    text: str
    passage: Passage
    position: int

    @property
    def in_context(self) -> str:
        """The statement with its heading, which often holds the very thing that was asked for."""
        heading = self.passage.heading or self.passage.title
        return f"{heading}: {self.text}" if heading else self.text


_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[\"'(\[]?[A-Z0-9\u00c0-\u00dc])")
_ABBREVIATION = re.compile(
    r"\b(?:e\.g|i\.e|etc|approx|no|nr|st|mr|mrs|ms|dr|vs|incl|tel|bzw|z\.b)\.$", re.IGNORECASE
)


def split_statements(passages: Sequence[Passage]) -> list[Statement]:
    """Return every statement, passage by passage in the order given, each in reading order."""
    return [
        Statement(text, passage, position)
        for passage in passages
        for position, text in enumerate(_split_text(passage.text))
    ]


def _split_text(text: str) -> list[str]:
    lines = [line.strip(" \t-*\u2022|") for line in text.splitlines()]
    statements = [part for line in _join_labels(lines) for part in _split_sentences(line)]
    return [s for s in statements if re.search(r"\w", s) and len(s) <= MAX_STATEMENT_CHARACTERS]


def _join_labels(lines: Sequence[str]) -> list[str]:
    """Join short lines that follow each other, such as an address: alone they say nothing."""
    joined: list[str] = []
    was_label = False
    for line in filter(None, lines):
        is_label = len(line.split()) <= MAX_LABEL_WORDS and not _ENDS_OR_NAMES.search(line)
        if is_label and was_label:
            joined[-1] += f", {line}"
        else:
            joined.append(line)
        was_label = is_label
    return joined


def _split_sentences(line: str) -> list[str]:
    """Cut at sentence ends, but not after an abbreviation or a sentence too short to stand
    alone.
    """
    sentences: list[str] = []
    for part in _SENTENCE_END.split(line):
        if sentences and _needs_more(sentences[-1]):
            sentences[-1] += " " + part
        else:
            sentences.append(part)
    return sentences


def _needs_more(sentence: str) -> bool:
    return len(sentence.split()) < MIN_SENTENCE_WORDS or bool(_ABBREVIATION.search(sentence))


def speakable(text: str) -> str:
    """Return a statement as a sentence to say: cells joined, prices and times as people say
    them.
    """
    text = re.sub(r"\s*\|\s*", ", ", text)
    for symbol, name in _CURRENCIES.items():
        text = re.sub(rf"{re.escape(symbol)}\s?(\d[\d.,]*\d|\d)", rf"\1 {name}", text)
        text = re.sub(rf"(\d)\s?{re.escape(symbol)}", rf"\1 {name}", text)
    text = re.sub(r"(\d)\s*\u2013\s*(\d)", r"\1 to \2", text)
    text = _TIME.sub(_as_said, text)
    text = re.sub(r"\s+", " ", text).strip(" ,;")
    return text if text.endswith((".", "!", "?")) else text + "."


_CURRENCIES = {"\u20ac": "euros", "$": "dollars", "\u00a3": "pounds"}
_TIME = re.compile(r"\b([01]?\d|2[0-3]):([0-5]\d)\b(?!\s*[ap]\.?m)")


def _as_said(match: re.Match[str]) -> str:
    """Return a time of the 24-hour clock as "2 pm" or "9:30 am"."""
    hour, minutes = int(match[1]), match[2]
    half = "am" if hour < 12 else "pm"
    shown = hour % 12 or 12
    return f"{shown} {half}" if minutes == "00" else f"{shown}:{minutes} {half}"
