"""robots.txt, with the examples of RFC 9309 and of those who write it differently."""

import time

import pytest

from knowledge_app.robots import parse_robots

TEXT = """\ufeff# welcome
User-agent: *
Disallow: /private
Allow: /private/open
Crawl-delay: 2

User-Agent: OtherBot
User-Agent: testbot   # us
Disallow: /*.php$
Disallow: /cart?
Allow: /
Crawl-Delay: 0.5
Sitemap: https://example.com/map.xml
nonsense
Disallow
"""


def allows(text: str, path: str, product: str = "TestBot") -> bool:
    return parse_robots(text, product=product).allows(f"https://example.com{path}")


@pytest.mark.parametrize(
    ("path", "is_allowed"),
    [
        ("/", True),
        ("/private", True),
        ("/a.php", False),
        ("/a.php5", True),
        ("/a.php?x=1", True),
        ("/cart", True),
        ("/cart?add=1", False),
    ],
)
def test_our_own_group_goes_before_everybodys(path: str, is_allowed: bool) -> None:
    assert allows(TEXT, path) is is_allowed


@pytest.mark.parametrize(
    ("path", "is_allowed"),
    [("/", True), ("/private/x", False), ("/privately", False), ("/private/open/x", True)],
)
def test_the_longest_match_decides(path: str, is_allowed: bool) -> None:
    assert allows(TEXT, path, product="Stranger") is is_allowed


def test_delay_and_sitemaps_are_read() -> None:
    robots = parse_robots(TEXT, product="TestBot")
    assert (robots.delay_seconds, robots.sitemaps) == (0.5, ("https://example.com/map.xml",))


def test_allow_wins_a_tie() -> None:
    assert allows("User-agent: *\nDisallow: /a\nAllow: /a", "/a")


def test_an_empty_disallow_forbids_nothing() -> None:
    assert allows("User-agent: *\nDisallow:", "/a")


def test_letters_match_their_percent_encoding() -> None:
    assert not allows("User-agent: *\nDisallow: /öffnung", "/%C3%B6ffnung")


@pytest.mark.parametrize("text", ["", "\x00\xff", "<html>not here</html>", "Disallow: /"])
def test_rules_without_a_group_forbid_nothing(text: str) -> None:
    assert allows(text, "/a")


def test_a_pattern_made_to_take_hours_takes_none() -> None:
    text = f"User-agent: *\nDisallow: /{'a*' * 500}b$"
    began = time.monotonic()
    assert allows(text, "/" + "a" * 900)
    assert time.monotonic() - began < 0.5
