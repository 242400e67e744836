"""Walks an HTML tree in reading order and gives headed sections; reads real HTML and trafilatura's
own tags alike.

Lists and tables become lines that make sense alone (`Saturday: 9 to 14`), because an answer is a
few lines out of a page.
"""

from collections.abc import Iterable, Iterator

from lxml import etree

from knowledge_app.sections import Section, SectionBuilder, clean, row_text

_SKIPPED = set(
    "script style noscript template svg canvas iframe object form button select dialog nav aside"
    " input textarea audio video map math".split()
)
_INLINE = set(
    "a abbr b bdi bdo cite code data del dfn em font hi i img ins kbd label mark q ref s samp small"
    " span strike strong sub sup time tt u var wbr".split()
)
_BREAKS = {"br", "lb"}
_ROWS, _CELLS = {"tr", "row"}, {"td", "th", "cell"}
# Deeper than any heading of HTML: a question that opens its answer.
_SUMMARY_LEVEL = 7
# `<br>` in running text; white space of the source never holds it.
_LINE_END = "\u2028"
_SHORT_LINE_CHARACTERS = 90


def walk(elements: Iterable[etree._Element]) -> tuple[Section, ...]:
    """Read the content of these elements; menus, forms and scripts inside them are left out."""
    builder = SectionBuilder()
    for element in elements:
        _Walk(builder).children(element)
    builder.close()
    return tuple(builder.sections)


def _tag(element: etree._Element) -> str:
    return element.tag if isinstance(element.tag, str) else ""


def _is_hidden(element: etree._Element) -> bool:
    style = (element.get("style") or "").replace(" ", "").lower()
    return (
        not _tag(element)
        or _tag(element) in _SKIPPED
        or element.get("hidden") is not None
        or "display:none" in style
        or element.get("role") in {"navigation", "search", "banner", "contentinfo"}
    )


def _level(element: etree._Element) -> int | None:
    """Return 1..6 for a heading (`<h2>`, or trafilatura's `<head rend="h2">`)."""
    tag = _tag(element)
    name = (element.get("rend") or "h2") if tag == "head" else tag
    return int(name[1]) if len(name) == 2 and name[0] == "h" and name[1] in "123456" else None


def _text(element: etree._Element) -> str:
    """Return all words inside, also those on buttons: headings of accordions are made so."""
    hidden = {"script", "style", "svg", "template", "noscript"}
    pieces: list[str] = [element.text or ""] if _tag(element) not in hidden else []
    for child in element:
        if _tag(child) and _tag(child) not in hidden:
            is_inline = _tag(child) in _INLINE
            pieces.append(_text(child) if is_inline else f" {_text(child)} ")
        pieces.append(child.tail or "")
    return "".join(pieces)


class _Walk:
    """Gathers running text until a block ends it."""

    def __init__(self, builder: SectionBuilder) -> None:
        self._builder = builder
        self._running: list[str] = []

    def children(self, element: etree._Element, *, is_line: bool = False) -> None:
        """Read everything inside; text that stands between blocks becomes a block of its own."""
        self._running.append(element.text or "")
        for child in element:
            self._child(child, is_line)
            self._running.append(child.tail or "")
        self._end_block(is_line)

    def _child(self, child: etree._Element, is_line: bool) -> None:
        tag = _tag(child)
        if _is_hidden(child) or (tag in {"header", "footer"} and not _belongs_to_content(child)):
            return
        if tag in _BREAKS:
            self._running.append(_LINE_END)
        elif tag in _INLINE and not _has_blocks(child):
            self._running.append(_inline_text(child))
        else:
            self._end_block(is_line)
            self._block(child, tag)

    def _block(self, element: etree._Element, tag: str) -> None:
        level = _level(element)
        if level is not None:
            self._builder.heading(level, _text(element))
        elif tag == "summary":
            self._builder.heading(_SUMMARY_LEVEL, _text(element))
        elif tag == "table":
            self._table(element)
        elif tag == "dl" or (tag == "list" and element.get("rend") == "dl"):
            self._definitions(element)
        elif tag in {"li", "item", "figcaption"}:
            self.children(element, is_line=True)
        elif not _is_signpost(element):
            self.children(element)

    def _end_block(self, is_line: bool) -> None:
        text, self._running = "".join(self._running), []
        lines = [line for line in text.split(_LINE_END) if line.strip()]
        are_lines = len(lines) > 1 and max(map(len, lines)) <= _SHORT_LINE_CHARACTERS
        for part in lines if are_lines else [" ".join(lines)]:
            self._builder.block(part, is_line=is_line or are_lines)

    def _table(self, table: etree._Element) -> None:
        if any(_tag(inner) == "table" or _level(inner) for inner in table.iterdescendants()):
            # Made for layout, not for data.
            for cell in table.iter(*_CELLS):
                if next(cell.iterancestors("table")) is table:
                    self.children(cell)
            return
        for line in _table_lines(table):
            self._builder.block(line, is_line=True)

    def _definitions(self, element: etree._Element) -> None:
        """Read `<dl>`: a term and what is said of it become one line."""
        terms: list[str] = []
        for child in element.iter("dt", "dd", "item"):
            if child.tag == "dt" or (child.get("rend") or "").startswith("dt"):
                terms.append(clean(_text(child)))
            elif next(child.iterancestors("dl", "list")) is element:
                self._running.append(f"{' / '.join(terms)}: " if terms else "")
                self.children(child, is_line=True)
                terms = []
        for term in terms:
            self._builder.block(term, is_line=True)


