"""Finds headings, paragraphs and tables in a PDF from where its words stand and how large they are.

A PDF knows no structure, only positions; but an answer needs to know that `€95` belongs to
`Electric bike`, and a heading is worth more in retrieval than any sentence. Where positions are of
no use (many programs write each letter apart), plain lines must do.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from knowledge_app.sections import Section, SectionBuilder, row_text

# Larger than the body text by this much is a heading; 1.1 is often an introduction.
_HEADING_RATIO = 1.15
_MAX_HEADING_CHARACTERS = 120
# Width of a letter and what a gap between table cells measures, both in font sizes.
_LETTER_WIDTH, _CELL_GAP = 0.5, 0.9
# A gap that is one without doubt, and how far a guessed width can be wrong (Courier: 0.6).
_WIDE_GAP, _WIDTH_ERROR = 3.0, 0.25
_LINE_DISTANCE = 1.75
# How exactly columns stand below each other, in points.
_ALIGNED = 4.0
_MIN_SHARE_OF_TEXT = 0.8
# The dots between a table of contents and its page numbers.
_LEADERS = re.compile(r"(\s?\.){6}")
_PAGE_NUMBER = re.compile(r"^(page )?(\d{1,4}|[ivxl]{1,6})$", re.IGNORECASE)
_BULLET = re.compile(r"^[^\w\s\"'“„(€$£¥%#@&/<>\[{+-]$|^[-\u2013o]$")
_BULLET_START = re.compile(r"^([•‣◦▪●∙·*\u2013—]|-)\s+|^\(?[0-9a-z]{1,2}[.)]\s+(?=[a-z])")


@dataclass(frozen=True)
class Span:
    """Words that were written together; `x` and `y` in points from the lower left."""

    x: float
    y: float
    size: float
    is_bold: bool
    text: str


@dataclass(frozen=True)
class PdfPage:
    number: int
    text: str
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True)
class _Line:
    page: int
    y: float
    size: float
    is_bold: bool
    cells: tuple[str, ...]
    is_item: bool = False
    # Where each cell begins and about where it ends.
    edges: tuple[tuple[float, float], ...] = ()

    @property
    def text(self) -> str:
        return " ".join(self.cells)


def layout_sections(pages: Sequence[PdfPage]) -> tuple[Section, ...]:
    """Return the sections of all pages; a section that goes on over a page is cut there, its
    headings go on.
    """
    lines = [line for page in pages for line in _lines(page)]
    lines = _without_repeated(lines, page_count=len(pages))
    if not lines:
        return ()
    body_size = _body_size(lines)
    levels = _heading_levels(lines, body_size)
    builder = SectionBuilder()
    for number, group in groupby(lines, key=lambda line: line.page):
        builder.turn_page(number)
        _build(builder, list(group), levels, body_size)
    builder.close()
    return tuple(builder.sections)


def _lines(page: PdfPage) -> list[_Line]:
    positioned = sum(len("".join(span.text.split())) for span in page.spans)
    if positioned < _MIN_SHARE_OF_TEXT * len("".join(page.text.split())):
        texts = (line.strip() for line in page.text.splitlines())
        return [_Line(page.number, 0.0, 0.0, False, (text,)) for text in texts if text]
    lines = [line for spans in _rows(page.spans) if (line := _line(page.number, spans))]
    return _without_page_number(_with_real_rows(lines))


def _rows(spans: Iterable[Span]) -> list[list[Span]]:
    """Gather spans that stand on one height; a bullet may stand a little higher than its words."""
    rows: list[list[Span]] = []
    for span in spans:
        last = rows[-1][-1] if rows else None
        if last and abs(last.y - span.y) <= max(1.5, 0.25 * min(last.size, span.size)):
            rows[-1].append(span)
        else:
            rows.append([span])
    return rows


def _line(page: int, spans: list[Span]) -> _Line | None:
    spans = sorted(spans, key=lambda span: span.x)
    is_item = _BULLET.match(spans[0].text.strip()) is not None and len(spans) > 1
    cells: list[str] = []
    edges: list[tuple[float, float]] = []
    for span in spans[1:] if is_item else spans:
        end = span.x + len(span.text.strip()) * span.size * _LETTER_WIDTH
        if cells and span.x < edges[-1][1] + _CELL_GAP * span.size:
            cells[-1] += span.text if cells[-1].endswith(" ") else f" {span.text}"
            edges[-1] = (edges[-1][0], end)
        else:
            cells.append(span.text)
            edges.append((span.x, end))
    texts = tuple(" ".join(cell.split()) for cell in cells)
    if not any(c.isalnum() for text in texts for c in text) or _LEADERS.search(texts[0]):
        return None
    is_bold = all(span.is_bold for span in spans)
    last = spans[-1]
    return _Line(page, last.y, last.size, is_bold, texts, is_item, tuple(edges))


def _with_real_rows(lines: list[_Line]) -> list[_Line]:
    """Join the cells of lines that stand under no other row: gaps within a sentence, where the font
    changes and the width of its letters is only guessed.
    """
    padded = [None, *lines, None]
    return [
        line
        if _has_wide_gap(line) or any(_is_aligned(line, o) for o in (before, after) if o)
        else replace(line, cells=(line.text,))
        for before, line, after in zip(padded, lines, padded[2:], strict=False)
    ]


def _has_wide_gap(line: _Line) -> bool:
    """Whether cells stand further apart than a wrong guess of the letters' width explains."""
    return any(
        start2 - end > _WIDE_GAP * line.size + _WIDTH_ERROR * (end - start)
        for (start, end), (start2, _) in pairwise(line.edges)
    )


