"""What every reader (HTML, PDF, Markdown) returns and what chunking takes: a document as headed
sections of short blocks.
"""

from dataclasses import dataclass
from itertools import zip_longest


@dataclass(frozen=True)
class Block:
    """A paragraph, or a line that must stay whole: a row of a table, an item of a list."""

    text: str
    is_line: bool = False


@dataclass(frozen=True)
class Section:
    """Blocks under one heading; `headings` is the path to it, outermost first; `page` counts from 1
    in a PDF.
    """

    headings: tuple[str, ...]
    blocks: tuple[Block, ...]
    page: int | None = None


@dataclass(frozen=True)
class ReadDocument:
    """A document as it was read. `problems` are sentences for the owner about parts that couldn't
    be.
    """

    title: str
    language: str
    sections: tuple[Section, ...]
    problems: tuple[tuple[str, str], ...] = ()

    @property
    def characters(self) -> int:
        return sum(len(block.text) for section in self.sections for block in section.blocks)


def row_text(cells: list[str], headers: list[str]) -> str:
    """Say a row of a table as a line: `Saturday: 9 to 14`, or `Basic service: Price 40 euros; Time
    1 hour`.
    """
    names = headers[1:] if len(cells) > 2 else []
    pairs = zip_longest(cells[1:], names[: len(cells) - 1], fillvalue="")
    rest = [_cell_text(cell, name) for cell, name in pairs if cell]
    return ": ".join(filter(None, [cells[0].rstrip(": "), "; ".join(rest)]))


def _cell_text(cell: str, name: str) -> str:
    if not name or name == cell:
        return cell
    return f"{name}: {cell}" if cell[0].isalpha() else f"{name} {cell}"


class SectionBuilder:
    """Collects headings and blocks in reading order into sections."""

    def __init__(self) -> None:
        self._path: list[tuple[int, str]] = []
        self._blocks: list[Block] = []
        self._page: int | None = None
        self.sections: list[Section] = []

    def heading(self, level: int, text: str) -> None:
        """Begin a section; deeper levels than this one are left."""
        if text := clean(text):
            self.close()
            self._path = [item for item in self._path if item[0] < level] + [(level, text)]

    def block(self, text: str, *, is_line: bool = False) -> None:
        if text := clean(text):
            self._blocks.append(Block(text, is_line))

    def turn_page(self, number: int) -> None:
        """Go on under the same headings on another page."""
        self.close()
        self._page = number

    def close(self) -> None:
        if self._blocks:
            path = tuple(text for _, text in self._path)
            self.sections.append(Section(path, tuple(self._blocks), self._page))
        self._blocks = []


def clean(text: str) -> str:
    """Join white space and drop what no one says: heading anchors, soft hyphens, zero-width and
    control characters.
    """
    kept = "".join(c for c in text if c.isprintable() or c.isspace())
    joined = " ".join(kept.replace("\u00ad", "").split())
    return joined.rstrip("¶").rstrip()
