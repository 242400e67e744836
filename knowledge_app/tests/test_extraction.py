"""What is kept of a web page: headings, lines of tables and lists; and what is not: menus."""

import pytest

from knowledge_app.extraction import decode_html, extract_page
from knowledge_app.sections import ReadDocument


def read(html: str, **options: bool) -> ReadDocument:
    return extract_page(html.encode(), **options)


def lines(document: ReadDocument) -> list[str]:
    return [block.text for section in document.sections for block in section.blocks]


def test_headings_make_a_path() -> None:
    document = read(
        "<title>Shop</title><main><h1>Shop</h1><p>Welcome.</p><h2>Hours</h2><h3>Summer</h3>"
        "<p>Open late.</p><h2>Prices</h2><p>Low.</p></main>"
    )
    assert [section.headings for section in document.sections] == [
        ("Shop",),
        ("Shop", "Hours", "Summer"),
        ("Shop", "Prices"),
    ]


def test_a_table_of_two_columns_becomes_lines_that_stand_alone() -> None:
    document = read(
        "<main><h1>Hours</h1><table><tr><th>Day</th><th>Open</th></tr>"
        "<tr><td>Saturday</td><td>9 to 14</td></tr><tr><th>Sunday:</th><td>closed</td></tr>"
        "</table></main>"
    )
    assert lines(document)[-2:] == ["Saturday: 9 to 14", "Sunday: closed"]


def test_a_wide_table_names_its_cells() -> None:
    document = read(
        "<main><table><caption>Prices</caption><thead><tr><th>Service</th><th>Note</th>"
        "<th>Price</th></tr></thead><tr><td>Basic</td><td>no parts</td><td>40 €</td></tr>"
        "<tr><td>Full</td><td></td><td>80 €</td></tr></table></main>"
    )
    assert lines(document) == ["Prices", "Basic: Note: no parts; Price 40 €", "Full: Price 80 €"]


def test_cells_that_span_rows_belong_to_each() -> None:
    document = read(
        "<main><table><tr><td rowspan=2>Bike</td><td>day</td><td>18</td></tr>"
        "<tr><td>week</td><td>80</td></tr></table></main>"
    )
    assert lines(document) == ["Bike: day; 18", "Bike: week; 80"]


def test_a_table_made_for_layout_is_read_as_text() -> None:
    document = read(
        "<main><table><tr><td><h2>Left</h2><p>One.</p></td><td><p>Two.</p></td></tr></table></main>"
    )
    assert lines(document) == ["One.", "Two."]
    assert document.sections[0].headings == ("Left",)


def test_lists_and_definitions_become_lines() -> None:
    document = read(
        "<main><ul><li>Bus <b>7</b></li><li>Tram<ul><li>Line 2</li></ul></li></ul>"
        "<dl><dt>Deposit</dt><dd>200 euros</dd><dt>Key</dt><dd>32 euros</dd></dl></main>"
    )
    assert lines(document) == [
        "Bus 7",
        "Tram",
        "Line 2",
        "Deposit: 200 euros",
        "Key: 32 euros",
    ]


def test_the_question_of_an_accordion_is_the_answers_heading() -> None:
    document = read(
        "<main><h1>FAQ</h1><details><summary>Can I pay by card?</summary><p>Yes.</p></details>"
        "<h3><button>Is parking free?</button></h3><div>For an hour.</div></main>"
    )
    assert [(s.headings[-1], s.blocks[0].text) for s in document.sections] == [
        ("Can I pay by card?", "Yes."),
        ("Is parking free?", "For an hour."),
    ]


def test_short_lines_of_an_address_stay_lines() -> None:
    document = read("<main><p>12 Maple Street<br>Silver Bay<br/>020 913</p></main>")
    assert lines(document) == ["12 Maple Street", "Silver Bay", "020 913"]


