"""Origins of a website."""

import pytest

from onboarding_app.origins import site_origins

EXAMPLE = {"https://example.com", "https://www.example.com"}


@pytest.mark.parametrize(
    ("url", "origins"),
    [
        ("https://example.com/shop?x=1", EXAMPLE),
        ("https://WWW.Example.com/", EXAMPLE),
        ("http://example.com", EXAMPLE | {"http://example.com", "http://www.example.com"}),
        ("http://127.0.0.1:8001/", {"http://127.0.0.1:8001"}),
        ("http://localhost:9/", {"http://localhost:9"}),
        ("http://10.0.0.1/", {"http://10.0.0.1"}),
        ("https://user:pw@shop.example:8443/", {"https://shop.example:8443"}),
    ],
)
def test_origins_are_apex_and_www_in_both_schemes(url: str, origins: set[str]) -> None:
    assert set(site_origins(url)) == origins