def _is_aligned(line: _Line, other: _Line) -> bool:
    """Whether two lines share a column after the first, by its left or right edge or its middle."""
    return any(
        min(abs(start - start2), abs(end - end2), abs(start + end - start2 - end2) / 2) <= _ALIGNED
        for start, end in line.edges[1:]
        for start2, end2 in other.edges[1:]
    )


def _without_page_number(lines: list[_Line]) -> list[_Line]:
    """Drop a number that stands alone at the top or bottom."""
    first = 1 if lines and _PAGE_NUMBER.match(lines[0].text) else 0
    last = len(lines) - 1 if lines and _PAGE_NUMBER.match(lines[-1].text) else len(lines)
    return lines[first:last]


def _without_repeated(lines: list[_Line], *, page_count: int) -> list[_Line]:
    """Drop running heads and page numbers: the same words, but for digits, at one height of most
    pages.
    """

    def name(line: _Line) -> tuple[int, str]:
        return round(line.y), re.sub(r"\d+", "#", line.text)

    times = Counter(key for key in {(line.page, *name(line)) for line in lines})
    pages_with = Counter(key[1:] for key in times)
    needed = max(2, 0.6 * page_count)
    return [line for line in lines if not line.size or pages_with[name(line)] < needed]


def _body_size(lines: list[_Line]) -> float:
    """Return the size in which most letters are written."""
    letters: Counter[float] = Counter()
    for line in lines:
        letters[line.size] += len(line.text)
    return letters.most_common(1)[0][0]


def _is_heading(line: _Line, body_size: float) -> bool:
    is_short = len(line.text) <= _MAX_HEADING_CHARACTERS and len(line.cells) == 1
    is_sentence = line.text.endswith((".", ",", ";", ":")) or line.is_item
    is_large = line.size >= _HEADING_RATIO * body_size or (line.is_bold and line.size >= body_size)
    return bool(line.size) and is_short and not is_sentence and is_large


def _heading_levels(lines: list[_Line], body_size: float) -> dict[float, int]:
    sizes = {line.size for line in lines if _is_heading(line, body_size)}
    return {size: level for level, size in enumerate(sorted(sizes, reverse=True), start=1)}


def _build(
    builder: SectionBuilder, lines: list[_Line], levels: dict[float, int], body_size: float
) -> None:
    waiting: list[_Line] = []
    headers: list[str] = []
    for line in lines:
        if waiting and not _goes_on(waiting[-1], line, body_size):
            _flush(builder, waiting)
        is_row = len(line.cells) > 1
        if is_row:
            headers = _add_row(builder, line, headers)
            continue
        headers = []
        if _is_heading(line, body_size):
            builder.heading(levels[line.size], line.text)
        else:
            waiting.append(line)
    _flush(builder, waiting)


def _add_row(builder: SectionBuilder, line: _Line, headers: list[str]) -> list[str]:
    """Add a row of a table and return its header row: the first, when it is bold."""
    cells = list(line.cells)
    if not headers and line.is_bold and len(cells) > 2:
        return cells
    fits = len(headers) == len(cells)
    builder.block(row_text(cells, headers if fits else []), is_line=True)
    return headers or ([""] * len(cells))


def _goes_on(last: _Line, line: _Line, body_size: float) -> bool:
    """Whether a line belongs to the paragraph of the one before."""
    is_same = last.size == line.size and last.is_bold == line.is_bold and len(line.cells) == 1
    if not line.size:
        is_sentence_end = last.text.endswith((".", "!", "?", ":")) and len(last.text) < 60
        return is_same and not is_sentence_end and not _BULLET_START.match(line.text)
    is_near = 0 < last.y - line.y <= _LINE_DISTANCE * line.size
    starts_item = line.is_item or _BULLET_START.match(line.text) is not None
    return is_same and is_near and not starts_item and not _is_heading(line, body_size)


def _flush(builder: SectionBuilder, waiting: list[_Line]) -> None:
    text = ""
    for line in waiting:
        text = _append(text, line.text)
    is_item = bool(waiting) and (waiting[0].is_item or bool(_BULLET_START.match(waiting[0].text)))
    builder.block(re.sub(r"^[•‣◦▪●∙·*\u2013—-]\s+", "", text), is_line=is_item)
    waiting.clear()


def _append(text: str, line: str) -> str:
    """Join a line to its paragraph; a hyphen at the end was a cut word, or belongs there (`e-`)."""
    if not (text.endswith("-") and text[-2:-1].isalpha()):
        return f"{text} {line}".strip()
    is_cut = len(text) > 3 and text[-3:-1].isalpha() and line[:1].islower()
    return text[:-1] + line if is_cut else text + line
