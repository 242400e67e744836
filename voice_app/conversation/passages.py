"""Cutting passages into the sentences and table rows that can be spoken."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge_app.retrieval import Passage

MAX_STATEMENT_CHARACTERS = 400


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
    r"\b(?:e\.g|i\.e|etc|approx|no|nr|st|mr|mrs|ms|dr|vs|incl|tel|bzw|z\.b)\.$", re.I
)


def split_statements(passages: Sequence[Passage]) -> list[Statement]:
    """Return every statement, passage by passage in the order given, each in reading order."""
    return [
        Statement(text, passage, position)
        for passage in passages
        for position, text in enumerate(_split_text(passage.text))
    ]


def _split_text(text: str) -> list[str]:
    lines = (line.strip(" \t-*\u2022|") for line in text.splitlines())
    statements = [part for line in lines if line for part in _split_sentences(line)]
    return [s for s in statements if re.search(r"\w", s) and len(s) <= MAX_STATEMENT_CHARACTERS]


def _split_sentences(line: str) -> list[str]:
    sentences: list[str] = []
    for part in _SENTENCE_END.split(line):
        if sentences and _ABBREVIATION.search(sentences[-1]):
            sentences[-1] += " " + part
        else:
            sentences.append(part)
    return sentences


def speakable(text: str) -> str:
    """Return a statement as a sentence to say: a row's cells joined, an end mark where there is
    none.
    """
    text = re.sub(r"\s*\|\s*", ", ", text)
    text = re.sub(r"\s+", " ", text).strip(" ,;")
    return text if text.endswith((".", "!", "?")) else text + "."
