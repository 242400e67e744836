"""Fixtures for tests of knowledge: a website on loopback."""

from collections.abc import Iterator

import pytest

from tests.standins.website import Website, serve_website


@pytest.fixture
def site() -> Iterator[Website]:
    with serve_website() as site:
        yield site
