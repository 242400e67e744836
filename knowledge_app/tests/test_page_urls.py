"""When two addresses are one page."""

import pytest

from knowledge_app.page_urls import may_be_page, normalise_url, site_of

BASE = "https://example.com/shop/"


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("https://Example.com", "https://example.com/"),
        ("https://example.com:443/a#b", "https://example.com/a"),
        ("http://example.com:8080/a", "http://example.com:8080/a"),
        ("hours?utm_source=x&day=1&gclid=2", "https://example.com/shop/hours?day=1"),
        ("/a?fbclid=1", "https://example.com/a"),
        ("../b", "https://example.com/b"),
        ("//other.example/", "https://other.example/"),
        ("  /a\n", "https://example.com/a"),
        ("/a?b=1&b=2", "https://example.com/a?b=1&b=2"),
        ("mailto:a@example.com", ""),
        ("javascript:void(0)", ""),
        ("https://user@example.com/", ""),
        ("http://[::1", ""),
        ("https://example.com:x/", ""),
        ("/" + "a" * 1000, ""),
    ],
)
def test_a_page_has_one_address(given: str, wanted: str) -> None:
    assert normalise_url(given, base=BASE) == wanted


def test_apex_and_www_are_one_site_and_ports_are_not() -> None:
    assert site_of("https://www.example.com/") == site_of("http://example.com/a")
    assert site_of("http://127.0.0.1:8000/") != site_of("http://127.0.0.1:8001/")


def test_downloads_and_pictures_are_no_pages() -> None:
    assert not any(may_be_page(f"https://example.com/a.{e}") for e in ("pdf", "JPG", "zip", "css"))
    assert may_be_page("https://example.com/a.html?file=b.pdf")
