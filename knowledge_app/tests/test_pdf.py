"""PDFs: what is read of a good one, and the sentence that a bad one ends in."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge_app.exceptions import SourceRejected
from knowledge_app.pdf import PdfLimits, read_pdf, run_child
from knowledge_app.sections import ReadDocument
from knowledge_app.tests import pdfs

LIMITS = PdfLimits(max_pages=20, seconds=30)


def read(body: bytes, limits: PdfLimits = LIMITS) -> ReadDocument:
    return read_pdf(body, title="terms.pdf", limits=limits)


def test_headings_rows_and_pages_are_kept_and_running_heads_are_not() -> None:
    document = read(pdfs.make_pdf())
    assert document.title == "Rental terms"
    outline = [(s.page, s.headings, [b.text for b in s.blocks]) for s in document.sections]
    rows = ["City bike: 50 euros", "Tandem: 90 euros", "Cargo bike: 250 euros"]
    assert outline == [
        (1, ("Rental terms", "1. Deposit"), [(pdfs.SENTENCE * 4).strip(), *rows]),
        (2, ("Rental terms", "2. Coming late"), ["A late return costs 8 euros for every hour."]),
    ]
    assert document.problems == ()


def test_a_title_that_a_program_made_up_is_not_taken() -> None:
    assert read(pdfs.make_pdf(title="Microsoft Word - x.docx")).title == "terms.pdf"


def test_pages_beyond_the_limit_are_named_as_unread() -> None:
    document = read(pdfs.make_pdf(), PdfLimits(max_pages=1, seconds=30))
    assert {section.page for section in document.sections} == {1}
    assert document.problems == (("page 2", "Only the first 1 pages were read."),)


def test_a_page_that_is_a_scan_is_named_and_the_rest_is_read() -> None:
    document = read(pdfs.join(pdfs.make_pdf(), pdfs.make_scan(1)))
    assert document.problems == (("page 3", "This page has no text; it is probably a scan."),)


def test_a_pdf_that_opens_without_a_password_is_read() -> None:
    assert read(pdfs.encrypt(pdfs.make_pdf(), password="")).sections


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: pdfs.encrypt(pdfs.make_pdf(), password="secret"), "password"),
        (lambda: b"%PDF-1.7\nthis is not one", "damaged"),
        (lambda: pdfs.make_pdf()[:700], "damaged"),
        (pdfs.without_pages, "no pages"),
        (pdfs.make_scan, "scan"),
    ],
)
def test_a_pdf_that_cannot_be_read_ends_in_a_plain_sentence(
    make: Callable[[], bytes], words: str
) -> None:
    with pytest.raises(SourceRejected, match=words):
        read(make())


def test_a_child_that_takes_too_long_is_ended() -> None:
    began = time.monotonic()
    _, is_late = run_child([sys.executable, "-c", "import time; time.sleep(60)"], 1)
    assert is_late
    assert time.monotonic() - began < 20


def test_a_child_that_is_killed_leaves_what_it_read() -> None:
    page = {"page": 1, "text": "Open at nine.", "spans": [], "has_image": False}

    def run(command: list[str], seconds: int) -> tuple[bytes, bool]:
        script = f"import os; print({json.dumps(page)!r}, flush=True); os.kill(os.getpid(), 9)"
        return run_child([sys.executable, "-c", script], seconds)

    document = read_pdf(b"%PDF-", title="t", limits=LIMITS, run=run)
    assert document.sections[0].blocks[0].text == "Open at nine."
    assert document.problems[0][0] == "page 2"
    assert "too complicated" in document.problems[0][1]


def test_a_child_that_dies_at_once_ends_in_a_plain_sentence() -> None:
    with pytest.raises(SourceRejected, match="too complicated"):
        read_pdf(b"%PDF-", title="t", limits=LIMITS, run=lambda command, seconds: (b'{"pa', False))


def test_the_child_is_held_to_its_memory() -> None:
    tight = PdfLimits(max_pages=20, memory_bytes=20_000_000, seconds=30)
    with pytest.raises(SourceRejected, match="too complicated"):
        read(pdfs.make_pdf(), tight)


def test_the_child_sees_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "do-not-tell")
    output, _ = run_child([sys.executable, "-c", "import os; print(dict(os.environ))"], 20)
    assert b"do-not-tell" not in output


def test_the_demos_documents_keep_their_prices() -> None:
    folder = Path(__file__).parents[2] / "demo" / "documents"
    document = read((folder / "winter-storage.pdf").read_bytes())
    lines = [block.text for section in document.sections for block in section.blocks]
    assert "Electric bike: Storage €95; With service €190" in lines
