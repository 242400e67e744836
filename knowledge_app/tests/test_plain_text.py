"""Text and Markdown."""

import pytest

from knowledge_app.exceptions import SourceRejected
from knowledge_app.plain_text import decode_text, read_text


def outline(text: str) -> list[tuple[tuple[str, ...], list[str]]]:
    document = read_text(text, title="t")
    return [(s.headings, [b.text for b in s.blocks]) for s in document.sections]


def test_markdown_headings_make_a_path() -> None:
    text = (
        "Intro\n\n# Shop\nHello **you**.\n\n## Hours ##\n- Mon\n- Tue,\n  late\n\n"
        "Terms\n-----\n1. One"
    )
    assert outline(text) == [
        ((), ["Intro"]),
        (("Shop",), ["Hello you."]),
        (("Shop", "Hours"), ["Mon", "Tue, late"]),
        (("Shop", "Terms"), ["One"]),
    ]


def test_a_markdown_table_becomes_lines() -> None:
    text = "| Bike | Day | Week |\n|---|:-:|--:|\n| City | 18 € | 80 € |\n| Tandem | 45 € | |"
    assert outline(text) == [((), ["City: Day 18 €; Week 80 €", "Tandem: Day 45 €"])]


def test_wrapped_lines_are_one_paragraph() -> None:
    assert outline("One line\r\nand its rest.\r\n\r\nTwo.") == [
        ((), ["One line and its rest.", "Two."])
    ]


def test_links_keep_their_words() -> None:
    assert outline("See [our hours](https://example.com/hours).") == [((), ["See our hours."])]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_usual_encoding_is_read(encoding: str) -> None:
    assert decode_text("Öffnungszeiten".encode(encoding)) == "Öffnungszeiten"


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(SourceRejected):
        decode_text(bytes(range(32)) * 10)
