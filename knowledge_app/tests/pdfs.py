"""PDFs made for tests."""

from io import BytesIO

import pypdf
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    Flowable,
    PageBreak,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
)

STYLES = getSampleStyleSheet()
SENTENCE = "The deposit for an electric bike is 200 euros and is given back at once. "


def make_pdf(*, title: str = "Rental terms") -> bytes:
    """Two pages with a running head, headings, a paragraph over several lines and a table."""
    story: list[Flowable] = [
        Paragraph("Rental terms", STYLES["Title"]),
        Paragraph("1. Deposit", STYLES["Heading2"]),
        Paragraph(SENTENCE * 4, STYLES["BodyText"]),
        Spacer(1, 12),
        Table([["City bike", "50 euros"], ["Tandem", "90 euros"], ["Cargo bike", "250 euros"]]),
        PageBreak(),
        Paragraph("2. Coming late", STYLES["Heading2"]),
        Paragraph("A late return costs 8 euros for every hour.", STYLES["BodyText"]),
    ]
    output = BytesIO()
    document = SimpleDocTemplate(output, pagesize=A4, title=title)
    document.build(story, onFirstPage=_running_head, onLaterPages=_running_head)
    return output.getvalue()


def _running_head(canvas: Canvas, document: SimpleDocTemplate) -> None:
    canvas.setFont("Helvetica", 8)
    canvas.drawString(60, 30, f"Harbour Wheels, page {canvas.getPageNumber()}")


def make_scan(pages: int = 2) -> bytes:
    """Pages that are pictures."""
    from PIL import Image

    output = BytesIO()
    images = [Image.new("RGB", (200, 280), "white") for _ in range(pages)]
    images[0].save(output, "PDF", save_all=True, append_images=images[1:])
    return output.getvalue()


def encrypt(body: bytes, *, password: str) -> bytes:
    writer = pypdf.PdfWriter(clone_from=BytesIO(body))
    writer.encrypt(user_password=password, owner_password="owner", algorithm="AES-256")
    return _written(writer)


def join(*bodies: bytes) -> bytes:
    writer = pypdf.PdfWriter()
    for body in bodies:
        writer.append(BytesIO(body))
    return _written(writer)


def without_pages() -> bytes:
    return _written(pypdf.PdfWriter())


def _written(writer: pypdf.PdfWriter) -> bytes:
    output = BytesIO()
    writer.write(output)
    return output.getvalue()
