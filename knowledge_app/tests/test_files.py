"""Uploaded files: what they are, and what they are called."""

import pytest

from knowledge_app.exceptions import SourceRejected
from knowledge_app.files import HTML, PDF, TEXT, content_type_of, safe_title


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"%PDF-1.7\n", PDF),
        (b"\r\n junk %PDF-1.4", PDF),
        (b"<!DOCTYPE html><p>", HTML),
        (b"  <html lang=en>", HTML),
        (b"# Notes", TEXT),
        ("Grüße".encode("cp1252"), TEXT),
    ],
)
def test_the_kind_is_told_by_the_content(body: bytes, kind: str) -> None:
    assert content_type_of(body) == kind


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"PK\x03\x04...", "Word, Excel or ZIP"),
        (b"\x89PNG\r\n", "picture"),
        (b"\x00\x01\x02\x03" * 100, "not a PDF"),
    ],
)
def test_what_cannot_be_read_is_refused_in_plain_words(body: bytes, words: str) -> None:
    with pytest.raises(SourceRejected, match=words):
        content_type_of(body)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\Terms 2026.pdf", "Terms 2026.pdf"),
        ("evil\u202efdp.exe", "evilfdp.exe"),
        ("a\x00b\n\tc.pdf", "abc.pdf"),
        ("\u200b\u2066 ", "Untitled file"),
        ("x" * 400, "x" * 300),
    ],
)
def test_a_file_name_is_only_something_to_show(name: str, title: str) -> None:
    assert safe_title(name) == title
