"""Reads a PDF in a process of its own that has limits on memory and time and may die; here only its
lines are read.

PDFs come from strangers, and pypdf can be made to loop or to eat all memory with a file of a few
kilobytes. `pdf_child.py` is run as a script, so that nothing of the platform (settings, secrets in
the environment) is within its reach.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from knowledge_app.exceptions import SourceRejected
from knowledge_app.pdf_layout import PdfPage, Span, layout_sections
from knowledge_app.sections import ReadDocument

_CHILD = Path(__file__).with_name("pdf_child.py")
_BROKEN = "This PDF is damaged and can't be read. Please save it anew and upload it again."
_SENTENCES = {
    "encrypted": "This PDF is protected with a password. Please upload it without one.",
    "damaged": _BROKEN,
    "empty": "This PDF has no pages.",
    "memory": "This PDF is too complicated to be read. Please save it in a simpler form.",
    "timeout": "Reading this PDF took too long. Please split it into smaller files.",
}
_NO_TEXT = (
    "This PDF has no text, only pictures; it is probably a scan. Please upload one with real text."
)
_MAX_NAMED_PAGES = 10


@dataclass(frozen=True)
class PdfLimits:
    max_pages: int
    memory_bytes: int = 1_000_000_000
    seconds: int = 90


@dataclass
class _Answer:
    """What the child said before it ended, in its own way or not."""

    title: str = ""
    pages: list[PdfPage] = field(default_factory=list)
    damaged_pages: list[int] = field(default_factory=list)
    scanned_pages: list[int] = field(default_factory=list)
    end: str = ""


Runner = Callable[[list[str], int], tuple[bytes, bool]]


def run_child(command: list[str], seconds: int) -> tuple[bytes, bool]:
    """Run the child and return what it wrote, and whether it had to be ended for taking too
    long.
    """
    with tempfile.TemporaryFile() as output:
        child = subprocess.Popen(  # noqa: S603 - our own script, no shell
            command, stdout=output, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, env={}
        )
        try:
            child.wait(timeout=seconds)
            is_late = False
        except subprocess.TimeoutExpired:
            is_late = True
        finally:
            child.kill()
            child.wait()
        output.seek(0)
        return output.read(), is_late


def read_pdf(
    body: bytes, *, title: str, limits: PdfLimits, run: Runner = run_child
) -> ReadDocument:
    """Read a PDF into sections that know their page.

    Raises:
        SourceRejected: encrypted, damaged, empty, too complicated or without text; the sentence
            says which.
    """
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(body)
        file.flush()
        command = [sys.executable, "-I", str(_CHILD), file.name]
        numbers = [limits.memory_bytes, limits.seconds, limits.max_pages]
        output, is_late = run([*command, *map(str, numbers)], limits.seconds + 5)
    answer = _parse(output)
    end = answer.end or ("timeout" if is_late else "memory")
    if end in _SENTENCES and not answer.pages:
        raise SourceRejected(_SENTENCES[end])
    return _document(answer, end, title=title, max_pages=limits.max_pages)


def _document(answer: _Answer, end: str, *, title: str, max_pages: int) -> ReadDocument:
    sections = layout_sections(answer.pages)
    if not sections:
        raise SourceRejected(
            _NO_TEXT
            if answer.scanned_pages
            else _SENTENCES["empty" if not answer.pages else "damaged"]
        )
    problems = []
    if end in _SENTENCES:
        problems.append((f"page {answer.pages[-1].number + 1}", _SENTENCES[end]))
    if end == "too_many_pages":
        problems.append((f"page {max_pages + 1}", f"Only the first {max_pages} pages were read."))
    problems += _page_problems(answer.damaged_pages, "This page is damaged and was left out.")
    problems += _page_problems(
        answer.scanned_pages, "This page has no text; it is probably a scan."
    )
    return ReadDocument(_good_title(answer.title) or title, "", sections, tuple(problems))


def _page_problems(pages: list[int], message: str) -> list[tuple[str, str]]:
    named = ", ".join(map(str, pages[:_MAX_NAMED_PAGES])) + (
        ", …" if pages[_MAX_NAMED_PAGES:] else ""
    )
    return [(f"page {named}", message)] if pages else []


def _good_title(title: str) -> str:
    """Return the file's own title unless it is what a program put there (`Microsoft Word - x.doc`,
    `untitled`).
    """
    title = " ".join("".join(c for c in title if c.isprintable()).split())
    is_made = title.lower().startswith(("untitled", "microsoft word", "unbenannt", "(anonymous"))
    return "" if is_made or "." in title[-6:] or len(title) < 4 else title


def _parse(output: bytes) -> _Answer:
    answer = _Answer()
    for line in output.splitlines():
        try:
            said = json.loads(line)
        except ValueError:
            # Cut off in the middle by a death.
            continue
        _take(answer, said)
    return answer


def _take(answer: _Answer, said: dict[str, Any]) -> None:
    if "end" in said:
        answer.end = said["end"]
    elif "title" in said:
        answer.title = said["title"]
    elif said.get("is_damaged"):
        answer.damaged_pages.append(said["page"])
    elif "page" in said:
        spans = tuple(Span(*values) for values in said["spans"])
        answer.pages.append(PdfPage(said["page"], said["text"], spans))
        if not said["text"].strip() and said["has_image"]:
            answer.scanned_pages.append(said["page"])