def test_menus_forms_scripts_and_what_is_hidden_are_left_out() -> None:
    document = read(
        "<body><header><a href=/>Logo</a></header><nav><a href=/a>Menu</a></nav><main><p>Text."
        "</p><script>x()</script><form><input><button>Send</button></form><p hidden>secret</p>"
        "<div style='display: none'>secret</div><svg><text>x</text></svg><aside>ad</aside>"
        "<p class=more><a href=/b>Read more</a></p></main><footer>Imprint</footer></body>"
    )
    assert lines(document) == ["Text."]


def test_phone_and_mail_links_are_no_signposts() -> None:
    document = read(
        "<main><p><a href='tel:020'>020 913</a></p><p><a href='mailto:a@b'>a@b</a></p></main>"
    )
    assert lines(document) == ["020 913", "a@b"]


def test_the_footer_is_kept_when_asked_for() -> None:
    html = "<body><main><p>Welcome to us.</p></main><footer><p>Open until 18:00</p></footer></body>"
    assert "Open until 18:00" in lines(read(html, keep_footer=True))
    assert "Open until 18:00" not in lines(read(html))


def test_without_a_main_part_the_text_is_still_found() -> None:
    paragraphs = "".join(f"<p>Paragraph {n} tells something about the shop.</p>" for n in range(9))
    document = read(
        f"<body><div class=menu><ul><li><a href=/a>A</a></li></ul></div><div><h1>Shop</h1>"
        f"{paragraphs}<table><tr><td>Monday</td><td>closed</td></tr></table></div></body>"
    )
    assert "Paragraph 8 tells something about the shop." in lines(document)
    assert "Monday: closed" in lines(document)


def test_a_short_page_without_a_main_part_is_not_lost() -> None:
    document = read("<body><h1>Café</h1><div>Open <b>daily</b></div><div>8 to 18</div></body>")
    assert lines(document) == ["Open daily", "8 to 18"]


def test_heading_anchors_and_invisible_characters_are_dropped() -> None:
    heading = "<h2>Ho\u00adurs<a class=headerlink href=#h>¶</a></h2>"
    document = read(f"<main>{heading}<p>a\u200bb&nbsp;c\x00</p></main>")
    assert document.sections[0].headings == ("Hours",)
    assert lines(document) == ["ab c"]


def test_title_and_language_are_read() -> None:
    document = read("<html lang=de-AT><title> Die \n Werkstatt </title><p>x</html>")
    assert (document.title, document.language) == ("Die Werkstatt", "de")


@pytest.mark.parametrize("html", ["", "   ", "<", "<!-- -->", "\x00", "<html></html>", "{}"])
def test_what_is_no_page_has_no_sections_or_plain_text(html: str) -> None:
    assert all(line == "{}" or line == "<" for line in lines(read(html)))


def test_depth_and_size_are_no_trap() -> None:
    extract_page(b"<div>" * 20_000 + b"x")
    extract_page(b"<main>" + b"<p>x</p>" * 200_000)


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        ("é".encode("latin-1"), "iso-8859-1"),
        ('<meta charset="windows-1252">é'.encode("cp1252"), ""),
        ("é".encode(), ""),
        ("é".encode(), "nonsense"),
        (b"\xef\xbb\xbf" + "é".encode(), ""),
        ("é".encode("cp1252"), "utf-8"),
    ],
)
def test_every_encoding_comes_out_as_text(body: bytes, charset: str) -> None:
    assert decode_html(body, charset).endswith("é")


@pytest.mark.parametrize(
    "charset", ["undefined", "idna", "punycode", "unicode_escape", "base64", "no-such", "a\0b"]
)
def test_an_encoding_that_no_page_has_is_not_believed(charset: str) -> None:
    body = f'<meta charset="{charset}"><p>Grüße, C:\\ud800</p>'.encode()
    assert "Grüße, C:\\ud800" in decode_html(body, "")
    assert "Grüße, C:\\ud800" in decode_html(body, charset)