def _belongs_to_content(element: etree._Element) -> bool:
    return any(_tag(above) in {"article", "main", "section"} for above in element.iterancestors())


def _is_signpost(element: etree._Element) -> bool:
    """Whether a short paragraph is nothing but links elsewhere (`Read more`); a phone number or
    mail address isn't.
    """
    if _tag(element) not in {"p", "div"} or (element.text or "").strip():
        return False
    links = list(element)
    is_plain = all(
        _tag(link) == "a" and (link.get("href") or "").partition(":")[0] not in {"tel", "mailto"}
        for link in links
    )
    is_bare = not any((link.tail or "").strip().strip("·|→\u203a»") for link in links)
    return bool(links) and is_plain and is_bare and len(_text(element)) <= _SHORT_LINE_CHARACTERS


def _has_blocks(element: etree._Element) -> bool:
    return any(
        _tag(inner) and _tag(inner) not in _INLINE | _BREAKS for inner in element.iterdescendants()
    )


def _inline_text(element: etree._Element) -> str:
    """Return the words of an inline element, with its line breaks and without what is hidden."""
    pieces = [element.text or ""]
    for child in element:
        if _tag(child) in _BREAKS:
            pieces.append(_LINE_END)
        elif not _is_hidden(child):
            pieces.append(_inline_text(child))
        pieces.append(child.tail or "")
    return "".join(pieces)


def _table_lines(table: etree._Element) -> Iterator[str]:
    """Yield the caption and each row as a line, its cells named by the header row."""
    for caption in table.iterfind("caption"):
        yield clean(_text(caption))
    headers: list[str] = []
    for row, is_header in _rows(table):
        if is_header:
            headers = row
        if any(row) and not (is_header and len(row) > 2):
            yield row_text(row, headers)


def _rows(table: etree._Element) -> Iterator[tuple[list[str], bool]]:
    """Yield every row's cells, a cell that spans several rows in each of them, and whether it is a
    header.
    """
    spanning: dict[int, tuple[int, str]] = {}
    for row in table.iter(*_ROWS):
        cells = list(row.iterchildren(*_CELLS))
        texts: list[str] = []
        for cell in cells:
            _fill(texts, spanning)
            text = clean(_text(cell))
            if (rows := _span(cell, "rowspan")) > 1:
                spanning[len(texts)] = (rows - 1, text)
            texts += [text] + [""] * (_span(cell, "colspan") - 1)
        _fill(texts, spanning)
        is_header = bool(cells) and all(c.tag == "th" or c.get("role") == "head" for c in cells)
        yield texts, is_header and len(cells) > 1


def _fill(texts: list[str], spanning: dict[int, tuple[int, str]]) -> None:
    """Append the cells that reach down from rows above."""
    while len(texts) in spanning:
        rows, text = spanning.pop(len(texts))
        if rows > 1:
            spanning[len(texts)] = (rows - 1, text)
        texts.append(text)


def _span(cell: etree._Element, name: str) -> int:
    value = cell.get(name) or cell.get("span" if name == "colspan" else name) or "1"
    return max(1, min(int(value), 50)) if value.isdecimal() else 1
