"""Reads text and Markdown files into sections; the type comes from what is in the file, never from
its name.
"""

import re
from collections.abc import Iterator

from knowledge_app.exceptions import SourceRejected
from knowledge_app.sections import ReadDocument, SectionBuilder, row_text

_HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(.+?)\s*#*$")
_UNDERLINE = re.compile(r"^(=+|-+)\s*$")
_ITEM = re.compile(r"^\s*([-*+•‣]|\d{1,3}[.)])\s+")
_ROW = re.compile(r"^\s*\|(.+)\|\s*$")
_RULE_ROW = re.compile(r"^[\s|:-]+$")
_LINK = re.compile(r"!?\[([^\]\n]{0,500})\]\([^)\n]{0,1000}\)")
_EMPHASIS = re.compile(r"(\*\*|__|`)(?=\S)|(?<=\S)(\*\*|__|`)")


def decode_text(body: bytes) -> str:
    """Return a text file's characters.

    Raises:
        SourceRejected: this is no text.
    """
    for mark, name in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if body.startswith(mark):
            return body.decode(name, "replace")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = body.decode("cp1252", "replace")
    if sum(not (c.isprintable() or c.isspace()) for c in text[:4096]) > len(text[:4096]) // 50:
        raise SourceRejected("This is not a PDF, a text or a Markdown file.")
    return text


def read_text(text: str, *, title: str) -> ReadDocument:
    """Read text; Markdown's headings, lists and tables are understood, and do no harm in plain
    text.
    """
    builder = SectionBuilder()
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n").replace("\r", "\n")):
        _read_block(builder, [line for line in block.split("\n") if line.strip()])
    builder.close()
    return ReadDocument(title, "", tuple(builder.sections))


def _read_block(builder: SectionBuilder, lines: list[str]) -> None:
    headers: list[str] = []
    for kind, text in _merge(lines):
        if kind == "row":
            cells = [_plain(cell.strip()) for cell in text.split("|")]
            is_first, headers = not headers, headers or cells
            if not is_first or len(cells) < 3:
                builder.block(row_text(cells, headers), is_line=True)
        elif kind.startswith("h"):
            builder.heading(int(kind[1]), _plain(text))
        else:
            builder.block(_plain(text), is_line=kind == "item")


def _merge(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Yield (`h1`..`h6` | `row` | `item` | `text`, its words); wrapped lines are joined to what
    they go on.
    """
    waiting: tuple[str, str] | None = None
    for line in lines:
        if waiting and waiting[0] == "text" and _UNDERLINE.match(line):
            waiting = ("h1" if line.startswith("=") else "h2", waiting[1])
            continue
        kind, text = _kind_of(line)
        if kind == "text" and waiting and waiting[0] in {"text", "item"}:
            waiting = (waiting[0], f"{waiting[1]} {text}")
            continue
        if waiting:
            yield waiting
        waiting = (kind, text) if kind else None
    if waiting:
        yield waiting


def _kind_of(line: str) -> tuple[str, str]:
    if heading := _HEADING.match(line):
        return f"h{len(heading.group(1))}", heading.group(2)
    if row := _ROW.match(line):
        return ("", "") if _RULE_ROW.match(line) else ("row", row.group(1))
    if _ITEM.match(line):
        return "item", _ITEM.sub("", line)
    return "text", line.strip()


def _plain(text: str) -> str:
    return _EMPHASIS.sub("", _LINK.sub(r"\1", text))
