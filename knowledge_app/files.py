"""What kind of file an owner gave, told by its content, and its name as something to show."""

import unicodedata

from knowledge_app.exceptions import SourceRejected
from knowledge_app.extraction import extract_page
from knowledge_app.pdf import PdfLimits, read_pdf
from knowledge_app.plain_text import decode_text, read_text
from knowledge_app.sections import ReadDocument

PDF, HTML, TEXT = "application/pdf", "text/html", "text/plain"
MAX_TITLE_CHARACTERS = 300
# ISO 32000: readers look for the mark in the first 1024 bytes.
_PDF_MARK_WITHIN = 1024
_OTHER_KINDS = {
    b"PK\x03\x04": "a Word, Excel or ZIP file",
    b"\xd0\xcf\x11\xe0": "an old Word or Excel file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"{\\rtf": "an RTF file",
}


def content_type_of(body: bytes) -> str:
    """Return PDF, HTML or TEXT by what the file holds; its first kilobytes are enough.

    Raises:
        SourceRejected: empty, or a kind that can't be read.
    """
    if not body.strip():
        raise SourceRejected("This file is empty.")
    if b"%PDF-" in body[:_PDF_MARK_WITHIN]:
        return PDF
    for mark, kind in _OTHER_KINDS.items():
        if body.startswith(mark):
            raise SourceRejected(f"This is {kind}. Please upload a PDF, a text or a Markdown file.")
    beginning = decode_text(body[:4096]).lstrip().lower()
    return HTML if beginning.startswith(("<!doctype html", "<html")) else TEXT


def read_file(body: bytes, *, title: str, pdf_limits: PdfLimits) -> ReadDocument:
    """Read an uploaded file into sections.

    Raises:
        SourceRejected: with the reason in a sentence for the owner.
    """
    kind = content_type_of(body)
    if kind == PDF:
        return read_pdf(body, title=title, limits=pdf_limits)
    if kind == HTML:
        return extract_page(body)
    return read_text(decode_text(body), title=title)


def safe_title(name: str) -> str:
    """Return a file name to show: no folders, nothing invisible, nothing that turns the direction
    of writing.
    """
    name = name.replace("\\", "/").rsplit("/", 1)[-1]
    visible = "".join(
        c for c in name if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
    )
    return " ".join(visible.split())[:MAX_TITLE_CHARACTERS] or "Untitled file"
