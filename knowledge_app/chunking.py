"""Cuts a document's sections into chunks: whole sentences and whole lines, small enough that a
chunk is about one thing.

A chunk never reaches over a heading, because the heading is part of what is embedded and searched.
180 tokens, since the embedding model was trained on short passages and an answer that is spoken is
one to three sentences long.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from livekit import blingfire

from knowledge_app.sections import Block, ReadDocument, Section

MAX_TOKENS = 180
OVERLAP_TOKENS = 40
# Raised when chunks of the same document would come out otherwise: all documents are then read
# anew.
CHUNKER_VERSION = 1
MAX_HEADING_CHARACTERS = 500
HEADING_SEPARATOR = " > "
# Letters of scripts without blanks: Thai, kana, CJK, Hangul; about one token each in
# multilingual-e5.
_DENSE = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")


@dataclass(frozen=True)
class Chunk:
    """`heading` is the path of headings, outermost first; `text` has one sentence-run or line per
    line.
    """

    heading: str
    text: str
    page: int | None = None


@dataclass(frozen=True)
class _Piece:
    text: str
    tokens: int
    is_line: bool
    begins_block: bool


def count_tokens(text: str) -> int:
    """Estimate the tokens of multilingual-e5 without loading it: 3.6 characters each, one for each
    dense letter.
    """
    dense = len(_DENSE.findall(text))
    return dense + -(-(len(text) - dense) * 10 // 36)


def chunk_document(
    document: ReadDocument, *, max_tokens: int = MAX_TOKENS, overlap_tokens: int = OVERLAP_TOKENS
) -> list[Chunk]:
    """Cut a document into chunks in reading order, each of 1..max_tokens tokens."""
    return [
        chunk
        for section in document.sections
        for chunk in _chunk_section(section, max_tokens, overlap_tokens)
    ]


def embedded_text(*, title: str, heading: str, text: str) -> str:
    """Return what is embedded for a chunk: where it stands, then what it says."""
    where = HEADING_SEPARATOR.join(part for part in (title, heading) if part)
    return f"{where}\n{text}" if where else text


def _chunk_section(section: Section, max_tokens: int, overlap_tokens: int) -> Iterator[Chunk]:
    heading = HEADING_SEPARATOR.join(section.headings)[-MAX_HEADING_CHARACTERS:]
    gathered: list[_Piece] = []
    tokens = 0
    for piece in _pieces(section.blocks, max_tokens):
        if gathered and tokens + piece.tokens > max_tokens:
            yield Chunk(heading, _join(gathered), section.page)
            gathered = _overlap(gathered[-1], piece, min(overlap_tokens, max_tokens - piece.tokens))
            tokens = sum(kept.tokens for kept in gathered)
        gathered.append(piece)
        tokens += piece.tokens
    if gathered:
        yield Chunk(heading, _join(gathered), section.page)


def _overlap(last: _Piece, following: _Piece, room_tokens: int) -> list[_Piece]:
    """Repeat the last sentence where a text goes on; lines stand for themselves."""
    goes_on = not last.is_line and not following.is_line
    return [last] if goes_on and last.tokens <= room_tokens else []


def _pieces(blocks: Iterable[Block], max_tokens: int) -> Iterator[_Piece]:
    for block in blocks:
        texts = [block.text] if block.is_line else split_sentences(block.text)
        begins_block = True
        for text in texts:
            for part in _cut(text, max_tokens):
                yield _Piece(part, count_tokens(part), block.is_line, begins_block)
                begins_block = False


def split_sentences(text: str) -> list[str]:
    """Split running text at sentence ends."""
    _, spans = blingfire.text_to_sentences_with_offsets(text)
    # From start to start: what blingfire leaves out between two sentences isn't ours to drop.
    borders = [0, *[start for start, _ in spans[1:]], len(text)]
    sentences = [text[start:end].strip() for start, end in pairwise(borders)]
    return [sentence for sentence in sentences if sentence]


def _cut(text: str, max_tokens: int) -> Iterator[str]:
    """Cut what is too long for one chunk between words, or anywhere when there are none."""
    while count_tokens(text) > max_tokens:
        longest = _fitting(text, max_tokens)
        blank = text.rfind(" ", 1, longest + 1)
        at = blank if blank > 0 else longest
        yield text[:at].strip()
        text = text[at:].strip()
    if text:
        yield text


def _fitting(text: str, max_tokens: int) -> int:
    """Return how many characters fit, at least one; by halving, so that a megabyte without a blank
    is no trap.
    """
    low, high = 1, min(len(text), max_tokens * 4)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (
            (middle, high) if count_tokens(text[:middle]) <= max_tokens else (low, middle - 1)
        )
    return low


def _join(pieces: list[_Piece]) -> str:
    text = pieces[0].text
    for piece in pieces[1:]:
        text += ("\n" if piece.begins_block else " ") + piece.text
    return text
