"""Sitemaps, whole and broken."""

import gzip

import pytest

from knowledge_app.sitemap import Sitemap, parse_sitemap

URLSET = b"""<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
  <url><loc> https://example.com/a </loc><lastmod>2026-01-01</lastmod></url>
  <!-- a note --><url><loc>https://example.com/b</loc></url><url></url>
</urlset>"""
INDEX = b"""<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
  <sitemap><loc>https://example.com/pages.xml</loc></sitemap></sitemapindex>"""
PAGES = Sitemap(pages=("https://example.com/a", "https://example.com/b"))


@pytest.mark.parametrize(
    "body", [URLSET, gzip.compress(URLSET), b"https://example.com/a\nhttps://example.com/b\n"]
)
def test_pages_are_read_from_every_form(body: bytes) -> None:
    assert parse_sitemap(body) == PAGES


def test_an_index_names_further_sitemaps() -> None:
    assert parse_sitemap(INDEX).sitemaps == ("https://example.com/pages.xml",)


@pytest.mark.parametrize("body", [b"", b"<html>", b"\x1f\x8bbroken", b"{}", b"<a", b"\x00"])
def test_what_is_no_sitemap_is_an_empty_one(body: bytes) -> None:
    assert parse_sitemap(body) == Sitemap()


def test_entities_are_not_followed() -> None:
    body = (
        b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
        b"<urlset><url><loc>https://example.com/&f;</loc></url></urlset>"
    )
    assert "root:" not in str(parse_sitemap(body))
