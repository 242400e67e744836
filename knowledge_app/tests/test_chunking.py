"""Chunks: whole sentences, whole lines, one section each."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from knowledge_app.chunking import Chunk, chunk_document, count_tokens, embedded_text
from knowledge_app.sections import Block, ReadDocument, Section

SENTENCE = "We repair bicycles of every kind in our workshop by the harbour. "


def chunk(*sections: Section, max_tokens: int = 60) -> list[Chunk]:
    document = ReadDocument("Title", "en", sections)
    return chunk_document(document, max_tokens=max_tokens, overlap_tokens=20)


def test_a_short_section_is_one_chunk_with_its_path() -> None:
    section = Section(("Shop", "Hours"), (Block("Open."), Block("Sat: 9 to 14", True)), page=3)
    assert chunk(section) == [Chunk("Shop > Hours", "Open.\nSat: 9 to 14", 3)]


def test_chunks_do_not_reach_over_a_heading() -> None:
    found = chunk(Section(("A",), (Block("One."),)), Section(("B",), (Block("Two."),)))
    assert [(c.heading, c.text) for c in found] == [("A", "One."), ("B", "Two.")]


def test_a_long_text_is_cut_at_sentence_ends_and_overlaps_by_one() -> None:
    found = chunk(Section((), (Block(" ".join(f"Number {n}. {SENTENCE}" for n in range(9))),)))
    assert len(found) > 2
    assert all(c.text.endswith(".") for c in found)
    for before, after in pairwise(found):
        assert before.text.endswith(after.text.split(". ")[0] + ".")


def test_rows_are_never_cut_nor_repeated() -> None:
    rows = [f"Service number {n}: {n} euros" for n in range(40)]
    found = chunk(Section(("Prices",), tuple(Block(row, is_line=True) for row in rows)))
    assert [line for c in found for line in c.text.split("\n")] == rows


def test_a_single_word_without_an_end_is_cut() -> None:
    found = chunk(Section((), (Block("x" * 10_000),)))
    assert "".join(c.text for c in found) == "x" * 10_000


def test_what_is_embedded_says_where_it_stands() -> None:
    assert embedded_text(title="Shop", heading="Hours", text="Open.") == "Shop > Hours\nOpen."
    assert embedded_text(title="", heading="", text="Open.") == "Open."


def test_scripts_without_blanks_are_counted_by_the_letter() -> None:
    assert count_tokens("営業時間は") == 5
    assert count_tokens("opening hours") == 4


blocks = st.builds(Block, st.text(min_size=1, max_size=400).filter(str.strip), st.booleans())


@given(st.lists(blocks, max_size=6), st.integers(5, 80))
def test_no_chunk_is_empty_or_too_large_and_no_letter_is_lost(
    given_blocks: list[Block], max_tokens: int
) -> None:
    document = ReadDocument("", "", (Section((), tuple(given_blocks)),))
    found = chunk_document(document, max_tokens=max_tokens, overlap_tokens=0)
    assert all(c.text.strip() and count_tokens(c.text) <= max_tokens + 6 for c in found)
    joined = "".join("".join(c.text.split()) for c in found)
    assert joined == "".join("".join(b.text.split()) for b in given_blocks)
