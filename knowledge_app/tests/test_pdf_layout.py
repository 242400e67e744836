"""Structure found in positions: what is a heading, a row, a paragraph."""

from knowledge_app.pdf_layout import PdfPage, Span, layout_sections

BODY, LARGE = 10.0, 16.0


def page(*spans: Span, number: int = 1) -> PdfPage:
    return PdfPage(number, " ".join(span.text for span in spans), spans)


def text(y: float, words: str, *, x: float = 50, size: float = BODY, is_bold: bool = False) -> Span:
    return Span(x, y, size, is_bold, words)


def outline(*pages: PdfPage) -> list[tuple[tuple[str, ...], list[str]]]:
    return [(s.headings, [b.text for b in s.blocks]) for s in layout_sections(pages)]


FILLER = [text(300 - 12 * n, f"sentence {n} goes on and on here,") for n in range(3)]
FILLED = " ".join(span.text for span in FILLER)


def test_large_and_bold_lines_are_headings_by_their_size() -> None:
    found = outline(
        page(
            text(700, "Terms", size=20),
            text(660, "Deposit", size=LARGE),
            text(640, "You pay a deposit."),
            text(600, "Bold words", is_bold=True),
            *FILLER,
        )
    )
    assert found == [
        (("Terms", "Deposit"), ["You pay a deposit."]),
        (("Terms", "Deposit", "Bold words"), [FILLED]),
    ]


def test_a_large_sentence_is_no_heading() -> None:
    assert outline(page(text(600, "Welcome to us.", size=LARGE), *FILLER)) == [
        ((), ["Welcome to us.", FILLED])
    ]


def test_a_section_goes_on_over_the_page_under_its_heading() -> None:
    first = page(text(600, "Deposit", size=LARGE), *FILLER)
    second = page(text(700, "It is given back."), number=2)
    assert [(s.page, s.headings) for s in layout_sections([first, second])] == [
        (1, ("Deposit",)),
        (2, ("Deposit",)),
    ]


def test_words_cut_at_the_line_end_are_joined() -> None:
    found = outline(
        page(text(600, "We lend electric bi-"), text(588, "cycles and e-"), text(576, "bikes."))
    )
    assert found == [((), ["We lend electric bicycles and e-bikes."])]


def test_a_gap_where_the_font_changes_is_no_table() -> None:
    found = outline(
        page(
            text(600, "Open the file settings"),
            text(600, "config.txt", x=175),
            text(588, "and write the name of your shop there"),
        )
    )
    assert found == [
        ((), ["Open the file settings config.txt and write the name of your shop there"])
    ]


def test_columns_make_rows_with_the_bold_row_as_names() -> None:
    rows = [("City bike", "18", "80"), ("Tandem", "45", "190")]
    spans = [
        text(600, word, x=x, is_bold=True)
        for x, word in ((50, "Bike"), (200, "Day"), (300, "Week"))
    ]
    for n, row in enumerate(rows, 1):
        spans += [text(600 - 20 * n, word, x=50 + 130 * i) for i, word in enumerate(row)]
    assert outline(page(*spans, *FILLER))[0][1][:2] == [
        "City bike: Day 18; Week 80",
        "Tandem: Day 45; Week 190",
    ]


def test_bullets_make_lines() -> None:
    bullets = []
    for y, words in ((600, "a lock"), (586, "a helmet")):
        bullets += [text(y + 1, "•"), text(y, words, x=60)]
    assert outline(page(*bullets))[0][1] == ["a lock", "a helmet"]


def test_running_heads_page_numbers_and_leaders_are_dropped() -> None:
    words = ("one", "two", "three")
    pages = [
        page(
            text(800, f"Harbour Wheels, page {n}"),
            text(600, f"Chapter . . . . . . . . . . . {n}"),
            text(500, f"Body {word} says something."),
            text(20, str(n), x=300),
            number=n,
        )
        for n, word in enumerate(words, 1)
    ]
    assert [blocks for _, blocks in outline(*pages)] == [
        [f"Body {word} says something."] for word in words
    ]


def test_without_useful_positions_plain_lines_must_do() -> None:
    lines = "First line of it\ngoes on here.\nSecond."
    assert outline(PdfPage(1, lines, (text(1, "F"),))) == [
        ((), ["First line of it goes on here.", "Second."])
    ]


def test_nothing_gives_nothing() -> None:
    assert layout_sections([]) == ()
    assert layout_sections([PdfPage(1, "", ())]) == ()
