"""The demo's server: the widget's snippet, conditional requests, and what it must not hand out."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from demo.tests import content
from demo.tests.conftest import Ask

SNIPPET = (
    '<script src="http://localhost:8000/widget/v1/loader.js" data-agent="an-agent" async></script>'
)


def write_platform_file(path: Path, *, agent_id: str = "an-agent") -> None:
    values = {"platform_url": "http://localhost:8000/", "agent_id": agent_id}
    path.write_text(json.dumps(values), encoding="utf-8")


def test_every_page_ends_with_the_snippet_once_the_agent_exists(ask: Ask, platform_file: Path):
    assert "loader.js" not in ask("/").text
    write_platform_file(platform_file)
    for name in [*content.all_pages(), "/", "/no-such-page"]:
        assert ask(name).text.count(f"{SNIPPET}</body>") == 1


def test_rewritten_platform_file_counts_without_a_restart(ask: Ask, platform_file: Path):
    write_platform_file(platform_file)
    ask("/")
    write_platform_file(platform_file, agent_id="another")
    later_ns = platform_file.stat().st_mtime_ns + 1_000_000
    os.utime(platform_file, ns=(later_ns, later_ns))
    assert 'data-agent="another"' in ask("/").text


def test_values_of_the_platform_file_cannot_break_out_of_the_snippet(ask: Ask, platform_file: Path):
    write_platform_file(platform_file, agent_id='"><script>')
    assert 'data-agent="&quot;&gt;&lt;script&gt;"' in ask("/").text


@pytest.mark.parametrize("written", ["", "[]", "{}", "{", '{"agent_id": "a"}'])
def test_half_written_platform_file_leaves_pages_without_a_widget(
    ask: Ask, platform_file: Path, written: str
):
    platform_file.write_text(written, encoding="utf-8")
    reply = ask("/")
    assert reply.status == 200
    assert "loader.js" not in reply.text


def test_healthz_answers(ask: Ask):
    assert ask("/healthz").status == 200


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/assets/site.css", "text/css; charset=utf-8"),
        ("/assets/site.js", "text/javascript; charset=utf-8"),
        ("/assets/logo.svg", "image/svg+xml; charset=utf-8"),
        ("/assets/fonts/figtree.woff2", "font/woff2"),
        ("/robots.txt", "text/plain; charset=utf-8"),
        ("/sitemap.xml", "application/xml; charset=utf-8"),
    ],
)
def test_content_type_fits_the_file(ask: Ask, path: str, expected: str):
    assert ask(path, "HEAD").headers["Content-Type"] == expected


def test_head_tells_the_length_and_sends_no_body(ask: Ask):
    reply = ask("/faq.html", "HEAD")
    assert reply.text == ""
    assert int(reply.headers["Content-Length"]) == len(ask("/faq.html").text.encode())


def test_known_page_is_not_sent_again_until_the_widget_changes_it(ask: Ask, platform_file: Path):
    etag = ask("/").headers["ETag"]
    assert ask("/", If_None_Match=etag).status == 304
    write_platform_file(platform_file)
    assert ask("/", If_None_Match=etag).status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/../serve.py",
        "/%2e%2e/serve.py",
        "/..%2fserve.py",
        "/assets/../../profile.json",
        "//etc/passwd",
        "/%00",
        "/%ff",
        "/" + "a" * 5000,
        "/assets",
        "/no-such-page",
    ],
)
def test_what_is_not_of_the_site_is_a_404_page(ask: Ask, path: str):
    reply = ask(path)
    assert reply.status == 404
    assert "This page has a flat tyre." in reply.text


def test_query_strings_are_ignored(ask: Ask):
    assert ask("/faq.html?from=mail").status == 200


def test_host_that_is_no_host_never_reaches_the_sitemap(ask: Ask):
    reply = ask("/sitemap.xml", Host='evil"><x>')
    assert "evil" not in reply.text
    assert "http://127.0.0.1:" in reply.text
