"""Write the two PDFs of the demo business: what customers get on paper and no page says.

The files are committed, so nobody needs reportlab to run the demo; run this again after a change of
the words below. `invariant` leaves out dates and random ids, so the same words give the same bytes.
A fact that a test asks for stands in a plain sentence, with tables beside it as in real papers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from reportlab.lib.colors import HexColor, white
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    ListFlowable,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Table,
    TableStyle,
)

DOCUMENTS = Path(__file__).resolve().parent / "documents"

NAVY, SEA, SKY = HexColor("#12263a"), HexColor("#1f6f8b"), HexColor("#eaf5f8")
BUOY, LINE, MUTED = HexColor("#c93c22"), HexColor("#dbe4ea"), HexColor("#536779")
MARGIN = 22 * mm
BANNER_HEIGHT = 46 * mm
WIDTH, HEIGHT = A4

PaintPage = Callable[[Canvas, object], None]
Page = Callable[[], Iterator[Flowable]]

TEXT = ParagraphStyle("text", fontName="Helvetica", fontSize=11.5, leading=17.5, spaceAfter=8)
CELL = ParagraphStyle("cell", parent=TEXT, leading=15, spaceAfter=0)
CELL_BOLD = ParagraphStyle("cell-bold", parent=CELL, fontName="Helvetica-Bold", textColor=NAVY)
AMOUNT = ParagraphStyle("amount", parent=CELL, alignment=2)
AMOUNT_BOLD = ParagraphStyle("amount-bold", parent=CELL_BOLD, alignment=2)
LEAD = ParagraphStyle("lead", parent=TEXT, fontSize=13, leading=19, textColor=MUTED, spaceAfter=10)
HEADING = ParagraphStyle(
    "heading",
    fontName="Helvetica-Bold",
    fontSize=15.5,
    leading=20,
    textColor=NAVY,
    spaceBefore=15,
    spaceAfter=5,
    keepWithNext=True,
)


class Sheet(BaseDocTemplate):
    """A4 with a banner on the first page and a numbered foot on each."""

    def __init__(self, path: Path, *, title: str, subtitle: str, pages: int) -> None:
        super().__init__(
            str(path), pagesize=A4, title=title, author="Harbour Wheels", lang="en", invariant=1
        )
        foot = partial(draw_foot, title=f"{title}, {subtitle}", pages=pages)
        banner = partial(draw_banner, title=title, subtitle=subtitle, foot=foot)
        self.addPageTemplates(
            [
                PageTemplate("first", [text_frame(BANNER_HEIGHT)], onPage=banner),
                PageTemplate("later", [text_frame(0)], onPage=foot),
            ]
        )


def text_frame(taken_above: float) -> Frame:
    bottom = 24 * mm
    height = HEIGHT - bottom - 18 * mm - taken_above
    return Frame(MARGIN, bottom, WIDTH - 2 * MARGIN, height, 0, 0, 0, 0)


def draw_banner(
    canvas: Canvas, document: object, *, title: str, subtitle: str, foot: PaintPage
) -> None:
    canvas.setFillColor(NAVY)
    canvas.rect(0, HEIGHT - BANNER_HEIGHT, WIDTH, BANNER_HEIGHT, stroke=0, fill=1)
    canvas.setFillColor(white)
    canvas.setFont("Helvetica-Bold", 25)
    canvas.drawString(MARGIN, HEIGHT - 27 * mm, title)
    canvas.setFont("Helvetica", 11.5)
    canvas.drawString(MARGIN, HEIGHT - 35 * mm, f"Harbour Wheels, {subtitle}")
    draw_wheel(canvas, WIDTH - MARGIN - 13 * mm, HEIGHT - BANNER_HEIGHT / 2, 11 * mm)
    foot(canvas, document)


def draw_wheel(canvas: Canvas, x: float, y: float, radius: float) -> None:
    canvas.setStrokeColor(white)
    canvas.setLineCap(1)
    canvas.setLineWidth(2.2)
    for spoke in range(8):
        angle = spoke * math.pi / 4
        reach = radius * 1.3
        canvas.line(x, y, x + reach * math.cos(angle), y + reach * math.sin(angle))
    canvas.setLineWidth(4)
    canvas.circle(x, y, radius, stroke=1, fill=0)
    canvas.setFillColor(HexColor("#f6c445"))
    canvas.circle(x, y, radius * 0.32, stroke=0, fill=1)


def draw_foot(canvas: Canvas, document: object, *, title: str, pages: int) -> None:
    canvas.setStrokeColor(LINE)
    canvas.setLineWidth(0.8)
    canvas.line(MARGIN, 19 * mm, WIDTH - MARGIN, 19 * mm)
    canvas.setFillColor(MUTED)
    canvas.setFont("Helvetica", 8.5)
    canvas.drawString(MARGIN, 14 * mm, f"{title}. 12 Maple Street, Silver Bay")
    canvas.drawRightString(WIDTH - MARGIN, 14 * mm, f"Page {canvas.getPageNumber()} of {pages}")


def heading(words: str) -> Paragraph:
    return Paragraph(words, HEADING)


def text(words: str) -> Paragraph:
    return Paragraph(words, TEXT)


def bullets(*items: str) -> ListFlowable:
    return ListFlowable(
        [Paragraph(item, TEXT) for item in items],
        bulletType="bullet",
        bulletColor=BUOY,
        bulletFontSize=12,
        leftIndent=14,
    )


def price_table(head: tuple[str, ...], *rows: tuple[str, ...]) -> Table:
    """First column wide and left, the others narrow and right."""
    others = len(head) - 1
    narrow = (46 if others == 1 else 34) * mm
    widths = [WIDTH - 2 * MARGIN - others * narrow, *[narrow] * others]
    cells = [[Paragraph(head[0], CELL_BOLD), *(Paragraph(word, AMOUNT_BOLD) for word in head[1:])]]
    cells += [
        [Paragraph(row[0], CELL), *(Paragraph(word, AMOUNT) for word in row[1:])] for row in rows
    ]
    look = TableStyle(
        [
            ("BACKGROUND", (0, 0), (-1, 0), SKY),
            ("LINEBELOW", (0, 0), (-1, 0), 1.2, SEA),
            ("LINEBELOW", (0, 1), (-1, -1), 0.6, LINE),
            ("TOPPADDING", (0, 0), (-1, -1), 6),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 7),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ]
    )
    return Table(cells, colWidths=widths, style=look, repeatRows=1, spaceBefore=4, spaceAfter=9)


def booking_page() -> Iterator[Flowable]:
    yield Paragraph(
        "These are the rules for all our rental bikes, in words that nobody needs a lawyer for.",
        LEAD,
    )
    yield heading("1. Booking and paying")
    yield text(
        "A booking counts as soon as you have our confirmation. You pay the rent when you "
        "collect the bike. Please show a passport or a driving licence with your photo. "
        "We write down the number and give the paper back at once."
    )
    yield heading("2. Deposit")
    yield text(
        "The deposit for an electric bike is 200 euros. The deposit for a city bike is 50 "
        "euros. We block the sum on your bank card and release it when the bike is back "
        "in one piece."
    )
    yield price_table(
        ("Bike", "Deposit"),
        ("City bike or trekking bike", "€50"),
        ("Tandem", "€90"),
        ("Electric bike", "€200"),
        ("Cargo bike", "€250"),
        ("Children's bike or trailer", "none"),
    )
    yield heading("3. Collecting the bike")
    yield text(
        "We adjust the saddle, show you the brakes and the lock, and ride around the yard "
        "with you once. Scratches that are already there are marked on a drawing, which "
        "both of us sign."
    )
    yield heading("4. How much a bike can carry")
    yield text(
        "An electric bike carries up to 130 kilos, rider and bags together. The box of "
        "the cargo bike carries up to 80 kilos, and each child in it needs a belt."
    )


def riding_page() -> Iterator[Flowable]:
    yield heading("5. Bringing it back late")
    yield text(
        "Nobody minds fifteen minutes. After that, a late return costs 8 euros for every "
        "hour that has begun. If you call before the agreed time, we only charge half of "
        "that."
    )
    yield heading("6. Cancelling or changing")
    yield text(
        "You can cancel a rental up to 48 hours before it starts and get all your money "
        "back. If you cancel later than that, we keep half of the rent. If you don't come "
        "at all, we keep the whole rent of the first day."
    )
    yield price_table(
        ("When you cancel", "You get back"),
        ("More than 48 hours before", "everything"),
        ("Later than that", "half"),
        ("Not at all, and you don't come", "all but the first day"),
    )
    yield heading("7. Where you may ride")
    yield bullets(
        "On all roads and paths that are open to bikes.",
        "On the ferry to Gull Island. The ferry ticket for the bike is yours to buy.",
        "Not on the beach. Sand and salt ruin the bearings, so cleaning a bike that was "
        "on the beach costs 30 euros.",
        "Not across the border. Our insurance ends there.",
    )
    yield heading("8. Who may ride")
    yield text(
        "Only the people named in the contract ride the bike. Nobody rides it after "
        "drinking alcohol. Two people on a bike that is made for one are one too many."
    )
    yield heading("9. Locking up")
    yield text(
        "Lock the frame to something that can't be carried away, even for a minute. At "
        "night the bike stands in a locked room or yard. A lost key costs 32 euros."
    )


def trouble_page() -> Iterator[Flowable]:
    yield heading("10. If the bike is stolen")
    yield text(
        "If a locked bike is stolen, you pay no more than 300 euros. Report it to the "
        "police on the same day and bring us the key. If the bike was not locked, you pay "
        "what it was worth."
    )
    yield heading("11. If something breaks")
    yield text(
        "If you have a breakdown, we come to you within twenty kilometres of the shop, "
        "free of charge, until seven in the evening. Further away, take a taxi and bring "
        "us the bill: we pay up to 60 euros of it."
    )
    yield text(
        "A flat tyre can happen to anyone. The first one costs you nothing. For damage "
        "after a fall or a crash we charge what the part costs us, and never more than "
        "the list below."
    )
    yield price_table(
        ("Damage", "You pay up to"),
        ("Bell, light or mirror", "€12"),
        ("Saddle torn", "€30"),
        ("Wheel bent", "€70"),
        ("Display of an electric bike", "€140"),
        ("Battery lost or dropped in the water", "€450"),
        ("Charger lost", "€65"),
        ("Helmet after a fall, which we then throw away", "€0"),
    )
    yield heading("12. Found something?")
    yield text(
        "Things left in a basket are kept at the counter for three months. Sun glasses, "
        "one shoe and a set of false teeth are waiting for their owners at the time of "
        "writing."
    )
    yield heading("13. Questions")
    yield text("Ask Grace at the rental desk, or call 020 913 4500.")


def storage_price_page() -> Iterator[Flowable]:
    yield Paragraph("Seventy hooks, fifteen degrees, no salt. Here is what it costs.", LEAD)
    yield heading("Prices for one winter")
    yield text(
        "Storing a normal bike for the winter costs 60 euros. Storing an electric bike "
        "for the winter costs 95 euros, because we look after the battery every month."
    )
    yield price_table(
        ("Bike", "Storage", "With service"),
        ("Normal bike", "€60", "€130"),
        ("Electric bike", "€95", "€190"),
        ("Tandem", "€100", "€180"),
        ("Cargo bike", "€125", "€230"),
        ("Children's bike", "€25", "€70"),
    )
    yield text(
        "With service means that the yearly service is done during the winter, so that "
        "the bike is ready on the first warm day. If one household stores three bikes, "
        "the third one is half price."
    )
    yield heading("What is included")
    yield bullets(
        "A wash and a dry rub before the bike goes on its hook.",
        "Oil on the chain and air in the tyres in spring.",
        "For electric bikes, the battery is kept half charged in a metal cupboard.",
        "Insurance against fire, water and theft. Each bike is insured for up to 3,000 euros.",
    )


def storage_dates_page() -> Iterator[Flowable]:
    yield heading("Dates")
    yield price_table(
        ("What", "When"),
        ("Last day to reserve", "20 September"),
        ("Bringing the bike", "1 to 20 October"),
        ("Collecting the bike", "1 to 25 March"),
    )
    yield text(
        "Please reserve your hook before the twentieth of September. Bring the bike in "
        "the first three weeks of October, and take off bags, baskets and child seats."
    )
    yield heading("If you need the bike earlier")
    yield text(
        "You can have your bike back in the middle of the winter. Tell us four working "
        "days before, because the hooks at the back can only be reached with a ladder and "
        "good will. The price stays the same."
    )
    yield heading("If you come later")
    yield text(
        "From the first of April a bike that has not been collected costs 2 euros a day. "
        "In June we call you. In September we sell it and give the money to the sea "
        "rescue, minus what you owe."
    )
    yield heading("Collection by van")
    yield text(
        "Tom fetches your bike at home and brings it back in spring. Both trips together "
        "cost 38 euros."
    )
    yield heading("How to reserve")
    yield text(
        "Call 020 913 4500 or come to the counter. You pay half when you bring the bike "
        "and half when you collect it. Ask for Anna if all hooks are taken: there is a "
        "waiting list."
    )


def write(name: str, *pages: Page, title: str, subtitle: str) -> None:
    story: list[Flowable] = [NextPageTemplate("later")]
    for page in pages:
        story += [*page(), PageBreak()]
    sheet = Sheet(DOCUMENTS / name, title=title, subtitle=subtitle, pages=len(pages))
    sheet.build(story[:-1])


def main() -> None:
    DOCUMENTS.mkdir(exist_ok=True)
    write(
        "rental-terms.pdf",
        booking_page,
        riding_page,
        trouble_page,
        title="Rental terms",
        subtitle="valid from 1 March 2026",
    )
    write(
        "winter-storage.pdf",
        storage_price_page,
        storage_dates_page,
        title="Winter storage",
        subtitle="price list 2026 to 2027",
    )


if __name__ == "__main__":
    main()
